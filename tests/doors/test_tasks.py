"""The tasks of a run, each called as Step Functions calls it: look, touch, park; and the door that starts runs."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest

from cartback.domain.errors import MessageWithheld, Refused, TryLater
from cartback.store.messaging.ledger import DynamoLedger
from tests.doors.house import SHOP, checkout, order
from tests.fakes.world import START, HandClock


def opened(house) -> dict:
    """Let somebody leave a cart; gives the fact that somebody did."""
    house.tell(checkout(), "msg_1")
    (fact,) = [fact for fact in house.heard() if fact["fact"] == "cart.opened"]
    return fact


def task(fact: dict, **more) -> dict:
    """The input of a task as the state machine makes it."""
    data = fact["data"]
    return {
        "flow": "cart_recovery",
        "run": "cart-recovery-1",
        "shop": SHOP,
        "cart_id": data["cart_id"],
        "generation": data["generation"],
        "person_id": data["person_id"],
        "variants": [],
        **more,
    }


def watched(house, fact: dict) -> dict:
    """An hour later, look."""
    house.now = START + timedelta(hours=1)
    return house.call("watch_cart", task(fact, rearms=0))


def first_touch(house, position: int = 0) -> dict:
    """The whole way to a touch; gives the answer of the task."""
    if position == 0:
        house.fact = opened(house)
        house.plan = watched(house, house.fact)["plan"]
    return house.call("touch", task(house.fact, plan=house.plan, position=position))


def story(house, fact: dict):
    ledger = DynamoLedger(house.stack.clients, house.stack.tables, HandClock(house.now))
    return ledger.story(SHOP, f"cart#{fact['data']['cart_id']}")


def executions(house) -> list[dict]:
    arn = house.stack.refs["CartRecovery"]
    return house.stack.clients.stepfunctions.list_executions(stateMachineArn=arn)["executions"]


def test_a_fact_starts_one_run_however_often_it_is_delivered(house):
    fact = opened(house)
    (name,) = house.call("start_flows", {"detail": fact})["started"]
    house.now += timedelta(minutes=1)
    assert house.call("start_flows", {"detail": fact}) == {"started": []}
    (execution,) = executions(house)
    assert execution["name"] == name


def test_the_input_of_a_run_holds_ids_and_numbers_and_nobodys_name(house):
    house.call("start_flows", {"detail": opened(house)})
    (execution,) = executions(house)
    given = house.stack.clients.stepfunctions.describe_execution(executionArn=execution["executionArn"])[
        "input"
    ]
    assert json.loads(given)["wait_seconds"] == 3600
    assert "ada" not in given


@pytest.mark.parametrize("fact", ["cart.updated", "order.placed", "nonsense"])
def test_a_fact_that_no_flow_waits_for_starts_nothing(house, fact):
    assert house.call("start_flows", {"detail": {**opened(house), "fact": fact}}) == {"started": []}


def test_a_flow_that_is_switched_off_is_not_started_and_the_story_says_why(house):
    house.add_shop(version=2, policy={"flows": {"cart_recovery": False}})
    fact = opened(house)
    assert house.call("start_flows", {"detail": fact}) == {"started": []}
    assert [(line.kind, line.data["reason"]) for line in story(house, fact)] == [("not_started", "flow_off")]


def test_a_fact_of_a_shop_that_nobody_knows_starts_nothing(house):
    assert house.call("start_flows", {"detail": {**opened(house), "shop": "nobody"}}) == {"started": []}


def test_a_silent_cart_is_to_be_touched_and_the_plan_is_fixed(house):
    answer = watched(house, opened(house))
    assert answer["next"] == "touch"
    assert [touch["name"] for touch in answer["plan"]["touches"]] == ["reminder", "answers", "last_note"]
    json.dumps(answer)


def test_an_active_shopper_is_waited_for(house):
    fact = opened(house)
    house.tell(checkout(40), "msg_2")
    answer = watched(house, fact)
    assert (answer["next"], answer["wait_seconds"]) == ("wait", 40 * 60)


def test_a_bought_cart_ends_its_run(house):
    fact = opened(house)
    house.tell(order(10), "msg_2")
    assert watched(house, fact)["next"] == "stop"
    assert story(house, fact)[-1].data["reason"] == "bought"


def test_a_touch_sends_one_mail_with_everything_that_the_law_asks_for(house):
    assert first_touch(house)["next"] == "wait"
    (mail,) = house.mails()
    text = str(mail.raw_data if hasattr(mail, "raw_data") else mail.body)
    assert "ada@example.com" in text
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in text
    assert re.search(r"List-Unsubscribe: <https://api\.example/u/lamp-shop\.[A-Za-z0-9_-]{43}>", text)


def test_a_sender_that_warms_up_sends_as_much_as_its_day_has_room_for(house):
    """The day's count is one more item of the claim's transaction: the role has to allow it."""
    house.add_shop(version=2, policy={"warm_up": {"start": START.date().isoformat()}})
    assert first_touch(house)["next"] == "wait"
    assert len(house.mails()) == 1
    (count,) = [row for row in house.stack.rows("Ledger") if "#warm#" in row["pk"]["S"]]
    assert count["count"] == {"N": "1"}


def test_a_touch_that_is_repeated_by_its_state_machine_sends_nothing_more(house):
    first_touch(house)
    answer = {"next": "wait", "position": 0}
    for _ in range(3):
        answer = house.call("touch", task(house.fact, plan=house.plan, position=0))
        house.now += timedelta(seconds=answer["wait_seconds"])
    assert (answer["next"], answer["position"]) == ("wait", 1)
    assert len(house.mails()) == 1


def test_a_touch_after_the_purchase_sends_nothing(house):
    fact = opened(house)
    plan = watched(house, fact)["plan"]
    house.tell(order(70), "msg_2")
    assert house.call("touch", task(fact, plan=plan, position=0))["next"] == "stop"
    assert house.mails() == []


def test_a_sender_that_ses_refuses_is_for_a_person_to_see_and_the_claim_is_given_back(house):
    house.add_shop(version=2, sender={"name": "Lampen", "address": "hallo@unverified.example"})
    with pytest.raises(Refused, match="email"):
        first_touch(house)
    (claim,) = [row for row in house.stack.rows("Ledger") if "#claim#" in row["pk"]["S"]]
    assert claim["state"]["S"] == "released"


@pytest.mark.parametrize("door", ["watch_cart", "touch"])
def test_a_task_that_cannot_reach_its_tables_asks_to_be_called_later(house, door):
    fact = opened(house)
    plan = watched(house, fact)["plan"]
    house.unreachable("DYNAMODB")
    with pytest.raises(TryLater):
        house.call(door, task(fact, plan=plan, position=0, rearms=0))


def test_a_run_without_its_fields_is_a_bug_and_surfaces(house):
    with pytest.raises(MessageWithheld, match=r"^KeyError$"):
        house.call("watch_cart", {"flow": "cart_recovery"})


def test_a_parked_run_stands_in_the_story_of_its_cart_and_is_counted(house, capsys):
    fact = opened(house)
    event = {
        "flow": "cart_recovery",
        "run": "r",
        "shop": SHOP,
        "subject": fact["data"]["cart_id"],
        "error": "Refused",
        "cause": "x" * 5000,
    }
    assert house.call("park_run", event) == {"parked": True}
    (line,) = [line for line in story(house, fact) if line.kind == "parked"]
    assert line.data["error"] == "Refused"
    assert len(line.data["cause"]) <= 500
    assert '"RunsParked"' in capsys.readouterr().out


def test_a_run_that_failed_before_it_knew_anything_is_parked_too(house):
    assert house.call("park_run", {"shop": None, "error": None}) == {"parked": True}
