"""Answer a shop's request for somebody's data: collect it where the operator finds it, and ring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cartback.domain.errors import Refused
from cartback.usecases.people.export_person import as_json

if TYPE_CHECKING:
    from cartback.ports import Metrics, RawSweep
    from cartback.usecases.people.export_person import ExportPerson


@dataclass(frozen=True, slots=True)
class CollectExport:
    """Collect once per person; a repeated request replaces what was collected before."""

    export: ExportPerson
    raw: RawSweep
    metrics: Metrics

    def __call__(self, shop: str, data: Mapping[str, object]) -> str | None:
        """Give the name of the object; None where nothing is known of the person."""
        self.metrics.count("PrivacyRequests")
        person_id = data.get("person_id")
        if not person_id:
            return None
        try:
            document = self.export(shop, str(person_id))
        except Refused:
            return None  # forgotten since they asked
        return self.raw.keep_export(shop, str(person_id), as_json(document))
