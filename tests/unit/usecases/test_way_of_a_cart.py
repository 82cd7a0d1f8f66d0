"""The way of a cart from its events to its messages, on fakes."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from cartback.domain.errors import Refused, TryLater
from cartback.domain.observations import (
    ConsentSeen,
    Contact,
    CustomerErased,
    ProductSeen,
    ShopLeft,
    StockSeen,
    VariantSeen,
)
from cartback.domain.policy import Plan
from cartback.domain.trade.items import Item
from cartback.ports import ADDRESS_REFUSED, Doubtful, NotSent
from cartback.usecases.runs import Run
from tests.fakes.told import CUP, SHIRT, Told, ada, cart, order
from tests.fakes.world import START, World, a_policy


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def world(told: Told) -> World:
    return World(adapter=told)


class Story:
    """One run, driven by hand as its state machine would."""

    def __init__(self, world: World) -> None:
        self.world = world
        world.start_due()
        self.name, self.about = next(reversed(world.runs.started.items()))
        self.run = Run("cart_recovery", self.name, "demo", self.about["subject"], self.about["generation"])
        self.answer = {"next": "wait", "wait_seconds": self.about["wait_seconds"], "known": {}}
        self.plan: Plan | None = None

    def wake(self) -> str:
        """Wait as long as was asked and touch; gives the answer's word."""
        self.world.clock.move(seconds=self.answer["wait_seconds"])
        known = json.loads(json.dumps(self.answer["known"]))
        asked = {"run": {"name": self.name, "about": self.about}, "known": known}
        self.answer = self.world.touch.planned(Run.from_task(asked), known)
        if self.plan is None and "plan" in self.answer["known"]:
            self.plan = Plan.from_variables(self.answer["known"]["plan"])
        return self.answer["next"]

    def last_reason(self) -> str:
        lines = self.world.ledger.story("demo", f"cart#{self.run.subject_id}")
        return next(line.data["reason"] for line in reversed(lines) if line.kind == "decision")


def opened(world: World, told: Told, **more) -> Story:
    world.deliver(told.delivery("e1", cart(START, SHIRT, CUP, **more), at=START))
    return Story(world)


def test_a_silent_cart_gets_three_messages_at_one_twenty_four_and_seventy_two_hours(world, told):
    story = opened(world, told)
    sent_at = []
    while story.wake() == "wait":
        sent_at.append(world.clock.now() - START)
    sent_at.append(world.clock.now() - START)
    assert sent_at == [timedelta(hours=1), timedelta(hours=24), timedelta(hours=72)]
    assert [message.touch for message in world.outbox.sent] == ["reminder", "answers", "last_note"]
    assert all(message.address == "ada@example.com" for message in world.outbox.sent)


def test_the_cart_is_given_up_after_the_last_message_and_a_new_visit_opens_a_new_generation(world, told):
    story = opened(world, told)
    while story.wake() == "wait":
        pass
    assert [fact.data["because"] for fact in world.bus.named("cart.given_up")] == ["all_sent"]
    world.clock.move(hours=2)
    world.deliver(told.delivery("e2", cart(world.clock.now(), SHIRT), at=world.clock.now()))
    assert [fact.data["generation"] for fact in world.bus.named("cart.opened")] == [1, 2]


def test_activity_rearms_the_silence(world, told):
    story = opened(world, told)
    world.clock.move(minutes=50)
    world.deliver(told.delivery("e2", cart(world.clock.now(), SHIRT), at=world.clock.now()))
    world.clock.at = START
    assert story.wake() == "wait"
    assert world.outbox.sent == []
    assert story.answer["wait_seconds"] == 50 * 60
    story.wake()
    assert len(world.outbox.sent) == 1


@pytest.mark.parametrize("touches_before", [0, 1, 2])
def test_a_purchase_ends_it_before_every_touch(world, told, touches_before):
    story = opened(world, told)
    for _ in range(touches_before):
        story.wake()
    at = world.clock.move(minutes=10)
    world.deliver(told.delivery("o", order(at, "cart:c1"), at=at))
    assert story.wake() == "stop"
    assert len(world.outbox.sent) == touches_before
    assert story.last_reason() == "bought"


