"""Numbers of the trade: GTIN-8, -12 (UPC), -13 (EAN) and -14, told apart from other numbers by their check digit."""

from __future__ import annotations

import re

_LENGTHS = frozenset({8, 12, 13, 14})
_BETWEEN = re.compile(r"[\s-]+")


def gtin(text: str | None) -> str | None:
    """The number as it is printed, without what parts its digits; None for what is no GTIN, or one misread.

    The check digit is GS1's: counted from the right, every second digit before it weighs three (GS1 General
    Specifications, 7.9).
    """
    digits = _BETWEEN.sub("", text or "")
    if not digits.isascii() or not digits.isdigit() or len(digits) not in _LENGTHS or not digits.strip("0"):
        return None
    weighed = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(digits)))
    return digits if weighed % 10 == 0 else None
