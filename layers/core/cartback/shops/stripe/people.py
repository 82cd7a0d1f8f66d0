"""Who a Stripe object is about, and what that person agreed to."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from cartback.domain.intake import payload_reader
from cartback.domain.intake.payload_reader import Reader
from cartback.domain.observations import ConsentSeen, Contact
from cartback.domain.people import address, zones


def of_session(session: Reader) -> Contact:
    """The shopper of a hosted checkout, who may be a guest.

    ``consent.promotions`` is the answer to Stripe's own box, given when the session was open; anything but
    ``opt_in`` is no consent, and ``opt_out`` a tick that was not set rather than a farewell.
    """
    details = session["customer_details"]
    consents: tuple[ConsentSeen, ...] = ()
    if session["consent"]["promotions"].value == "opt_in":
        at = datetime.fromtimestamp(session["created"].integer(0, 10**10), UTC)
        source = f"stripe checkout {session['id'].identifier()[:100]}"
        consents = (ConsentSeen("email", True, at, "explicit", source),)
    email = details["email"].cut(320) or session["customer_email"].cut(320)
    return Contact(
        customer_ref=_ref(session["customer"]),
        email=address.email(email),
        phone=address.phone(details["phone"].cut(40)),
        first_name=None,  # a full name in one field: no telling which part it is
        locale=_language(session["locale"]) or _preferred(session["customer"]),
        **_place(details["address"]),
        consents=consents,
    )


def of_intent(intent: Reader) -> Contact:
    """The payer, as far as the intent or the method that failed tells."""
    billing = intent["last_payment_error"]["payment_method"]["billing_details"]
    email = intent["receipt_email"].cut(320) or billing["email"].cut(320)
    return Contact(
        customer_ref=_ref(intent["customer"]),
        email=address.email(email),
        **_place(billing["address"]),
    )


def of_invoice(invoice: Reader) -> Contact:
    """Whom an invoice was made out to."""
    return Contact(
        customer_ref=_ref(invoice["customer"]),
        email=address.email(invoice["customer_email"].cut(320)),
        phone=address.phone(invoice["customer_phone"].cut(40)),
        **_place(invoice["customer_address"]),
    )


def of_charge(charge: Reader) -> Contact:
    """Who paid."""
    billing = charge["billing_details"]
    return Contact(
        customer_ref=_ref(charge["customer"]),
        email=address.email(billing["email"].cut(320) or charge["receipt_email"].cut(320)),
        phone=address.phone(billing["phone"].cut(40)),
        **_place(billing["address"]),
    )


def _language(field: Reader) -> str | None:
    return field.fitting(payload_reader.LOCALE) if field.value != "auto" else None


def _preferred(customer: Reader) -> str | None:
    """What a customer reads best, where the endpoint expands it."""
    tags = customer["preferred_locales"].value if isinstance(customer.value, dict) else None
    first = tags[0] if isinstance(tags, list) and tags else None
    return _language(Reader(first, "customer.preferred_locales")) if isinstance(first, str) else None


def _place(place: Reader) -> dict[str, Any]:
    country = place["country"].fitting(payload_reader.COUNTRY)
    return {"country": country, "region": zones.region_of(country, place["state"].cut(10))}


def _ref(customer: Reader) -> str | None:
    # An id, or the whole customer where the endpoint expands it.
    if isinstance(customer.value, dict):
        return customer["id"].identifier()
    return customer.maybe(Reader.identifier)
