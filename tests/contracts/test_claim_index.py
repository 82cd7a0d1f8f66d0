"""The port ``ClaimIndex``, and the book of audits: fake and DynamoDB alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from cartback.domain import claims
from cartback.domain.claims import Claim
from cartback.domain.people import customer
from cartback.domain.results.audit import KINDS, Audit, Finding
from cartback.ports import RowSet, TimelineEntry
from cartback.store.messaging.claim_index import DynamoClaimIndex
from cartback.store.messaging.ledger import DynamoLedger
from cartback.store.results.insights import DynamoAudits
from cartback.store.tables import LEDGER_KEPT
from cartback.subjects.cart import KIND as CART_KIND
from tests.contracts.test_ledger import ADA, CART
from tests.fakes.audits import MemoryAudits, MemoryClaimIndex
from tests.fakes.taking import take_touch
from tests.fakes.world import START, HandClock


@pytest.fixture
def index(room):
    if isinstance(room.ledger, DynamoLedger):
        return DynamoClaimIndex(room.ledger._clients, "Ledger", room.clock)
    return MemoryClaimIndex(room.ledger.tables)


def take(room, claim_id: str, at: datetime, shop: str = "demo") -> Claim:
    """A claim of its own cart and person, taken."""
    cart, person = (
        replace(CART, shop=shop, cart_id=claim_id),
        replace(ADA, shop=shop, person_id=f"p-{claim_id}"),
    )
    room.records.save(shop, RowSet(), RowSet(carts={claim_id: cart}, persons={person.person_id: person}))
    context = room.records.context(shop, claim_id, person.person_id, None, CART_KIND)
    context = replace(
        context, person=room.records.read(shop, persons=[person.person_id]).persons[person.person_id]
    )
    claim = Claim(shop, claim_id, claim_id, 1, "reminder", "email", person.person_id, "h1", "email/x", 3, at)
    line = TimelineEntry(at, "decision", {"word": "send"})
    assert take_touch(room.ledger, claim, context, customer.sent(context.person, at), line, []) is None
    return claim


def ids(found) -> list[str]:
    return [claim.claim_id for claim in found]


def test_a_claim_is_in_doubt_from_its_taking_until_its_mark(room, index):
    claim = take(room, "k1", START)
    later = START + timedelta(hours=1)
    assert list(index.in_doubt(later)) == [claim]
    room.ledger.mark(claim, claims.settle(claim, claims.SENT, START))
    assert list(index.in_doubt(later)) == []


@pytest.mark.parametrize("state", [claims.UNKNOWN, claims.DELIVERED, claims.COMPLAINED])
def test_whatever_became_of_it_a_claim_is_in_doubt_no_more(room, index, state):
    claim = take(room, "k1", START)
    room.ledger.mark(claim, claims.settle(claim, state, START))
    assert list(index.in_doubt(START + timedelta(hours=1))) == []


def test_a_released_claim_is_in_doubt_no_more_and_a_second_taking_is(room, index):
    claim = take(room, "k1", START)
    person = room.records.read("demo", persons=["p-k1"]).persons["p-k1"]
    room.ledger.release(claim, replace(claim, state=claims.RELEASED), customer.unsent(person, START))
    assert list(index.in_doubt(START + timedelta(hours=1))) == []
    context = room.records.context("demo", "k1", "p-k1", None, CART_KIND)
    person = room.records.read("demo", persons=["p-k1"]).persons["p-k1"]
    again = replace(claim, claimed_at=START + timedelta(minutes=1))
    take_touch(room.ledger, again, context, person, TimelineEntry(again.claimed_at, "decision", {}), [])
    assert list(index.in_doubt(START + timedelta(hours=1))) == [again]


def test_only_what_is_older_than_asked_for_is_in_doubt(room, index):
    take(room, "k1", START)
    assert list(index.in_doubt(START)) == []
    assert ids(index.in_doubt(START + timedelta(microseconds=1))) == ["k1"]


def test_the_claims_of_all_shops_are_in_doubt_together(room, index):
    take(room, "k1", START)
    take(room, "k1", START, shop="other")
    assert sorted(claim.shop for claim in index.in_doubt(START + timedelta(hours=1))) == ["demo", "other"]


def test_a_day_holds_its_claims_in_order_and_no_other_shops(room, index):
    midnight = datetime(2026, 3, 3, tzinfo=UTC)
    take(room, "late", midnight - timedelta(microseconds=1))
    take(room, "early", START)
    take(room, "tomorrow", midnight)
    take(room, "foreign", START, shop="other")
    assert ids(index.claimed_on("demo", date(2026, 3, 2))) == ["early", "late"]
    assert ids(index.claimed_on("demo", date(2026, 3, 3))) == ["tomorrow"]


def test_a_shop_whose_name_begins_like_anothers_is_another(room, index):
    take(room, "k1", START, shop="demo-2")
    assert list(index.claimed_on("demo", START.date())) == []


def test_a_claim_stays_on_its_day_whatever_becomes_of_it(room, index):
    claim = take(room, "k1", START)
    done = claims.settle(claim, claims.BOUNCED, START + timedelta(days=3))
    room.ledger.mark(claim, done)
    assert list(index.claimed_on("demo", START.date())) == [done]


def test_more_claims_than_fit_into_one_reading_are_all_found(room, index):
    for number in range(130):
        take(room, f"k{number:03}", START + timedelta(seconds=number))
    assert ids(index.claimed_on("demo", START.date())) == [f"k{number:03}" for number in range(130)]
    assert len(list(index.in_doubt(START + timedelta(hours=1)))) == 130


def test_a_claim_past_its_time_is_gone_swept_or_not(room, index):
    take(room, "k1", START)
    room.clock.at = START + LEDGER_KEPT + timedelta(seconds=1)
    assert list(index.claimed_on("demo", START.date())) == []
    assert list(index.in_doubt(room.clock.now())) == []


@pytest.fixture(params=["memory", "dynamo"])
def book(request: pytest.FixtureRequest):
    if request.param == "memory":
        return MemoryAudits()
    return DynamoAudits(request.getfixturevalue("stack").clients, "Insights", HandClock())


def an_audit(shop: str = "demo", claims_: int = 3) -> Audit:
    finding = Finding("duplicate", "k1", "c1", "reminder", START, None)
    return Audit(
        shop, START.date(), START, claims_, 2, dict.fromkeys(KINDS, 0) | {"duplicate": 1}, (finding,)
    )


def test_an_audit_is_read_as_it_was_kept_and_the_later_one_counts(book):
    book.keep(an_audit())
    book.keep(an_audit(claims_=4))
    assert book.read("demo", START.date()) == an_audit(claims_=4)


def test_no_audit_of_another_day_or_shop_is_read(book):
    book.keep(an_audit())
    assert book.read("demo", START.date() + timedelta(days=1)) is None
    assert book.read("other", START.date()) is None
