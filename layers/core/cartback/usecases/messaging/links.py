"""What all links in messages have in common: how a token is read, and what a bad one gets."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from cartback.domain.hashes import short
from cartback.domain.tokens import hashed
from cartback.ports import Link

if TYPE_CHECKING:
    from cartback.domain.claims import Claim
    from cartback.ports import Ledger

SHORT = 22
"""How many characters of a token stand in a message that is paid for by the character: 132 random bits."""

_TOKEN = re.compile(r"([a-z0-9][a-z0-9-]{1,39})\.([A-Za-z0-9_-]{43}|[A-Za-z0-9_-]{22})", re.ASCII)


def shop_and_hash(token: str) -> tuple[str, str] | None:
    """Shop and hash of a token as it stands in a URL; None for what no message of ours ever held."""
    match = _TOKEN.fullmatch(token)
    return (match[1], hashed(match[2])) if match else None


def find(ledger: Ledger, token: str, kind: str, now: datetime) -> Link | None:
    """The live link of this kind, or None: forged, foreign, expired and unknown are all the same to the asker."""
    named = shop_and_hash(token)
    link = ledger.look(*named) if named else None
    return link if link is not None and link.kind == kind and now < link.expires_at else None


def version_of(wording: str) -> str:
    """The version of a text that somebody agreed to: a name of exactly these words, so none is ever forgotten."""
    return short("wording", wording, length=12)


def link_of(
    claim: Claim, kind: str, token: str, expires_at: datetime, lang: str, account: str | None = None
) -> Link:
    """The link of a message that was claimed; only the hash of its token is kept."""
    return Link(
        shop=claim.shop,
        token_hash=hashed(token),
        kind=kind,
        cart_id=claim.cart_id,
        generation=claim.generation,
        person_id=claim.person_id,
        channel=claim.channel,
        touch=claim.touch,
        claim_id=claim.claim_id,
        expires_at=expires_at,
        lang=lang,
        account=account,
        flow=claim.of_flow,
        subject_kind=claim.subject.kind,
    )
