"""Who a Shopify payload is about, and what that person agreed to."""

from __future__ import annotations

from datetime import datetime

from cartback.domain.hashes import short
from cartback.domain.intake import payload_reader
from cartback.domain.intake.payload_reader import Reader
from cartback.domain.observations import ConsentSeen, Contact
from cartback.domain.people import address, zones

_REFUSALS = frozenset({"unsubscribed", "redacted", "invalid"})


def of_customer(customer: Reader, at: datetime) -> Contact:
    """A customer record, on its own or inside an order; ``at`` is the instant of the payload that carries it.

    Since API version 2025-01 customers no longer carry their consents: two topics of their own tell them
    (shopify.dev changelog, 2025-01-01). Older versions still do.
    """
    ref = customer["id"].maybe(Reader.identifier)
    since = customer["created_at"].maybe(Reader.instant) or at
    said = [
        marketing(customer[f"{channel}_marketing_consent"], channel, ref, since, at)
        for channel in ("email", "sms")
    ]
    return Contact(
        customer_ref=ref,
        email=_email(customer["email"]),
        phone=_phone(customer["phone"]),
        first_name=_first_name(customer),
        locale=customer["locale"].fitting(payload_reader.LOCALE),
        **_place(customer["default_address"]),
        consents=tuple(consent for consent in said if consent),
        account_email=_email(customer["email"]),
    )


def of_checkout(checkout: Reader, token: str, at: datetime) -> Contact:
    """The shopper at the checkout, who may be a guest. What was typed there outweighs the customer's record."""
    known = of_customer(checkout["customer"], at)
    email = _email(checkout["email"]) or known.email
    return Contact(
        customer_ref=known.customer_ref,
        email=email,
        phone=_phone(checkout["phone"]) or _phone(checkout["sms_marketing_phone"]) or known.phone,
        first_name=known.first_name or _first_name(checkout["billing_address"]),
        locale=checkout["customer_locale"].fitting(payload_reader.LOCALE) or known.locale,
        **_place_of_buyer(checkout, known),
        consents=_of_record(known, email) + _ticks(checkout, token, at),
        account_email=known.account_email,
    )


def of_order(order: Reader, at: datetime) -> Contact:
    """The buyer. Orders by an administrator or at the till may name nobody."""
    known = of_customer(order["customer"], at)
    email = _email(order["email"]) or _email(order["contact_email"]) or known.email
    return Contact(
        customer_ref=known.customer_ref,
        email=email,
        phone=_phone(order["phone"]) or known.phone,
        first_name=known.first_name or _first_name(order["billing_address"]),
        locale=order["customer_locale"].fitting(payload_reader.LOCALE) or known.locale,
        **_place_of_buyer(order, known),
        consents=_of_record(known, email),
        account_email=known.account_email,
    )


def of_redaction(customer: Reader) -> Contact:
    """The person whom the shop was asked to forget."""
    return Contact(
        customer_ref=customer["id"].maybe(Reader.identifier),
        email=_email(customer["email"]),
        phone=_phone(customer["phone"]),
    )


def of_consent(change: Reader, channel: str, ref: str, at: datetime) -> Contact:
    """The word of one customer for one channel, from the topics that carry nothing else."""
    said = marketing(change[f"{channel}_marketing_consent"], channel, ref, at, at)
    return Contact(
        customer_ref=ref,
        email=_email(change["email_address"]),
        phone=_phone(change["phone"]),
        consents=(said,) if said else (),
    )


def marketing(
    consent: Reader, channel: str, customer_ref: str | None, since: datetime, at: datetime
) -> ConsentSeen | None:
    """Shopify's record of a consent; None for states that are no word of the person (never asked, pending).

    A record without a date: a refusal counts from the payload's instant ``at``, an agreement only from the
    earliest possible one, ``since``, and cannot undo an opt-out (``sticky``).
    """
    state = (consent["state"].cut(40) or "").lower()
    level = (consent["opt_in_level"].cut(40) or "").lower()
    dated = consent["consent_updated_at"].maybe(Reader.instant)
    basis = "double_opt_in" if level == "confirmed_opt_in" else "explicit"
    source = f"shopify customer {customer_ref or 'unknown'}"
    if state == "subscribed":
        return ConsentSeen(channel, True, dated or since, basis, source, sticky=dated is not None)
    if state in _REFUSALS:
        return ConsentSeen(channel, False, dated or at, "explicit", source, sticky=True)
    return None


def _of_record(known: Contact, email: str | None) -> tuple[ConsentSeen, ...]:
    """What the record says of consents holds for its own address, not for another that was typed beside it."""
    return tuple(word for word in known.consents if word.channel != "email" or email == known.email)


def _ticks(checkout: Reader, token: str, seen_at: datetime) -> tuple[ConsentSeen, ...]:
    # A tick box has no date of its own; the token would open the checkout, so the evidence quotes an id instead.
    at = checkout["created_at"].maybe(Reader.instant) or seen_at
    name = checkout["id"].maybe(Reader.identifier) or short("checkout", token, length=16)
    boxes = (("email", "buyer_accepts_marketing"), ("sms", "buyer_accepts_sms_marketing"))
    return tuple(
        ConsentSeen(channel, checkout[box].flag(), at, "explicit", f"shopify checkout {name}")
        for channel, box in boxes
        if not checkout[box].is_null
    )


def _email(field: Reader) -> str | None:
    return address.email(field.cut(320))


def _phone(field: Reader) -> str | None:
    return address.phone(field.cut(40))


def _first_name(person: Reader) -> str | None:
    return payload_reader.given_name(person["first_name"].cut(200))


def _place_of_buyer(payload: Reader, known: Contact) -> dict[str, str | None]:
    told = (_place(payload[name]) for name in ("shipping_address", "billing_address"))
    mine = {"country": known.country, "region": known.region}
    return next((place for place in told if place["country"]), mine)


def _place(place: Reader) -> dict[str, str | None]:
    country = place["country_code"].fitting(payload_reader.COUNTRY)
    return {"country": country, "region": zones.region_of(country, place["province_code"].cut(10))}
