"""Let go of a subject, whatever else happens to its row at the same time."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from cartback.domain.errors import Conflict, TryLater
from cartback.ports import RowSet

if TYPE_CHECKING:
    from cartback.domain.subject import Kind
    from cartback.ports import Records

MOST_TRIES = 8


def close(
    records: Records,
    kind: Kind,
    shop: str,
    subject_id: str,
    generation: int,
    because: str,
    run: str,
    now: datetime,
    by: str | None = None,
) -> Any:
    """Close this generation of a subject, if it is still live, perhaps for another's sake (``by``); the row then.

    Raises TryLater if the row keeps changing.
    """
    for _ in range(MOST_TRIES):
        name = kind.row_of(subject_id)
        before = records.read(shop, **{kind.part: [name]})
        kept = getattr(before, kind.part)[name]
        row = kind.seen(kept, subject_id) if kept is not None else None
        if row is None or not kind.closable(row, generation):
            return row
        after = RowSet(**{kind.part: {subject_id: kind.closed(row, now, because, run, by)}})
        try:
            records.save(shop, before, after)
        except Conflict:
            continue
        return getattr(after, kind.part)[subject_id]
    raise TryLater("the row keeps changing")
