"""Verb of the machines: send one message, or say why not."""

from typing import Any

from cartback import wiring
from cartback.domain.policy import Plan
from cartback.domain.redaction import redact_errors
from cartback.usecases.runs import Run


@redact_errors
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer the run with ``wait`` (how long), ``next`` or ``stop``.

    A machine names the step; where a shop's policy says how many there are, it gives back what the last answer called
    ``known``, and plan and position are in there. Runs of 0.1 name them one by one.
    """
    run, planned = Run.from_task(event), event.get("plan")
    plan = Plan.from_variables(planned) if planned else None
    if "step" in event:
        return wiring.touch().step(run, event["step"], plan)
    if "position" in event:
        return wiring.touch()(run, plan, int(event["position"]))
    return wiring.touch().planned(run, event.get("known") or {})
