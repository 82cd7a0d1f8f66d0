"""Task: take a forgotten person, or everybody of a shop, out of what is kept."""

from typing import Any

from cartback import wiring
from cartback.domain.redaction import redact_errors


@redact_errors
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer the run with ``more``, ``wait`` or ``done``, and where to go on."""
    return wiring.sweep_erased()(event["shop"], event["person_id"], event["cursor"])
