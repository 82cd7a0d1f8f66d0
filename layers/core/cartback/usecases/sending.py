"""How a message is addressed, and that it was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartback.domain.claims import SENT, named, settle
from cartback.domain.errors import Conflict
from cartback.ports import Outgoing

if TYPE_CHECKING:
    from datetime import datetime

    from cartback.domain.claims import Claim
    from cartback.domain.decision import Address
    from cartback.domain.flows import Flow
    from cartback.ports import Ledger, ShopFace

MOST_TRIES = 8


def addressed(
    claim: Claim,
    address: Address,
    face: ShopFace,
    words: tuple[str, str, str],
    lang: str,
    flow: Flow,
    leave_url: str | None = None,
) -> Outgoing:
    """The message of a claim, from the shop as it shows itself; ``words`` are subject, HTML and plain text."""
    subject, html, text = words
    return Outgoing(
        shop=claim.shop,
        claim_id=claim.claim_id,
        address=address.value,
        sender=face.sender,
        sender_name=face.sender_name or face.name,
        reply_to=face.reply_to,
        subject=subject,
        html=html,
        text=text,
        leave_url=leave_url,
        lang=lang,
        flow=flow.name,
        touch=claim.touch,
        kind=flow.law,
    )


def mark_sent(ledger: Ledger, claim: Claim, provider_id: str | None, at: datetime) -> None:
    """Note what the provider called the message, on top of whatever it told of it in the meantime."""
    known = claim
    for _ in range(MOST_TRIES):
        try:
            ledger.mark(known, named(settle(known, SENT, at), provider_id))
        except Conflict:
            known = ledger.read_claim(claim.shop, claim.claim_id) or claim
            continue
        return
