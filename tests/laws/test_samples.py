"""Every file in events/ is a real input of something, and something is fed with it."""

from __future__ import annotations

import ast
import importlib
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from cartback import shops
from cartback.domain.connectors.connection import Connection
from cartback.domain.connectors.tool_tokens import made
from cartback.domain.desk.entries import TASK, opened
from cartback.domain.facts import schema
from cartback.domain.goods.catalogue import Stock
from cartback.domain.goods.levels import Crossing
from cartback.ports import RowSet, ShopKeys
from tests.fakes.outside import CONTEXT
from tests.fakes.world import World
from tests.laws.conftest import SECRET, SHOP
from tests.laws.reading import MACHINES, ROOT, doors, machine, name_of, properties

EVENTS = ROOT / "events"
_OF_A_RELEASE = re.compile(r"\.\d+\.\d+\.json$")
"""What a released machine sent is answered in test_runs_in_flight."""

SAMPLES = sorted(path for path in (EVENTS / "doors").glob("*.json") if not _OF_A_RELEASE.search(path.name))


def _load(name: str) -> Any:
    return json.loads((EVENTS / "doors" / f"{name}.json").read_text())


def _door(path: Path) -> str:
    return path.name.split(".")[0]


def _of(*names: str) -> Any:
    chosen = [path for path in SAMPLES if _door(path) in names]
    return pytest.mark.parametrize("path", chosen, ids=lambda path: path.name)


# ── the folder ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_folder_of_samples_belongs_to_somebody_who_quantifies_over_it():
    """Those of platforms and pages are fed to adapters in tests/unit/shops, those of doors to
    handlers here, those of released machines to handlers in test_runs_in_flight."""
    assert {folder.name for folder in EVENTS.iterdir()} == {
        *shops.platforms(),
        "browser",
        "doors",
        "machines",
    }
    assert "glob(" in (ROOT / "tests" / "unit" / "shops" / "samples.py").read_text()


@pytest.mark.parametrize("path", sorted(EVENTS.rglob("*.json")), ids=name_of)
def test_a_sample_is_json_and_its_addresses_are_nobodys(path: Path):
    text = path.read_text()
    json.loads(text)
    for domain in re.findall(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)+)", text):
        assert re.search(r"(^|\.)(example(\.(com|org|net))?|amazonses\.com)$", domain.lower()), domain


def test_every_door_has_a_sample_and_every_sample_a_door():
    """A door that only runs of earlier releases call has theirs."""
    released = json.loads((EVENTS / "machines" / "releases.json").read_text()).values()
    only_then = {task for told in released for task in told["tasks"]} & set(doors())
    samples = {_door(path) for path in SAMPLES}
    assert samples <= set(doors()) <= samples | only_then


# ── their shape ──────────────────────────────────────────────────────────────────────────────────────────────────


@_of(
    "receive_webhook",
    "receive_answer",
    "enrol_shop",
    "open_link",
    "leave",
    "subscribe",
    "collect",
    "confirm",
    "preferences",
    "answer_ask",
    "press_button",
    "hear_tool",
)
def test_a_sample_of_http_is_of_a_route_of_its_door(path: Path):
    event = json.loads(path.read_text())
    routes = {
        f"{each['Properties']['Method']} {each['Properties']['Path']}"
        for each in properties(doors()[_door(path)])["Events"].values()
    }
    assert event["version"] == "2.0"
    assert event["routeKey"] in routes
    assert event["requestContext"]["http"]["method"] == event["routeKey"].split()[0]


@_of("start_flows", "start_erasing")
def test_a_sample_of_the_bus_is_a_fact_that_the_rule_lets_through(path: Path):
    event = json.loads(path.read_text())
    (rule,) = properties(doors()[_door(path)])["Events"].values()
    pattern = rule["Properties"]["Pattern"]
    assert event["source"] in pattern["source"]
    assert event["detail-type"] in pattern["detail-type"]
    validator = Draft202012Validator(schema(event["detail-type"]), format_checker=FormatChecker())
    validator.validate(event["detail"])


