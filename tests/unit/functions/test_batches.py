"""The door behind the queue, with batches that mix every outcome in every order.

SQS deletes whatever the answer does not name, so the answer has to name exactly what must come back: one too few is a
lost event, one too many is work done again until it is a dead letter.
"""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

import pytest

from cartback import wiring
from cartback.domain.errors import MessageWithheld, Refused, TryLater
from cartback.domain.messaging.receipts import Receipt
from cartback.ports import Delivery
from cartback.store.queue import pack, unpack
from cartback.usecases.take_batch import TakeBatch
from functions import apply_events
from tests.fakes.told import SHIRT, ada, cart
from tests.fakes.world import START, World

OUTCOMES = (
    "applied",
    "again",
    "ignored",
    "refused",
    "unreadable",
    "later",
    "bug",
    "heard",
    "deaf",
    "greeting",
)
COME_BACK = {"later", "bug", "deaf"}
PARKED = {"refused", "unreadable"}
GREETING = "Successfully validated SNS topic for Amazon SES event publishing."


class Moody:
    """An adapter whose deliveries say in their keys what becomes of them, until the trouble is over."""

    def __init__(self) -> None:
        self.mended = False

    def __call__(self, platform: str) -> Moody:
        return self

    def observe(self, delivery: Delivery) -> list[Any] | None:
        kind, _, number = delivery.key.partition("-")
        if kind == "ignored":
            return None
        if kind == "refused":
            raise Refused(f"cannot digest {number}")
        if kind == "later" and not self.mended:
            raise TryLater("the shop is away")
        if kind == "bug" and not self.mended:
            raise ZeroDivisionError
        who = ada(email=f"{delivery.key}@example.com", phone=None, customer_ref=delivery.key)
        return [cart(START, SHIRT, ref=f"cart:{delivery.key}", contact=who)]


class News:
    """Takes what a provider tells, unless it is deaf."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.mended = False

    def __call__(self, receipts: list[Receipt]) -> None:
        for each in receipts:
            if each.claim_id.startswith("deaf") and not self.mended:
                raise TryLater("the ledger is away")
            self.told.append(each.claim_id)


def receipts(envelope: Any) -> list[Receipt]:
    return [Receipt("demo", envelope["claim"], "delivered", START, envelope["claim"])]


def body(kind: str, number: int, shop: str = "demo") -> str:
    """A message as it lies on the queue."""
    if kind == "unreadable":
        return f"no JSON, {number}"
    if kind == "greeting":
        return GREETING
    if kind in ("heard", "deaf"):
        return json.dumps({"claim": f"{kind}-{number}"})
    # The same event as the batch's first, once more.
    key = "applied-0" if kind == "again" else f"{kind}-{number}"
    return pack(Delivery(shop, "generic", "cart.updated", key, START, "{}"))


class House:
    """The worker on fakes behind its door."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.moody, self.news = Moody(), News()
        self.world = World(adapter=self.moody, shops=("demo", "other"))
        take = TakeBatch(
            self.world.apply_events, self.news, unpack, receipts, self.world.queue, self.world.metrics
        )
        monkeypatch.setattr(wiring, "take_batch", lambda: take)

    def take(self, bodies: Iterable[tuple[str, str]], receives: int = 1) -> list[str]:
        """Hand (id, body) to the door; the ids that come back."""
        records = [
            {"messageId": name, "body": text, "attributes": {"ApproximateReceiveCount": str(receives)}}
            for name, text in bodies
        ]
        answer = apply_events.handler({"Records": records}, None)
        assert set(answer) == {"batchItemFailures"}
        assert all(set(each) == {"itemIdentifier"} for each in answer["batchItemFailures"])
        return [each["itemIdentifier"] for each in answer["batchItemFailures"]]

    def opened(self) -> Counter[str]:
        """How often each cart was told to be opened, each fact once."""
        facts = {fact.fact_id: fact for fact in self.world.bus.named("cart.opened")}
        return Counter(fact.shop for fact in facts.values())


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> House:
    return House(monkeypatch)


def _batches(length: int) -> list[tuple[str, ...]]:
    return list(itertools.product(OUTCOMES, repeat=length))


def _judge(house: House, kinds: tuple[str, ...], shops: tuple[str, ...] = ("demo",)) -> None:
    named = {
        f"m{place}": (kind, body(kind, place, shops[place % len(shops)])) for place, kind in enumerate(kinds)
    }
    back = house.take((name, text) for name, (_, text) in named.items())
    assert sorted(back) == sorted(name for name, (kind, _) in named.items() if kind in COME_BACK), kinds
    parked = [text for _, (kind, text) in named.items() if kind in PARKED]
    letters = [text for text, _ in house.world.queue.parked]
    if len(shops) > 1:
        # A bug of one shop lets the door try the other shop's messages again: what was parked may lie there twice.
        letters = list(dict.fromkeys(letters))
    assert sorted(letters) == sorted(parked), kinds
    assert all(reason for _, reason in house.world.queue.parked)
    assert Counter(house.news.told) == Counter(
        f"heard-{place}" for place, kind in enumerate(kinds) if kind == "heard"
    )
    # The trouble is over: what came back is applied once, and nothing else a second time.
    house.moody.mended = house.news.mended = True
    assert house.take((name, named[name][1]) for name in back) == []
    events = {
        (shops[place % len(shops)], "applied-0" if kind == "again" else f"{kind}-{place}")
        for place, kind in enumerate(kinds)
        if kind in ("applied", "again", "later", "bug")
    }
    assert house.opened() == Counter(shop for shop, _ in events), kinds
    assert {text for text, _ in house.world.queue.parked} == set(parked)


