"""How many messages one cart has had, over all its generations: more than a few annoy (SEQ-8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

COUNTED_WITHIN = timedelta(days=30)
"""Over this long the messages about one cart are counted together, however often it is opened anew."""


@dataclass(frozen=True, slots=True)
class Reminder:
    """A message about a cart, by its claim. One that provably did not go out is claimed again, and counts once.

    ``channel`` is the way that it went, e-mail where nothing is said.
    """

    claim_id: str
    at: datetime
    channel: str = ""


def lately(reminders: tuple[Reminder, ...], now: datetime, besides: str = "") -> tuple[Reminder, ...]:
    """The messages of the last 30 days, ``besides`` the one of this claim."""
    since = now - COUNTED_WITHIN
    return tuple(one for one in reminders if one.at > since and one.claim_id != besides)


def counted(
    reminders: tuple[Reminder, ...], claim_id: str, at: datetime, channel: str = ""
) -> tuple[Reminder, ...]:
    """Count a message that is claimed now."""
    return (*lately(reminders, at, besides=claim_id), Reminder(claim_id, at, channel))
