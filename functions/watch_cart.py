"""Task: was the cart abandoned?"""

from cartback import wiring
from cartback.domain.redaction import redact_errors
from cartback.usecases.runs import Run


@redact_errors
def handler(event, context):
    """Answer the run with ``wait``, ``touch`` (and the plan) or ``stop``."""
    return wiring.watch_cart()(Run.from_task(event), int(event["rearms"]))
