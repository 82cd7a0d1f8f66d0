"""What a shop can do for us, as plain values: subscriptions, discounts, pages of changes, and "I cannot"."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cartback.domain.money import Money


@dataclass(frozen=True, slots=True)
class Unsupported:
    """The platform's API has no such thing, and why. A value, because flows go on without it."""

    why: str


@dataclass(frozen=True, slots=True)
class Discount:
    """A code to make: ``percent`` off everything, or ``amount`` off the sum. One use, for a limited time.

    Who makes it chooses ``code`` from what it is for, so that a repeated call asks for the same one.
    """

    code: str
    title: str
    starts_at: datetime
    ends_at: datetime
    percent: int | None = None
    amount: Money | None = None
    minimum: Money | None = None

    def __post_init__(self) -> None:
        if (self.percent is None) == (self.amount is None):
            raise ValueError("a discount is either a percentage or an amount")
        if self.percent is not None and not 0 < self.percent <= 100:
            raise ValueError("a percentage is between 1 and 100")


@dataclass(frozen=True, slots=True)
class DiscountMade:
    """A code that exists in the shop; ``ref`` is what it is revoked by."""

    code: str
    ref: str


@dataclass(frozen=True, slots=True)
class Subscription:
    """A webhook subscription in the shop.

    ``ends_at`` is set where it has to be renewed; ``live`` is false where the shop has switched it off.
    ``secret`` is set where the shop chooses what it signs with, and tells it only when the subscription is made.
    """

    ref: str
    topic: str
    url: str
    live: bool = True
    ends_at: datetime | None = None
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Change:
    """Something in the shop's own lists, as the delivery that its webhook would have been.

    ``key`` is the same whenever the same state is listed. ``documents`` is what the API says of it, for platforms
    whose webhooks only name things: what is listed needs no second reading.
    """

    topic: str
    key: str
    body: str = field(repr=False)
    documents: tuple[str, ...] = field(default=(), repr=False)
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Changes:
    """A page of changes, oldest first, and the cursor of the next page (None on the last)."""

    changes: tuple[Change, ...]
    cursor: str | None = None


RENEW_BEFORE = timedelta(hours=30)
"""How long before its end a subscription is renewed: time for a day's failures and one more attempt."""