def test_a_purchase_on_another_device_ends_it_too(world, told):
    story = opened(world, told)
    at = world.clock.move(minutes=10)
    world.deliver(told.delivery("o", order(at, "cart:other"), at=at))
    assert story.wake() == "stop"
    assert (world.outbox.sent, story.last_reason()) == ([], "bought_elsewhere")


def test_an_order_made_by_an_admin_without_any_cart_ends_it_too(world, told):
    story = opened(world, told)
    at = world.clock.move(minutes=10)
    world.deliver(told.delivery("o", order(at, contact=Contact(email="ada@example.com")), at=at))
    assert story.wake() == "stop"
    assert world.outbox.sent == []


def test_a_guest_who_becomes_a_customer_under_another_address_and_buys_this_cart_is_left_alone(world, told):
    guest = ada(customer_ref=None, email="guest@example.com")
    story = opened(world, told, contact=guest)
    at = world.clock.move(minutes=10)
    buyer = Contact(customer_ref="77", email="new@example.com")
    world.deliver(told.delivery("o", order(at, "cart:c1", contact=buyer), at=at))
    assert story.wake() == "stop"
    other = cart(world.clock.move(minutes=30), SHIRT, ref="cart:c2", contact=guest)
    world.deliver(told.delivery("e9", other, at=world.clock.now()))
    assert Story(world).wake() == "stop"
    assert world.outbox.sent == []


def test_an_emptied_cart_gets_no_message(world, told):
    story = opened(world, told)
    world.deliver(told.delivery("e2", cart(world.clock.move(minutes=5)), at=world.clock.now()))
    assert story.wake() == "stop"
    assert (world.outbox.sent, story.last_reason()) == ([], "emptied")


def test_without_a_recorded_basis_there_is_no_message_and_the_reason_is_kept(world, told):
    story = opened(world, told, contact=ada(consents=()))
    assert story.wake() == "stop"
    assert (world.outbox.sent, story.last_reason()) == ([], "no_basis")


def test_a_basis_that_the_policy_does_not_accept_is_no_basis(world, told):
    world.settings.policies["demo"] = a_policy(accepted_bases=frozenset({"double_opt_in"}))
    tick = ConsentSeen("email", True, START, "explicit", "checkout 1")
    story = opened(world, told, contact=ada(consents=(tick,)))
    assert story.wake() == "stop"
    assert story.last_reason() == "basis_not_sufficient"


def test_leaving_by_the_link_is_effective_before_the_next_touch(world, told):
    story = opened(world, told)
    story.wake()
    leave_url = world.outbox.sent[0].leave_url
    token = leave_url.rpartition("/")[2]
    assert world.leave.look(token) is not None
    assert world.leave(token) is not None
    assert story.wake() == "stop"
    assert (len(world.outbox.sent), story.last_reason()) == (1, "opted_out")
    assert world.leave(token) is not None, "leaving twice is leaving once"


def test_looking_at_the_leave_page_changes_nothing(world, told):
    story = opened(world, told)
    story.wake()
    assert world.leave.look(world.outbox.sent[0].leave_url.rpartition("/")[2]).kind == "leave"
    story.wake()
    assert len(world.outbox.sent) == 2


def test_a_checkout_that_repeats_its_old_tick_does_not_undo_the_leaving(world, told):
    tick = ConsentSeen("email", True, START, "explicit", "checkout 1")
    story = opened(world, told, contact=ada(consents=(tick,)))
    story.wake()
    world.leave(world.outbox.sent[0].leave_url.rpartition("/")[2])
    again = cart(world.clock.move(hours=1), SHIRT, contact=ada(consents=(tick,)))
    world.deliver(told.delivery("e2", again, at=world.clock.now()))
    story.wake()
    story.wake()
    assert len(world.outbox.sent) == 1


def test_an_erasure_ends_it_and_forgets_who_it_was(world, told):
    story = opened(world, told)
    world.deliver(told.delivery("x", CustomerErased(ada(), START), at=START))
    assert story.wake() == "stop"
    assert world.outbox.sent == []
    assert "ada@example.com" not in repr([world.tables.rows["persons"], world.tables.rows["carts"]])


