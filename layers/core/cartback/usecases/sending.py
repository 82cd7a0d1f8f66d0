"""How a message is addressed, and that it was sent."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cartback.domain.channels import ADDRESS_OF, EMAIL, SENDERS, SMS
from cartback.domain.claims import SENT, named, settle
from cartback.domain.errors import Conflict, Refused
from cartback.domain.hashes import short
from cartback.domain.people.zones import countries_of
from cartback.ports import Outgoing

if TYPE_CHECKING:
    from datetime import datetime

    from cartback.domain.claims import Claim
    from cartback.domain.decision import Address
    from cartback.domain.flows import Flow
    from cartback.ports import Content, Ledger, ShopFace

MOST_TRIES = 8


def addressed(
    claim: Claim,
    address: Address,
    face: ShopFace,
    content: Content,
    lang: str,
    flow: Flow,
    leave_url: str | None = None,
    deadline: datetime | None = None,
) -> Outgoing:
    """The message of a claim, from the shop as it shows itself on the channel of the claim.

    Raises Refused where the address is of a kind that the channel does not write to, or the shop is nobody there.
    """
    if address.kind != ADDRESS_OF[claim.channel]:
        raise Refused(f"{claim.channel}: writes to no address of the kind {address.kind}")
    sender = face.sender if claim.channel == EMAIL else _sign(face, claim.channel, address)
    if not sender and claim.channel in SENDERS:
        raise Refused(f"{claim.channel}: the shop has no sender there; set senders.{claim.channel}")
    return Outgoing(
        shop=claim.shop,
        claim_id=claim.claim_id,
        address=address.value,
        sender=sender,
        sender_name=face.sender_name or face.name,
        reply_to=face.reply_to if claim.channel == EMAIL else None,
        content=content,
        leave_url=leave_url,
        lang=lang,
        flow=flow.name,
        touch=claim.touch,
        kind=flow.law_of(claim.touch),
        channel=claim.channel,
        provider=face.providers.get(claim.channel, ""),
        deadline=deadline,
        thread=short(claim.of_flow, claim.subject.timeline, claim.generation, length=32),
    )


def _sign(face: ShopFace, channel: str, address: Address) -> str:
    """Who the shop is on a channel; on the telephone of one country perhaps somebody else than elsewhere."""
    places = countries_of(address.value) if channel == SMS else ()
    own = next((face.country_senders[place] for place in places if place in face.country_senders), None)
    return own or face.senders.get(channel, "")


def stop_word(channel: str, face: ShopFace, address: Address) -> dict[str, object]:
    """What a text is told so that it names STOP as the way to leave: nothing where nobody can answer the sender."""
    is_answered = channel == SMS and not re.fullmatch(r"[A-Za-z0-9 ]{1,11}", _sign(face, channel, address))
    return {"stop": True} if is_answered else {}


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
