"""The demo's own judgement: it has to see what Cartback must never do, or its zeros mean nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from local.demo import scripts, tally
from local.demo.life import Life
from local.mail import Message
from tests.unit.demo.shops import START, scene


def lives(seed: int = 7) -> list[Life]:
    return scripts.cast(scene(), START, seed)


def mail(life: Life, seconds: float, touch: str = "reminder") -> Message:
    """A mail that left so many seconds after the start."""
    return Message(
        id="1",
        sent_at=at(seconds),
        source="shop@cartback.example",
        to=(life.buyer.email,),
        subject="Your basket",
        headers=(),
        text="",
        html="",
        tags={"touch": touch},
        configuration_set=None,
    )


def counted(them: list[Life], *messages: Message) -> tally.Tally:
    return tally.count(them, messages, {})


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def test_a_mail_after_a_purchase_is_seen():
    one = lives()[0]
    one.bought_at = at(10)
    assert counted([one], mail(one, 9.9)).after_purchase == 0
    assert counted([one], mail(one, 10.1)).after_purchase == 1


def test_a_mail_after_the_click_on_the_leave_link_is_seen():
    one = lives()[0]
    one.left_at = at(10)
    assert counted([one], mail(one, 9.9)).after_opt_out == 0
    assert counted([one], mail(one, 10.1)).after_opt_out == 1


def test_a_refusal_in_the_shop_counts_as_an_opt_out():
    one = lives()[0]
    one.refused_at = at(10)
    assert counted([one], mail(one, 20)).after_opt_out == 1
    assert counted([one]).opted_out == 1


def test_another_persons_purchase_makes_no_mail_late():
    one, other = lives()[:2]
    other.bought_at = at(10)
    assert counted([one, other], mail(one, 20)).after_purchase == 0


def test_the_same_touch_twice_is_a_duplicate_and_another_touch_is_not():
    one, other = lives()[:2]
    assert counted([one], mail(one, 1), mail(one, 2, "answers"), mail(other, 1)).duplicates == 0
    assert counted([one], mail(one, 1), mail(one, 1), mail(one, 3)).duplicates == 2


def test_a_cart_is_won_back_only_by_a_button_that_worked_and_a_purchase():
    one, other, third = lives()[:3]
    one.restored, one.bought_at = True, at(10)
    other.restored = True
    third.bought_at = at(10)
    told = counted([one, other, third])
    assert told.recovered == 1
    assert told.recovered_cents == one.total


def test_a_good_demo_has_three_zeros_and_somebody_who_came_back():
    one = lives()[0]
    assert not counted([one]).is_good
    one.restored, one.bought_at = True, at(10)
    assert counted([one], mail(one, 5)).is_good
    assert not counted([one], mail(one, 20)).is_good


def test_each_shop_has_its_own_line_and_they_add_up():
    them = lives()
    one, other = them[0], next(life for life in them if life.shop is not them[0].shop)
    one.restored, one.bought_at = True, at(10)
    told = tally.count(
        them,
        [mail(one, 5), mail(other, 5), mail(other, 6)],
        {one.shop.platform: {"bought": 2}, other.shop.platform: {"bought": 1, "no_basis": 3}},
    )
    assert (told.messages, told.recovered, told.duplicates) == (3, 1, 1)
    assert told.shops[one.shop.platform].recovered == 1
    assert told.shops[other.shop.platform].duplicates == 1
    assert told.withheld == {"bought": 3, "no_basis": 3}
    assert sum(shop.carts for shop in told.shops.values()) == told.carts
    assert told.as_json()["shops"][other.shop.platform]["messages"] == 2


def test_a_shop_that_tells_of_no_carts_has_shoppers_and_none():
    told = counted(lives())
    assert told.shops["shopware"].carts == 0
    assert told.shops["shopware"].shoppers > 0


def test_the_question_whether_a_sign_up_was_meant_is_no_reminder():
    one = lives()[0]
    question = replace(mail(one, 1), tags={"touch": "confirm"})
    told = counted([one], question, mail(one, 2))
    assert (told.messages, told.questions) == (1, 1)
