"""Task: a run failed; put it where a person sees it."""

from typing import Any

from cartback import wiring
from cartback.domain.redaction import redact_errors


@redact_errors
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Note the failure. Whatever the run knows comes as words, or as ``run`` with its name and what it is about."""
    told = event.get("run")
    if isinstance(told, dict):
        event = {**(told.get("about") or {}), **event, "run": told.get("name")}
    words = ("flow", "run", "shop", "subject", "error", "cause")
    wiring.park_run()(*(str(event.get(word) or "") for word in words))
    return {"parked": True}
