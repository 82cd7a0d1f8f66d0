"""Answer a shop's request for somebody's data: collect it, in steps, where the operator finds it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cartback.domain.errors import Refused
from cartback.usecases.people.export_person import as_json, whole

if TYPE_CHECKING:
    from cartback.ports import RawSweep
    from cartback.usecases.people.export_person import ExportPerson

RESERVE_MS = 60_000
"""What has to be left of a call's time to begin another page."""

_INDEX, _ROWS, _EVENTS = "index", "rows", "events"


@dataclass(frozen=True, slots=True)
class CollectExport:
    """Collect pages while there is time; answer ``more`` or ``done``, with the place to go on from.

    What is found is kept in parts under the name of the run. A repetition of a place replaces its parts, and the last
    call makes one document of all; a repeated request replaces what was collected before. Whoever is forgotten in the
    meantime leaves nothing behind. Raises ``TryLater`` where a store cannot be reached.
    """

    export: ExportPerson
    raw: RawSweep

    def __call__(
        self, shop: str, person_id: str, run: str, place: str, left_ms: Callable[[], int] = lambda: RESERVE_MS
    ) -> dict[str, object]:
        try:
            while place != "done":
                place = self._page(shop, person_id, run, place)
                if place != "done" and left_ms() < RESERVE_MS:
                    return {"next": "more", "cursor": place}
        except Refused:  # forgotten since they asked
            self.raw.drop_parts(shop, person_id, run)
        return {"next": "done", "cursor": place}

    def at_once(self, shop: str, person_id: str | None, run: str) -> dict[str, object]:
        """Collect all of it in one call, as the first release did it for the fact itself."""
        return self(shop, person_id, run, "") if person_id else {"next": "done", "cursor": ""}

    def _page(self, shop: str, person_id: str, run: str, place: str) -> str:
        """Do one page; give the place of the next, ``done`` at the end."""
        stage, _, inside = (place or f"{_INDEX}/").partition("/")
        if stage == _INDEX:
            following = self.export.index(inside)
            return f"{_INDEX}/{following}" if following else f"{_ROWS}/"
        if stage == _ROWS:
            self._keep(shop, person_id, run, 0, [self.export.rows(shop, person_id)])
            return f"{_EVENTS}/1/"
        number, _, cursor = inside.partition("/")
        found, following = self.export.events(shop, self.export.sought(shop, person_id), cursor)
        if found:
            self._keep(shop, person_id, run, int(number), found)
        if following:
            return f"{_EVENTS}/{int(number) + bool(found)}/{following}"
        parts = [each for part in self.raw.parts(shop, person_id, run) for each in json.loads(part)]
        if parts and "exported_at" in parts[0]:  # else this is a repetition of what came to its end before
            self.raw.keep_export(shop, person_id, as_json(whole(parts)))
        self.raw.drop_parts(shop, person_id, run)
        return "done"

    def _keep(self, shop: str, person_id: str, run: str, number: int, part: list[dict[str, Any]]) -> None:
        self.raw.keep_part(shop, person_id, run, number, json.dumps(part, ensure_ascii=False))
