"""The tokens of carts and checkouts, by which they are joined."""

from __future__ import annotations

import re

from cartback.domain.intake.payload_reader import Reader

_TOKEN_AND_KEY = re.compile(r"[!-~]+")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,128}")
_WHAT = "there: 1 to 128 letters, digits, _ and -"


def read(field: Reader) -> str:
    """Read a token.

    Since 2024 the storefront's token carries ``?key=…``, a secret that opens the cart: it is not for our tables.
    """
    bare = field.matching(_TOKEN_AND_KEY, _WHAT, 500).partition("?")[0]
    return Reader(bare, field.path).matching(_TOKEN, _WHAT)


def maybe(field: Reader) -> str | None:
    """Read a token, or None for null and for an empty one."""
    return None if field.is_null or field.value == "" else read(field)
