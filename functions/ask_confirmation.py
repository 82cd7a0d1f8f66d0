"""Task of runs that began under 0.1: ask the owner of an address whether they signed up."""

from typing import Any

from cartback import wiring
from cartback.domain.redaction import redact_errors
from cartback.usecases.runs import Run


@redact_errors
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer the run with ``wait`` (for which attempt, how long) or ``stop``."""
    return wiring.ask_confirmation()(Run.of_question(event), None, int(event["position"]))