def test_an_item_that_is_sold_out_is_left_out(world, told):
    story = opened(world, told)
    world.deliver(told.delivery("s", StockSeen(START, 0, "v1"), at=START))
    story.wake()
    assert "Tasse" in world.outbox.sent[0].html
    assert "Leinenhemd" not in world.outbox.sent[0].html


def test_a_line_without_a_picture_shows_the_products_own(world, told):
    story = opened(world, told)
    shirt = VariantSeen("v1", "Leinenhemd", image_url="https://demo.example/hemd.jpg")
    world.deliver(told.delivery("p", ProductSeen("p1", START, (shirt,)), at=START))
    story.wake()
    assert "https://demo.example/hemd.jpg" in world.outbox.sent[0].html


def test_nothing_left_means_no_message_until_it_is_there_again(world, told):
    story = opened(world, told)
    gone = [StockSeen(START, 0, variant) for variant in ("v1", "v2")]
    world.deliver(told.delivery("s", *gone, at=START))
    assert story.wake() == "wait"
    assert (world.outbox.sent, story.last_reason()) == ([], "out_of_stock")
    world.deliver(told.delivery("s2", StockSeen(world.clock.now(), 5, "v1"), at=world.clock.now()))
    story.wake()
    assert [message.touch for message in world.outbox.sent] == ["answers"]


def test_a_shop_that_left_sends_nothing(world, told):
    story = opened(world, told)
    world.deliver(told.delivery("bye", ShopLeft(START), at=START))
    assert story.wake() == "stop"
    assert (world.outbox.sent, story.last_reason()) == ([], "shop_left")


def test_a_run_that_is_woken_twice_sends_once(world, told):
    story = opened(world, told)
    story.wake()
    world.clock.at -= timedelta(seconds=1)
    world.touch(story.run, story.plan, 0)
    assert len(world.outbox.sent) == 1


def test_a_doubtful_send_is_not_repeated(world, told):
    story = opened(world, told)
    world.outbox.answers = [Doubtful("read timed out")]
    story.wake()
    world.touch(story.run, story.plan, 0)
    assert len(world.outbox.sent) == 1
    assert {claim.state for claim, _ in world.tables.rows["claims"].values()} == {"claimed"}


def test_a_throttled_send_gives_claim_and_budget_back_and_is_tried_again(world, told):
    story = opened(world, told)
    world.outbox.answers = [NotSent("throttled", 30)]
    assert story.wake() == "wait"
    assert story.answer["wait_seconds"] == 30
    person = next(iter(world.tables.rows["persons"].values()))[0]
    assert person.sends == ()
    story.wake()
    assert [message.touch for message in world.outbox.sent] == ["reminder"]


def test_a_message_that_the_provider_rejects_surfaces_and_counts_for_nothing(world, told):
    story = opened(world, told)
    world.outbox.answers = [NotSent("MessageRejected")]
    with pytest.raises(Refused, match="MessageRejected"):
        story.wake()
    assert {claim.state for claim, _ in world.tables.rows["claims"].values()} == {"released"}


def test_a_cart_whose_address_nothing_can_be_sent_to_ends_without_a_failure(world, told):
    story = opened(world, told)
    world.outbox.answers = [ADDRESS_REFUSED]
    assert (story.wake(), story.last_reason()) == ("stop", "address_refused")
    person = next(iter(world.tables.rows["persons"].values()))[0]
    assert (person.sends, world.outbox.sent) == ((), [])
    assert {claim.state for claim, _ in world.tables.rows["claims"].values()} == {"released"}


def test_the_budget_makes_a_message_wait_instead_of_dropping_it(world, told):
    story = opened(world, told)
    story.wake()
    person = next(iter(world.tables.rows["persons"].values()))[0]
    other = cart(world.clock.now(), Item("v3", "Lampe"), ref="cart:c2")
    world.deliver(told.delivery("e2", other, at=world.clock.now()))
    second = Story(world)
    assert second.wake() == "wait"
    assert second.last_reason() == "budget_spent"
    assert person.sends[0] + timedelta(hours=4) <= world.clock.now() + timedelta(
        seconds=second.answer["wait_seconds"]
    )
    second.wake()
    assert len(world.outbox.sent) == 2


