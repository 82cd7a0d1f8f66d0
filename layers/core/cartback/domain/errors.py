"""The failures that have a name. Everything else is a bug and surfaces."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType

    from cartback.domain.observations import Observation


class Refused(Exception):
    """The caller's fault: answered with a 4xx or parked with its reason, never retried.

    ``status`` is the HTTP status for callers that came over HTTP. ``despite`` holds the observations that stand in
    spite of the refusal: what could be read beside what could not.
    """

    def __init__(self, reason: str, status: int = 400, despite: tuple[Observation, ...] = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status
        self.despite = despite


class TryLater(Exception):
    """Transient: the same call may succeed later. ``after_seconds`` is the server's own wish, if it had one."""

    def __init__(self, reason: str, after_seconds: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.after_seconds = after_seconds


class Doubtful(Exception):
    """Nobody knows whether it happened: a call that must not be repeated blindly has left, and no answer settles it.

    Looked up in the other system, or shown to a person; never retried as ``TryLater`` is.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Conflict(Exception):
    """Somebody else changed a row between our read and our write: read again and decide again."""


class MessageWithheld(Exception):
    """Stands in a log for a bug: its name and where it was, without what it said."""


def withheld(bug: BaseException) -> tuple[type[BaseException], BaseException, TracebackType | None]:
    """What may be logged of a bug (as ``exc_info``): messages of exceptions quote what they choke on, people too."""
    return MessageWithheld, MessageWithheld(type(bug).__name__), bug.__traceback__
