"""Who a Shopware payload is about, and what that person agreed to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cartback.domain.intake import payload_reader
from cartback.domain.intake.payload_reader import Reader
from cartback.domain.observations import ConsentSeen, Contact
from cartback.domain.people import address, zones


def of_order(order: Reader) -> Contact:
    """The buyer, as their record was when they ordered. A guest has a customer of his own, made for this order."""
    buyer = order["orderCustomer"]
    billing = order["billingAddress"]
    email = address.email(buyer["email"].cut(320))
    return Contact(
        customer_ref=buyer["customerId"].maybe(Reader.identifier),
        email=email,
        account_email=email,
        phone=address.phone(billing["phoneNumber"].cut(40)),
        first_name=None if buyer["customer"]["guest"].value is True else _first_name(buyer),
        locale=_language(order) or _language(buyer["customer"]),
        **_place(billing),
    )


def of_customer(customer: Reader) -> Contact:
    """A customer's own record."""
    billing = customer["defaultBillingAddress"]
    return Contact(
        customer_ref=customer["id"].identifier(),
        email=address.email(customer["email"].cut(320)),
        phone=address.phone(billing["phoneNumber"].cut(40)),
        first_name=None if customer["guest"].value is True else _first_name(customer),
        locale=_language(customer),
        **_place(billing),
    )


def of_recipient(recipient: Reader, agreed: bool, at: datetime) -> Contact:
    """A reader of the newsletter, who need not be a customer."""
    word = ConsentSeen(
        channel="email",
        granted=agreed,
        at=at,
        basis="double_opt_in" if agreed else "explicit",
        source=f"shopware newsletter {recipient['id'].identifier()}",
        sticky=True,
    )
    return Contact(
        email=address.email(recipient["email"].cut(320)),
        first_name=_first_name(recipient),
        locale=_language(recipient),
        consents=(word,),
    )


def by_id(ref: str) -> Contact:
    """A person of whom only the account is named."""
    return Contact(customer_ref=ref)


def _first_name(person: Reader) -> str | None:
    return payload_reader.given_name(person["firstName"].html(200))


def _language(holder: Reader) -> str | None:
    language = holder["language"]
    return language["locale"]["code"].fitting(payload_reader.LOCALE) or language["translationCode"][
        "code"
    ].fitting(payload_reader.LOCALE)


def _place(billing: Reader) -> dict[str, Any]:
    country = billing["country"]["iso"].fitting(payload_reader.COUNTRY)
    return {
        "country": country,
        "region": zones.region_of(country, billing["countryState"]["shortCode"].cut(10)),
    }