@_of("look", "touch", "park_run", "reconcile", "sweep_erased", "collect_export")
def test_a_sample_of_a_task_has_exactly_the_fields_that_the_machine_sends(path: Path):
    sent = [
        set(state["Arguments"]["Payload"])
        for file in MACHINES
        for state in machine(file)["States"].values()
        if state["Type"] == "Task" and state["Arguments"]["FunctionName"] == f"${{{_door(path)}}}"
    ]
    if path.name == "collect_export.fact.json":
        return  # what the bus told this door before there was a machine
    assert set(json.loads(path.read_text())) in sent


# ── what the doors make of them ──────────────────────────────────────────────────────────────────────────────────


def _handle(name: str) -> Any:
    return importlib.import_module(name.split(".")[0]).handler(_load(name), CONTEXT)


@pytest.mark.parametrize(
    ("sample", "status"),
    [("receive_webhook", 202), ("receive_webhook.base64", 202), ("receive_webhook.forged", 401)],
)
def test_the_intake_keeps_what_is_signed_and_only_that(world: World, sample: str, status: int):
    assert _handle(sample)["statusCode"] == status
    assert len(world.queue.deliveries) == (status == 202)


@pytest.mark.parametrize(
    ("sample", "status", "body"),
    [("receive_webhook.ping", 200, "welcome\n"), ("receive_webhook.handshake", 200, "bc-Token+1")],
)
def test_the_intake_greets_senders_with_manners_of_their_own(
    world: World, sample: str, status: int, body: str
):
    world.keys.by_shop["buerobedarf"] = ShopKeys("business_central", (SECRET,))
    answer = _handle(sample)
    assert (answer["statusCode"], answer["body"]) == (status, body)
    assert answer["headers"]["content-type"].startswith("text/plain")
    assert world.queue.deliveries == []


@pytest.mark.parametrize(
    ("sample", "status", "body", "kept"),
    [
        ("receive_answer", 200, "<Response/>", 1),
        ("receive_answer.whatsapp", 200, "heard\n", 1),
        ("receive_answer.handshake", 200, "1158201444", 0),
        ("receive_answer.forged", 403, "signature missing or wrong\n", 0),
    ],
)
def test_a_farewell_is_kept_and_its_provider_hears_what_it_waits_for(
    world: World, sample: str, status: int, body: str, kept: int
):
    for channel in ("sms", "whatsapp"):
        world.keys.by_shop[f"{SHOP}/{channel}"] = ShopKeys(channel, (SECRET,))
    answer = _handle(sample)
    assert (answer["statusCode"], answer["body"]) == (status, body)
    assert len(world.queue.deliveries) == kept


def test_a_shop_introduces_itself_before_it_confirms(world: World):
    world.keys.by_shop["leinenhaus"] = ShopKeys("shopware", (SECRET,))
    assert _handle("enrol_shop.confirm_out_of_turn")["statusCode"] == 401
    answer = _handle("enrol_shop")
    confirm_at = json.loads(answer["body"])["confirmation_url"]
    assert answer["statusCode"] == 200
    assert confirm_at.endswith(".amazonaws.com/webhooks/leinenhaus/confirm")
    assert "pending" in world.keys.by_shop["leinenhaus"].agreed


def test_the_worker_applies_events_and_news_of_one_batch(world: World):
    assert _handle("apply_events") == {"batchItemFailures": []}
    assert world.metrics.counts["ReceiptsUnknown"] == 1
    assert [fact.data["stage"] for fact in world.bus.named("cart.opened")] == ["checkout"]


def test_a_broken_first_message_is_parked_and_the_others_are_applied(world: World):
    assert _handle("apply_events.first_is_broken") == {"batchItemFailures": []}
    assert len(world.queue.parked) == 2
    assert world.bus.named("cart.opened")


def test_a_fact_starts_one_run_however_often_it_is_told(world: World):
    assert len(_handle("start_flows")["started"]) == 1
    assert _handle("start_flows")["started"] == []


