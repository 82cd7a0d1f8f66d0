"""Effects, accounts, connections and the desk: the fakes and the adapters on AWS keep the same rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from cartback.domain.connectors.connection import Connection
from cartback.domain.connectors.deliveries import DELIVERY, RUN, Waiting
from cartback.domain.connectors.effects import DONE, Effect
from cartback.domain.connectors.tool_tokens import made
from cartback.domain.desk.entries import TASK, Entry, decided, opened
from cartback.domain.errors import Conflict
from cartback.domain.subject import Subject
from cartback.ports import AnswerLink
from cartback.store.connectors.connections import FRESH_FOR, DynamoConnections, SecretAccess
from cartback.store.connectors.effects import DynamoAccounts, DynamoEffects
from cartback.store.desk.book import WAITS_AT_MOST, DynamoDesk, DynamoWaiting
from cartback.store.tables import LEDGER_KEPT, PEOPLE_KEPT
from tests.fakes.connectors import (
    DictAccess,
    MemoryAccounts,
    MemoryConnections,
    MemoryDesk,
    MemoryEffects,
    MemoryWaiting,
)
from tests.fakes.world import START, HandClock

DAY = timedelta(days=1)


@dataclass
class Room:
    """One implementation of everything."""

    clock: HandClock
    effects: Any
    accounts: Any
    connections: Any
    desk: Any
    work: Any
    access: Any
    on_aws: bool


@pytest.fixture(params=["memory", "dynamo"])
def room(request: pytest.FixtureRequest) -> Room:
    clock = HandClock()
    if request.param == "memory":
        books = (MemoryEffects(), MemoryAccounts(), MemoryConnections(), MemoryDesk(clock), MemoryWaiting())
        return Room(clock, *books, DictAccess(), on_aws=False)
    stack = request.getfixturevalue("stack")
    return Room(
        clock,
        DynamoEffects(stack.clients, "Ledger", clock),
        DynamoAccounts(stack.clients, "Ledger", clock),
        DynamoConnections(stack.clients, "Settings"),
        DynamoDesk(stack.clients, "Desk", clock),
        DynamoWaiting(stack.clients, "Desk", clock),
        SecretAccess(stack.clients, "cartback/test/connector/", clock),
        on_aws=True,
    )


def _effect(shop: str = "demo", **changes: Any) -> Effect:
    about = Subject("order", "o1", 2)
    effect = Effect(
        shop, "e1", "care", about, "tell", "slack.post", "main", "run", "create", "f", START, START
    )
    return replace(effect, **changes)


def _entry(name: str = "a", **changes: Any) -> Entry:
    return replace(opened("demo", TASK, "Count the bags", START, name), **changes)


def _waiting(name: str = "w1", **changes: Any) -> Waiting:
    return replace(Waiting("demo", "slack", "main", name, DELIVERY, "away", START, START), **changes)


def test_an_effect_is_read_as_it_was_kept_and_only_in_its_own_shop(room: Room):
    room.effects.save(_effect(vendor_id="t-1", because="x", creates=1, approval="a1"))
    kept = _effect(vendor_id="t-1", because="x", creates=1, approval="a1", version=1)
    assert room.effects.read("demo", "e1") == kept
    assert room.effects.read("other", "e1") is None


def test_an_effect_is_written_over_what_was_read_and_over_nothing_else(room: Room):
    room.effects.save(_effect())
    with pytest.raises(Conflict):
        room.effects.save(_effect())
    room.effects.save(_effect(version=1, state=DONE))
    with pytest.raises(Conflict):
        room.effects.save(_effect(version=1))
    assert room.effects.read("demo", "e1").state == DONE


def test_a_vendors_id_is_found_by_account_and_subject(room: Room):
    room.effects.link("demo", "slack", "main", "order#o1", "t-1")
    room.effects.link("demo", "slack", "main", "order#o1", "t-2")
    assert room.effects.linked("demo", "slack", "main", "order#o1") == "t-2"
    for other in (
        ("x", "slack", "main", "order#o1"),
        ("demo", "slack", "b", "order#o1"),
        ("demo", "slack", "main", "o"),
    ):
        assert room.effects.linked(*other) is None


def test_an_account_that_was_never_called_has_a_row_to_begin_with(room: Room):
    state = room.accounts.read("demo", "slack", "main")
    room.accounts.save(replace(state, tokens=1.5, filled_at=START, failures=2))
    kept = room.accounts.read("demo", "slack", "main")
    assert (kept.tokens, kept.filled_at, kept.failures, kept.version) == (1.5, START, 2, 1)
    with pytest.raises(Conflict):
        room.accounts.save(state)
    assert room.accounts.read("demo", "slack", "b").version == 0


def test_connections_are_listed_by_shop_and_changed_by_one_at_a_time(room: Room):
    for connector, account in (("slack", "main"), ("slack", "b"), ("alert_email", "main")):
        room.connections.save(None, Connection("demo", connector, account))
    room.connections.save(None, Connection("demo-2", "slack"))
    assert [(each.connector, each.account) for each in room.connections.connected("demo")] == [
        ("alert_email", "main"),
        ("slack", "b"),
        ("slack", "main"),
    ]
    before = room.connections.read("demo", "slack", "main")
    room.connections.save(before, replace(before, off_because="moving"))
    with pytest.raises(Conflict):
        room.connections.save(before, before)
    assert not room.connections.read("demo", "slack", "main").is_on
    room.connections.drop(before)
    room.connections.drop(before)
    assert room.connections.read("demo", "slack", "main") is None


def test_a_token_is_found_by_its_name_and_revoked_once(room: Room):
    token, _ = made("demo", "n8n", ("open:task",), "a" * 43, START, "anna")
    room.connections.keep_token(token)
    assert room.connections.find("demo", token.token_id) == token
    assert room.connections.find("other", token.token_id) is None
    assert room.connections.tokens("demo") == [token]
    assert room.connections.revoke("demo", token.token_id) is True
    assert room.connections.revoke("demo", token.token_id) is False
    assert room.connections.tokens("demo") == []


def test_access_is_kept_changed_dropped_and_brought_back(room: Room):
    assert room.access.of("demo/slack/main") is None
    room.access.write("demo/slack/main", {"token": "1"})
    room.access.write("demo/slack/main", {"token": "2"})
    assert room.access.of("demo/slack/main") == {"token": "2"}
    room.access.drop("demo/slack/main")
    room.access.drop("demo/slack/main")
    assert room.access.of("demo/slack/main") is None
    room.access.write("demo/slack/main", {"token": "3"})
    assert room.access.of("demo/slack/main") == {"token": "3"}


def test_access_that_was_changed_elsewhere_is_known_after_a_minute(room: Room):
    if not room.on_aws:
        return
    room.access.write("demo/slack/main", {"token": "1"})
    other = SecretAccess(room.access._clients, "cartback/test/connector/", room.clock)
    assert other.of("demo/slack/main") == {"token": "1"}
    room.access.write("demo/slack/main", {"token": "2"})
    assert other.of("demo/slack/main") == {"token": "1"}
    room.clock.move(seconds=FRESH_FOR.total_seconds())
    assert other.of("demo/slack/main") == {"token": "2"}


def test_the_desk_lists_what_waits_by_when_it_is_due_and_not_what_is_over(room: Room):
    room.desk.save(_entry("late", due_at=START + DAY))
    room.desk.save(_entry("soon"))
    room.desk.save(_entry("far", due_at=None))
    done = decided(_entry("done"), "done", "anna", "", START)
    room.desk.save(done)
    room.desk.save(replace(_entry("other"), shop="demo-2"))
    names = [each.entry_id for each in room.desk.listed("demo")]
    assert names == [_entry(name).entry_id for name in ("soon", "late", "far")]
    assert [each.entry_id for each in room.desk.due("demo", START)] == [_entry("soon").entry_id]
    assert room.desk.read("demo", done.entry_id) == replace(done, version=1)


def test_an_entry_that_is_over_leaves_the_list_and_stays_readable(room: Room):
    room.desk.save(_entry())
    kept = room.desk.read("demo", _entry().entry_id)
    room.desk.save(decided(kept, "done", "anna", "counted", START))
    assert room.desk.listed("demo") == []
    assert room.desk.read("demo", kept.entry_id).outcome == "done"
    with pytest.raises(Conflict):
        room.desk.save(kept)


def test_a_link_answers_once_together_with_its_entry_or_not_at_all(room: Room):
    room.desk.save(_entry())
    kept = room.desk.read("demo", _entry().entry_id)
    link = AnswerLink("demo", "h1", kept.entry_id, "anna", "en", START + DAY)
    room.desk.keep_link(link)
    assert room.desk.find_link("demo", "h1") == link
    with pytest.raises(Conflict):
        room.desk.answer(replace(kept, version=7), link)
    assert room.desk.find_link("demo", "h1").used_at is None
    room.desk.answer(decided(kept, "done", "anna", "", START), link)
    assert room.desk.find_link("demo", "h1").used_at == START
    with pytest.raises(Conflict):
        room.desk.answer(room.desk.read("demo", kept.entry_id), link)


def test_a_link_ends_and_belongs_to_one_shop(room: Room):
    room.desk.keep_link(AnswerLink("demo", "h1", "e", "anna", "en", START + DAY))
    assert room.desk.find_link("demo-2", "h1") is None
    room.clock.move(days=1)
    assert room.desk.find_link("demo", "h1") is None


def test_what_waits_is_seen_soonest_first_and_only_deliveries_are_due(room: Room):
    room.work.wait(_waiting("later", due_at=START + DAY))
    room.work.wait(_waiting("now", fields={"id": "f1"}))
    room.work.wait(_waiting("run", kind=RUN))
    room.work.wait(replace(_waiting("other"), shop="demo-2"))
    assert {each.work_id for each in room.work.waiting("demo")} == {"now", "run", "later"}
    assert [each.work_id for each in room.work.due("demo", START)] == ["now"]
    room.work.wait(_waiting("now", attempts=1, due_at=START + DAY))
    assert room.work.due("demo", START) == []
    room.work.over(_waiting("now"))
    room.work.over(_waiting("now"))
    assert {each.work_id for each in room.work.waiting("demo")} == {"run", "later"}


def test_rows_end_by_themselves(stack):
    clock = HandClock()
    DynamoEffects(stack.clients, "Ledger", clock).save(_effect())
    DynamoEffects(stack.clients, "Ledger", clock).link("demo", "slack", "main", "order#o1", "t")
    DynamoWaiting(stack.clients, "Desk", clock).wait(_waiting())
    kept = {
        row["pk"]["S"]: int(row["expires_at"]["N"])
        for table in ("Ledger", "Desk")
        for row in stack.rows(table)
    }
    assert kept == {
        "demo#effect#e1": int((START + LEDGER_KEPT).timestamp()),
        "demo#vendor#slack#main#order#o1": int((START + PEOPLE_KEPT).timestamp()),
        "demo#work#w1": int((START + WAITS_AT_MOST).timestamp()),
    }
