"""A shop whose news comes late: until it has caught up, nobody is written to whose order may be among what is missing.

On bad days webhooks come 15 to 60 minutes late, orders last of all, and after an outage in any order. What a cart's own
row says is then true of some time ago. So whenever news of a shop is found to be late, its messages wait a silence from
then on. They do not wait for ever: some shops tell everything late, by a clock of WordPress that ticks with visitors.
"""

from __future__ import annotations

from datetime import datetime, timedelta

BEHIND = "behind"
"""Under which the instant stands at which a shop's news was last found to be late, where blocks are looked up."""

LONGEST = timedelta(hours=2)
NOTED_EVERY = timedelta(minutes=5)


def noted_at(text: str | None) -> datetime | None:
    """The instant that was written down under ``BEHIND``, if one was."""
    return datetime.fromisoformat(text) if text else None


def until(behind_at: datetime | None, due: datetime, silence: timedelta) -> datetime | None:
    """Until when a message that is due waits for the news of its shop; None for a shop that was never late."""
    return None if behind_at is None else min(behind_at + silence, due + LONGEST)
