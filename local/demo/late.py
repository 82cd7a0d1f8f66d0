"""Mails that left too late, each with what Cartback knew at that moment: a zero that is missed has to be explained."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from cartback.domain.claims import Claim
from cartback.domain.trade.cart import Cart
from cartback.ports import TimelineEntry
from local.demo.life import Life
from local.mail import Message

ORDER, CLICK, REFUSAL = "order", "click on the leave link", "refusal in the shop"
_ANSWERED = {ORDER: "bought_at", CLICK: "left_at", REFUSAL: "refused_at"}


@dataclass(frozen=True, slots=True)
class Late:
    """A mail that left after an answer that should have stopped it."""

    life: Life
    message: Message
    what: str
    answered_at: datetime


def too_late(lives: Sequence[Life], messages: Sequence[Message]) -> Iterator[Late]:
    """Whatever came too late. There is no grace: time stands until what was answered has been taken in."""
    for what, attribute in _ANSWERED.items():
        for life in lives:
            answered = getattr(life, attribute)
            if answered is None:
                continue
            for each in messages:
                if life.buyer.email in each.to and each.sent_at > answered:
                    yield Late(life, each, what, answered)


def explained(
    late: Late, claim: Claim | None, cart: Cart | None, story: Sequence[TimelineEntry]
) -> tuple[str, ...]:
    """What became known when, in seconds after the answer, and the cart's story; without who it is."""

    def after(at: datetime) -> str:
        return f"{(at - late.answered_at).total_seconds():+.1f} s"

    said = [f"{late.what} answered", f"mail left {after(late.message.sent_at)}"]
    said.append(f"claimed {after(claim.claimed_at)}" if claim else "without a claim")
    if late.what == ORDER and cart is not None:
        known = cart.bought_recorded_at
        said.append(f"its cart knew of it {after(known)}" if known else "its cart never heard of it")
    touch = late.message.tags.get("touch", "no touch")
    return (
        f"{late.life.shop.shop}, {late.life.script}, {touch}: {', '.join(said)}",
        *(f"  {after(line.at)} {line.kind} {line.data.get('reason', '')}".rstrip() for line in story),
    )
