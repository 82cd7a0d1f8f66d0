"""Whom a connector writes to by e-mail, as an operator writes it down."""

from __future__ import annotations

import re
from collections.abc import Iterable

from cartback.domain.errors import Refused
from cartback.domain.people.address import email
from cartback.domain.shop.credentials import Needs

_ADDRESS = r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,180}"


def options(most: int, whose: str) -> Needs:
    """The options of a connector that writes to 1 to ``most`` addresses: ``to``, with commas, and ``sender``."""
    to = re.compile(rf"{_ADDRESS}(,{_ADDRESS}){{0,{most - 1}}}")
    return Needs(
        ways=(
            {
                "to": (to, f"1 to {most} addresses of the {whose}, with commas"),
                "sender": (re.compile(_ADDRESS), "an address that the stack may send from"),
            },
        ),
        optional={},
    )


def check(addresses: Iterable[str]) -> None:
    """Raise Refused with those that no mail can be written to."""
    wrong = [each for each in addresses if email(each) != each]
    if wrong:
        raise Refused(f"options.to: {', '.join(wrong)} cannot be written to")
