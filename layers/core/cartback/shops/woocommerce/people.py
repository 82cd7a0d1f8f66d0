"""Who a WooCommerce payload is about, and what that person agreed to.

The core knows no consent. A shop that asks for one writes when it was given into a field of its order or customer
(docs/shops/woocommerce.md); without it nobody is written to.
"""

from __future__ import annotations

from cartback.domain import address, reading, zones
from cartback.domain.errors import Refused
from cartback.domain.observations import ConsentSeen, Contact
from cartback.domain.reading import Reader

AGREED, REFUSED = "cartback_email_consent_at", "cartback_email_refused_at"
_MOST_FIELDS = 500


def of_order(order: Reader) -> Contact:
    """The buyer. Guests have the id 0."""
    billing = order["billing"]
    customer = order["customer_id"].maybe(Reader.identifier)
    source = f"woocommerce order {order['id'].identifier()}"
    return Contact(
        customer_ref=customer if customer != "0" else None,
        email=address.email(billing["email"].cut(320)),
        phone=address.phone(billing["phone"].cut(40)),
        first_name=reading.given_name(billing["first_name"].cut(200)),
        **_place(billing),
        consents=_consents(order["meta_data"], source),
    )


def of_customer(customer: Reader, ref: str) -> Contact:
    """A customer's own record."""
    billing = customer["billing"]
    first_name = customer["first_name"].cut(200) or billing["first_name"].cut(200)
    return Contact(
        customer_ref=ref,
        email=address.email(customer["email"].cut(320)),
        phone=address.phone(billing["phone"].cut(40)),
        first_name=reading.given_name(first_name),
        **_place(billing),
        consents=_consents(customer["meta_data"], f"woocommerce customer {ref}"),
    )


def of_form(form: Reader) -> Contact:
    """The shopper of a CartFlows form."""
    return Contact(
        email=address.email(form["email"].cut(320)),
        phone=address.phone(form["phone_number"].cut(40)),
        first_name=reading.given_name(form["first_name"].cut(200)),
    )


def by_id(ref: str) -> Contact:
    """A person of whom only the account is named."""
    return Contact(customer_ref=ref)


def _place(billing: Reader) -> dict[str, str | None]:
    country = billing["country"].fitting(reading.COUNTRY)
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
