"""Mails that left too late, each with what Cartback knew at that moment: a zero that is missed has to be explained."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cartback.domain.cart import Cart
from cartback.domain.claims import Claim
from cartback.ports import Line
from local.clock import Clock
from local.demo.life import Life
from local.mail import Message

ORDER, CLICK, REFUSAL = "order", "click on the leave link", "refusal in the shop"
GRACE_SECONDS = 2.0
"""Real seconds that an accepted order may take through the queue before a mail counts as too late."""

_ANSWERED = {ORDER: "bought_at", CLICK: "left_at", REFUSAL: "refused_at"}


@dataclass(frozen=True, slots=True)
class Late:
    """A mail that left after an answer that should have stopped it, and the grace beyond it."""

    life: Life
    message: Message
    what: str
    answered_at: datetime


def too_late(lives: Sequence[Life], messages: Sequence[Message], clock: Clock) -> Iterator[Late]:
    """Whatever came too late. Who clicks has left when the page says so; a shop's word may take its way."""
    for what, grace in ((ORDER, GRACE_SECONDS), (CLICK, 0.0), (REFUSAL, GRACE_SECONDS)):
        for life in lives:
            answered = getattr(life, _ANSWERED[what])
            if answered is None:
                continue
            end = clock.at(answered + timedelta(seconds=grace))
            for each in messages:
                if life.buyer.email in each.to and each.sent_at > end:
                    yield Late(life, each, what, answered)


def explained(
    late: Late, claim: Claim | None, cart: Cart | None, story: Sequence[Line], clock: Clock
) -> tuple[str, ...]:
    """What became known when, in real seconds after the answer, and the cart's story; without who it is."""
    answered = clock.at(late.answered_at)

    def after(at: datetime) -> str:
        return f"{clock.real_seconds(at - answered):+.1f} s"

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
