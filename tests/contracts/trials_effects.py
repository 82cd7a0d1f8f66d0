"""Trials of outside systems and the desk: many connections, tokens, entries and waiting pieces of work."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

from cartback.domain.connectors.connection import Connection
from cartback.domain.connectors.deliveries import DELIVERY, RUN, Waiting
from cartback.domain.connectors.effects import Effect
from cartback.domain.connectors.limits import AccountState
from cartback.domain.connectors.tool_tokens import made
from cartback.domain.desk.entries import TASK, decided, opened
from cartback.domain.subject import Subject
from cartback.ports import AnswerLink
from cartback.store.connectors.connections import DynamoConnections, SecretAccess
from cartback.store.connectors.effects import DynamoAccounts, DynamoEffects
from cartback.store.desk.book import DynamoDesk, DynamoWaiting
from cartback.store.desk.waiting_runs import StepFunctionsAnswers
from cartback.usecases.connectors.ending import end_all
from tests.contracts.scale import Scale, tries
from tests.fakes.world import START

MANY = 30


@tries("DynamoEffects.save", "DynamoEffects.read", "DynamoEffects.link", "DynamoEffects.linked")
def every_effect_and_every_vendors_id_is_found_again(here: Scale) -> None:
    store = DynamoEffects(here.clients, "Ledger", here.clock)
    for n in range(MANY):
        about = Subject("order", f"o{n}")
        store.save(Effect("demo", f"e{n}", "care", about, "s", "t", "main", "r", "create", "f", START, START))
        store.link("demo", "slack", "main", about.timeline, f"t{n}")
    assert [store.read("demo", f"e{n}").subject.id for n in range(MANY)] == [f"o{n}" for n in range(MANY)]
    assert [store.linked("demo", "slack", "main", f"order#o{n}") for n in range(MANY)] == [
        f"t{n}" for n in range(MANY)
    ]


@tries("DynamoAccounts.read", "DynamoAccounts.save")
def an_account_that_is_written_often_counts_every_write(here: Scale) -> None:
    store = DynamoAccounts(here.clients, "Ledger", here.clock)
    for n in range(MANY):
        state = store.read("demo", "slack", "main")
        assert state.failures == n
        store.save(replace(state, failures=n + 1))
    assert store.read("demo", "slack", "other") == AccountState("demo", "slack", "other")


@tries(
    "DynamoConnections.save",
    "DynamoConnections.connected",
    "DynamoConnections.read",
    "DynamoConnections.drop",
    "DynamoConnections.keep_token",
    "DynamoConnections.tokens",
    "DynamoConnections.find",
    "DynamoConnections.revoke",
)
def every_connection_and_token_of_a_shop_is_listed_over_all_pages(here: Scale) -> None:
    store = DynamoConnections(here.clients, "Settings")
    tokens = [made("demo", f"tool {n}", ("tell:*",), f"{n:043d}", START, "anna")[0] for n in range(MANY)]
    for n, token in enumerate(tokens):
        store.save(None, Connection("demo", "slack", f"a{n}"))
        store.save(None, Connection("demo2", "slack", f"a{n}"))
        store.keep_token(token)
    assert sorted(each.account for each in store.connected("demo")) == sorted(f"a{n}" for n in range(MANY))
    assert {each.token_id for each in store.tokens("demo")} == {each.token_id for each in tokens}
    for n, token in enumerate(tokens):
        assert store.find("demo", token.token_id) == token
        assert store.revoke("demo", token.token_id) or not store.find("demo", token.token_id)
        store.drop(store.read("demo", "slack", f"a{n}"))
    assert (store.connected("demo"), store.tokens("demo")) == ([], [])
    assert len(store.connected("demo2")) == MANY


@tries("DynamoConnections.drop", "DynamoConnections.revoke", "SecretAccess.drop")
def every_connection_of_a_shop_that_goes_is_ended_with_its_access_and_no_other_shops(here: Scale) -> None:
    store = DynamoConnections(here.clients, "Settings")
    access = SecretAccess(here.services().clients, "cartback/test/connector/", here.clock)
    for shop, n in ((shop, n) for shop in ("demo", "demo2") for n in range(MANY)):
        store.save(None, Connection(shop, "slack", f"a{n}"))
        store.keep_token(made(shop, f"tool {n}", ("tell:*",), f"{n:043d}", START, "anna")[0])
        access.write(f"{shop}/slack/a{n}", {"token": str(n)})
    assert end_all(store, store, access, "demo") == MANY
    assert (store.connected("demo"), store.tokens("demo")) == ([], [])
    assert (len(store.connected("demo2")), len(store.tokens("demo2"))) == (MANY, MANY)
    kept = SecretAccess(here.stack.own, "cartback/test/connector/", here.clock)
    left = {
        shop: sum(kept.of(f"{shop}/slack/a{n}") is not None for n in range(MANY))
        for shop in ("demo", "demo2")
    }
    assert left == {"demo": 0, "demo2": MANY}
    assert end_all(store, store, access, "demo") == 0


@tries("SecretAccess.write", "SecretAccess.of", "SecretAccess.drop")
def every_access_is_kept_under_its_own_name(here: Scale) -> None:
    store = SecretAccess(here.services().clients, "cartback/test/connector/", here.clock)
    for n in range(9):
        store.write(f"demo/slack/a{n}", {"token": str(n)})
    store.drop("demo/slack/a0")
    fresh = SecretAccess(here.stack.own, "cartback/test/connector/", here.clock)
    assert [fresh.of(f"demo/slack/a{n}") for n in range(9)] == [
        None,
        *({"token": str(n)} for n in range(1, 9)),
    ]
    assert store.of("demo/slack/a1") == {"token": "1"}


@tries(
    "DynamoDesk.save",
    "DynamoDesk.read",
    "DynamoDesk.listed",
    "DynamoDesk.due",
    "DynamoDesk.answer",
    "DynamoDesk.keep_link",
    "DynamoDesk.find_link",
)
def everything_on_the_desk_is_seen_over_all_pages_and_answered_once(here: Scale) -> None:
    store = DynamoDesk(here.clients, "Desk", here.clock)
    for n in range(MANY):
        for shop in ("demo", "demo2"):
            entry = opened(shop, TASK, f"Task {n}", START, n)
            store.save(replace(entry, due_at=START + timedelta(minutes=n)))
    assert [each.title for each in store.listed("demo")] == [f"Task {n}" for n in range(MANY)]
    assert len(store.due("demo", START + timedelta(minutes=9))) == 10
    for entry in store.listed("demo"):
        link = AnswerLink("demo", entry.entry_id, entry.entry_id, "anna", "en", START + timedelta(days=9))
        store.keep_link(link)
        assert store.find_link("demo", entry.entry_id) == link
        kept = store.read("demo", entry.entry_id)
        store.answer(decided(kept, "done", "anna", "", START), link)
    assert store.listed("demo") == []
    assert len(store.listed("demo2")) == MANY


@tries("DynamoWaiting.wait", "DynamoWaiting.over", "DynamoWaiting.waiting", "DynamoWaiting.due")
def everything_that_waits_is_seen_over_all_pages(here: Scale) -> None:
    store = DynamoWaiting(here.clients, "Desk", here.clock)
    work = [
        Waiting("demo", "slack", "main", f"w{n:02d}", (DELIVERY, RUN)[n % 2], "", START, START)
        for n in range(MANY)
    ]
    for each in work:
        store.wait(each)
    assert len(store.waiting("demo")) == MANY
    assert len(store.due("demo", START)) == MANY // 2
    for each in work:
        store.over(each)
    assert store.waiting("demo") == []


@tries("StepFunctionsAnswers.answer")
def a_run_that_waits_no_more_is_no_error(here: Scale) -> None:
    store = StepFunctionsAnswers(here.services().clients)
    said: list[dict[str, str]] = []

    def over(params: dict[str, str], **_: object) -> None:
        said.append(dict(params))

    events = here.clients.stepfunctions.meta.events
    events.register("provide-client-params.stepfunctions.SendTaskSuccess", over, unique_id="trial")
    try:
        assert isinstance(store.answer("token", {"next": "approved"}), bool)
    finally:
        events.unregister("provide-client-params.stepfunctions.SendTaskSuccess", unique_id="trial")
    assert json.loads(said[0]["output"]) == {"next": "approved"}
