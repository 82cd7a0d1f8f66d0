"""Verb of the machines: read the truth freshly, and answer one word."""

from typing import Any

from cartback import wiring
from cartback.domain.redaction import redact_errors
from cartback.usecases.runs import Run


@redact_errors
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer the run with ``wait``, ``next`` or ``stop``; an internal flow's with what is to be done, and how.

    A machine of an internal flow says which step it asks about (none yet: empty), and what was proposed for it.
    Runs of 0.1 name no step: they ask whether a cart was abandoned, and hear ``wait``, ``touch`` (and the plan) or
    ``stop``.
    """
    run = Run.from_task(event)
    if "proposed" in event:
        return wiring.propose()(run, event["step"], event["proposed"])
    if "step" in event:
        return wiring.look().step(run, event["step"])
    return wiring.look()(run, int(event["rearms"]))
