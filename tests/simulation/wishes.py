"""What people chose on the page of their preferences, as far as the page said that it is kept.

A wish holds from the moment at which the page came back. One that is taken back binds nobody from the moment at
which somebody begins to press: whether a request whose answer is lost was worked on, only the house knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

NEVER = timedelta(0)
APART = {"all": NEVER, "weekly": timedelta(days=7), "monthly": timedelta(days=30)}
PAUSES = {"7": timedelta(days=7), "30": timedelta(days=30), "90": timedelta(days=90)}
"""How far apart messages are to be, and how long a pause is: what the page promises, told a second time."""


@dataclass(slots=True)
class Wishes:
    """The wishes of one person. ``language`` is None where nothing was wished."""

    paused_until: datetime | None = None
    apart: timedelta = NEVER
    reminders_off: bool = False
    language: str | None = None

    def forget(self) -> None:
        """Who was forgotten has no wishes that are remembered."""
        self.paused_until, self.apart, self.reminders_off, self.language = None, NEVER, False, None


def against(
    wishes: Wishes, address: str, lang: str, now: datetime, doubt: timedelta
) -> Iterator[tuple[str, str]]:
    """What a person's wishes say against a message that is claimed now; clocks may be wrong by ``doubt``."""
    if wishes.paused_until is not None and now < wishes.paused_until - doubt:
        yield "I2", f"{address} wants nothing before {wishes.paused_until}"
    if wishes.reminders_off:
        yield "I2", f"{address} had switched reminders of carts off"
    if wishes.language is not None and lang != wishes.language:
        yield "wishes", f"{address} wants to read {wishes.language}, the message is in {lang}"


def disagreements(wishes: Wishes, shown: dict[str, object], now: datetime, doubt: timedelta) -> Iterator[str]:
    """Where a page shows less than was wished. ``doubt`` is how wrong the page's clock may be."""
    if APART[str(shown["frequency"])] < wishes.apart:
        yield f"the page shows {shown['frequency']}, wished was one in {wishes.apart}"
    if wishes.paused_until is not None and now < wishes.paused_until - doubt:
        until = datetime.fromisoformat(str(shown["paused_until"])) if shown["paused_until"] else now
        if until < wishes.paused_until - doubt:
            yield f"the page shows a pause until {until}, wished was {wishes.paused_until}"
    if wishes.reminders_off and shown["topics"]["cart_reminders"]:
        yield "the page shows reminders as switched on"
    if wishes.language is not None and shown["language"] != wishes.language:
        yield f"the page shows {shown['language']} as the language, wished was {wishes.language}"
