"""Laws over the folder of connectors, against a vendor that misbehaves: a new file is tried when it arrives."""

from __future__ import annotations

import base64
import hashlib
import hmac
import inspect
import json
import re
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from cartback import connectors
from cartback.domain.connectors.actions import CREATE, SET, Done, Wanted, actions_of, checked
from cartback.domain.connectors.connection import Connection, check
from cartback.domain.errors import Doubtful, Refused, TryLater
from cartback.ports import Ways
from cartback.web.client import Http
from tests.fakes.connectors import ListTeamMail, Vendor
from tests.fakes.world import HandClock
from tests.laws.reading import ROOT
from tests.unit.connectors.samples import SAMPLES, SECRET
from tests.unit.web.server import Says, serving

NAMES = connectors.names()
KEY = "cartback:demo:0123456789abcdef"
ACTIONS = [(name, each) for name in NAMES for each in sorted(actions_of(connectors.load(name).Connector))]
OVER_HTTP = [(name, each) for name, each in ACTIONS if not SAMPLES[name].by_mail]
every_connector = pytest.mark.parametrize("name", NAMES)
every_action = pytest.mark.parametrize(("name", "action"), ACTIONS)
every_call = pytest.mark.parametrize(("name", "action"), OVER_HTTP)


def _connection(name: str) -> Connection:
    return Connection("demo", name, options=dict(SAMPLES[name].options))


def _made(name: str, url: str = "https://vendor.example", mail: Any = None, loopback: bool = True) -> Any:
    ways = Ways(Http(loopback=loopback), mail or ListTeamMail(), HandClock())
    return connectors.load(name).Connector(_connection(name), SAMPLES[name].access(url), ways)


def _wanted(name: str, action: str) -> Wanted:
    module = connectors.load(name)
    return Wanted(KEY, checked(actions_of(module.Connector)[action], SAMPLES[name].fields[action]))


@contextmanager
def _asked(name: str, action: str, said: Says | None = None):
    """Carry an action out against a stand-in; gives what came back and what was asked."""
    with serving(lambda asked: said or SAMPLES[name].answers(asked)) as server:
        made = _made(name, server.url)
        yield (lambda: getattr(made, action)(_wanted(name, action))), server


@every_connector
def test_a_connector_says_what_it_needs_and_how_often_it_may_be_called(name: str):
    module, sample = connectors.load(name), SAMPLES[name]
    assert module.__doc__
    assert module.BY_HAND
    assert module.RATE.calls >= 1
    assert module.RATE.burst >= 1
    module.NEEDS.check(sample.access("https://vendor.example"))
    check(_connection(name), connectors.kind(name))
    assert {module.TAKES_FACTS, module.BRINGS_DESK, module.GONE_ENDS_IT} <= {True, False}


@every_connector
def test_every_field_of_access_and_options_has_a_shape_that_refuses_nonsense(name: str):
    module, sample = connectors.load(name), SAMPLES[name]
    for needs, given in (
        (module.NEEDS, sample.access("https://v.example")),
        (module.OPTIONS, sample.options),
    ):
        for field in given:
            with pytest.raises(Refused, match=field):
                needs.check({**given, field: "\n"})
        with pytest.raises(Refused, match="no such field"):
            needs.check({**given, "of_another_name": "x"})


@every_connector
def test_a_connector_has_a_page_and_actions_that_say_what_they_do(name: str):
    page = (ROOT / "docs" / "connectors" / f"{name}.md").read_text()
    found = actions_of(connectors.load(name).Connector)
    assert found
    for action in found.values():
        assert action.does.endswith(".")
        assert action.kind in (SET, CREATE)
        assert f"`{action.name}`" in page
    assert set(SAMPLES[name].fields) == set(found)


@every_connector
def test_a_create_can_be_looked_for_or_its_page_says_that_it_cannot(name: str):
    module = connectors.load(name)
    for action in actions_of(module.Connector).values():
        if action.found_by is not None:
            assert list(inspect.signature(getattr(module.Connector, action.found_by)).parameters) == [
                "self",
                "wanted",
            ]
        elif action.kind == CREATE:
            assert "cannot be looked for" in (ROOT / "docs" / "connectors" / f"{name}.md").read_text()