@pytest.mark.parametrize("task", ["touch", "touch.second"])
def test_a_task_answers_with_a_word_that_its_machine_knows(world: World, task: str):
    _handle("apply_events")
    world.clock.move(hours=1)
    answer = _handle(task)
    words = {
        rule["Condition"].split("'")[1]
        for file in MACHINES
        for state in machine(file)["States"].values()
        if state["Type"] == "Choice"
        for rule in state["Choices"]
    }
    assert answer["next"] in words - {"stop"}
    json.dumps(answer)


def test_a_look_at_low_stock_answers_with_what_is_to_be_done(world: World):
    world.settings.policies[SHOP] = replace(world.settings.policies[SHOP], flows=frozenset({"low_stock"}))
    low = {"15": Crossing(below=True, count=1, at=world.clock.now())}
    stock = Stock(SHOP, "v1", levels={"all": (world.clock.now(), 14)}, crossings=low)
    world.records.save(SHOP, RowSet(), RowSet(stock={"v1": stock}))
    answer = _handle("look.low_stock")
    assert (answer["next"], answer["proposal"]["target"]) == ("alert", "alert_email.send")
    json.dumps(answer)


def test_every_shop_is_compared_with_its_own_lists_once_an_occasion(world: World):
    assert _handle("start_reconciling") == {"started": [SHOP]}
    assert _handle("start_reconciling") == {"started": []}
    assert _handle("reconcile")["next"] == "done"


def test_a_wish_to_be_forgotten_or_to_know_is_heeded(world: World):
    assert _handle("start_erasing") == {"started": True}
    assert _handle("start_erasing") == {"started": False}
    assert _handle("sweep_erased")["next"] == "done"  # nobody of that id is forgotten here
    assert _handle("start_erasing.export") == {"started": True}
    assert world.metrics.counts["PrivacyRequests"] == 1
    for sample in ("collect_export", "collect_export.fact"):
        assert _handle(sample)["next"] == "done"  # nobody of that id is known here


def test_a_parked_run_is_noted(world: World):
    assert _handle("park_run") == {"parked": True}
    assert world.metrics.counts["RunsParked"] == 1


@pytest.mark.parametrize(
    ("sample", "status", "asked"),
    [("subscribe", 202, 1), ("subscribe.foreign", 403, 0), ("subscribe.may", 204, 0)],
)
def test_a_sign_up_is_taken_from_the_shops_own_pages(world: World, sample: str, status: int, asked: int):
    assert _handle(sample)["statusCode"] == status
    assert len(world.bus.named("subscription.requested")) == asked


@pytest.mark.parametrize(
    ("sample", "status", "kept"),
    [
        ("collect", 202, 1),
        ("collect.foreign", 403, 0),
        ("collect.forged", 401, 0),
        ("collect.may", 204, 0),
        ("collect.script", 200, 0),
        ("collect.script_push", 200, 0),
    ],
)
def test_a_page_of_the_shop_is_listened_to_and_given_the_script(
    world: World, sample: str, status: int, kept: int
):
    world.keys.by_shop[SHOP] = ShopKeys("generic", (SECRET,))
    assert _handle(sample)["statusCode"] == status
    assert len(world.queue.deliveries) == kept


@pytest.mark.parametrize("task", ["touch.step", "look"])
def test_a_request_that_is_gone_stops_its_run(world: World, task: str):
    assert _handle(task)["next"] == "stop"


@pytest.mark.parametrize(
    "sample",
    [
        "open_link",
        "leave.look",
        "leave.go",
        "confirm.look",
        "confirm.go",
        "preferences.look",
        "preferences.go",
        "answer_ask.look",
        "answer_ask.go",
    ],
)
def test_a_link_that_nobody_was_sent_leads_to_a_friendly_page(world: World, sample: str):
    answer = _handle(sample)
    assert answer["statusCode"] == 404
    assert answer["headers"]["content-type"].startswith("text/html")
    assert "<html" in answer["body"]


@_of("settle_claims", "end_proofs", "audit", "start_listed", "work_desk")
def test_a_sample_of_the_clock_comes_from_the_schedule_of_its_door(path: Path):
    event = json.loads(path.read_text())
    name, (schedule, given) = doors()[_door(path)], *properties(doors()[_door(path)])["Events"].items()
    assert given["Type"] == "Schedule"
    assert event["detail-type"] == "Scheduled Event"
    assert f"{name}{schedule}" in event["resources"][0]


