"""Who a generic shop tells of, and what they agreed to: the people's part of the code's half of the schema."""

from __future__ import annotations

from cartback.domain.channels import CHANNELS
from cartback.domain.intake import payload_reader
from cartback.domain.intake.payload_reader import Reader
from cartback.domain.observations import ConsentSeen, Contact
from cartback.domain.people import address, zones
from cartback.shops.generic import goods

BASES = frozenset({"explicit", "double_opt_in", "existing_customer"})
PERSON = frozenset("id email phone".split())
CUSTOMER = PERSON | frozenset("first_name locale country region consents".split())
_CONSENT = frozenset("channel granted at basis source".split())


def read_customer(customer: Reader) -> Contact:
    """Read somebody, as far as the shop knows; a guest has an address and no id."""
    return read_contact(customer.only(CUSTOMER))


def read_contact(customer: Reader) -> Contact:
    """Read the same out of an object that may hold more; what is of no use is no reason to lose what it came with."""
    country = customer["country"].maybe(
        lambda code: code.matching(payload_reader.COUNTRY, "an ISO 3166-1 code")
    )
    return Contact(
        customer_ref=customer["id"].maybe(goods.read_id),
        email=address.email(customer["email"].words(320)),
        phone=address.phone(customer["phone"].words(40)),
        first_name=payload_reader.given_name(goods.maybe_words(customer["first_name"].words(200))),
        locale=customer["locale"].maybe(read_tag),
        country=country,
        region=zones.region_of(country, customer["region"].words(10)),
        consents=tuple(_consent(consent) for consent in customer["consents"].each(20)),
    )


def read_tag(field: Reader) -> str:
    """Read a language."""
    return field.matching(payload_reader.LOCALE, "a language tag (BCP 47)")


def check_named(person: Reader) -> None:
    """Refuse somebody without any name."""
    if all(person[name].is_null for name in ("id", "email", "phone")):
        raise person.refused("must have an id, an email or a phone")


def _consent(consent: Reader) -> ConsentSeen:
    consent.only(_CONSENT)
    return ConsentSeen(
        channel=consent["channel"].word(frozenset(CHANNELS)),
        granted=consent["granted"].flag(),
        at=consent["at"].instant(),
        basis=consent["basis"].maybe(lambda basis: basis.word(BASES)) or "explicit",
        source=consent["source"].matching(payload_reader.EVIDENCE, "a short text without an address"),
        sticky=True,
    )
