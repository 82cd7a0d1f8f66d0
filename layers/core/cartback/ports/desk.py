"""What waits for a person, and the runs that wait with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from cartback.domain.desk.entries import Entry


@dataclass(frozen=True, slots=True)
class AnswerLink:
    """A link with which one person may answer one entry, once; only the hash of its token is kept."""

    shop: str
    token_hash: str
    entry_id: str
    actor: str
    lang: str
    expires_at: datetime
    used_at: datetime | None = None


class DeskBook(Protocol):
    """The rows of the desk. Reads are consistent, lists may lag by seconds."""

    def read(self, shop: str, entry_id: str) -> Entry | None: ...

    def save(self, after: Entry) -> None:
        """Write it over the version that was read (0: it must not be there). Raises ``Conflict`` otherwise."""

    def answer(self, after: Entry, link: AnswerLink) -> None:
        """Save, and use up the link with it. Raises ``Conflict`` if either was quicker elsewhere."""

    def listed(self, shop: str) -> list[Entry]:
        """What is not over, by when the desk looks at it next."""

    def due(self, shop: str, now: datetime) -> list[Entry]:
        """What the desk has to look at by now, the oldest hundred."""

    def keep_link(self, link: AnswerLink) -> None: ...

    def find_link(self, shop: str, token_hash: str) -> AnswerLink | None: ...


class WaitingRuns(Protocol):
    """Runs that wait for an answer."""

    def answer(self, token: str, word: dict[str, object]) -> bool:
        """Wake the run with this output; False if it does not wait any more. Raises ``TryLater``."""
