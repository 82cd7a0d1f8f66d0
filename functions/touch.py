"""Verb of the machines: send one message, or say why not."""

from typing import Any

from cartback import wiring
from cartback.domain.policy import Plan
from cartback.domain.redaction import redact_errors
from cartback.usecases.runs import Run


@redact_errors
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer the run with ``wait`` (for which step, how long), ``next`` or ``stop``.

    A machine names the step, or, where a plan says how many there are, its position in that.
    """
    run, planned = Run.from_task(event), event.get("plan")
    plan = Plan.from_variables(planned) if planned else None
    if "step" in event:
        return wiring.touch().step(run, event["step"], plan)
    return wiring.touch()(run, plan, int(event["position"]))
