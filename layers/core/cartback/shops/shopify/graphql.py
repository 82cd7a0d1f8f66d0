"""The few documents of Shopify's Admin GraphQL API that we send, and its two ways to say no (API version below).

A failure comes with status 200: as ``errors`` of the request (throttled, not allowed), or as ``userErrors`` of a
mutation. The cost of a request is counted in points that refill by the second.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from math import ceil

from cartback.domain.errors import Refused, TryLater
from cartback.domain.intake.payload_reader import Reader
from cartback.domain.shop.calls import Call, Grant, Key, document
from cartback.ports import Http

VERSION = "2026-07"

_CONSENT = "marketingState marketingOptInLevel marketingUpdatedAt"
CUSTOMER = (
    "legacyResourceId createdAt firstName "
    f"defaultEmailAddress {{ emailAddress {_CONSENT} }} defaultPhoneNumber {{ phoneNumber {_CONSENT} }}"
)
_MONEY = "presentmentMoney { amount currencyCode }"
_ORDER = (
    "legacyResourceId createdAt updatedAt cancelledAt test email phone customerLocale currencyCode sourceName tags "
    f"displayFinancialStatus totalPriceSet {{ {_MONEY} }} discountCodes "
    f"shippingAddress {{ countryCodeV2 provinceCode }} customer {{ {CUSTOMER} }}"
)
_CHECKOUT = (
    "id abandonedCheckoutUrl createdAt updatedAt completedAt "
    f"totalPriceSet {{ {_MONEY} }} shippingAddress {{ countryCodeV2 provinceCode }} customer {{ {CUSTOMER} }} "
    "lineItems(first: 100) { nodes { id title variantTitle sku quantity "
    f"variant {{ legacyResourceId }} product {{ legacyResourceId }} image {{ url }} "
    f"discountedUnitPriceSet {{ {_MONEY} }} }} }}"
)
_VARIANT = (
    "legacyResourceId title sku price inventoryQuantity inventoryPolicy "
    "inventoryItem { legacyResourceId tracked }"
)
_PAGE = "pageInfo { hasNextPage endCursor }"
_NO = "userErrors { field code }"

VARIANTS = (
    "query Variants($ids: [ID!]!) { shop { currencyCode } "
    f"nodes(ids: $ids) {{ ... on ProductVariant {{ {_VARIANT} product {{ title status }} }} }} }}"
)
PRODUCT = (
    "query Product($id: ID!) { product(id: $id) { legacyResourceId title status updatedAt "
    f"featuredMedia {{ preview {{ image {{ url }} }} }} variants(first: 250) {{ nodes {{ {_VARIANT} }} }} }} }}"
)
ORDERS = (
    "query Orders($query: String!, $after: String, $latestFirst: Boolean!) { orders(first: 50, after: $after, "
    f"query: $query, sortKey: UPDATED_AT, reverse: $latestFirst) {{ nodes {{ {_ORDER} }} {_PAGE} }} }}"
)
CHECKOUTS = (
    "query Checkouts($query: String!, $after: String) { abandonedCheckouts(first: 25, after: $after, "
    f"query: $query) {{ nodes {{ {_CHECKOUT} }} {_PAGE} }} }}"
)
CREATE_DISCOUNT = (
    "mutation CreateDiscount($discount: DiscountCodeBasicInput!) { discountCodeBasicCreate("
    f"basicCodeDiscount: $discount) {{ codeDiscountNode {{ id }} {_NO} }} }}"
)
FIND_DISCOUNT = "query FindDiscount($code: String!) { codeDiscountNodeByCode(code: $code) { id } }"
DELETE_DISCOUNT = (
    f"mutation DeleteDiscount($id: ID!) {{ discountCodeDelete(id: $id) {{ deletedCodeDiscountId {_NO} }} }}"
)
SCOPES = "query Scopes { currentAppInstallation { accessScopes { handle } } }"
# Asks for one protected field: an app that may not read it is refused, whatever its scopes are.
PEOPLE = "query People { customers(first: 1) { nodes { defaultEmailAddress { emailAddress } } } }"
SUBSCRIPTIONS = "query Subscriptions { webhookSubscriptions(first: 100) { nodes { id topic uri } } }"
# The errors of these two have no code.
SUBSCRIBE = (
    "mutation Subscribe($topic: WebhookSubscriptionTopic!, $subscription: WebhookSubscriptionInput!) { "
    "webhookSubscriptionCreate(topic: $topic, webhookSubscription: $subscription) "
    "{ webhookSubscription { id topic uri } userErrors { field } } }"
)
UNSUBSCRIBE = (
    "mutation Unsubscribe($id: ID!) { webhookSubscriptionDelete(id: $id) "
    "{ deletedWebhookSubscriptionId userErrors { field } } }"
)


class UserErrors(Refused):
    """A mutation was refused; ``codes`` says why, in Shopify's words."""

    def __init__(self, name: str, codes: tuple[str, ...]) -> None:
        super().__init__(f"{name} was refused: {' '.join(codes) or 'without a code'}", 422)
        self.codes = codes


def ask(
    http: Http,
    base: str,
    access: Grant | Key,
    asked: str,
    variables: Mapping[str, object],
    seconds: float = 20.0,
) -> Reader:
    """Send a document and give its ``data``. Raises TryLater where throttled, Refused or UserErrors where refused."""
    headers = {"content-type": "application/json", "accept": "application/json"}
    body = document({"query": asked, "variables": dict(variables)})
    call = Call("POST", f"{base}/admin/api/{VERSION}/graphql.json", access, headers, body, seconds=seconds)
    said = http.send(call).read()
    _check(said)
    data = said["data"]
    if not isinstance(data.value, dict):
        raise data.refused("must be an object")
    for name, answer in data.value.items():
        wrong = answer.get("userErrors") if isinstance(answer, dict) else None
        if wrong:
            codes = (error.get("code") for error in wrong if isinstance(error, dict))
            raise UserErrors(name, tuple(str(code) for code in codes if code))
    return data


def _check(said: Reader) -> None:
    errors = said["errors"]
    if errors.is_null:
        return
    # Refusals before the request is read come as a plain text.
    codes = (
        {error["extensions"]["code"].value for error in errors.each()}
        if isinstance(errors.value, list)
        else {""}
    )
    if "THROTTLED" in codes:
        cost = said["extensions"]["cost"]
        raise TryLater("Shopify throttles us", _refilled(cost))
    if codes & {"INTERNAL_SERVER_ERROR", "TIMEOUT"}:
        raise TryLater("Shopify is unwell")
    shown = " ".join(sorted(str(code) for code in codes if isinstance(code, str) and code.isupper()))
    raise Refused(
        f"Shopify refuses: {shown or 'malformed request'}", 403 if "ACCESS_DENIED" in codes else 400
    )


def _refilled(cost: Reader) -> int:
    """Seconds until there are points enough."""
    state = cost["throttleStatus"]
    wanted, there, rate = (
        value if isinstance(value, int | Decimal) else None
        for value in (
            cost["requestedQueryCost"].value,
            state["currentlyAvailable"].value,
            state["restoreRate"].value,
        )
    )
    if wanted is None or there is None or not rate:
        return 2
    return max(1, min(60, ceil((wanted - there) / rate)))
