"""What sign-ups and proofs need of the tables: on the fake and on DynamoDB alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from cartback.domain.claims import RELEASED, Claim
from cartback.domain.consent.consent import GRANTED, Consent
from cartback.domain.consent.evidence import fault
from cartback.domain.consent.signup import KEPT, PENDING, SignUp
from cartback.domain.errors import Conflict
from cartback.domain.people import customer
from cartback.domain.people.customer import Person
from cartback.ports import Link, RowSet, TimelineEntry
from cartback.store.messaging.counters import DynamoCounters
from cartback.store.people.proofs import ConsentChains
from cartback.store.people.sweeping import TableSweep
from cartback.store.trade.records import DynamoRecords
from tests.fakes.memory import MemoryCounters, MemoryTables
from tests.fakes.taking import take_question
from tests.fakes.world import START, HandClock

CLAIM = Claim("demo", "k1", "r1", 1, "confirm", "email", "", "h1", "service", 0, START, purpose="service")
LINE = TimelineEntry(START, "decision", {"word": "send", "reason": "asked"})
LINK = Link(
    "demo",
    "t1",
    "confirm",
    "",
    1,
    "",
    "email",
    "confirm",
    "k1",
    START + timedelta(hours=48),
    "de",
    subject="r1",
)
REQUEST = SignUp("demo", "r1", state=PENDING, email="ada@example.com", requested_at=START, topics=("offers",))


def take(room, claim: Claim = CLAIM, version: int = 1) -> str | None:
    return take_question(room.ledger, claim, replace(REQUEST, version=version), LINE, [LINK])


def ask(room) -> None:
    room.records.save("demo", RowSet(), RowSet(requests={"r1": REQUEST}))


def block(room, address: str, because: str) -> None:
    room.records.save("demo", RowSet(), RowSet(blocks={address: because}))


def said(person: Person, hours: int) -> Person:
    at = START + timedelta(hours=hours)
    word = Consent("email", GRANTED, "double_opt_in", f"form {hours}", at, at, "e1", address_hash="h1")
    return customer.say(person, word)


# ── requests ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_request_is_kept_and_read_back_as_it_was(room):
    room.records.save("demo", RowSet(), RowSet(requests={"r1": REQUEST}))
    assert room.records.read("demo", requests=["r1"]).requests == {"r1": replace(REQUEST, version=1)}
    assert room.records.read("other", requests=["r1"]).requests == {"r1": None}


def test_of_two_requests_at_once_one_is_told(room):
    room.records.save("demo", RowSet(), RowSet(requests={"r1": REQUEST}))
    with pytest.raises(Conflict):
        room.records.save("demo", RowSet(), RowSet(requests={"r1": replace(REQUEST, lang="de")}))


def test_a_request_is_gone_when_its_time_is_over_swept_or_not(room):
    room.records.save("demo", RowSet(), RowSet(requests={"r1": REQUEST}))
    room.clock.move(seconds=KEPT.total_seconds())
    assert room.records.read("demo", requests=["r1"]).requests == {"r1": None}


# ── claims without a cart ────────────────────────────────────────────────────────────────────────────────────────


def test_the_claim_of_a_question_is_written_with_its_line_and_its_link(room):
    ask(room)
    assert take(room) is None
    assert room.ledger.read_claim("demo", "k1") == CLAIM
    assert room.ledger.story("demo", "request#r1") == [LINE]
    assert room.ledger.look("demo", "t1") == LINK


def test_the_claim_of_a_question_is_taken_once_and_again_after_it_was_released(room):
    ask(room)
    take(room)
    assert take(room) == "claimed_before"
    room.ledger.mark(CLAIM, replace(CLAIM, state=RELEASED))
    assert take(room) is None


def test_the_claim_of_a_question_is_not_taken_for_a_request_that_has_changed_or_is_gone(room):
    assert take(room) == "changed"
    ask(room)
    assert take(room, version=2) == "changed"
    assert room.ledger.read_claim("demo", "k1") is None
    assert take(room) is None


@pytest.mark.parametrize(
    ("address", "because", "answer"),
    [
        ("h1", "bounced", "blocked"),
        ("h1", "complained", "blocked"),
        ("h1", "opted_out", None),
        ("shop", "shop_left", "blocked"),
    ],
)
def test_the_answer_to_a_request_is_blocked_by_hurt_and_not_by_an_opt_out_of_marketing(
    room, address, because, answer
):
    ask(room)
    block(room, address, because)
    assert take(room) == answer
    assert (room.ledger.look("demo", "t1") is None) == (answer is not None)


# ── proofs ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_word_and_its_proof_are_written_together_or_not_at_all(room):
    one = said(Person("demo", "p1"), 1)
    room.records.save("demo", RowSet(), RowSet(persons={"p1": one}))
    kept = room.records.read("demo", persons=["p1"]).persons["p1"]
    assert (kept.evidence_length, kept.fresh_evidence) == (1, ())
    two = said(kept, 2)
    room.records.save("demo", RowSet(persons={"p1": kept}), RowSet(persons={"p1": two}))
    with pytest.raises(Conflict):
        room.records.save("demo", RowSet(persons={"p1": kept}), RowSet(persons={"p1": said(kept, 3)}))
    assert room.records.read("demo", persons=["p1"]).persons["p1"].evidence_head == two.evidence_head


def test_the_proof_is_read_back_whole_and_a_changed_row_shows(stack):
    records = DynamoRecords(stack.clients, stack.tables, HandClock())
    person = said(said(Person("demo", "p1"), 1), 2)
    records.save("demo", RowSet(), RowSet(persons={"p1": person}))
    proofs = ConsentChains(stack.clients, "Ledger")
    assert fault(proofs.of("demo", "p1"), 2, person.evidence_head) is None
    row = next(row for row in stack.rows("Ledger") if "00000001" in row["sk"]["S"])
    row["body"]["S"] = row["body"]["S"].replace("form 1", "form 9")
    stack.own.dynamodb.put_item(TableName="Ledger", Item=row)
    assert (
        fault(proofs.of("demo", "p1"), 2, person.evidence_head) == "entry 1 was changed after it was sealed"
    )
    assert "expires_at" not in row


def test_every_proof_without_an_end_is_found_once_over_all_parts(stack):
    records = DynamoRecords(stack.clients, stack.tables, HandClock())
    for shop in ("demo", "other"):
        for name in ("p1", "p2", "p3"):
            person = said(said(Person(shop, name), 1), 2)
            records.save(shop, RowSet(), RowSet(persons={name: person}))
    sweep = TableSweep(stack.clients, stack.tables)
    sweep.fade("demo", "p2", START + timedelta(days=1))
    found = [entry for part in range(5) for entry in sweep.lasting(part, 5)]
    wanted = {(shop, name) for shop in ("demo", "other") for name in ("p1", "p2", "p3")} - {("demo", "p2")}
    assert {(entry.shop, entry.person_id) for entry in found} == wanted
    assert len(found) == 2 * len(wanted)


# ── counters ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(params=["memory", "dynamo"])
def counters(request: pytest.FixtureRequest):
    clock = HandClock()
    if request.param == "memory":
        return MemoryCounters(MemoryTables(clock)), clock
    stack = request.getfixturevalue("stack")
    return DynamoCounters(stack.clients, "Ledger", clock), clock


def test_a_counter_counts_within_its_window_and_each_by_itself(counters):
    here, clock = counters
    hour = timedelta(hours=1)
    assert [here.count("demo", "a", hour) for _ in range(3)] == [1, 2, 3]
    assert here.count("demo", "b", hour) == 1
    assert here.count("other", "a", hour) == 1
    clock.move(minutes=59)
    assert here.count("demo", "a", hour) == 4
    clock.move(minutes=1)
    assert here.count("demo", "a", hour) == 1
