"""Rows outlive releases: a claim under another key would be no claim, and its message would go out twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from cartback.domain.due import Due
from cartback.store.due import DynamoDue
from cartback.store.ledger import DynamoLedger
from cartback.store.records import DynamoRecords
from tests.contracts.conftest import Room
from tests.contracts.test_ledger import CLAIM, Prepared
from tests.fakes.world import START, HandClock


def test_what_is_due_lies_under_the_key_by_which_it_is_dropped_for_thirty_days(stack):
    DynamoDue(stack.clients, "Ledger").put(Due("demo", "cart_recovery", "c1", 2, START, "p1"))
    (row,) = stack.rows("Ledger")
    assert row["pk"]["S"] == "demo#due#1"
    assert row["sk"]["S"] == "2026-03-02T10:00#c1#2#cart_recovery"
    assert row["expires_at"]["N"] == str(int((START + timedelta(days=30)).timestamp()))


def test_claims_links_stories_and_days_lie_under_the_keys_that_they_had_in_the_release_before(stack):
    clock = HandClock()
    room = Room(
        DynamoRecords(stack.clients, stack.tables, clock),
        DynamoLedger(stack.clients, stack.tables, clock),
        clock,
    )
    assert Prepared(room).take(replace(CLAIM, ceiling=5)) is None
    keys = {row["pk"]["S"]: row["sk"]["S"] for row in stack.rows("Ledger")}
    story = keys.pop("demo#cart#c1")
    assert keys == {
        "demo#claim#k1": "claim",
        "demo#link#t1": "link",
        "demo#warm#2026-03-02": "count",
    }
    assert story.startswith("2026-03-02T10:00:00.000000+00:00#decision#")
    assert len(story.rpartition("#")[2]) == 12
