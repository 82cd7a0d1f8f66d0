"""Task: compare some pages of a shop's own lists with ours."""

from cartback import wiring
from cartback.domain.redaction import redact_errors


@redact_errors
def handler(event, context):
    """Answer the run with ``more`` or ``done``."""
    return wiring.reconcile()(event["shop"])