def test_an_anonymous_cart_opens_as_soon_as_an_address_is_known(world, told):
    world.deliver(told.delivery("e1", cart(START, SHIRT, contact=Contact()), at=START))
    assert world.bus.named("cart.opened") == []
    seen = cart(START + timedelta(minutes=1), SHIRT, ref="cart:c1", source="checkout", stage="checkout")
    world.deliver(told.delivery("e2", seen, at=START))
    assert len(world.bus.named("cart.opened")) == 1


def test_a_doubled_event_changes_nothing_and_is_counted(world, told):
    event = told.delivery("e1", cart(START, SHIRT), at=START)
    world.deliver(event)
    before = dict(world.tables.rows["carts"])
    report = world.deliver(event, event)
    assert len(report.duplicates) == 2
    assert world.tables.rows["carts"] == before
    assert len(world.bus.named("cart.opened")) == 1


def test_an_event_that_cannot_be_digested_is_parked_with_its_reason_and_the_rest_goes_on(world, told):
    bad = told.delivery("bad", at=START)
    told.heard["bad"] = Refused("line_items[0].quantity is no number")
    report = world.deliver(bad, told.delivery("e1", cart(START, SHIRT), at=START))
    assert [reason for _, reason in world.queue.parked] == ["line_items[0].quantity is no number"]
    assert (len(report.parked), len(report.applied)) == (1, 1)


def test_an_unknown_topic_is_counted_as_ignored(world, told):
    odd = told.delivery("odd", at=START)
    told.heard["odd"] = None
    report = world.deliver(odd)
    assert (len(report.ignored), world.metrics.counts["Ignored"]) == (1, 1)


def test_a_crash_between_saving_and_publishing_loses_no_fact(world, told):
    event = told.delivery("e1", cart(START, SHIRT), at=START)
    publish = world.bus.publish

    def broken(facts):
        raise TryLater("the bus is away")

    world.bus.publish = broken
    report = world.deliver(event)
    assert len(report.failed) == 1
    world.bus.publish = publish
    world.deliver(event)
    assert len(world.bus.named("cart.opened")) == 1


def test_the_restore_link_leads_to_the_shop_with_utm_and_only_there(world, told):
    story = opened(world, told, restore_url="https://demo.example/checkouts/1?key=2")
    story.wake()
    token = next(t for t in world.tokens.made if world.open_link(f"demo.{t}"))
    url = world.open_link(f"demo.{token}")
    assert url.startswith("https://demo.example/checkouts/1?key=2&utm_source=cartback")
    evil = cart(world.clock.move(minutes=1), SHIRT, restore_url="https://evil.example/")
    world.deliver(told.delivery("e2", evil, at=world.clock.now()))
    assert world.open_link(f"demo.{token}").startswith("https://demo.example?utm_source")


def test_a_forged_foreign_or_expired_link_gets_the_same_nothing(world, told):
    story = opened(world, told)
    story.wake()
    restore, leave, prefs = world.tokens.made
    assert world.open_link(f"demo.{'A' * 43}") is None
    assert world.open_link(f"demo.{leave}") is None
    assert world.leave(f"demo.{restore}") is None
    assert world.leave(f"demo.{prefs}") is None
    assert world.preferences.look(f"demo.{leave}") is None
    assert world.open_link(f"other.{restore}") is None
    world.clock.move(days=31)
    assert world.open_link(f"demo.{restore}") is None


def test_only_hashes_of_links_are_kept(world, told):
    opened(world, told).wake()
    assert not any(token in repr(world.tables.rows) for token in world.tokens.made)


def test_two_rows_that_turn_out_to_be_one_person_keep_the_refusal_of_either(world, told):
    story = opened(world, told, contact=ada(customer_ref=None))
    story.wake()
    world.leave(world.outbox.sent[0].leave_url.rpartition("/")[2])
    later = ada(email=None, consent_at=world.clock.move(hours=1))
    world.deliver(told.delivery("c2", cart(world.clock.now(), CUP, ref="cart:c2", contact=later), at=START))
    both = ada(consents=())
    world.deliver(
        told.delivery("c3", cart(world.clock.move(hours=1), CUP, ref="cart:c3", contact=both), at=START)
    )
    people = [row for row, _ in world.tables.rows["persons"].values() if row.merged_into is None]
    assert [person.consent("email").state for person in people] == ["withdrawn"]
