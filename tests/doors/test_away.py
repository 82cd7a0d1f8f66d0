"""The doors for people while a store is away: a page that says that nothing was changed, never a bare 500."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from botocore.exceptions import ClientError

from cartback import texts, wiring
from cartback.domain.errors import MessageWithheld
from cartback.domain.redaction import redact_errors
from cartback.texts.away import PUT_OFF, excused
from tests.contracts.stack import resources, template
from tests.doors.house import SHOP, House, function_of, sample
from tests.doors.test_links import consents, mailed, request  # noqa: F401 - a fixture
from tests.doors.test_sign_up import FILLED, link, people, posted, wake
from tests.fakes.outside import CountingMetrics
from tests.unit.texts.samples import Read

PEOPLES_DOORS = ("confirm", "leave", "preferences", "open_link")
COLD_START = 3
TOKEN = f"{SHOP}." + "A" * 43


@contextmanager
def throttled(house: House, operation: str = "", table: str = "") -> Iterator[None]:
    """DynamoDB throttles these calls for a while."""
    client = house.stack.clients.dynamodb
    real = client._make_api_call

    def call(name: str, given: dict[str, Any]) -> Any:
        if operation in name and f"'{table}" in str(given):
            raise ClientError({"Error": {"Code": "ThrottlingException"}}, name)
        return real(name, given)

    with house.monkeypatch.context() as outage:
        outage.setattr(client, "_make_api_call", call)
        yield


def counted(printed: str) -> int:
    """How often somebody was put off, as CloudWatch reads it from the log."""
    lines = [json.loads(line) for line in printed.splitlines() if line.startswith("{")]
    return sum(int(line[PUT_OFF][0]) for line in lines if PUT_OFF in line)


@pytest.mark.parametrize("lang", ["de", "en"])
@pytest.mark.parametrize(
    ("door", "method"), [(door, how) for door in PEOPLES_DOORS for how in ("GET", "POST")][:-1]
)
def test_a_visitor_reads_that_nothing_was_changed_and_when_to_come_again(house, capsys, door, method, lang):
    house.unreachable("DYNAMODB")
    asked = request(
        TOKEN, method, **{"accept-language": lang, "content-type": "application/x-www-form-urlencoded"}
    )
    answer = house.call(door, asked | {"body": "frequency=weekly"})
    assert (answer["statusCode"], answer["headers"]["retry-after"]) == (503, "60")
    assert texts.PAGE_HEADERS.items() <= answer["headers"].items()
    page = Read(answer["body"])
    assert page.values("lang", "html") == [lang]
    assert answer["body"] == texts.page("unsaved" if method == "POST" else "away", lang, {})
    assert counted(capsys.readouterr().out) == 1


@pytest.mark.parametrize("name", ["away", "unsaved"])
@pytest.mark.parametrize("lang", texts.LANGUAGES)
def test_the_page_leads_back_to_where_it_was_and_posts_nothing(name: str, lang: str):
    """What was chosen in a form is known to the browser alone: sending it again empty would choose nothing."""
    page = Read(texts.page(name, lang, {}))
    assert f"?lang={lang}" in page.values("href", "a")
    assert page.values("action") == []


def test_what_is_asked_for_by_the_switch_is_the_language_also_while_the_store_is_away(house):
    house.unreachable("DYNAMODB")
    answer = house.call("leave", request(TOKEN, "POST", query={"lang": "de"}, **{"accept-language": "en"}))
    assert 'lang="de"' in answer["body"]


def test_neither_page_nor_log_holds_anything_of_the_visitor(house, capsys, caplog):
    house.unreachable("DYNAMODB")
    asked = request(TOKEN, "POST", **{"content-type": "application/x-www-form-urlencoded"})
    answer = house.call("preferences", asked | {"body": urlencode({"email": "ada@example.com"})})
    told = answer["body"] + str(answer["headers"]) + caplog.text + capsys.readouterr().out
    assert not [said for said in (TOKEN, TOKEN[-20:], "ada", SHOP) if said in told]
    (logged,) = [each for each in caplog.records if each.name == "cartback.texts.away"]
    assert "read the ledger" in logged.getMessage()


def test_whoever_could_not_leave_has_not_left_and_the_same_press_leaves_later(mailed):  # noqa: F811
    house, _, leave = mailed
    one_click = posted(leave, "List-Unsubscribe=One-Click")
    with throttled(house):
        answer = house.call("leave", one_click)
    assert (answer["statusCode"], answer["headers"]["retry-after"]) == (503, "60")
    assert consents(house) == "granted"
    assert house.call("leave", one_click)["statusCode"] == 200
    assert consents(house) == "withdrawn"


def test_leaving_needs_no_settings(mailed):  # noqa: F811
    house, _, leave = mailed
    with throttled(house, "GetItem", "Settings"):
        for event, name in ((request(leave), "leave"), (posted(leave), "left")):
            answer = house.call("leave", event)
            assert (answer["statusCode"], answer["body"]) == (200, texts.page(name, "de", {}))
    assert consents(house) == "withdrawn"


def test_a_yes_that_could_not_be_kept_is_none_and_can_be_said_again(house):
    house.call("subscribe", FILLED)
    wake(house)
    yes = posted(link(house))
    with throttled(house, "TransactWriteItems"):
        assert house.call("confirm", yes)["statusCode"] == 503
    assert people(house) == []
    assert house.call("confirm", yes)["statusCode"] == 200
    assert len(people(house)) == 1


def test_a_link_leads_to_the_cart_also_when_the_click_cannot_be_noted(mailed, capsys):  # noqa: F811
    house, restore, _ = mailed
    with throttled(house, "UpdateItem"):
        location = house.call("open_link", request(restore))["headers"]["location"]
    assert urlsplit(location).path == "/cart/c-1"
    assert "LinksOpenedInPart" in capsys.readouterr().out


def test_a_link_leads_to_the_shop_when_the_cart_cannot_be_read(mailed, capsys):  # noqa: F811
    house, restore, _ = mailed
    with throttled(house, "BatchGetItem", "Carts"):
        location = house.call("open_link", request(restore))["headers"]["location"]
    assert (urlsplit(location).netloc, urlsplit(location).path) == ("lampen.example", "")
    assert "LinksOpenedInPart" in capsys.readouterr().out


@pytest.mark.parametrize(("door", "event"), [("subscribe", FILLED), ("collect", sample("collect"))])
def test_a_script_of_any_page_may_read_that_it_shall_come_again(house, capsys, door, event):
    """The store that knows whose page it is may be the one that is away, and the line says nothing of anybody."""
    house.unreachable("DYNAMODB")
    answer = house.call(door, event)
    assert (answer["statusCode"], answer["body"]) == (503, "try again later\n")
    told = answer["headers"]
    assert (told["access-control-allow-origin"], told["retry-after"]) == ("*", "60")
    assert told["access-control-expose-headers"] == "retry-after"
    assert counted(capsys.readouterr().out) == 1


@pytest.mark.parametrize("broken", [False, True])
def test_a_browser_that_sent_the_form_gets_a_page_in_the_language_of_the_form(house, broken):
    house.unreachable("DYNAMODB")
    body = "lang=de&x=%ff" if broken else FILLED["body"]
    answer = house.call(
        "subscribe", FILLED | {"body": body, "headers": {**FILLED["headers"], "accept": "text/html"}}
    )
    assert (answer["statusCode"], answer["headers"]["retry-after"]) == (503, "60")
    assert answer["body"] == texts.page("unsent", "en" if broken else "de", {})
    assert texts.PAGE_HEADERS.items() <= answer["headers"].items()


def test_a_bug_is_no_outage():
    metrics = CountingMetrics()

    class Root:
        def metrics(self):
            return metrics

    @redact_errors
    @excused(Root())
    def handler(event, context):
        raise ValueError("total must be money")

    with pytest.raises(MessageWithheld):
        handler(request(TOKEN), None)
    assert not metrics.counts


@pytest.mark.parametrize("door", PEOPLES_DOORS)
def test_a_person_gets_an_answer_before_lambda_ends_the_function_also_when_a_store_says_nothing(
    house: House, door: str
):
    """Three requests without an answer and the pauses between them (botocore: a random part of 1, 2, 4 … seconds)."""
    function = function_of(door)
    house.monkeypatch.setenv("PATIENCE", house.stack.environment(function)["PATIENCE"])
    wiring.clients.cache_clear()
    config = wiring.clients().dynamodb.meta.config
    wiring.clients.cache_clear()
    tries = config.retries["total_max_attempts"]
    waits = tries * max(config.connect_timeout, config.read_timeout)
    pauses = sum(2**number for number in range(tries - 1))
    given = template()["Globals"]["Function"]["Timeout"]
    assert "Timeout" not in resources("AWS::Serverless::Function")[function]
    assert waits + pauses + COLD_START < given


def test_an_alarm_looks_at_who_is_put_off():
    watched = [
        each for each in resources("AWS::CloudWatch::Alarm").values() if each.get("MetricName") == PUT_OFF
    ]
    assert [{each["Name"] for each in alarm["Dimensions"]} for alarm in watched] == [{"service"}]
