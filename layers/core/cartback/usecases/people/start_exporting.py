"""Start collecting what is known of somebody, once for each fact that tells of their wish, and ring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cartback.domain.hashes import short

if TYPE_CHECKING:
    from cartback.ports import Metrics, Runs


@dataclass(frozen=True, slots=True)
class StartExporting:
    """Start a run; a doubled fact meets the first run's name. Of whom nothing is known, only the bell rings."""

    runs: Runs
    metrics: Metrics

    def __call__(self, shop: str, fact_id: str, data: Mapping[str, object]) -> bool:
        """Give whether a run was started now."""
        self.metrics.count("PrivacyRequests")
        person_id = data.get("person_id")
        if not person_id:
            return False
        variables: dict[str, object] = {
            "shop": shop,
            "flow": "export",
            "subject": person_id,
            "person_id": person_id,
            "cursor": "",
        }
        return self.runs.start("export", f"export-{short('export', shop, fact_id)}", variables)