def test_what_the_clock_brings_is_handled(world: World):
    assert _handle("settle_claims") == {"unknown": 0}
    assert _handle("end_proofs") == {"ending": 0}
    assert _handle("work_desk") == {"brought": 0, "expired": 0, "back": 0, "told": 0, "waiting": 0}
    assert _handle("start_listed") == {"started": 0, "again": 0, "dropped": 0, "left": 0}
    (counts,) = _handle("audit")["audits"].values()
    assert set(counts.values()) == {0}


def test_a_fact_is_told_to_the_tools_that_chose_it(world: World):
    access = {"url": "https://n8n.example/hook", "secret": "whsec_" + "c2VjcmV0" * 5}
    world.effects.keys.write(f"{SHOP}/standard_webhooks/main", access)
    name = _load("forward_facts")["detail"]["fact"]
    world.effects.connections.save(None, Connection(SHOP, "standard_webhooks", facts=(name,)))
    assert _handle("forward_facts") == {"told": 1, "waiting": 0}
    (call,) = world.effects.http.calls
    assert call.headers["webhook-id"] == _load("forward_facts")["detail"]["id"]


def test_a_fact_of_any_name_is_let_through_to_the_tools_where_facts_go_out_at_all():
    (rule,) = properties(doors()["forward_facts"])["Events"].values()
    assert rule["Properties"]["Pattern"] == {"source": ["cartback"]}
    assert rule["Properties"]["State"] == {"If": ["HasFactsOut", "ENABLED", "DISABLED"]}
    Draft202012Validator(schema(_load("forward_facts")["detail-type"])).validate(
        _load("forward_facts")["detail"]
    )


@pytest.mark.parametrize(
    ("sample", "status"), [("hear_tool", 202), ("hear_tool.task", 202), ("hear_tool.forged", 401)]
)
def test_a_tool_is_heard_by_its_token_alone(world: World, sample: str, status: int):
    scopes = ("tell:order.placed", "open:task")
    token, _ = made(SHOP, "n8n", scopes, "B" * 43, world.clock.now(), "anna")
    world.effects.connections.keep_token(token)
    assert _handle(sample)["statusCode"] == status
    assert len(world.queue.deliveries) + len(world.desk.listed(SHOP)) == (status == 202)


@pytest.mark.parametrize(("sample", "status"), [("press_button", 200), ("press_button.forged", 401)])
def test_a_button_is_heard_if_slack_signed_it(world: World, sample: str, status: int):
    world.effects.keys.write(f"{SHOP}/slack/main", {"token": "xoxb-1234567890", "signing_secret": SECRET})
    world.effects.connections.save(None, Connection(SHOP, "slack", options={"people": "U0123=anna"}))
    entry = replace(opened(SHOP, TASK, "Count the bags", world.clock.now()), entry_id="0123456789abcdef")
    world.desk.save(entry)
    assert _handle(sample)["statusCode"] == status
    assert world.desk.read(SHOP, entry.entry_id).outcome == ("done" if status == 200 else "")


def test_an_action_is_done_and_a_question_waits_for_its_answer(world: World):
    options = {"to": "anna@kaffee.example", "sender": "alerts@kaffee.example"}
    world.effects.connections.save(None, Connection(SHOP, "alert_email", options=options))
    assert _handle("act")["next"] == "done"
    assert len(world.effects.mail.sent) == 1
    entry = _handle("ask")["approval"]
    world.effects.decide(SHOP, entry, "approved", "anna")
    assert world.effects.runs.told == [(_load("ask")["token"], {"next": "approved", "approval": entry})]


def test_every_sample_of_a_door_is_handled_here():
    """Named by a test that hands samples to handlers: a test that only looks at their shape does not count."""
    named = {
        each.value
        for test in ast.parse(Path(__file__).read_text()).body
        if isinstance(test, ast.FunctionDef) and "_handle(" in ast.unparse(test)
        for each in ast.walk(test)
        if isinstance(each, ast.Constant)
    }
    assert [path.name for path in SAMPLES if path.name.removesuffix(".json") not in named] == []
