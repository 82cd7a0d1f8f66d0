"""Task: compare some pages of a shop's own lists with ours."""

from typing import Any

from cartback import wiring
from cartback.domain.redaction import redact_errors


@redact_errors
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer the run with ``more`` or ``done``."""
    return wiring.reconcile()(event["shop"])