@every_connector
def test_whoever_is_told_of_facts_tells_them_by_an_action_that_sets(name: str):
    module = connectors.load(name)
    if module.TAKES_FACTS:
        tell = actions_of(module.Connector)["tell"]
        assert tell.kind == SET
        assert set(tell.takes) == {"id", "fact", "body"}
    if module.BRINGS_DESK:
        assert {"title", "text", "entry"} <= set(actions_of(module.Connector)["ask_person"].takes)


@every_call
def test_what_happened_is_done_and_asked_for_once(name: str, action: str):
    with _asked(name, action) as (go, server):
        assert isinstance(go(), Done)
    assert len(server.asked) == 1


@every_call
def test_our_key_goes_along_with_what_is_created(name: str, action: str):
    with _asked(name, action) as (go, server):
        go()
    kind = actions_of(connectors.load(name).Connector)[action]
    if kind.kind == CREATE:
        assert KEY in json.dumps(server.asked[0].body)


@every_call
@pytest.mark.parametrize("status", [401, 403, 404, 409, 410, 422])
def test_a_refusal_keeps_its_status_and_says_nothing_of_what_was_sent(name: str, action: str, status: int):
    with (
        _asked(name, action, Says(status, {"error": "Six bags"})) as (go, _server),
        pytest.raises(Refused) as refusal,
    ):
        go()
    assert refusal.value.status == status
    assert "Six bags" not in refusal.value.reason
    assert "hooks" not in refusal.value.reason


@every_call
def test_a_vendor_that_names_a_time_is_left_alone_until_then(name: str, action: str):
    with (
        _asked(name, action, Says(429, headers={"Retry-After": "17"})) as (go, _server),
        pytest.raises(TryLater) as later,
    ):
        go()
    assert later.value.after_seconds == 17


@every_call
@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_broken_vendor_leaves_a_create_doubtful_and_a_set_to_be_tried_later(
    name: str, action: str, status: int
):
    creates = actions_of(connectors.load(name).Connector)[action].kind == CREATE
    with _asked(name, action, Says(status)) as (go, server), pytest.raises(Doubtful if creates else TryLater):
        go()
    assert len(server.asked) == 1, "nothing is repeated behind our back"


@every_call
def test_nobody_is_followed_elsewhere(name: str, action: str):
    with serving(lambda asked: Says()) as other:
        said = Says(307, headers={"Location": f"{other.url}/there"})
        with _asked(name, action, said) as (go, _server), pytest.raises(Refused):
            go()
    assert other.asked == []


@every_call
def test_no_private_address_is_called(name: str, action: str):
    with serving(lambda asked: Says()) as server:
        made = _made(name, server.url, loopback=False)
        with pytest.raises(Refused):
            getattr(made, action)(_wanted(name, action))
    assert server.asked == []


_NO = [(name, action, case) for name, action in OVER_HTTP for case in SAMPLES[name].said_no]


@pytest.mark.parametrize(("name", "action", "case"), _NO)
def test_a_vendors_own_way_to_say_no_is_one_of_the_four_kinds(name: str, action: str, case: str):
    said, kind = SAMPLES[name].said_no[case]
    wanted = {"401": Refused, "refused": Refused, "later": TryLater, "doubtful": Doubtful}[kind]
    with _asked(name, action, said) as (go, _server), pytest.raises(wanted) as failure:
        go()
    if kind == "401":
        assert failure.value.status == 401
    if kind == "refused":
        assert failure.value.status not in (401, 403)


@pytest.mark.parametrize(("name", "action"), [each for each in OVER_HTTP if SAMPLES[each[0]].found])
def test_what_a_doubtful_call_made_is_found_by_our_key_and_nothing_else_is(name: str, action: str):
    look = actions_of(connectors.load(name).Connector)[action].found_by
    with serving(lambda asked: SAMPLES[name].found(KEY)) as server:
        made = _made(name, server.url)
        assert getattr(made, look)(_wanted(name, action)) == Done("3.0")
        assert getattr(made, look)(replace(_wanted(name, action), key=f"{KEY}x")) is None


@every_connector
def test_a_check_asks_for_something_and_says_whose_it_is_or_that_access_is_lost(name: str):
    with serving(SAMPLES[name].answers) as server:
        assert _made(name, server.url).check()
    if not SAMPLES[name].by_mail:
        with serving(lambda asked: Says(401)) as server, pytest.raises(Refused) as refusal:
            _made(name, server.url).check()
        assert refusal.value.status == 401


