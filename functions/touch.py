"""Task: send one touch, or say why not."""

from typing import Any

from cartback import wiring
from cartback.domain.policy import Plan
from cartback.domain.redaction import redact_errors
from cartback.usecases.runs import Run


@redact_errors
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer the run with ``wait`` (for which touch, how long) or ``stop``."""
    return wiring.touch()(Run.from_task(event), Plan.from_variables(event["plan"]), int(event["position"]))
