"""A save that is larger than a transaction may be, cut where it does the least harm.

DynamoDB takes 100 writes and 4 MB in one transaction. Nearly every save fits, and is all or nothing. One that does
not must not cost a purchase, so it is written in several transactions, in this order, each of which holds alone:

1. **Blocks.** Whoever is never to be written to is that before anything else is known of them.
2. **Carts.** A purchase ends its reminders before anything is said about who bought.
3. **People**, each with the proofs of what they said, for neither is true without the other: first those who stand
   for themselves, then those who were merged into one of them, so that a merged row never points to nobody.
4. **Requests** of people who sign up.
5. **Pointers**, which by then lead to rows that are there.
6. **The catalogue**, of which no message depends on the last word.

A crash or a conflict in between leaves a beginning of this list. The event was not completed, so it is read, folded
and saved again: folding the same event into a row that has it changes nothing, what is left over is written then, and
no row is read through a pointer that is not there yet, because ids are guessed from the names as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

Write = dict[str, Any]

MOST_WRITES = 100
MOST_BYTES = 4_000_000
"""DynamoDB's 4 MB, less what conditions take."""

_LONGEST_CHARACTER = 4


def in_transactions(units: Iterable[list[Write]]) -> Iterator[list[Write]]:
    """Units in their order, as many in one transaction as fit; a unit, which must not be torn, is never cut."""
    taken: list[Write] = []
    size = 0
    for unit in units:
        weight = sum(map(_size, unit))
        if taken and (len(taken) + len(unit) > MOST_WRITES or size + weight > MOST_BYTES):
            yield taken
            taken, size = [], 0
        taken = [*taken, *unit]
        size += weight
    if taken:
        yield taken


def _size(write: Write) -> int:
    """At most so many bytes: what is long is packed, and of the rest each character is counted as the longest."""
    return sum(
        len(name)
        + len(value.get("B", b""))
        + _LONGEST_CHARACTER * len(value.get("S") or value.get("N") or "")
        for action in write.values()
        for name, value in (action.get("Item") or action.get("Key") or {}).items()
    )
