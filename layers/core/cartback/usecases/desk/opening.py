"""Put something on the desk: the same thing told twice is one entry, and what was done comes back open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartback.domain.desk.entries import told_again
from cartback.domain.errors import Conflict, TryLater

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from cartback.domain.desk.entries import Entry
    from cartback.ports import DeskBook

MOST_TRIES = 8


def put_on_desk(desk: DeskBook, entry: Entry, now: datetime) -> Entry:
    """Open an entry, or count it once more. Gives the row as it is then."""
    return changed(
        desk, entry.shop, entry.entry_id, lambda kept: told_again(kept, entry, now) if kept else entry
    )


def changed(
    desk: DeskBook, shop: str, entry_id: str, change: Callable[[Entry | None], Entry | None]
) -> Entry:
    """Change an entry as it stands, again if somebody was quicker. ``change`` may raise, or give None for no change.

    Gives the row before the change where there is none. Raises ``TryLater`` if the row keeps changing.
    """
    for _ in range(MOST_TRIES):
        kept = desk.read(shop, entry_id)
        after = change(kept)
        if after is None or after == kept:
            if kept is None:
                raise TryLater("there is no such entry yet")
            return kept
        try:
            desk.save(after)
        except Conflict:
            continue
        return after
    raise TryLater("the entry keeps changing")
