"""A day is replayed, on fakes and on moto: what was applied is skipped, and nothing is sent a second time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from cartback.domain.errors import Refused
from cartback.domain.observations import CustomerErased
from cartback.domain.policy import Plan
from cartback.ports import Delivery
from cartback.store.intake.once import PowertoolsOnce
from cartback.store.intake.raw import S3Raw
from cartback.store.messaging.ledger import DynamoLedger
from cartback.store.queue import SqsQueue, unpack
from cartback.store.trade.records import DynamoRecords
from cartback.usecases.batch import Message
from cartback.usecases.intake.replay import KEPT, Replay
from cartback.usecases.runs import Run
from tests.fakes.shelf import MemoryShelf
from tests.fakes.told import CUP, SHIRT, Told, ada, cart, order
from tests.fakes.world import START, World

NEXT_DAY = START + timedelta(days=1)


class House:
    """A world whose runs are driven to their end, and whose queue can be worked off."""

    def __init__(self, stack=None) -> None:
        self.told = Told()
        self.world = world = World(adapter=self.told)
        self.stack, self.shelf, self.due = stack, MemoryShelf(world.raw), {}
        if stack is not None:
            stack.with_services()
            clients, clock = stack.clients, world.clock
            world.records = DynamoRecords(clients, stack.tables, clock)
            world.ledger = DynamoLedger(clients, stack.tables, clock)
            world.once = PowertoolsOnce(clients, "Idempotency", timedelta(seconds=30))
            self.shelf = world.raw = S3Raw(clients, stack.refs["RawBucket"], clock)
            world.queue = SqsQueue(clients, stack.refs["IntakeQueue"])
            world._wire()
        self.replay = Replay(self.shelf, world.queue, world.clock)

    def tell(self, key: str, *seen) -> None:
        """One event, now."""
        self.world.deliver(self.told.delivery(key, *seen, at=self.world.clock.now()))

    def queued(self) -> Iterator[Delivery]:
        """Take what lies on the queue."""
        if self.stack is None:
            while self.world.queue.deliveries:
                yield self.world.queue.deliveries.pop(0)
            return
        sqs, url = self.stack.own.sqs, self.stack.refs["IntakeQueue"]
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                yield unpack(json.loads(message["Body"]))

    def work_off(self) -> dict[str, int]:
        """Apply what is queued; gives how many were applied, were duplicates, and so on."""
        messages = [Message(f"r{number}", "{}", one) for number, one in enumerate(self.queued())]
        report = self.world.apply_events(messages)
        words = ("applied", "duplicates", "ignored", "parked", "failed")
        return {word: len(getattr(report, word)) for word in words if getattr(report, word)}

    def run_to_the_end(self) -> None:
        """Start what the facts ask for, and wake every run when it asked to be woken until all have ended."""
        world = self.world
        world.start_due()
        for name, variables in world.runs.started.items():
            run = Run("cart_recovery", name, "demo", variables["subject"], variables["generation"])
            self.due.setdefault(
                name, (run, {"next": "wait", "wait_seconds": 1, "rearms": 0, "plan": None}, START)
            )
        while pending := [
            (at, name) for name, (_, answer, at) in self.due.items() if answer["next"] == "wait"
        ]:
            at, name = min(pending)
            world.clock.at = max(world.clock.at, at)
            run, answer, _ = self.due[name]
            self.due[name] = self._woken(run, answer)

    def _woken(self, run: Run, answer: dict):
        if answer.get("plan") is None:
            told = self.world.watch_cart(run, answer["rearms"])
            if told["next"] == "touch":
                plan = told["plan"]
                told = {**self.world.touch(run, Plan.from_variables(plan), 0), "plan": plan, "rearms": 0}
        else:
            plan = answer["plan"]
            told = {**self.world.touch(run, Plan.from_variables(plan), answer["position"]), "plan": plan}
        return run, told, self.world.clock.now() + timedelta(seconds=told["wait_seconds"])

    def state(self) -> tuple:
        """All that a replay may not change: rows but for their versions, messages, runs, facts."""
        page = self.world.records.read("demo", carts=self._ids("cart_id"), persons=self._ids("person_id"))
        rows = [replace(row, version=0) for row in (*page.carts.values(), *page.persons.values()) if row]
        sent = [message.claim_id for message in self.world.outbox.sent]
        return rows, sent, list(self.world.runs.started), {fact.fact_id for fact in self.world.bus.facts}

    def _ids(self, name: str) -> list[str]:
        return sorted({str(fact.data[name]) for fact in self.world.bus.facts if fact.data.get(name)})


@pytest.fixture(params=["memory", "moto"])
def house(request: pytest.FixtureRequest) -> House:
    return House(request.getfixturevalue("stack") if request.param == "moto" else None)


def somebody(number: int, **more):
    return ada(customer_ref=str(number), email=f"shopper{number}@example.com", **more)


@pytest.fixture
def day(house: House) -> House:
    """A day with every kind of end, and the days after it in which the messages go out."""
    clock = house.world.clock
    for number in range(1, 7):
        consents = {"consents": ()} if number == 6 else {}
        who = somebody(number, **consents)
        house.tell(
            f"open{number}", cart(clock.move(minutes=1), SHIRT, CUP, ref=f"cart:c{number}", contact=who)
        )
    house.tell("bought1", order(clock.move(minutes=9), "cart:c1", contact=somebody(1)))
    house.tell("emptied2", cart(clock.move(minutes=1), ref="cart:c2", contact=somebody(2)))
    house.tell("again2", cart(clock.move(minutes=1), CUP, ref="cart:c2", contact=somebody(2)))
    house.tell("erased3", CustomerErased(somebody(3), clock.now()))
    house.run_to_the_end()
    leave_url = next(m.leave_url for m in house.world.outbox.sent if m.address == "shopper4@example.com")
    house.world.leave(leave_url.rpartition("/")[2])
    house.tell("bought5", order(clock.move(minutes=9), "cart:c5", contact=somebody(5)))
    house.run_to_the_end()
    return house


def test_a_replayed_day_changes_nothing_and_sends_nothing(day):
    before = day.state()
    assert len(before[1]) >= 9
    done = day.replay("demo", START, NEXT_DAY)
    assert done.events == 10
    assert day.work_off() == {"duplicates": 10}
    day.run_to_the_end()
    assert day.state() == before


def test_a_forced_replay_applies_everything_again_and_still_changes_and_sends_nothing(day):
    before = day.state()
    day.replay("demo", START, NEXT_DAY, force=True)
    assert day.work_off() == {"applied": 10}
    day.run_to_the_end()
    assert day.state() == before


def test_a_second_insistence_applies_once_more(day):
    for _ in range(2):
        day.world.clock.move(seconds=1)
        day.replay("demo", START, NEXT_DAY, force=True)
        assert day.work_off() == {"applied": 10}


def test_one_insistence_applies_each_event_once_however_often_it_is_delivered(day):
    day.replay("demo", START, NEXT_DAY, force=True)
    deliveries = list(day.queued())
    for expected in ({"applied": 10}, {"duplicates": 10}):
        for delivery in deliveries:
            day.world.queue.put(delivery)
        assert day.work_off() == expected


def test_what_was_missed_is_made_up_for(day):
    """The keys of one event are gone, as if it had been kept and then lost: only this one is applied."""
    lost = Message(
        "m", "{}", next(one for one in day.shelf.between("demo", START, NEXT_DAY) if one.key == "open1")
    )
    day.world.once.abandon([lost.once_key])
    day.replay("demo", START, NEXT_DAY)
    assert day.work_off() == {"applied": 1, "duplicates": 9}


def test_a_lost_fact_is_told_again_by_force_and_its_run_starts_late(house):
    """The flow never heard of the cart; what it does now obeys the rows as they are."""
    house.tell("open1", cart(START, SHIRT, contact=somebody(1)))
    house.world.bus.facts.clear()
    house.run_to_the_end()
    assert house.world.outbox.sent == []
    house.replay("demo", START, NEXT_DAY, force=True)
    house.work_off()
    house.run_to_the_end()
    assert [message.touch for message in house.world.outbox.sent] == ["reminder", "answers", "last_note"]


def test_a_dry_run_tells_what_it_would_do_and_queues_nothing(day):
    done = day.replay("demo", START, NEXT_DAY, dry_run=True, force=True)
    assert (done.events, done.topics) == (10, {"told": 10})
    assert START < done.first_at < done.last_at < NEXT_DAY
    assert list(day.queued()) == []


def test_only_the_asked_for_time_is_replayed(day):
    events = {
        one.key: one.received_at for one in day.shelf.between("demo", START, NEXT_DAY + timedelta(days=9))
    }
    done = day.replay("demo", events["open2"], events["open4"])
    assert {one.key for one in day.queued()} == {"open2", "open3"}
    assert done.events == 2


def test_another_shops_events_stay_where_they_are(day):
    assert day.replay("other", START, NEXT_DAY).events == 0
    assert day.replay("dem", START, NEXT_DAY).events == 0


def test_replayed_events_are_not_kept_a_second_time(day):
    far = START + timedelta(days=30)
    before = len(list(day.shelf.between("demo", START, far)))
    day.replay("demo", START, NEXT_DAY)
    day.work_off()
    assert len(list(day.shelf.between("demo", START, far))) == before


def test_an_event_that_was_kept_long_after_it_was_received_is_found_by_its_receipt(house):
    late = house.told.delivery("late", cart(START, SHIRT), at=START)
    house.world.clock.move(days=3)
    house.world.deliver(late)
    assert house.replay("demo", START, START + timedelta(seconds=1), dry_run=True).events == 1


@pytest.mark.parametrize(
    ("from_after", "to_after", "says"),
    [
        (timedelta(0), timedelta(0), "--from must be before --to"),
        (-KEPT - timedelta(seconds=1), timedelta(0), "--from: raw events are kept for 14 days"),
    ],
)
def test_a_span_that_makes_no_sense_is_refused(house, from_after, to_after, says):
    with pytest.raises(Refused, match=says):
        house.replay("demo", START + from_after, START + to_after)
