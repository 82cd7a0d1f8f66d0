"""What the law of a market asks before a message may go out, as data with its source.

A pack says for each channel and purpose which kinds of basis suffice, when the law wants quiet, and what a record
should hold to prove a consent. A shop may ask for more (``policy.accepted_bases``), never for less. This is
engineering, not legal advice (requirements.md, LEG-13).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time

from cartback.domain.messaging.timing import QuietHours

DOUBLE, EXPLICIT, CUSTOMER = "double_opt_in", "explicit", "existing_customer"
LINK = "preference_link"
"""A yes on the page of preferences, by whoever holds a mail of ours: no pack takes it for more than a tick."""
STRICTEST = "dach"
NO_CONSENT_NEEDED = frozenset({"service"})
"""Purposes that stand on the contract (GDPR Art. 6(1)(b)): the answer to something that the person did."""

_PROOF = ("wording", "wording_version", "requested_at", "confirmed_at", "ip", "user_agent", "page", "message")


@dataclass(frozen=True, slots=True)
class Rule:
    """For one channel and purpose: the kinds of basis that suffice, and where that stands."""

    bases: frozenset[str]
    source: str


@dataclass(frozen=True, slots=True)
class LegalRules:
    """The law of one market. ``quiet`` are hours of the law itself, by channel; a shop's own come on top.

    ``proof`` names what a record of consent should hold: what is missing is shown, because a shop's own system may
    hold it.
    """

    name: str
    countries: tuple[str, ...]
    rules: Mapping[tuple[str, str], Rule]
    quiet: Mapping[str, tuple[QuietHours, str]]
    proof: tuple[str, ...] = _PROOF

    def bases(self, channel: str, purpose: str) -> frozenset[str]:
        """The kinds of basis that suffice; none for a channel or purpose that the pack does not know."""
        rule = self.rules.get((channel, purpose))
        return rule.bases if rule is not None else frozenset()


def _rules(
    channels: tuple[str, ...], purposes: tuple[str, ...], source: str, *bases: str
) -> dict[tuple[str, str], Rule]:
    rule = Rule(frozenset(bases), source)
    return {(channel, purpose): rule for channel in channels for purpose in purposes}


_MAIL, _PHONE, _PUSH = ("email",), ("sms", "whatsapp"), ("push",)
_OWN_GOODS, _NEWS = ("cart_reminders", "offers"), ("news",)
_ALL = _OWN_GOODS + _NEWS

_DACH_SOLD = "UWG (DE) § 7(3), TKG 2021 (AT) § 174(4), UWG (CH) Art. 3(1)(o): own similar goods, after a sale"
_DACH_ASKED = "UWG (DE) § 7(2) no. 2, BGH I ZR 164/09 (double opt-in as the proof), TKG 2021 (AT) § 174(3)"
_EU_SOLD = "Directive 2002/58/EC Art. 13(2): own similar products, after a sale"
_EU_ASKED = "Directive 2002/58/EC Art. 13(1), GDPR Art. 4(11) and 7"
_UK_SOLD = "PECR 2003 reg. 22(3): own similar products; negotiations alone are not used as a basis here"
_UK_ASKED = "PECR 2003 reg. 22(2), UK GDPR Art. 7"
_DACH_PUSH = (
    "UWG (DE) § 7(2) no. 2, TKG 2021 (AT) § 174(3), UWG (CH) Art. 3(1)(o): asked and allowed on the very browser that "
    "is written to, so the yes needs no second proof of whose it is"
)
_EU_PUSH = f"{_EU_ASKED}, asked on the very browser that is written to"
_UK_PUSH = f"{_UK_ASKED}, asked on the very browser that is written to"
_US_PUSH = "No federal rule of its own; the browser asks, and we still want a recorded basis"
_US_MAIL = "CAN-SPAM Act, 15 U.S.C. § 7704: may go until refused; we still want a recorded basis"
_US_PHONE = "TCPA, 47 CFR § 64.1200(a)(2): prior express written consent"
_US_CART = "CTIA short code rules: double opt-in that names cart reminders (reliability.md, USA, SMS)"
_US_HOURS = (
    "47 CFR § 64.1200(c)(1): 8 to 21 h at the recipient's; Fla. Stat. § 501.616(6): 8 to 20 h, so that holds"
)

PACKS: dict[str, LegalRules] = {
    pack.name: pack
    for pack in (
        LegalRules(
            STRICTEST,
            ("DE", "AT", "CH", "LI"),
            {
                **_rules(_MAIL, _OWN_GOODS, _DACH_SOLD, DOUBLE, CUSTOMER),
                **_rules(_MAIL, _NEWS, _DACH_ASKED, DOUBLE),
                **_rules(_PHONE, _ALL, _DACH_ASKED, DOUBLE),
                **_rules(_PUSH, _ALL, _DACH_PUSH, DOUBLE, EXPLICIT),
            },
            {},
        ),
        LegalRules(
            "eu",
            tuple("BE BG HR CY CZ DK EE FI FR GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE IS NO".split()),
            {
                **_rules(_MAIL, _OWN_GOODS, _EU_SOLD, DOUBLE, EXPLICIT, CUSTOMER),
                **_rules(_MAIL, _NEWS, _EU_ASKED, DOUBLE, EXPLICIT),
                **_rules(_PHONE, _ALL, _EU_ASKED, DOUBLE, EXPLICIT),
                **_rules(_PUSH, _ALL, _EU_PUSH, DOUBLE, EXPLICIT),
            },
            {},
        ),
        LegalRules(
            "uk",
            ("GB",),
            {
                **_rules(_MAIL, _ALL, _UK_SOLD, DOUBLE, EXPLICIT, CUSTOMER),
                **_rules(_PHONE, _OWN_GOODS, _UK_SOLD, DOUBLE, EXPLICIT, CUSTOMER),
                **_rules(_PHONE, _NEWS, _UK_ASKED, DOUBLE, EXPLICIT),
                **_rules(_PUSH, _ALL, _UK_PUSH, DOUBLE, EXPLICIT),
            },
            {},
        ),
        LegalRules(
            "us",
            ("US",),
            {
                **_rules(_MAIL, _ALL, _US_MAIL, DOUBLE, EXPLICIT, CUSTOMER),
                **_rules(_PHONE, ("offers", "news"), _US_PHONE, DOUBLE, EXPLICIT),
                **_rules(_PHONE, ("cart_reminders",), _US_CART, DOUBLE),
                **_rules(_PUSH, _ALL, _US_PUSH, DOUBLE, EXPLICIT),
            },
            {channel: (QuietHours(time(20), time(8)), _US_HOURS) for channel in _PHONE},
        ),
    )
}
