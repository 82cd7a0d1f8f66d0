"""A run asks, and a person answers by a link or a button: through the doors, with the rights of each."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from cartback.domain.errors import Refused
from cartback.domain.tokens import hashed
from tests.doors.house import SHOP, House, sample
from tests.doors.outside import SIGNING, Outside

TOKEN = "t" * 43
EIGHT_HOURS = 8 * 3600


@pytest.fixture
def woken(house: House) -> Iterator[list[dict[str, Any]]]:
    """What runs were told; as nothing stands behind a token here, the answer is that none waits."""
    told: list[dict[str, Any]] = []

    def over(params: dict[str, str], **_: Any) -> None:
        told.append({"token": params["taskToken"], **json.loads(params["output"])})

    events, name = (
        house.stack.clients.stepfunctions.meta.events,
        "provide-client-params.stepfunctions.SendTaskSuccess",
    )
    events.register(name, over, unique_id="woken")
    yield told
    events.unregister(name, unique_id="woken")


def ask(house: House, number: int = 1, **changes: Any) -> str:
    """Let a run ask; gives the name of what lies on the desk."""
    subject = {"kind": "variant", "id": f"v{number}", "generation": 1}
    task = {**sample("ask"), "shop": SHOP, "subject": subject, "deadline_seconds": EIGHT_HOURS, **changes}
    return house.call("ask", task)["approval"]


def page(house: House, token: str, word: str | None = None, **headers: str) -> dict[str, Any]:
    """Open the page of a link, or press one of its buttons."""
    form = {"content-type": "application/x-www-form-urlencoded"}
    event = {
        "pathParameters": {"token": token},
        "requestContext": {"http": {"method": "GET" if word is None else "POST", "sourceIp": "203.0.113.7"}},
        "headers": {"accept-language": "en", **form, **headers},
        "body": "" if word is None else urlencode({"word": word}),
    }
    return house.call("answer_ask", event)


def press(
    house: House, entry: str, word: str, user: str = "U0123", secret: str = SIGNING, **more: Any
) -> int:
    """Press a button in Slack; gives the status that Slack sees."""
    said = {
        "type": "block_actions",
        "user": {"id": user},
        "actions": [{"action_id": f"cartback.{word}", "value": entry}],
    }
    body = more.get("body", urlencode({"payload": json.dumps(said)}))
    stamp = str(int((house.now - more.get("ago", timedelta())).timestamp()))
    proof = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
    event = sample("press_button")
    event["pathParameters"] = {"shop": more.get("shop", SHOP)}
    event["headers"] |= {"x-slack-request-timestamp": stamp, "x-slack-signature": f"v0={proof}"}
    event["body"] = body
    return house.call("press_button", event)["statusCode"]


def test_a_run_that_asks_twice_asks_once_and_what_nobody_could_answer_is_refused(
    house: House, outside: Outside
):
    entry = ask(house)
    assert ask(house, token="another-token") == entry
    (kept,) = outside.desk.listed(SHOP)
    assert kept.approval is not None
    assert kept.approval.token == "another-token"
    for wrong in (
        {"token": ""},
        {"deadline_seconds": 1},
        {"target": "pigeon.send"},
        {"target": "alert_email.dance"},
        {"fields": {"title": "A", "strange": "B"}},
        {"default": "perhaps"},
    ):
        with pytest.raises(Refused):
            ask(house, **wrong)
    assert len(outside.desk.listed(SHOP)) == 1


def test_looking_changes_nothing_and_a_press_answers_once(
    house: House, outside: Outside, woken: list[dict[str, Any]]
):
    entry = ask(house)
    outside.link(entry, hashed(TOKEN))
    link = f"{SHOP}.{TOKEN}"
    for _ in range(2):
        shown = page(house, link)
        assert (shown["statusCode"], shown["body"].count("<button")) == (200, 2)
    assert woken == []
    nonsense = page(house, link, "perhaps")
    assert nonsense["statusCode"] == 200
    assert woken == []
    done = page(house, link, "approved", **{"accept-language": "de"})
    assert (done["statusCode"], done["body"].count("<button")) == (200, 0)
    assert "Entschieden wurde: Ja" in done["body"]
    page(house, link, "rejected")
    assert [(each["next"], each["approval"]) for each in woken] == [("approved", entry)]
    kept = outside.desk.read(SHOP, entry)
    assert kept is not None
    assert (kept.outcome, kept.history[1].actor) == ("approved", "anna")


@pytest.mark.parametrize(
    "token", ["", "lamp-shop", f"lamp-shop.{'u' * 43}", f"other-shop.{TOKEN}", "../../x"]
)
def test_a_link_that_nobody_was_sent_opens_nothing(house: House, outside: Outside, token: str):
    outside.link(ask(house), hashed(TOKEN))
    for word in (None, "approved"):
        assert page(house, token, word)["statusCode"] == 404


def test_time_runs_out_by_itself_and_the_run_hears_what_was_agreed_for_that(
    house: House, outside: Outside, woken: list[dict[str, Any]]
):
    outside.slack()
    no, yes = ask(house, 1), ask(house, 2, default="approved", token="token-2")
    later = ask(house, 3, deadline_seconds=10 * EIGHT_HOURS, token="token-3")
    house.now += timedelta(hours=9)
    assert house.call("work_desk", sample("work_desk"))["expired"] == 2
    assert {(each["approval"], each["next"]) for each in woken} == {(no, "rejected"), (yes, "approved")}
    assert [each.entry_id for each in outside.desk.listed(SHOP)] == [later]
    house.call("work_desk", sample("work_desk"))
    assert len(woken) == 2


def test_a_press_counts_for_whom_the_shop_named_and_for_what_slack_signed(
    house: House, outside: Outside, woken: list[dict[str, Any]]
):
    outside.slack()
    first, second = ask(house, 1), ask(house, 2, token="token-2")
    statuses = {
        "forged": press(house, first, "approved", secret="another secret of somebody"),
        "old": press(house, first, "approved", ago=timedelta(minutes=6)),
        "another shop's": press(house, first, "approved", shop="other-shop"),
        "odd": press(house, first, "approved", body="payload=%7B"),
        "a stranger": press(house, first, "approved", user="U9999"),
        "unknown": press(house, "0123456789abcdef", "approved"),
        "no such word": press(house, first, "perhaps"),
        "counts": press(house, second, "rejected"),
    }
    expected = {"forged": 401, "old": 401, "another shop's": 401, "odd": 400}
    assert statuses == {name: expected.get(name, 200) for name in statuses}
    assert [(each["approval"], each["next"]) for each in woken] == [(second, "rejected")]
    assert [each.entry_id for each in outside.desk.listed(SHOP)] == [first]
