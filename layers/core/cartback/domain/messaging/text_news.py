"""What a provider's news of a short message means, of the claim and of the number: the same for every provider."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cartback.domain import claims
from cartback.domain.messaging.receipts import Receipt


@dataclass(frozen=True, slots=True)
class Meaning:
    """See ``domain.messaging.receipts.Receipt``, whose fields these are."""

    state: str
    permanent: bool = False
    of_message: bool = False
    listed: bool = False


FAILED = Meaning(claims.BOUNCED, permanent=True)
"""The number takes no messages, now or ever: it does not exist, is a landline, or its owner blocks them."""

UNREACHABLE = Meaning(claims.BOUNCED)
"""The telephone was off or without a network: three such within 30 days, and the number rests."""

OURS = Meaning(claims.BOUNCED, of_message=True)
"""It is about what was sent, or about the account: the number is as good as before."""

OPTED_OUT = Meaning(claims.REJECTED, listed=True)
"""The provider did not try, because of a list of its own."""

MEANS_NOTHING = None


def receipt_of(
    meaning: Meaning, shop: str, claim_id: str, at: datetime, key: str, detail: str, provider_id: str
) -> Receipt:
    """The receipt of one piece of news."""
    return Receipt(
        shop=shop,
        claim_id=claim_id,
        state=meaning.state,
        at=at,
        key=key,
        permanent=meaning.permanent,
        detail=detail[:100],
        provider_id=provider_id,
        of_message=meaning.of_message,
        listed=meaning.listed,
    )
