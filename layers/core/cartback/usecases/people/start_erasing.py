"""Start the sweep behind an erasure, once for each fact that tells of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cartback.domain.hashes import short

if TYPE_CHECKING:
    from cartback.ports import Runs

EVERYBODY = "everybody"


@dataclass(frozen=True, slots=True)
class StartErasing:
    """Start a run; a doubled fact meets the first run's name. No policy may switch this off."""

    runs: Runs

    def __call__(self, shop: str, fact_id: str, data: Mapping[str, object]) -> bool:
        """Give whether a run was started now."""
        person_id = data.get("person_id")
        variables: dict[str, object] = {
            "shop": shop,
            "flow": "erasure",
            "subject": person_id or EVERYBODY,
            "person_id": person_id,
            "cursor": "",
        }
        return self.runs.start("erasure", f"erasure-{short('erasure', shop, fact_id)}", variables)
