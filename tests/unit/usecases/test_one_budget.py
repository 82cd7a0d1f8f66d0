"""One person, several carts: who leaves has left everywhere at once, and what is worth more goes first."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cartback import texts
from cartback.domain.claims import BOUNCED
from cartback.domain.messaging.receipts import Receipt
from cartback.domain.messaging.timing import Caps
from cartback.domain.money import Money
from cartback.domain.trade.items import Item
from tests.fakes.told import CUP, Told, ada, cart, order
from tests.fakes.world import START, World
from tests.fakes.world import a_policy as any_policy
from tests.unit.usecases.test_way_of_a_cart import Story

SECOND = timedelta(seconds=1)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def world(told: Told) -> World:
    world = World(adapter=told)
    world.settings.policies["demo"] = a_policy()
    return world


def a_policy(**more):
    """A policy under which each of somebody's carts is a story of its own, unless they hold the same goods."""
    return any_policy(one_visit=timedelta(0), **more)


def opened(world: World, told: Told, ref: str, amount: int = 1000, **more) -> Story:
    now = world.clock.now()
    seen = cart(now, Item(f"lamp of {ref}", "Lampe"), ref=ref, total=Money(amount, "EUR"), **more)
    world.deliver(told.delivery(f"open {ref} {now}", seen, at=now))
    return Story(world)


def leave_url(world: World) -> str:
    return world.outbox.sent[0].leave_url.rpartition("/")[2]


def person(world: World):
    return next(row for row, _ in world.tables.rows["persons"].values() if row.merged_into is None)


def come_back(world: World, message, at) -> None:
    news = Receipt(
        "demo", message.claim_id, BOUNCED, at, f"{message.claim_id}/{at}", detail="Transient/MailboxFull"
    )
    world.apply_receipts([news])


def test_a_second_after_leaving_no_other_cart_of_the_person_can_claim_a_message(world, told):
    first, second = opened(world, told, "cart:c1"), opened(world, told, "cart:c2")
    first.wake()
    world.leave(leave_url(world))
    world.clock.at += SECOND
    assert world.touch(second.run, first.plan, 0)["next"] == "stop"
    assert (len(world.outbox.sent), second.last_reason()) == (1, "opted_out")


def test_leaving_between_the_decision_and_the_claim_stops_the_claim(world, told, monkeypatch):
    story = opened(world, told, "cart:c1")
    story.wake()
    token, write = leave_url(world), texts.email

    def while_it_is_written(*given):
        world.leave(token)
        return write(*given)

    monkeypatch.setattr(texts, "email", while_it_is_written)
    assert story.wake() == "stop"
    assert (len(world.outbox.sent), story.last_reason()) == (1, "opted_out")


def test_a_link_of_a_row_that_was_joined_with_another_ends_it_for_both(world, told):
    story = opened(world, told, "cart:c1", contact=ada(customer_ref=None))
    story.wake()
    other = opened(world, told, "cart:c2", contact=ada(email=None, customer_ref="77"))
    both = cart(world.clock.now(), CUP, ref="cart:c3", contact=ada(customer_ref="77"))
    world.deliver(told.delivery("both", both, at=world.clock.now()))
    world.leave(leave_url(world))
    world.clock.at += SECOND
    assert world.touch(other.run, story.plan, 0)["next"] == "stop"
    assert len(world.outbox.sent) == 1


def test_the_third_message_that_comes_back_for_now_is_the_last_for_now(world, told):
    story = opened(world, told, "cart:c1")
    for number in range(3):
        assert person(world).blocked is None
        story.wake()
        come_back(world, world.outbox.sent[number], world.clock.now())
        come_back(world, world.outbox.sent[number], world.clock.now())
    assert person(world).blocked == "bounced_often"
    assert world.tables.rows["blocks"] == {}  # the address itself is for what lasts
    assert story.wake() == "stop"


def test_a_bounce_that_is_told_of_after_the_person_was_joined_with_another_is_counted(world, told):
    story = opened(world, told, "cart:c1", contact=ada(customer_ref=None))
    story.wake()
    opened(world, told, "cart:c2", contact=ada(email=None, customer_ref="77"))
    both = cart(world.clock.now(), CUP, ref="cart:c3", contact=ada(customer_ref="77"))
    world.deliver(told.delivery("both", both, at=world.clock.now()))
    come_back(world, world.outbox.sent[0], world.clock.now())
    assert len(person(world).soft_bounces) == 1


def test_with_one_place_left_the_cart_that_is_worth_more_gets_it_and_the_other_expires_with_a_reason(
    world, told
):
    world.settings.policies["demo"] = a_policy(
        caps=Caps(1, 1, 1, timedelta(0)), give_up_after=timedelta(days=3)
    )
    small = opened(world, told, "cart:small", amount=1000)
    world.clock.move(minutes=30)
    great = opened(world, told, "cart:great", amount=9000)
    world.clock.at = START
    assert small.wake() == "wait"
    assert (world.outbox.sent, small.last_reason()) == ([], "makes_room")
    world.clock.at = START + timedelta(minutes=30)
    great.wake()
    assert [message.touch for message in world.outbox.sent] == ["reminder"]
    world.clock.at += timedelta(minutes=10)
    small.answer["wait_seconds"] = 1
    small.wake()
    assert (len(world.outbox.sent), small.last_reason()) == (1, "no_room_in_budget")


def test_a_place_that_the_better_message_does_not_take_is_free_again(world, told):
    world.settings.policies["demo"] = a_policy(caps=Caps(1, 1, 1, timedelta(0)))
    small = opened(world, told, "cart:small", amount=1000)
    world.clock.move(minutes=30)
    opened(world, told, "cart:great", amount=9000)
    gone = cart(world.clock.now() + SECOND, ref="cart:great")
    world.deliver(told.delivery("emptied", gone, at=world.clock.now() + SECOND))
    world.clock.at = START
    small.wake()
    assert small.wake() == "wait"
    assert (len(world.outbox.sent), small.last_reason()) == (1, "due")


def test_a_message_that_waits_says_so_in_the_persons_row_if_another_cart_could_take_its_place(world, told):
    great = opened(world, told, "cart:great", amount=9000)
    great.wake()
    other = opened(world, told, "cart:small")
    assert other.wake() == "wait"
    due = world.clock.now() + timedelta(seconds=other.answer["wait_seconds"])
    meant = {intent.subject: intent for intent in person(world).intents}
    assert abs(meant[other.run.subject_id].due_at - due) < SECOND


def test_a_cart_that_is_bought_and_filled_again_gets_no_fourth_message_within_thirty_days(world, told):
    world.settings.policies["demo"] = a_policy(
        caps=Caps(9, 9, 9, timedelta(0)), rest_after_purchase=timedelta(0)
    )
    story = opened(world, told, "cart:c1")
    while story.wake() == "wait":
        pass
    bought_at = world.clock.move(hours=1)
    world.deliver(told.delivery("o", order(bought_at, "cart:c1"), at=bought_at))
    world.clock.move(days=1)
    again = opened(world, told, "cart:c1")
    while again.wake() == "wait":
        assert again.last_reason() == "enough_for_cart"
    assert (len(world.outbox.sent), again.run.generation) == (3, 2)


def test_the_claim_counts_the_message_in_the_row_of_its_cart(world, told):
    story = opened(world, told, "cart:c1")
    story.wake()
    [row] = [row for row, _ in world.tables.rows["carts"].values()]
    assert [one.claim_id for one in row.reminders] == [world.outbox.sent[0].claim_id]
