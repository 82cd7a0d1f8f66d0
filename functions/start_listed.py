"""Every minute: start the runs of carts that waited on the list until they were due."""

from typing import Any

from cartback import wiring
from cartback.domain.redaction import redact_errors


@redact_errors
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer with what became of the carts whose time has come."""
    return wiring.start_listed()()
