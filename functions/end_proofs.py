"""Every day: proofs of consent on which nothing can be sent any more are given their end."""

from cartback import wiring
from cartback.domain.redaction import redact_errors


@redact_errors
def handler(event, context):
    """Answer with how many people's proofs will end."""
    return {"ending": wiring.end_proofs()()}
