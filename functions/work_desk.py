"""Every minute: bring what waits to people, let time run out, send on what is due."""

from cartback import wiring
from cartback.domain.redaction import redact_errors


@redact_errors
def handler(event: object, context: object) -> dict[str, int]:
    """Answer with what was done."""
    return wiring.work_desk()()
