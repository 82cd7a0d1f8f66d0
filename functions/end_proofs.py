"""Every day: proofs of consent on which nothing can be sent any more are given their end."""

from typing import Any

from cartback import wiring
from cartback.domain.redaction import redact_errors


@redact_errors
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer with how many people's proofs will end."""
    return {"ending": wiring.end_proofs()()}
