"""A sign-up: somebody asked to be written to, and has not proven yet that the address is theirs."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from cartback.domain.consent import signup
from cartback.domain.subject import SIGNUP, Kind, View

if TYPE_CHECKING:
    from cartback.domain.consent.signup import SignUp


def view(row: SignUp) -> View:
    """What rules may ask of a sign-up. It belongs to nobody until it is confirmed."""
    return View(
        generation=row.generation, started_at=row.requested_at, activity_at=row.asked_at, locale=row.lang
    )


def ended(row: SignUp, generation: int) -> str | None:
    """Why nobody is to be asked about this generation any more."""
    if row.generation != generation:
        return "asked_again_since"
    return None if row.state == signup.PENDING else row.state


def closable(row: SignUp, generation: int) -> bool:
    """Whether this generation still waits for an answer."""
    return row.generation == generation and row.state == signup.PENDING


def closed(row: SignUp, at: datetime, because: str, run: str, by: str | None = None) -> SignUp:
    """Nobody said yes: nothing personal of the request stays, now and not when the broom comes by."""
    return signup.over(row, signup.EXPIRED)


KIND = Kind(name=SIGNUP, part="requests", view=view, ended=ended, closable=closable, closed=closed)
