"""Task: ask the owner of an address whether they signed up."""

from typing import Any

from cartback import wiring
from cartback.domain.redaction import redact_errors
from cartback.usecases.messaging.ask_confirmation import Asking


@redact_errors
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer the run with ``wait`` (for which attempt, how long) or ``stop``."""
    words = (event["run"], event["shop"], event["request_id"])
    return wiring.ask_confirmation()(Asking(*words, int(event["generation"]), int(event["position"])))
