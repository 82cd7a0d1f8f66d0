"""Task with a token: ask a person; the run waits until somebody answers, or the deadline does."""

from typing import Any

from cartback import wiring
from cartback.domain.redaction import redact_errors


@redact_errors
def handler(event: dict[str, Any], context: object) -> dict[str, str]:
    """Put the question on the desk. What this answers, nobody hears: the run hears the person's answer."""
    return wiring.ask()(event)