# ── what is each one's own ───────────────────────────────────────────────────────────────────────────────────────


def test_a_webhook_is_signed_as_the_specification_says_over_the_bytes_that_leave():
    with _asked("standard_webhooks", "tell") as (go, server):
        go()
    (asked,) = server.asked
    stamp, body = asked.headers["webhook-timestamp"], json.dumps(asked.body, separators=(",", ":"))
    assert re.fullmatch(r"[0-9]+", stamp)
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    proof = hmac.new(key, f"f1.{stamp}.{body}".encode(), hashlib.sha256).digest()
    assert asked.headers["webhook-id"] == "f1"
    assert asked.headers["webhook-signature"] == f"v1,{base64.b64encode(proof).decode()}"


def test_a_secret_that_no_receiver_could_verify_with_is_refused():
    ways = Ways(Http(), ListTeamMail(), HandClock())
    for secret in ("whsec_short", "whsec_" + "!" * 40, "whsec_" + "QUFB" * 30):
        with pytest.raises(Refused, match="secret"):
            connectors.load("standard_webhooks").Connector(
                _connection("standard_webhooks"), {"url": "https://a.example", "secret": secret}, ways
            )


def test_slack_reads_no_markup_in_our_words_and_gets_buttons_that_carry_a_name_only():
    with _asked("slack", "ask_person") as (go, server):
        go()
    said = server.asked[0].body
    section, actions = said["blocks"]
    assert "&lt;none&gt;" in section["text"]["text"]
    assert [button["value"] for button in actions["elements"]] == ["0123456789abcdef"] * 2
    assert [button["action_id"] for button in actions["elements"]] == [
        "cartback.approved",
        "cartback.rejected",
    ]
    assert server.asked[0].headers["authorization"] == "Bearer xoxb-1234567890-abc"


@pytest.mark.parametrize(("name", "action"), [each for each in ACTIONS if each[0] != "standard_webhooks"])
def test_no_shoppers_address_is_written_to_a_team(name: str, action: str):
    fields = {**SAMPLES[name].fields[action], "text": "Ask\nerika@mail.example about it"}
    with pytest.raises(Refused, match="nobody's address"):
        checked(actions_of(connectors.load(name).Connector)[action], fields)


def test_an_alert_goes_to_the_team_with_our_key_and_one_persons_question_to_that_person_alone():
    mail = ListTeamMail()
    made = _made("alert_email", mail=mail)
    assert made.send(_wanted("alert_email", "send")) == Done("mail-1")
    made.ask_person(_wanted("alert_email", "ask_person"))
    assert [sent["to"] for sent in mail.sent] == [
        ("anna@shop.example", "ben@shop.example"),
        ("ben@shop.example",),
    ]
    assert mail.sent[0]["tag"] in KEY
    assert mail.sent[0]["subject"].startswith("[demo] ")
    stranger = replace(_wanted("alert_email", "ask_person"), fields={"title": "x", "person": "eve@x.example"})
    with pytest.raises(Refused):
        made.ask_person(stranger)


def test_an_order_goes_to_the_supplier_as_a_file_and_never_without_an_approval():
    mail = ListTeamMail()
    assert _made("supplier_email", mail=mail).send_order(_wanted("supplier_email", "send_order")) == Done(
        "mail-1"
    )
    (sent,) = mail.sent
    assert (sent["to"], sent["sender"]) == (("orders@roaster.example",), "purchasing@shop.example")
    assert sent["enclosed"] == ("PO-1A2B3C4D.csv", "article,quantity\r\nKAF-250,40\r\n")
    assert actions_of(connectors.load("supplier_email").Connector)["send_order"].approval
    assert "orders@roaster.example" in _made("supplier_email").check()


def test_the_fictional_vendor_of_other_tests_keeps_the_same_contract():
    module = Vendor().module()
    found = actions_of(module.Connector)
    assert {each.kind for each in found.values()} == {SET, CREATE}
    assert all(each.does.endswith(".") for each in found.values())
    assert inspect.signature(module.Connector).parameters.keys() == {"connection", "access", "ways"}
