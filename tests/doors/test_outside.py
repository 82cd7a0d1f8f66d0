"""Doors to outside systems: what is done there, what is told there, and what tools tell us; all outcomes at once."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from cartback.domain.errors import Doubtful, Refused, TryLater
from tests.doors.house import SHOP, House, order, sample
from tests.doors.outside import Outside
from tests.fakes.world import START

BODY = json.dumps(order(0))


def asked(step: str, target: str, account: str = "main", **fields: str) -> dict[str, Any]:
    """What a run asks to be done about a variant."""
    return {
        **sample("act"),
        "shop": SHOP,
        "step": step,
        "target": target,
        "fields": fields,
        "account": account,
    }


def opened(number: int = 1) -> dict[str, Any]:
    """A fact as the bus tells it."""
    event = sample("forward_facts")
    event["detail"] |= {"shop": SHOP, "id": f"fact-{number}"}
    return event


def heard(house: House, what: str, body: str, headers: dict[str, str], shop: str = SHOP) -> dict[str, Any]:
    event = sample("hear_tool")
    event["pathParameters"] = {"shop": shop, "what": what}
    event["headers"] = {"content-type": "application/json", **headers}
    event["body"] = body
    return house.call("hear_tool", event)


def test_an_act_is_done_once_however_often_the_run_asks(house: House, outside: Outside):
    outside.mail()
    task = asked("tell", "alert_email.send", title="Six bags are left", text="Order some.")
    answers = [house.call("act", task) for _ in range(3)]
    assert [answer["next"] for answer in answers] == ["done"] * 3
    assert len({answer["vendor_id"] for answer in answers}) == 1
    assert len(house.mails()) == 1


def test_each_kind_of_answer_from_outside_leads_where_it_should(house: House, outside: Outside):
    """Taken, away, without access, never, and nobody knows; one account's trouble is no other's."""
    moods: dict[str, Exception | dict[str, Any]] = {
        "taken": {},
        "away": TryLater("busy", 90),
        "closed": Refused("no access", 401),
        "never": Refused("no such thing", 400),
    }
    for account, mood in moods.items():
        outside.hook(account, mood)
    outside.slack(Doubtful("the answer was lost"))
    became: dict[str, Any] = {}
    for account in moods:
        task = asked(
            f"tell.{account}", "standard_webhooks.tell", account, id="m-1", fact="cart.opened", body="{}"
        )
        try:
            became[account] = house.call("act", task)["next"]
        except Refused as refusal:
            became[account] = refusal.status
    assert became == {"taken": "done", "away": "wait", "closed": "wait", "never": 400}
    doubtful = house.call("act", asked("say", "slack.post_message", title="Low on coffee"))
    assert doubtful["next"] == "wait", "it is looked for once its answer had time to come"
    assert {each.account for each in outside.work.waiting(SHOP)} == {"away", "closed", "main"}
    (entry,) = outside.desk.listed(SHOP)
    assert (entry.kind, entry.title) == ("access", "Access to standard_webhooks/closed is lost")
    story = json.dumps([line.data for line in outside.ledger.story(SHOP, "variant#v1")])
    assert story.count("no such thing") == 1
    for strange in (
        asked("x", "pigeon.send"),
        asked("x", "slack.dance"),
        asked("x", "alert_email.send", title="A"),
    ):
        with pytest.raises(Refused):
            house.call("act", strange)


def test_a_fact_is_told_to_each_address_by_itself(house: House, outside: Outside):
    taken, away = outside.hook("a-taken"), outside.hook("b-away", TryLater("busy"))
    gone, closed = outside.hook("c-gone", Refused("gone", 410)), outside.hook("d-closed", Refused("no", 401))
    switched_off = outside.hook("e-off", off_because="moving")
    elsewhere = outside.hook("f-other", facts=("order.paid",))
    later = outside.hook("g-taken")
    assert house.call("forward_facts", opened()) == {"told": 3, "waiting": 2}
    assert [len(outside.called(url)) for url in (taken, away, gone, closed, later)] == [1] * 5
    assert outside.called(switched_off) == outside.called(elsewhere) == []
    assert house.call("forward_facts", opened()) == {"told": 2, "waiting": 2}, "the bus may tell it twice"
    assert len(outside.called(taken)) == len(outside.called(later)) == 1
    ended = outside.connections.read(SHOP, "standard_webhooks", "c-gone")
    assert ended is not None
    assert not ended.is_on
    assert {each.account for each in outside.work.waiting(SHOP)} == {"b-away", "d-closed"}
    for call in outside.addresses.calls:
        assert call.headers["webhook-id"] == "fact-1"
        assert call.headers["webhook-signature"].startswith("v1,")


def test_the_desk_sends_on_what_waited_and_brings_to_people_what_is_new(house: House, outside: Outside):
    away = outside.hook("away", TryLater("busy"), TryLater("busy still"), {})
    outside.mail(desk=True)
    house.call("forward_facts", opened())
    assert house.call("work_desk", sample("work_desk"))["told"] == 0
    heard(house, "tasks", json.dumps({"title": "Call the supplier"}), outside.token("open:task"))
    counts: dict[str, int] = {}
    for _ in range(6):
        house.now += timedelta(minutes=30)
        for name, count in house.call("work_desk", sample("work_desk")).items():
            counts[name] = counts.get(name, 0) + count
    assert (counts["told"], counts["brought"]) == (1, 1)
    assert len(outside.called(away)) == 3
    assert outside.work.waiting(SHOP) == []
    (mail,) = house.mails()
    assert "anna@lampen.example" in str(mail.destinations)


def test_a_tool_is_heard_as_far_as_its_token_goes(house: House, outside: Outside):
    told, tasks = outside.token("tell:order.placed"), outside.token("open:task", name="make")
    answers = [
        heard(house, "facts", BODY, {**told, "idempotency-key": "k-1"}),
        heard(house, "facts", BODY, {"authorization": "Bearer cbt_0123456789ab_" + "A" * 43}),
        heard(house, "facts", BODY, tasks),
        heard(house, "facts", "{", told),
        heard(house, "tasks", json.dumps({"title": "Call the supplier"}), tasks),
        heard(house, "tasks", json.dumps({"title": "Call the supplier"}), told),
        heard(house, "tasks", "[]", tasks),
        heard(house, "else", BODY, told),
        heard(house, "facts", BODY, told, shop="other-shop"),
        heard(house, "facts", BODY, {**told, "idempotency-key": "k-1"}),
    ]
    assert [answer["statusCode"] for answer in answers] == [202, 401, 403, 400, 202, 403, 400, 404, 401, 202]
    (entry,) = outside.desk.listed(SHOP)
    assert (entry.title, entry.data["tool"]) == ("Call the supplier", "make")
    assert house.work_off() == []
    facts = [fact["fact"] for fact in house.heard()]
    assert facts.count("order.placed") == 1, "told twice under one key is told once"


def test_a_minute_of_a_tool_is_bounded_and_other_tools_are_not(house: House, outside: Outside):
    loud, calm = outside.token("open:task"), outside.token("open:task", name="calm")
    body = json.dumps({"title": "Call the supplier"})
    statuses = [heard(house, "tasks", body, loud)["statusCode"] for _ in range(62)]
    assert statuses == [202] * 60 + [429] * 2
    assert heard(house, "tasks", body, calm)["statusCode"] == 202
    house.now = START + timedelta(minutes=2)
    assert heard(house, "tasks", body, loud)["statusCode"] == 202
