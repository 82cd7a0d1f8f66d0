"""Task: was the cart abandoned?"""

from typing import Any

from cartback import wiring
from cartback.domain.redaction import redact_errors
from cartback.usecases.runs import Run


@redact_errors
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer the run with ``wait``, ``touch`` (and the plan) or ``stop``."""
    return wiring.watch_cart()(Run.from_task(event), int(event["rearms"]))
