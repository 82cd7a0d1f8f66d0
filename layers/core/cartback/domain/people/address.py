"""What counts as an address that we may write to, and as the same address twice."""

from __future__ import annotations

import re
from itertools import pairwise

from cartback.domain.shop.hosts import ascii_label

LONGEST = 254
_LOCAL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}", re.ASCII)
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]", re.ASCII)

_DOTS = re.compile("[.\u3002\uff0e\uff61]")
_WHATSAPP_USER = re.compile(r"[A-Z]{2}(?:\.ENT)?\.[A-Za-z0-9]{1,128}", re.ASCII)
_BETWEEN_DIGITS = re.compile(r"[\s()./\u2010-\u2015\u2212-]")


def email(text: object) -> str | None:
    """The normal form of an e-mail address, or None for what we would not put into a header: the one gate for both.

    Lower case, IDNA domain, at most 254 characters (RFC 5321 §4.5.3.1.3). Quoted local parts and address
    literals are legal but not seen in shops, and are where header injection hides: they are not accepted. Nor is what
    a reader of headers may take for an encoded word (RFC 2047).
    """
    if not isinstance(text, str):
        return None
    local, at, domain = text.strip().rpartition("@")
    if not at or len(text) > LONGEST:
        return None
    try:
        domain = ".".join(map(ascii_label, _DOTS.split(domain.replace("Σ", "σ").lower())))
    except UnicodeError:
        return None
    if not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(domain):
        return None
    if (
        len(local) + 1 + len(domain) > LONGEST
        or local.startswith(".")
        or local.endswith(".")
        or ".." in local
        or "=?" in local
    ):
        return None
    return f"{local.lower()}@{domain}"


def phone(text: object) -> str | None:
    """A telephone number in E.164 (``+4915112345678``), or None if it has no country code or no such shape."""
    if not isinstance(text, str):
        return None
    # "+49 (0) 151": the zero in brackets is for callers from within the country.
    digits = _BETWEEN_DIGITS.sub("", text.strip().replace("(0)", ""))
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    return digits if re.fullmatch(r"\+[1-9][0-9]{6,14}", digits, re.ASCII) else None


def whatsapp_user(text: object) -> str | None:
    """WhatsApp's id of a user for one business (``US.13491208655302741918``), or None for what has no such shape.

    Two letters of a country, for linked businesses ``ENT``, and up to 128 letters and digits (Meta, "Business-scoped
    user IDs").
    """
    return text if isinstance(text, str) and _WHATSAPP_USER.fullmatch(text) else None


def is_made_up(number: str) -> bool:
    """Whether a number (E.164) is one that people type where one is demanded: a single digit or a row like 123456789.

    Country codes have one to three digits (ITU-T E.164), and what follows them is looked at.
    """
    digits = number.lstrip("+")
    steps = ({(int(b) - int(a)) % 10 for a, b in pairwise(digits[length:])} for length in (1, 2, 3))
    return any(each in ({0}, {1}, {9}) for each in steps)
