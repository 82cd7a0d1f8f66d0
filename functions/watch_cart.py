"""Task: was the cart abandoned?"""

from cartback import wiring
from cartback.domain.discretion import discreet
from cartback.usecases.runs import Run


@discreet
def handler(event, context):
    """Answer the run with ``wait``, ``touch`` (and the plan) or ``stop``."""
    return wiring.watch_cart()(Run.from_task(event), int(event["rearms"]))
