"""What a message costs by channel and country: list prices, rounded, as data. They decide by orders of magnitude.

In thousandths of a US dollar, recalled from the vendors' public price lists on 2026-11-28 and not read again: AWS End
User Messaging (an SMS of one part, with the carriers' fees in the US), Meta (a marketing template), Pingen and Lob (a
page of A4 in black and white with postage). A mail is SES's; a push costs a request.
"""

from __future__ import annotations

from decimal import Decimal

from cartback.domain.channels import EMAIL
from cartback.domain.money import Money, exponent

AS_OF = "2026-11-28"
ELSEWHERE = ""

PRICES: dict[str, dict[str, Decimal]] = {
    EMAIL: {ELSEWHERE: Decimal("0.1")},
    "push": {ELSEWHERE: Decimal(0)},
    "sms": {
        "US": Decimal(11),
        "CA": Decimal(12),
        "GB": Decimal(46),
        "DE": Decimal(98),
        "AT": Decimal(87),
        "CH": Decimal(72),
        "FR": Decimal(70),
        "NL": Decimal(99),
        "IT": Decimal(80),
        "ES": Decimal(64),
        ELSEWHERE: Decimal(120),
    },
    "whatsapp": {
        "US": Decimal(25),
        "GB": Decimal(53),
        "DE": Decimal(137),
        "FR": Decimal(86),
        "NL": Decimal(160),
        "IT": Decimal(69),
        "ES": Decimal(62),
        ELSEWHERE: Decimal(90),
    },
    "letter": {"DE": Decimal(1150), "CH": Decimal(1500), "US": Decimal(950), ELSEWHERE: Decimal(2500)},
}

DOLLARS = {
    "USD": Decimal(1),
    "EUR": Decimal("1.1"),
    "GBP": Decimal("1.3"),
    "CHF": Decimal("1.2"),
    "CAD": Decimal("0.7"),
    "AUD": Decimal("0.65"),
    "SEK": Decimal("0.1"),
    "NOK": Decimal("0.1"),
    "DKK": Decimal("0.15"),
    "PLN": Decimal("0.27"),
    "CZK": Decimal("0.045"),
    "HUF": Decimal("0.0028"),
    "JPY": Decimal("0.0065"),
}
"""What a major unit is worth, rounded: a factor of one and a half changes no decision that matters."""

SMALL = Decimal(2)
"""What costs no more than so many thousandths is asked of no cart."""


def price(channel: str, country: str | None) -> Decimal:
    """What one message costs, in thousandths of a dollar; of an unknown country what the dearer ones cost."""
    known = PRICES[channel]
    return known.get(country or ELSEWHERE, known[ELSEWHERE])


def thousandths(worth: Money) -> Decimal | None:
    """What a sum is worth in thousandths of a dollar; None in a currency of which nothing is known."""
    rate = DOLLARS.get(worth.currency)
    return None if rate is None else Decimal(worth.amount).scaleb(3 - exponent(worth.currency)) * rate
