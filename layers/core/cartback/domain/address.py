"""What counts as an address that we may write to, and as the same address twice."""

from __future__ import annotations

import re

LONGEST = 254
_LOCAL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}", re.ASCII)
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]", re.ASCII)


def email(text: object) -> str | None:
    """The normal form of an e-mail address, or None for what we would not put into a header.

    Lower case, IDNA domain, at most 254 characters (RFC 5321 §4.5.3.1.3). Quoted local parts and address
    literals are legal but not seen in shops, and are where header injection hides: they are not accepted.
    """
    if not isinstance(text, str):
        return None
    local, at, domain = text.strip().rpartition("@")
    if not at or len(text) > LONGEST:
        return None
    try:
        domain = domain.lower().encode("idna").decode("ascii")
    except UnicodeError:
        return None
    if not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(domain):
        return None
    if (
        len(local) + 1 + len(domain) > LONGEST
        or local.startswith(".")
        or local.endswith(".")
        or ".." in local
    ):
        return None
    return f"{local.lower()}@{domain}"


def phone(text: object) -> str | None:
    """A telephone number in E.164 (``+4915112345678``), or None if it has no country code or no such shape."""
    if not isinstance(text, str):
        return None
    digits = re.sub(r"[\s()./-]", "", text.strip())
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    return digits if re.fullmatch(r"\+[1-9][0-9]{6,14}", digits, re.ASCII) else None
