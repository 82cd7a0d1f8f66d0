"""Shopify's Admin GraphQL API: what a shop of Shopify's can do for us (integrations.md § 1.1)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from cartback.domain.errors import Refused
from cartback.domain.intake import payload_reader
from cartback.domain.intake.payload_reader import Reader
from cartback.domain.money import Money
from cartback.domain.observations import OrderSeen, ProductSeen, VariantSeen
from cartback.domain.shop.calls import Grant, Key
from cartback.domain.shop.credentials import NAME, PLACE, SECRET, Needs
from cartback.domain.shop.service import Changes, Discount, DiscountMade, Subscription, Unsupported
from cartback.ports import Delivery, Http, ShopApi, ShopKeys
from cartback.shops import shopify
from cartback.shops.shopify import goods, graphql, listing, translation

_DOMAIN = (re.compile(r"[a-z0-9][a-z0-9-]{0,62}\.myshopify\.com"), "a domain such as lamp-shop.myshopify.com")
NEEDS = Needs(
    (
        {"domain": _DOMAIN, "access_token": SECRET},
        {"domain": _DOMAIN, "client_id": NAME, "client_secret": SECRET},
    ),
    {"api_url": PLACE},
)
# Whose secret signs the webhooks (``usecases.shop.connect_shop``), and whether the address holds a secret word.
SIGNED_BY, WORD_IN_PATH = "theirs", False
TELLS_OF_CARTS = True
SCOPES = ("read_orders", "read_customers", "read_products", "read_inventory")
BY_HAND = (
    "Shopify Dev Dashboard (dev.shopify.com) > Apps > Create app > Start from Dev Dashboard.",
    f"Versions: webhooks API version {graphql.VERSION}, scopes {','.join(SCOPES)}; release it.",
    "API access: select the protected customer data name, e-mail and phone; without them no person is named.",
    "Install the app on the shop. App and shop have to belong to the same organisation.",
    "Settings: its client secret signs the webhooks. cartback shop secret SHOP",
    "A file with domain, client_id and client_secret: cartback shop connect SHOP --access-file FILE --wait 300",
)
ALSO_REMINDS = (
    "Apps > Messaging > Automations (in older shops Marketing > Automations): abandoned checkout, cart, product browse",
    "older shops: Settings > Checkout > Abandoned checkouts, send automatically",
    "sign: Orders > Abandoned checkouts shows e-mails sent or recovered",
)

# The law's topics are no subscriptions: they are set with the app.
# Nor are those that ask for a right which an app that was made before may lack: they are subscribed by hand.
BY_ANOTHER_RIGHT = ("fulfillment_events/", "returns/")
SUBSCRIBED = tuple(
    topic
    for topic in shopify.TOPICS
    if not topic.endswith(("/redact", "/data_request")) and not topic.startswith(BY_ANOTHER_RIGHT)
)
CONSENT_TOPICS = ("customers_email_marketing_consent/update", "customers_marketing_consent/update")
_ENUM = {topic.upper().replace("/", "_"): topic for topic in SUBSCRIBED}
_LOOK_SECONDS = 2.0
_EPOCH = datetime.fromtimestamp(0, UTC)


class Api(ShopApi):
    """One shop of Shopify's."""

    def __init__(self, keys: ShopKeys, http: Http) -> None:
        given = keys.access()
        NEEDS.check(given)
        self._base = given.get("api_url", f"https://{given['domain']}").rstrip("/")
        header = "x-shopify-access-token"
        self._access: Grant | Key = (
            Key(header, given["access_token"])
            if "access_token" in given
            else Grant(
                f"{self._base}/admin/oauth/access_token",
                given["client_id"],
                given["client_secret"],
                header=header,
                prefix="",
            )
        )
        self._http = http
        secret = given.get("client_secret")
        self._signs_otherwise = secret is not None and secret not in keys.secrets

    def stock_now(self, variants: Sequence[str]) -> tuple[VariantSeen, ...]:
        """See ``ports.ShopApi``: over all places that sell online."""
        found, _ = self._variants(variants)
        on_sale = (one for one in found if not _is_off(one["product"]))
        return tuple(
            goods.read_variant(listing.variant(one), goods.read_title(one["product"]["title"]), {None: None})
            for one in on_sale
        )

    def prices_now(self, variants: Sequence[str]) -> dict[str, Money]:
        """See ``ports.ShopApi``."""
        found, currency = self._variants(variants)
        return {one["legacyResourceId"].identifier(): one["price"].money(currency) for one in found}

    def history(self, customer_ref: str, since: datetime) -> tuple[OrderSeen, ...]:
        """See ``ports.ShopApi``. Orders older than 60 days need the scope read_all_orders."""
        if not customer_ref.isdecimal():
            return ()
        query = f"customer_id:{customer_ref} AND created_at:>='{_stamp(since)}'"
        said = self._ask(graphql.ORDERS, {"query": query, "after": None, "latestFirst": True})
        changes = (listing.order(node) for node in said["orders"]["nodes"].each(50))
        seen = (one for change in changes for one in translation.order(_delivery(change.body)))
        return tuple(one for one in seen if isinstance(one, OrderSeen))

    def restore_link(self, ref: str) -> Unsupported:
        """See ``ports.ShopApi``."""
        return Unsupported("Shopify tells the link with each checkout, and finds none by a token")

    def create_discount(self, wanted: Discount) -> DiscountMade:
        """See ``ports.ShopApi``."""
        try:
            said = self._ask(graphql.CREATE_DISCOUNT, {"discount": _discount(wanted)})
            return DiscountMade(
                wanted.code, said["discountCodeBasicCreate"]["codeDiscountNode"]["id"].text(200)
            )
        except graphql.UserErrors as refusal:
            if "TAKEN" not in refusal.codes:
                raise
            said = self._ask(graphql.FIND_DISCOUNT, {"code": wanted.code})
            return DiscountMade(wanted.code, said["codeDiscountNodeByCode"]["id"].text(200))

    def revoke_discount(self, made: DiscountMade) -> None:
        """See ``ports.ShopApi``."""
        try:
            self._ask(graphql.DELETE_DISCOUNT, {"id": made.ref})
        except graphql.UserErrors as refusal:
            if "INVALID" not in refusal.codes:  # so it calls an id that is gone
                raise

    def product(self, product_id: str) -> ProductSeen | None:
        """See ``ports.ShopApi``."""
        if not product_id.isdecimal():
            return None
        found = self._ask(graphql.PRODUCT, {"id": f"gid://shopify/Product/{product_id}"})["product"]
        if found.is_null:
            return None
        title = goods.read_title(found["title"])
        pictures: dict[str | None, str | None] = {
            None: goods.read_link(found["featuredMedia"]["preview"]["image"]["url"])
        }
        nodes = found["variants"]["nodes"].each(250)
        return ProductSeen(
            product_id,
            found["updatedAt"].instant(),
            tuple(goods.read_variant(listing.variant(node), title, pictures) for node in nodes),
            deleted=_is_off(found),
        )

    def orders_since(self, since: datetime, cursor: str | None = None) -> Changes:
        """See ``ports.ShopApi``."""
        query = {"query": f"updated_at:>='{_stamp(since)}'", "after": cursor, "latestFirst": False}
        found = self._ask(graphql.ORDERS, query)["orders"]
        return Changes(tuple(listing.order(node) for node in found["nodes"].each(50)), _following(found))

    def checkouts_since(self, since: datetime, cursor: str | None = None) -> Changes:
        """See ``ports.ShopApi``: Shopify lists a checkout as abandoned once it knows how to reach the shopper."""
        query = {"query": f"updated_at:>='{_stamp(since)}'", "after": cursor}
        found = self._ask(graphql.CHECKOUTS, query)["abandonedCheckouts"]
        listed = (listing.checkout(node) for node in found["nodes"].each(50))
        return Changes(tuple(change for change in listed if change), _following(found))

    def topics(self) -> tuple[str, ...]:
        """See ``ports.ShopApi``."""
        return SUBSCRIBED

    def lacks(self) -> tuple[str, ...]:
        """See ``ports.ShopApi``: scopes, protected customer data, and whether the app's own secret signs."""
        found = self._ask(graphql.SCOPES, {})["currentAppInstallation"]["accessScopes"].each(500)
        handles = {one["handle"].text(120) for one in found}
        # Who may write may read (Shopify lists only the wider one).
        scopes = [one for one in SCOPES if not {one, one.replace("read_", "write_")} & handles]
        missing = [
            f"scope {one}: add it to a version of the app, release it, install it anew" for one in scopes
        ]
        if "read_customers" not in scopes and not self._names_people():
            missing.append(
                "protected customer data (name, e-mail, phone): select it under API access of the app"
            )
        if self._signs_otherwise:
            missing.append(
                "signature: the app's client secret is none of the shop's secrets: cartback shop secret"
            )
        return tuple(missing)

    def _names_people(self) -> bool:
        try:
            self._ask(graphql.PEOPLE, {})
        except Refused as refusal:
            if refusal.status != 403:
                raise
            return False
        return True

    def subscriptions(self) -> tuple[Subscription, ...]:
        """See ``ports.ShopApi``: those of this app; ones made in the shop's own settings are not listed."""
        found = self._ask(graphql.SUBSCRIPTIONS, {})["webhookSubscriptions"]["nodes"].each(100)
        return tuple(map(_subscription, found))

    def subscribe(self, topic: str, url: str, secret: str) -> Subscription:
        """See ``ports.ShopApi``. Signed with the app's own secret: nobody chooses one."""
        name = topic.upper().replace("/", "_")
        said = self._ask(graphql.SUBSCRIBE, {"topic": name, "subscription": {"uri": url, "format": "JSON"}})
        return _subscription(said["webhookSubscriptionCreate"]["webhookSubscription"])

    def renew(self, subscription: Subscription) -> Subscription:
        """See ``ports.ShopApi``. Nothing to do: Shopify deletes a subscription that fails, it does not pause it."""
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        """See ``ports.ShopApi``."""
        try:
            self._ask(graphql.UNSUBSCRIBE, {"id": subscription.ref})
        except graphql.UserErrors:
            if any(one.ref == subscription.ref for one in self.subscriptions()):
                raise

    def _variants(self, variants: Sequence[str]) -> tuple[list[Reader], str]:
        own = [one for one in dict.fromkeys(variants) if one.isdecimal()][:100]
        ids = [f"gid://shopify/ProductVariant/{one}" for one in own]
        said = self._ask(graphql.VARIANTS, {"ids": ids}, _LOOK_SECONDS)
        currency = said["shop"]["currencyCode"].matching(payload_reader.CURRENCY, "a currency")
        return [node for node in said["nodes"].each(100) if not node.is_null], currency

    def _ask(self, asked: str, variables: Mapping[str, object], seconds: float = 20.0) -> Reader:
        return graphql.ask(self._http, self._base, self._access, asked, variables, seconds)


