"""Business Central's API v2.0: OAuth service to service, OData, subscriptions that end after three days."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from cartback.domain.errors import Refused
from cartback.domain.intake import payload_reader
from cartback.domain.intake.payload_reader import Reader
from cartback.domain.money import Money
from cartback.domain.observations import Fetch, OrderSeen, ProductSeen, VariantSeen
from cartback.domain.shop.calls import Call, Grant, Reply, document, text_of
from cartback.domain.shop.credentials import GUID, NAME, PLACE, SECRET, Needs
from cartback.domain.shop.service import Change, Changes, Subscription
from cartback.ports import Http, ShopApi, ShopKeys
from cartback.shops.business_central import entities

NEEDS = Needs(
    ({"tenant": NAME, "environment": NAME, "company": GUID, "client_id": NAME, "client_secret": SECRET},),
    {"api_url": PLACE, "token_url": PLACE},
)
# Whose secret signs the webhooks (``usecases.shop.connect_shop``), and whether the address holds a secret word.
SIGNED_BY, WORD_IN_PATH = "ours", True
TELLS_OF_CARTS = True
BY_HAND = (
    "Entra: register an application with API.ReadWrite.All, give admin consent, make a client secret.",
    "Business Central: enable it on the page Microsoft Entra Applications, with rights to read sales and items.",
    "Hand it over: cartback shop connect SHOP --access-file FILE.",
    "The file names tenant, environment, company (its GUID), client_id and client_secret.",
)
ALSO_REMINDS = (
    "reminders of quotes by Power Automate, by Sales, or by people",
    "sign: a flow that begins with a sales quote",
)

LIVES_FOR = timedelta(days=3)
MOST_PAGES = 20
_LOOK_SECONDS = 2.0
_ENTITIES = ("salesQuotes", "salesOrders", "customers", "items")
_GUID = GUID[0]
_KEPT_IN_PATH = "/()?$=&,:'"


class Api(ShopApi):
    """One company of Business Central."""

    def __init__(self, keys: ShopKeys, http: Http) -> None:
        given = keys.access()
        NEEDS.check(given)
        tenant, environment = quote(given["tenant"], safe=""), quote(given["environment"], safe="")
        login = given.get("token_url", "https://login.microsoftonline.com")
        place = given.get("api_url", "https://api.businesscentral.dynamics.com")
        self._base = f"{place.rstrip('/')}/v2.0/{tenant}/{environment}/api/v2.0"
        self._company = f"companies({given['company'].lower()})"
        self._grant = Grant(
            f"{login.rstrip('/')}/{tenant}/oauth2/v2.0/token",
            given["client_id"],
            given["client_secret"],
            scope="https://api.businesscentral.dynamics.com/.default",
        )
        self._secrets = keys.secrets
        self._http = http

    def fetch(self, wanted: Fetch) -> Sequence[str]:
        """See ``ports.ShopApi``: one entity, or every page of a collection."""
        if not wanted.resource.lower().startswith(f"{self._company}/"):
            raise Refused("this is a resource of another company")
        if "$filter" not in wanted.resource:
            reply = self._get(wanted.resource, missing_ok=True)
            return () if reply.is_missing else (text_of(reply.read().value),)
        return tuple(text_of(one.value) for one in self._all(wanted.resource))

    def stock_now(self, variants: Sequence[str]) -> tuple[VariantSeen, ...]:
        """See ``ports.ShopApi``: ``inventory`` is what lies there, sold or not."""
        seen = (entities.translate(_fetch("items"), text_of(item.value)) for item in self._items(variants))
        found = (one for (one,) in seen)
        return tuple(
            variant
            for one in found
            if isinstance(one, ProductSeen) and not one.deleted
            for variant in one.variants
        )

    def prices_now(self, variants: Sequence[str]) -> dict[str, Money]:
        """See ``ports.ShopApi``: the list price of the item, in the company's own currency."""
        items = self._items(variants)
        if not items:
            return {}
        about = self._get(f"{self._company}/companyInformation").read()
        firm = about["value"].each(1)[0] if about.has("value") else about
        currency = firm["currencyCode"].matching(payload_reader.CURRENCY, "a currency")
        return {item["id"].identifier().lower(): item["unitPrice"].noisy_money(currency) for item in items}

    def history(self, customer_ref: str, since: datetime) -> tuple[OrderSeen, ...]:
        """See ``ports.ShopApi``: released orders; drafts are carts."""
        if not _GUID.fullmatch(customer_ref):
            return ()
        wanted = f"customerId eq {customer_ref} and lastModifiedDateTime gt {_stamp(since)}"
        page, _ = self._page(f"{self._company}/salesOrders?$filter={wanted}&$expand=salesOrderLines,customer")
        seen = (
            one for order in page for one in entities.translate(_fetch("salesOrders"), text_of(order.value))
        )
        return tuple(one for one in seen if isinstance(one, OrderSeen))

    def product(self, product_id: str) -> ProductSeen | None:
        """See ``ports.ShopApi``."""
        if not _GUID.fullmatch(product_id):
            return None
        reply = self._get(f"{self._company}/items({product_id})", missing_ok=True)
        if reply.is_missing:
            return None
        (seen,) = entities.translate(_fetch("items"), text_of(reply.read().value))
        return seen if isinstance(seen, ProductSeen) else None

    def orders_since(self, since: datetime, cursor: str | None = None) -> Changes:
        """See ``ports.ShopApi``."""
        return self._changed("salesOrders", "salesOrderLines", since, cursor)

    def checkouts_since(self, since: datetime, cursor: str | None = None) -> Changes:
        """See ``ports.ShopApi``: quotes, which are Business Central's carts."""
        return self._changed("salesQuotes", "salesQuoteLines", since, cursor)

    def topics(self) -> tuple[str, ...]:
        """See ``ports.ShopApi``."""
        return _ENTITIES

    def subscriptions(self) -> tuple[Subscription, ...]:
        """See ``ports.ShopApi``."""
        return tuple(map(_subscription, self._all("subscriptions")))

    def subscribe(self, topic: str, url: str, secret: str) -> Subscription:
        """See ``ports.ShopApi``. Business Central validates the address before it answers."""
        body = {"notificationUrl": url, "resource": self._resource(topic), "clientState": secret}
        return _subscription(self._write("POST", "subscriptions", body).read())

    def renew(self, subscription: Subscription) -> Subscription:
        """See ``ports.ShopApi``: another three days, validated again, with the newest secret."""
        body = {
            "notificationUrl": subscription.url,
            "resource": self._resource(subscription.topic),
            "clientState": self._secrets[0],
        }
        path = f"subscriptions('{quote(subscription.ref, safe='')}')"
        return _subscription(self._write("PATCH", path, body, {"if-match": "*"}).read())

    def unsubscribe(self, subscription: Subscription) -> None:
        """See ``ports.ShopApi``."""
        path = f"subscriptions('{quote(subscription.ref, safe='')}')"
        url = f"{self._base}/{path}"
        self._http.send(Call("DELETE", url, self._grant, {"if-match": "*"}, missing_ok=True))

    def _changed(self, kind: str, lines: str, since: datetime, cursor: str | None) -> Changes:
        path = (
            f"{self._company}/{kind}?$filter=lastModifiedDateTime gt {_stamp(since)}"
            f"&$orderby=lastModifiedDateTime&$expand={lines},customer"
        )
        page, following = self._page(path, cursor)
        return Changes(tuple(self._change(kind, entity) for entity in page), following)

    def _change(self, kind: str, entity: Reader) -> Change:
        own = entity["id"].matching(_GUID, "an id").lower()
        at = entity["lastModifiedDateTime"].text(40)
        named = {
            "subscriptionId": "reconcile",
            "resource": f"{self._resource(kind)}({own})",
            "changeType": "updated",
            "lastModifiedDateTime": at,
        }
        body = json.dumps({"value": [named]})
        return Change("notification", f"reconcile:{kind}:{own}:{at}", body, (text_of(entity.value),))

    def _items(self, variants: Sequence[str]) -> list[Reader]:
        own = [one for one in dict.fromkeys(variants) if _GUID.fullmatch(one)][:20]
        if not own:
            return []
        wanted = " or ".join(f"id eq {one}" for one in own)
        return self._page(f"{self._company}/items?$filter={wanted}", seconds=_LOOK_SECONDS)[0]

    def _resource(self, topic: str) -> str:
        return f"/api/v2.0/{self._company}/{topic}"

    def _all(self, path: str) -> Iterator[Reader]:
        cursor: str | None = None
        for _ in range(MOST_PAGES):
            page, cursor = self._page(path, cursor)
            yield from page
            if cursor is None:
                return
        raise Refused(f"more than {MOST_PAGES} pages")

    def _page(
        self, path: str, cursor: str | None = None, seconds: float = 20.0
    ) -> tuple[list[Reader], str | None]:
        """One page and the link to the next, which has to lead where we were anyway: our token goes with it."""
        said = self._get(path, link=cursor, seconds=seconds).read()
        following = said["@odata.nextLink"].cut(4000)
        if following is not None and not following.startswith(f"{self._base}/"):
            raise Refused("the link to the next page leads elsewhere")
        return said["value"].each(), following

    def _get(
        self, path: str, missing_ok: bool = False, link: str | None = None, seconds: float = 20.0
    ) -> Reply:
        url = (
            quote(link, safe=_KEPT_IN_PATH + "%")
            if link
            else f"{self._base}/{quote(path, safe=_KEPT_IN_PATH)}"
        )
        headers = {"accept": "application/json", "data-access-intent": "ReadOnly"}
        return self._http.send(Call("GET", url, self._grant, headers, missing_ok=missing_ok, seconds=seconds))

    def _write(self, method: str, path: str, body: object, more: Mapping[str, str] | None = None) -> Reply:
        headers = {"accept": "application/json", "content-type": "application/json", **(more or {})}
        # Creating waits for our own answer to the validation.
        call = Call(method, f"{self._base}/{path}", self._grant, headers, document(body), seconds=60)
        return self._http.send(call)


def _fetch(kind: str) -> Fetch:
    return Fetch(kind, "", datetime.fromtimestamp(0, UTC))


def _subscription(said: Reader) -> Subscription:
    resource = said["resource"].cut(500) or ""
    return Subscription(
        ref=said["subscriptionId"].identifier(),
        topic=resource.rpartition("/")[2],
        url=said["notificationUrl"].cut(2048) or "",
        ends_at=said["expirationDateTime"].maybe(Reader.instant),
    )


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
