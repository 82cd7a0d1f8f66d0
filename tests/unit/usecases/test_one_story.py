"""One shopper, one story: however many carts tell of one visit, one is reminded of, and no text comes twice."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from cartback import texts
from cartback.domain.facts import Fact
from cartback.domain.observations import Contact
from cartback.domain.policy import Plan
from cartback.domain.trade.cart import GIVEN_UP
from cartback.domain.trade.items import Item
from cartback.ports import NotSent
from cartback.usecases.runs import Run
from tests.fakes.told import CUP, SHIRT, Told, ada, cart, order
from tests.fakes.world import START, World, a_policy

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
LAMP = Item("v3", "Lampe")


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def world(told: Told) -> World:
    return World(adapter=told)


class Runs:
    """All runs of a world, each woken when it wants to be."""

    def __init__(self, world: World, told: Told) -> None:
        self.world, self.told, self.plans, self.due, self.heard = world, told, {}, {}, 0

    def tell(self, after: timedelta, *seen) -> None:
        self.until(START + after)
        self.world.deliver(self.told.delivery(f"{after} {len(seen)}", *seen, at=self.world.clock.now()))
        self._start()

    def _start(self) -> None:
        facts, self.heard = self.world.bus.facts[self.heard :], len(self.world.bus.facts)
        for fact in facts:
            self._begin(fact)

    def _begin(self, fact: Fact) -> None:
        for name in self.world.start_flows(fact.name, fact.shop, fact.data, fact.at):
            given = self.world.runs.started[name]
            run = Run("cart_recovery", name, "demo", given["subject"], given["generation"])
            self.due[run] = (self.world.clock.now() + timedelta(seconds=given["wait_seconds"]), 0)

    def until(self, end) -> Runs:
        while self.due and min(self.due.values())[0] <= end:
            run = min(self.due, key=self.due.get)
            at, position = self.due.pop(run)
            self.world.clock.at = max(self.world.clock.at, at)
            self._wake(run, position)
            self._start()
        self.world.clock.at = max(self.world.clock.at, end)
        return self

    def _wake(self, run: Run, position: int) -> None:
        answer = self.world.touch(run, self.plans[run], position) if run in self.plans else None
        if answer is None:
            answer = self.world.watch_cart(run, 0)
            if answer["next"] == "touch":
                self.plans[run] = Plan.from_variables(answer["plan"])
                answer = self.world.touch(run, self.plans[run], 0)
        if answer["next"] == "wait":
            wait = timedelta(seconds=answer["wait_seconds"])
            self.due[run] = (self.world.clock.now() + wait, answer.get("position", 0))


@pytest.fixture
def runs(world: World, told: Told) -> Runs:
    return Runs(world, told)


def begun(minutes: float, *items: Item, ref: str = "", contact: Contact | None = None):
    return cart(START + minutes * MINUTE, *items, ref=ref or f"checkout:k{minutes}", contact=contact)


def touches(world: World) -> list[str]:
    return [message.touch for message in world.outbox.sent]


def rows(world: World) -> dict:
    return {row.refs[0]: row for row, _ in world.tables.rows["carts"].values()}


def test_one_basket_that_is_taken_to_the_checkout_three_times_is_three_mails_and_one_last_note(world, runs):
    for minutes in (0, 20, 40):
        runs.tell(minutes * MINUTE, begun(minutes, SHIRT))
    runs.until(START + 30 * DAY)
    assert touches(world) == ["reminder", "answers", "last_note"]
    carts = rows(world)
    newest = carts["checkout:k40"]
    for ref in ("checkout:k0", "checkout:k20"):
        ended = carts[ref]
        assert (ended.status, ended.closed_because, ended.superseded_by) == (
            GIVEN_UP,
            "superseded",
            newest.cart_id,
        )
    assert newest.superseded_by is None
    told_of = [fact.data["because"] for fact in world.bus.named("cart.given_up")]
    assert Counter(told_of) == {"superseded": 2, "all_sent": 1}


def test_the_order_beside_the_basket_that_a_plug_in_told_is_the_same_recovery(world, runs):
    plug_in = begun(0, Item("cartflows:1", "Hemd, Tasse"), ref="cartflows:1", contact=ada(customer_ref=None))
    runs.tell(timedelta(0), plug_in)
    runs.tell(30 * MINUTE, begun(30, SHIRT, CUP))
    runs.until(START + 30 * DAY)
    assert touches(world) == ["reminder", "answers", "last_note"]


def test_whoever_comes_to_the_checkout_again_after_two_mails_gets_only_what_was_not_said(world, runs):
    runs.tell(timedelta(0), begun(0, SHIRT))
    runs.tell(2 * DAY, begun(2 * 1440, SHIRT, CUP))
    runs.until(START + 30 * DAY)
    assert touches(world) == ["reminder", "answers", "last_note"]
    assert rows(world)["checkout:k0"].closed_because == "superseded"


def test_after_the_last_note_the_same_goods_are_not_spoken_of_again_and_others_are(world, runs):
    runs.tell(timedelta(0), begun(0, SHIRT))
    runs.tell(7 * DAY, begun(7 * 1440, SHIRT))
    runs.until(START + 14 * DAY)
    assert touches(world) == ["reminder", "answers", "last_note"]
    runs.tell(15 * DAY, begun(15 * 1440, LAMP))
    runs.until(START + 30 * DAY)
    assert touches(world) == ["reminder", "answers", "last_note"] * 2


def test_a_purchase_ends_the_story_of_all_and_the_next_basket_begins_one(world, runs):
    runs.tell(timedelta(0), begun(0, SHIRT))
    runs.tell(90 * MINUTE, begun(90, SHIRT))
    runs.tell(2 * 60 * MINUTE, order(START + 2 * 60 * MINUTE, "checkout:k90"))
    runs.tell(3 * DAY, begun(3 * 1440, SHIRT))
    runs.until(START + 30 * DAY)
    assert touches(world) == ["reminder", "reminder", "answers", "last_note"]


def test_if_the_newest_basket_is_emptied_the_one_before_it_is_reminded_of(world, runs):
    runs.tell(timedelta(0), begun(0, SHIRT))
    runs.tell(10 * MINUTE, begun(10, SHIRT))
    runs.tell(20 * MINUTE, begun(20, ref="checkout:k10"))
    runs.until(START + 30 * DAY)
    assert touches(world) == ["reminder", "answers", "last_note"]
    assert rows(world)["checkout:k0"].closed_because == "all_sent"


def test_two_rows_that_turn_out_to_be_one_cart_do_not_silence_each_other(world, runs):
    runs.tell(timedelta(0), cart(START, SHIRT, ref="cart:c1"))
    runs.tell(10 * MINUTE, begun(10, SHIRT))
    both = cart(START + 20 * MINUTE, SHIRT, refs=("cart:c1", "checkout:k10"))
    runs.tell(20 * MINUTE, both)
    runs.until(START + 30 * DAY)
    assert touches(world) == ["reminder", "answers", "last_note"]


def test_a_younger_basket_that_opens_while_the_text_is_made_takes_the_claim(world, runs, told, monkeypatch):
    write = texts.email

    def while_it_is_written(*given):
        monkeypatch.setattr(texts, "email", write)
        runs.world.deliver(told.delivery("younger", begun(59, SHIRT), at=world.clock.now()))
        return write(*given)

    runs.tell(timedelta(0), begun(0, SHIRT))
    monkeypatch.setattr(texts, "email", while_it_is_written)
    runs.until(START + 61 * MINUTE)
    assert touches(world) == []
    runs.until(START + 30 * DAY)
    assert touches(world) == ["reminder", "answers", "last_note"]


def test_of_two_touches_at_one_instant_one_goes_out(world, runs, told, monkeypatch):
    """Different goods, and a policy that counts no days: both are due, and one claim moves the other's ground."""
    world.settings.policies["demo"] = a_policy(one_visit=timedelta(0))
    runs.tell(timedelta(0), begun(0, SHIRT), begun(0, LAMP, ref="checkout:other"))
    _, second = runs.due
    write = texts.email

    def while_it_is_written(*given):
        monkeypatch.setattr(texts, "email", write)
        runs.due[second] = (world.clock.now(), 0)
        runs._wake(second, 0)
        return write(*given)

    runs.due.pop(second)
    monkeypatch.setattr(texts, "email", while_it_is_written)
    runs.until(START + 61 * MINUTE)
    assert touches(world) == ["reminder"]


def test_what_the_provider_refused_to_take_was_not_said(world, runs):
    world.outbox.answers = [NotSent("Throttled", 60)]
    runs.tell(timedelta(0), begun(0, SHIRT))
    runs.until(START + 61 * MINUTE)
    runs.tell(65 * MINUTE, begun(65, SHIRT))
    runs.until(START + 30 * DAY)
    assert touches(world) == ["reminder", "answers", "last_note"]
    assert rows(world)["checkout:k0"].closed_because == "superseded"
