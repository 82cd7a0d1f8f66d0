"""Task: do one thing at an outside system, at most once where it creates."""

from typing import Any

from cartback import wiring
from cartback.domain.redaction import redact_errors
from cartback.usecases.connectors.asked import Asked


@redact_errors
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer the run with ``done``, or with ``wait`` and for how long."""
    return wiring.act()(Asked.from_task(event))
