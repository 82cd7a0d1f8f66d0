"""Whether a shop's mail is still welcome: what came of it lately, and when to stop.

SES reviews an account at 5 % bounces or 0.1 % complaints and pauses it at 10 % or 0.5 %, with all of its mail;
Gmail filters from 0.1 % on (reliability.md, "Gmail, Yahoo, Microsoft"; LEG-8).
So marketing stops before others stop us.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from cartback.domain.claims import BOUNCED, COMPLAINED, DELIVERED, Claim

WINDOW = timedelta(days=7)
"""Long enough to see a small shop's week, short enough that last month's clean-up does not hide this week's list."""

MOST_BOUNCES, MOST_COMPLAINTS = 0.05, 0.001
FEWEST = 100
"""Of fewer messages one typing error is more than a hundredth: a rate means nothing yet."""

FEWEST_COMPLAINTS = 2
"""One complaint is one person, and in a week of less than a thousand messages always above 0.1 %."""

_NEWS = {DELIVERED, BOUNCED, COMPLAINED}


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of messages: how many met a mailbox or its absence, how many bounced for good, how many hurt."""

    settled: int = 0
    bounced: int = 0
    complained: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.settled + other.settled, self.bounced + other.bounced, self.complained + other.complained
        )


def news(before: Claim, after: Claim, permanent: bool) -> Tally:
    """What a change of one claim adds to the tally. Doubled news changes no claim, and so adds nothing.

    Only marketing counts, because only marketing can be paused: a list of typed-in addresses that somebody feeds to the
    sign-up form must not silence a shop's reminders. The account as a whole has alarms of its own.
    """
    if before.state == after.state or after.purpose == "service":
        return Tally()
    return Tally(
        settled=int(after.state in _NEWS and before.state not in _NEWS),
        bounced=int(after.state == BOUNCED and permanent),
        complained=int(after.state == COMPLAINED) - int(before.state == COMPLAINED),
    )


def hurts(claim: Claim, permanent: bool) -> bool:
    """Whether what became of a claim may be the one too much, told for the first time or again."""
    if claim.purpose == "service":
        return False
    return claim.state == COMPLAINED or (claim.state == BOUNCED and permanent)


def overdone(lately: Tally) -> str | None:
    """Why marketing has to stop (``bounces`` or ``complaints``), or None."""
    if lately.settled < FEWEST:
        return None
    if lately.bounced >= MOST_BOUNCES * lately.settled:
        return "bounces"
    many = lately.complained >= FEWEST_COMPLAINTS
    return "complaints" if many and lately.complained >= MOST_COMPLAINTS * lately.settled else None
