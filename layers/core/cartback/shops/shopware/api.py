"""Shopware's Admin API: OAuth with what the registration agreed on (or an integration's key), search by criteria."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from cartback.domain.errors import Refused
from cartback.domain.hashes import short
from cartback.domain.intake import payload_reader
from cartback.domain.intake.payload_reader import Reader
from cartback.domain.money import Money
from cartback.domain.observations import Fetch, OrderSeen, ProductSeen, VariantSeen
from cartback.domain.shop.calls import Call, Grant, Reply, document, text_of, texts
from cartback.domain.shop.credentials import NAME, PLACE, SECRET, Needs
from cartback.domain.shop.service import Change, Changes, Discount, DiscountMade, Subscription, Unsupported
from cartback.ports import Http, ShopApi, ShopKeys
from cartback.shops.shopware import goods, translation

NEEDS = Needs(({"url": PLACE, "client_id": NAME, "client_secret": SECRET},), {})
# Whose secret signs the webhooks (``usecases.shop.connect_shop``), and whether the address holds a secret word.
SIGNED_BY, WORD_IN_PATH = "theirs", False
TELLS_OF_CARTS = False
BY_HAND = (
    "Install the app of docs/shops/shopware-manifest.xml: it registers itself, subscribes, and brings its API access.",
    "Or only for the API: Settings > System > Integrations, and cartback shop connect SHOP --access-file FILE.",
)
ALSO_REMINDS = (
    "plugins that mail about abandoned carts, and flows under Settings > Automation > Flow Builder",
    "sign: mails about carts under Settings > Email templates that the core does not bring",
)

PAGE = 50
_LOOK_SECONDS = 2.0
_KEY = re.compile(r"[0-9a-f]{32}")
_RESOURCE = re.compile(r"(order|customer|product)/([0-9a-f]{32})")
_ORDER_PARTS: dict[str, object] = {
    "currency": {},
    "language": {"associations": {"locale": {}}},
    "orderCustomer": {},
    "billingAddress": {"associations": {"country": {}, "countryState": {}}},
    "stateMachineState": {},
    "transactions": {"associations": {"stateMachineState": {}}},
}
_PARTS: dict[str, dict[str, object]] = {
    "order": _ORDER_PARTS,
    "customer": {
        "language": {"associations": {"locale": {}}},
        "defaultBillingAddress": {"associations": {"country": {}, "countryState": {}}},
    },
    "product": {"cover": {"associations": {"media": {}}}},
}


class Api(ShopApi):
    """One Shopware shop."""

    def __init__(self, keys: ShopKeys, http: Http) -> None:
        given = access(keys)
        NEEDS.check(given)
        self._base = f"{given['url'].rstrip('/')}/api"
        self._grant = Grant(
            f"{self._base}/oauth/token", given["client_id"], given["client_secret"], as_json=True
        )
        self._http = http

    def fetch(self, wanted: Fetch) -> Sequence[str]:
        """See ``ports.ShopApi``."""
        named = _RESOURCE.fullmatch(wanted.resource)
        if named is None:
            raise Refused("this is no resource of the Admin API that we read")
        return texts(self._search(named[1], {"ids": [named[2]]}), "data")

    def stock_now(self, variants: Sequence[str]) -> tuple[VariantSeen, ...]:
        """See ``ports.ShopApi``: what open orders hold is left out."""
        found = (goods.read_product(one, _EPOCH) for one in self._products(variants))
        return tuple(variant for seen in found if not seen.deleted for variant in seen.variants)

    def prices_now(self, variants: Sequence[str]) -> dict[str, Money]:
        """See ``ports.ShopApi``: gross, in the currency that the shop keeps its books in."""
        products = [one for one in self._products(variants) if not one["price"].is_null]
        used = {price["currencyId"].identifier() for one in products for price in one["price"].each(50)}
        if not used:
            return {}
        found = self._search("currency", {"ids": sorted(used), "limit": 50}).read()["data"].each()
        # Prices in other currencies are computed from this one, whose factor is 1.
        own = {
            one["id"].identifier(): one["isoCode"].matching(payload_reader.CURRENCY, "a currency")
            for one in found
            if one["factor"].value == 1
        }
        return {
            one["id"].identifier(): price["gross"].noisy_money(own[price["currencyId"].identifier()])
            for one in products
            for price in one["price"].each(50)
            if price["currencyId"].identifier() in own
        }

    def history(self, customer_ref: str, since: datetime) -> tuple[OrderSeen, ...]:
        """See ``ports.ShopApi``."""
        if not _KEY.fullmatch(customer_ref):
            return ()
        asked = {
            "limit": PAGE,
            "filter": [
                {"type": "equals", "field": "orderCustomer.customerId", "value": customer_ref},
                {"type": "range", "field": "orderDateTime", "parameters": {"gte": _stamp(since)}},
            ],
            "sort": [{"field": "orderDateTime", "order": "DESC"}],
        }
        seen = (
            one
            for body in texts(self._search("order", asked), "data")
            for one in translation.entity(Fetch("order", "", _EPOCH), body)
        )
        return tuple(one for one in seen if isinstance(one, OrderSeen))

    def create_discount(self, wanted: Discount) -> DiscountMade | Unsupported:
        """See ``ports.ShopApi``. Ids are made from the code, and written by upsert: repeating changes nothing."""
        if wanted.minimum is not None:
            return Unsupported("a minimum order value needs a rule of the shop's own in Shopware")
        own = short("promotion", wanted.code, length=32)
        asked = {"limit": 100, "filter": [{"type": "equals", "field": "active", "value": True}]}
        channels = self._search("sales-channel", asked).read()["data"].each(100)
        promotion = {
            "id": own,
            "name": wanted.title,
            "active": True,
            "validFrom": _stamp(wanted.starts_at),
            "validUntil": _stamp(wanted.ends_at),
            "useCodes": True,
            "useIndividualCodes": False,
            "useSetGroups": False,
            "code": wanted.code,
            "maxRedemptionsGlobal": 1,
            "maxRedemptionsPerCustomer": 1,
            "salesChannels": [
                {
                    "id": short("promotion-channel", own, one["id"].identifier(), length=32),
                    "salesChannelId": one["id"].identifier(),
                    "priority": 1,
                }
                for one in channels
            ],
            "discounts": [
                {
                    "id": short("promotion-discount", own, length=32),
                    "scope": "cart",
                    "type": "absolute" if wanted.amount else "percentage",
                    "value": float(wanted.amount.major) if wanted.amount else wanted.percent,
                    "considerAdvancedRules": False,
                }
            ],
        }
        self._post("_action/sync", [{"entity": "promotion", "action": "upsert", "payload": [promotion]}])
        return DiscountMade(wanted.code, own)

    def revoke_discount(self, made: DiscountMade) -> None:
        """See ``ports.ShopApi``."""
        self._http.send(Call("DELETE", f"{self._base}/promotion/{made.ref}", self._grant, missing_ok=True))

    def product(self, product_id: str) -> ProductSeen | None:
        """See ``ports.ShopApi``: a product and its variants, which are products with a parent."""
        if not _KEY.fullmatch(product_id):
            return None
        same = [{"type": "equals", "field": name, "value": product_id} for name in ("id", "parentId")]
        asked = {"limit": 100, "filter": [{"type": "multi", "operator": "or", "queries": same}]}
        found = self._search("product", asked).read()["data"].each(100)
        seen = [goods.read_product(one, one["updatedAt"].maybe(Reader.instant) or _EPOCH) for one in found]
        if not seen:
            return None
        variants = tuple(variant for one in seen for variant in one.variants)
        sold = tuple(variant for variant in variants if variant.variant_id != product_id) or variants
        own = next((one for one in seen if one.variants[0].variant_id == product_id), seen[0])
        return ProductSeen(product_id, max(one.at for one in seen), sold, own.deleted)

    def orders_since(self, since: datetime, cursor: str | None = None) -> Changes:
        """See ``ports.ShopApi``. An order that was never touched has no ``updatedAt``."""
        page = int(cursor or 1)
        changed = [
            {"type": "range", "field": name, "parameters": {"gte": _stamp(since)}}
            for name in ("updatedAt", "createdAt")
        ]
        asked = {
            "limit": PAGE,
            "page": page,
            "filter": [{"type": "multi", "operator": "or", "queries": changed}],
            "sort": [{"field": "createdAt", "order": "ASC"}, {"field": "id", "order": "ASC"}],
        }
        bodies = texts(self._search("order", asked), "data")
        return Changes(tuple(map(_change, bodies)), str(page + 1) if len(bodies) == PAGE else None)

    def checkouts_since(self, since: datetime, cursor: str | None = None) -> Unsupported:
        """See ``ports.ShopApi``."""
        return Unsupported("Shopware keeps no list of abandoned checkouts")

    def subscriptions(self) -> tuple[Subscription, ...] | Unsupported:
        """See ``ports.ShopApi``. Needs the right to read webhooks; ten errors in a row switch one off."""
        try:
            found = self._search("webhook", {"limit": 100}).read()["data"].each(100)
        except Refused as refusal:
            if refusal.status == 403:
                return Unsupported("the API access may not read webhooks")
            raise
        return tuple(
            Subscription(
                one["id"].identifier(),
                one["eventName"].cut(120) or "",
                one["url"].cut(2048) or "",
                live=one["active"].value is not False,
            )
            for one in found
        )

    def subscribe(self, topic: str, url: str, secret: str) -> Unsupported:
        """See ``ports.ShopApi``."""
        return Unsupported("the app's manifest subscribes: install the app again")

    def _products(self, ids: Sequence[str]) -> list[Reader]:
        own = [one for one in dict.fromkeys(ids) if _KEY.fullmatch(one)][:100]
        if not own:
            return []
        reply = self._search("product", {"ids": own, "limit": len(own)}, _LOOK_SECONDS)
        return reply.read()["data"].each(100)

    def _search(self, entity: str, asked: Mapping[str, object], seconds: float = 20.0) -> Reply:
        parts = {"associations": _PARTS[entity]} if entity in _PARTS else {}
        return self._post(f"search/{entity}", {**asked, **parts}, seconds)

    def _post(self, path: str, body: object, seconds: float = 20.0) -> Reply:
        headers = {"accept": "application/json", "content-type": "application/json"}
        call = Call("POST", f"{self._base}/{path}", self._grant, headers, document(body), seconds=seconds)
        return self._http.send(call)


_EPOCH = datetime.fromtimestamp(0, UTC)


def access(keys: ShopKeys) -> dict[str, str]:
    """The API access: an integration's if the operator gave one, else what the registration brought."""
    own = keys.access()
    agreed = {"url": "shop_url", "client_id": "api_key", "client_secret": "api_secret"}
    if own or not set(agreed.values()) <= set(keys.agreed):
        return own
    return {name: keys.agreed[where] for name, where in agreed.items()}


def _change(body: str) -> Change:
    order = payload_reader.parse(body)
    own = order["id"].matching(_KEY, "an id")
    at = order["updatedAt"].maybe(Reader.instant) or order["createdAt"].instant()
    written = {"entity": "order", "operation": "update", "primaryKey": own}
    whole = {"data": {"payload": [written], "event": "order.written"}, "timestamp": int(at.timestamp())}
    return Change("order.written", f"reconcile:order:{own}:{at.isoformat()}", text_of(whole), (body,))


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+00:00")