def _is_off(product: Reader) -> bool:
    return (product["status"].cut(40) or "").lower() in goods.NOT_ON_SALE


def _discount(wanted: Discount) -> dict[str, object]:
    amount, least = wanted.amount, wanted.minimum
    value: dict[str, object] = (
        {"discountAmount": {"amount": str(amount.major), "appliesOnEachItem": False}}
        if amount
        else {"percentage": (wanted.percent or 0) / 100}
    )
    subtotal = {"subtotal": {"greaterThanOrEqualToSubtotal": str(least.major)}} if least else None
    return {
        "title": wanted.title,
        "code": wanted.code,
        "startsAt": _stamp(wanted.starts_at),
        "endsAt": _stamp(wanted.ends_at),
        "usageLimit": 1,
        "appliesOncePerCustomer": True,
        "context": {"all": "ALL"},
        "customerGets": {"value": value, "items": {"all": True}},
        **({"minimumRequirement": subtotal} if subtotal else {}),
    }


def _subscription(node: Reader) -> Subscription:
    name = node["topic"].text(120)
    return Subscription(node["id"].text(200), _ENUM.get(name, name), node["uri"].cut(2048) or "")


def _following(found: Reader) -> str | None:
    page = found["pageInfo"]
    return page["endCursor"].cut(500) if page["hasNextPage"].value is True else None


def _delivery(body: str) -> Delivery:
    return Delivery("", "shopify", "orders/updated", "", _EPOCH, body)


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
