"""A mail that came too late is explained by what was known when, and without a name."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from cartback.domain.claims import Claim
from cartback.domain.trade.cart import Cart
from cartback.ports import TimelineEntry
from local.demo import late, scripts
from local.demo.life import Life
from local.mail import Message
from tests.unit.demo.shops import START, scene


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def bought_too_soon() -> tuple[Life, Message]:
    """Somebody whose order was answered after ten seconds, and a mail that left ten seconds later."""
    life = scripts.cast(scene(), START, 7)[0]
    life.bought_at = at(10)
    to, tags = (life.buyer.email,), {"touch": "answers", "claim": "claim_1"}
    return life, Message("1", at(20), "shop@cartback.example", to, "Basket", (), "", "", tags, None)


CLAIM = Claim(
    shop="demo",
    claim_id="claim_1",
    cart_id="cart_1",
    generation=1,
    touch="answers",
    channel="email",
    person_id="person_1",
    address_hash="hash",
    consent="consent",
    policy_version=1,
    claimed_at=at(19),
)
CART = Cart(shop="demo", cart_id="cart_1", bought_recorded_at=at(24.5))


def told(claim: Claim | None, cart: Cart | None, story: tuple[TimelineEntry, ...] = ()) -> tuple[str, ...]:
    life, message = bought_too_soon()
    (found,) = late.too_late([life], [message])
    return late.explained(found, claim, cart, story)


def test_an_order_that_was_still_on_its_way_is_told_from_one_that_was_known():
    (line,) = told(CLAIM, CART)
    assert line.endswith(
        "answers: order answered, mail left +10.0 s, claimed +9.0 s, its cart knew of it +14.5 s"
    )
    (line,) = told(CLAIM, replace(CART, bought_recorded_at=at(11)))
    assert line.endswith("its cart knew of it +1.0 s")
    (line,) = told(CLAIM, replace(CART, bought_recorded_at=None))
    assert line.endswith("its cart never heard of it")


def test_a_mail_without_a_claim_is_told_as_one():
    (line,) = told(None, None)
    assert line.endswith("mail left +10.0 s, without a claim")


def test_the_carts_story_follows():
    lines = told(CLAIM, CART, (TimelineEntry(at(19), "decision", {"word": "send", "reason": "due"}),))
    assert lines[1:] == ("  +9.0 s decision due",)


def test_nobody_is_named():
    life, _ = bought_too_soon()
    assert not {life.buyer.email, life.buyer.first_name}.intersection(" ".join(told(CLAIM, CART)).split())


def test_neither_an_order_nor_a_click_nor_a_refusal_has_any_grace():
    life, message = bought_too_soon()
    life.bought_at = life.left_at = life.refused_at = at(19.9)
    told = [found.what for found in late.too_late([life], [message])]
    assert told == [late.ORDER, late.CLICK, late.REFUSAL]
    life.bought_at = life.left_at = life.refused_at = message.sent_at
    assert not list(late.too_late([life], [message]))
