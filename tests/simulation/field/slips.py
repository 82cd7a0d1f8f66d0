"""What a shop of the field knows of a checkout, an order or a customer, before it is said in its platform's words."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

type Wire = Callable[[datetime], tuple[bytes, dict[str, str]]]
"""A webhook, made for the instant at which it is sent: its bytes and its headers."""


@dataclass(frozen=True, slots=True)
class Slip:
    """A checkout or an order as its shop has it. ``account`` is a customer id, ``record`` its own address.

    ``agreed_at`` is when whoever typed the address agreed to mails, as the shop has it; ``via`` is how it was made,
    ``method`` how it is to be paid, ``event`` names this telling of it. ``checkout`` is the number of the checkout
    that became the order.
    """

    number: int
    made_at: datetime
    at: datetime
    event: str
    label: str = ""
    goods: tuple[str, ...] = ()
    address: str | None = None
    phone: str | None = None
    account: str | None = None
    record: str | None = None
    agreed_at: datetime | None = None
    via: str = "checkout"
    method: str = "stripe"
    paid_at: datetime | None = None
    checkout: int | None = None
    host: str | None = None
    path: str | None = None

    @property
    def total(self) -> str:
        """Each thing costs the same."""
        return f"{20 * len(self.goods)}.00"


def written(body: dict[str, Any]) -> bytes:
    """A body as bytes."""
    return json.dumps(body, ensure_ascii=False).encode()


def number_of(good: str) -> int:
    """The number that a platform gives to a product."""
    return 100 + int.from_bytes(good.encode()) % 1_000_000_007


def iso(at: datetime) -> str:
    """An instant with its offset."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
