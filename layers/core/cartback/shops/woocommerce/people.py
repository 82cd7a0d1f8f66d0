"""Who a WooCommerce payload is about, and what that person agreed to.

The core knows no consent. A shop that asks for one writes when it was given into a field of its order or customer
(docs/shops/woocommerce.md); without it nobody is written to.
"""

from __future__ import annotations

from cartback.domain.errors import Refused
from cartback.domain.intake import payload_reader
from cartback.domain.intake.payload_reader import Reader
from cartback.domain.observations import ConsentSeen, Contact
from cartback.domain.people import address, zones

AGREED, REFUSED = "cartback_email_consent_at", "cartback_email_refused_at"
_MOST_FIELDS = 500

# Where plugins for several languages write the one of the visit: WPML, Polylang, TranslatePress, Weglot; "_locale" and
# "locale" are what themes and WordPress itself (of an account) call it. Polylang's API has a field of its own.
LANGUAGE_FIELDS = ("lang", "language", "locale")
LANGUAGE_KEYS = (
    "wpml_language",
    "_wpml_language",
    "pll_language",
    "_pll_language",
    "trp_language",
    "_trp_language",
    "weglot_language",
    "_order_language",
    "_locale",
    "locale",
)


def of_order(order: Reader) -> Contact:
    """The buyer. Guests have the id 0."""
    billing = order["billing"]
    customer = order["customer_id"].maybe(Reader.identifier)
    source = f"woocommerce order {order['id'].identifier()}"
    return Contact(
        customer_ref=customer if customer != "0" else None,
        email=address.email(billing["email"].cut(320)),
        phone=address.phone(billing["phone"].cut(40)),
        first_name=payload_reader.given_name(billing["first_name"].html(200)),
        locale=_language(order),
        **_place(billing),
        consents=_consents(order["meta_data"], source),
    )


def of_customer(customer: Reader, ref: str) -> Contact:
    """A customer's own record."""
    billing = customer["billing"]
    first_name = customer["first_name"].html(200) or billing["first_name"].html(200)
    return Contact(
        customer_ref=ref,
        email=address.email(customer["email"].cut(320)),
        phone=address.phone(billing["phone"].cut(40)),
        first_name=payload_reader.given_name(first_name),
        locale=_language(customer),
        **_place(billing),
        consents=_consents(customer["meta_data"], f"woocommerce customer {ref}"),
    )


def of_form(form: Reader) -> Contact:
    """The shopper of a CartFlows form."""
    return Contact(
        email=address.email(form["email"].cut(320)),
        phone=address.phone(form["phone_number"].cut(40)),
        first_name=payload_reader.given_name(form["first_name"].html(200)),
    )


def by_id(ref: str) -> Contact:
    """A person of whom only the account is named."""
    return Contact(customer_ref=ref)


def _language(payload: Reader) -> str | None:
    """The language of an order or account, as the first of the plugins that we know writes it."""
    said = {
        member["key"]: member["value"]
        for member in _members(payload["meta_data"].value)
        if isinstance(member.get("key"), str) and isinstance(member.get("value"), str)
    }
    told = (*(payload[name].value for name in LANGUAGE_FIELDS), *(said.get(key) for key in LANGUAGE_KEYS))
    return next((tag for tag in told if isinstance(tag, str) and payload_reader.LOCALE.fullmatch(tag)), None)


def _members(fields: object) -> list[dict[str, object]]:
    # PHP makes an object of a list with gaps.
    members = (
        list(fields.values()) if isinstance(fields, dict) else fields if isinstance(fields, list) else []
    )
    return [member for member in members[:_MOST_FIELDS] if isinstance(member, dict)]


def _place(billing: Reader) -> dict[str, str | None]:
    country = billing["country"].fitting(payload_reader.COUNTRY)
    return {"country": country, "region": zones.region_of(country, billing["state"].cut(10))}


def _consents(meta: Reader, source: str) -> tuple[ConsentSeen, ...]:
    said = []
    for field in meta.each()[:_MOST_FIELDS]:
        key = field["key"].value
        if key in (AGREED, REFUSED) and isinstance(field["value"].value, str):
            try:
                at = field["value"].instant()
            except Refused:
                continue  # no evidence of when is no evidence
            said.append(ConsentSeen("email", key == AGREED, at, "explicit", source, sticky=True))
    return tuple(said)
