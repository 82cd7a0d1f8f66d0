"""The story of a cart, from all that was kept of it: its steps, decisions, messages, clicks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cartback.domain.claims import Claim
from cartback.domain.decision import SEND
from cartback.domain.errors import Refused
from cartback.domain.subject import CART, Subject
from cartback.domain.trade.cart import Cart, Step, cart_id_for
from cartback.ports import Ledger, Records, TimelineEntry
from cli import words

_ADDRESS = re.compile(r"[^\s@<>\"',;:]+@[^\s@<>\"',;:]+")
_REF_KINDS = ("cart", "checkout", "order")


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of a story: when, what kind of line, its words in the operator's language, its details."""

    at: datetime
    kind: str
    says: str
    data: dict[str, str]


def find_cart(records: Records, shop: str, said: str) -> Cart:
    """The cart that an operator means: by our id, a token of the shop, or an order (``#1001`` too).

    Raises Refused if there is none.
    """
    said = said.removeprefix("#")
    refs = [said, *(f"{kind}:{said}" for kind in _REF_KINDS)]
    page = records.read(shop, carts=[said, *(cart_id_for(shop, ref) for ref in refs)], refs=refs)
    found = next((cart for cart in page.carts.values() if cart is not None), None)
    if found is not None:
        return found
    pointed = [to for to in page.refs.values() if to]
    found = next(
        (cart for cart in records.read(shop, carts=pointed).carts.values() if cart is not None), None
    )
    if found is None:
        raise Refused(f"cart: {shop} has no cart {said}", 404)
    return found


def story_of(cart: Cart, ledger: Ledger, lang: str) -> list[Moment]:
    """Everything that is kept of a cart, in the order in which it happened."""
    steps = (_told(step.at, step.what, _details(step), lang) for step in cart.history)
    told = told_of(cart.shop, Subject(CART, cart.cart_id), ledger, lang)
    return sorted([*steps, *told], key=lambda moment: moment.at)


def told_of(shop: str, about: Subject, ledger: Ledger, lang: str) -> list[Moment]:
    """What was decided about a subject of any kind, and what became of its messages, in the order of time."""
    lines = ledger.story(shop, about.timeline)
    claims = (ledger.read_claim(shop, claim_id) for claim_id in _claim_ids(lines))
    moments = [
        *(_told(line.at, line.kind, line.data, lang) for line in lines),
        *(_message(claim, lang) for claim in claims if claim is not None),
    ]
    return sorted(moments, key=lambda moment: moment.at)


def without_addresses(text: str) -> str:
    """A text in which no e-mail address can be read: errors quote what they choked on."""
    return _ADDRESS.sub("…@…", text)


def _details(step: Step) -> dict[str, str]:
    return {"cause": step.cause, "generation": str(step.generation)}


def _told(at: datetime, kind: str, data: dict[str, str], lang: str) -> Moment:
    clean = {key: without_addresses(value) for key, value in data.items()}
    return Moment(at, kind, words.event(kind, clean, lang), clean)


def _message(claim: Claim, lang: str) -> Moment:
    data = {
        "touch": claim.touch,
        "channel": claim.channel,
        "state": claim.state,
        "claim_id": claim.claim_id,
        "consent": claim.consent,
        **({"because": claim.because} if claim.because else {}),
    }
    return _told(claim.settled_at or claim.claimed_at, "message", data, lang)


def _claim_ids(lines: Iterable[TimelineEntry]) -> list[str]:
    """The claims that the decisions to send speak of, each once."""
    sent = (line.data.get("claim_id") for line in lines if line.data.get("word") == SEND)
    return list(dict.fromkeys(claim_id for claim_id in sent if claim_id))