@pytest.mark.parametrize("length", [1, 2])
def test_exactly_what_must_come_back_comes_back_whatever_lies_beside_it(
    length: int, monkeypatch: pytest.MonkeyPatch
):
    for kinds in _batches(length):
        _judge(House(monkeypatch), kinds)


def test_three_of_every_kind_in_every_order_get_their_due(monkeypatch: pytest.MonkeyPatch):
    rare = ("applied", "again", "refused", "later", "bug", "deaf")
    for kinds in itertools.product(rare, repeat=3):
        _judge(House(monkeypatch), kinds)


@pytest.mark.parametrize("turned", range(len(OUTCOMES)))
def test_a_full_batch_of_all_kinds_of_two_shops_gets_its_due_wherever_it_begins(house: House, turned: int):
    _judge(house, (*OUTCOMES[turned:], *OUTCOMES[:turned]), ("demo", "other"))


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("receives", [1, 4, 5, 6])
def test_a_bug_is_parked_with_its_name_when_its_message_comes_for_the_last_time(
    house: House, place: int, receives: int
):
    """SQS itself would move it without a reason."""
    kinds = ["applied", "later"]
    kinds.insert(place, "bug")
    named = [(f"m{number}", body(kind, number)) for number, kind in enumerate(kinds)]
    back = house.take(named, receives)
    late = f"m{kinds.index('later')}"
    if receives < 5:
        assert sorted(back) == sorted([f"m{place}", late])
        assert house.world.queue.parked == []
    else:
        assert back == [late]
        assert house.world.queue.parked == [(named[place][1], "bug: ZeroDivisionError")]
    assert house.opened() == Counter(demo=1)


def test_messages_that_nobody_could_park_come_back(house: House, monkeypatch: pytest.MonkeyPatch):
    def away(text: str, reason: str) -> None:
        raise TryLater("the dead-letter queue is away")

    monkeypatch.setattr(house.world.queue, "park", away)
    named = [(kind, body(kind, place)) for place, kind in enumerate(("unreadable", "refused", "applied"))]
    assert set(house.take(named)) >= {"unreadable", "refused"}
    monkeypatch.undo()


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_bug_that_nobody_could_park_comes_back_alone(
    house: House, monkeypatch: pytest.MonkeyPatch, place: int
):
    """Its letter goes without a reason, as SQS moves it; the others are done with."""

    def away(text: str, reason: str) -> None:
        raise TryLater("the dead-letter queue is away")

    monkeypatch.setattr(house.world.queue, "park", away)
    kinds = ["applied", "heard"]
    kinds.insert(place, "bug")
    named = [(kind, body(kind, number)) for number, kind in enumerate(kinds)]
    assert house.take(named, receives=5) == ["bug"]
    assert (house.opened(), len(house.news.told)) == (Counter(demo=1), 1)


def test_a_bug_is_logged_with_its_trace_and_without_what_it_met(
    house: House, caplog: pytest.LogCaptureFixture
):
    house.take([("m0", body("applied", 0)), ("m1", body("bug", 1))])
    whole, alone = [each for each in caplog.records if each.exc_info]
    assert whole.getMessage() == "the batch failed as a whole: each message on its own"
    assert alone.getMessage() == "message m1 failed"
    for each in (whole, alone):
        kind, error, trace = each.exc_info
        assert (kind, str(error)) == (MessageWithheld, "ZeroDivisionError")
        assert trace is not None


def test_a_batch_of_nothing_is_answered_with_nothing(house: House):
    assert house.take([]) == []


def test_the_answer_of_one_message_is_not_taken_for_anothers(monkeypatch: pytest.MonkeyPatch):
    """After a bug each is tried by itself: the ids that come back are those of the messages that were tried."""
    tried: list[list[str]] = []

    def take(messages: list[tuple[str, str]]) -> list[str]:
        tried.append([text for _, text in messages])
        if len(messages) > 1 or messages[0][1] == "bad":
            raise ZeroDivisionError
        return ["m1"] if messages[0][1] == "late" else []

    monkeypatch.setattr(wiring, "take_batch", lambda: take)
    texts = {"m0": "good", "m1": "late", "m2": "bad", "m3": "good too"}
    records = [
        {"messageId": name, "body": text, "attributes": {"ApproximateReceiveCount": "1"}}
        for name, text in texts.items()
    ]
    answer = apply_events.handler({"Records": records}, SimpleNamespace())
    assert [each["itemIdentifier"] for each in answer["batchItemFailures"]] == ["m1", "m2"]
    assert tried == [list(texts.values()), *([text] for text in texts.values())]
