"""A fact on the bus: tell it to the shop's own tools that chose it."""

from typing import Any

from cartback import wiring
from cartback.domain.redaction import redact_errors


@redact_errors
def handler(event: dict[str, Any], context: object) -> dict[str, int]:
    """Answer with how many took it, and for how many it waits."""
    return wiring.forward_facts()(event["detail"])
