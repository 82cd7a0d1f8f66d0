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


def task(fact: dict, known: dict | None = None) -> dict:
    """The input of a touch as the state machine makes it; ``known`` is what the last answer called so."""
    data = fact["data"]
    about = {
        "flow": "cart_recovery",
        "shop": SHOP,
        "subject": data["cart_id"],
        "generation": data["generation"],
        "kind": "cart",
        "person_id": data["person_id"],
        "variants": [],
        "wait_seconds": 3600,
    }
    return {"run": {"name": "cart-recovery-1", "about": about}, "known": known or {}}


def earlier(fact: dict, **more) -> dict:
    """The input of a task as machines of 0.1 make it."""
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
    """An hour later, look, as runs of 0.1 do."""
    house.now = START + timedelta(hours=1)
    return house.call("look", earlier(fact, rearms=0))


def first_touch(house) -> dict:
    """The whole way to the first touch; gives the answer of the task."""
    house.fact = opened(house)
    house.now = START + timedelta(hours=1)
    return touch(house)


def touch(house, known: dict | None = None) -> dict:
    """The task of the run that ``house.fact`` began."""
    answer = house.call("touch", task(house.fact, known))
    house.known = answer["known"]
    return answer


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


def test_a_silent_cart_is_touched_and_the_plan_is_fixed(house):
    answer = first_touch(house)
    assert (answer["next"], answer["known"]["position"]) == ("wait", 1)
    touches = answer["known"]["plan"]["touches"]
    assert [touch["name"] for touch in touches] == ["reminder", "answers", "last_note"]
    assert [fact["data"]["cart_id"] for fact in house.heard() if fact["fact"] == "cart.abandoned"] == [
        house.fact["data"]["cart_id"]
    ]
    json.dumps(answer)


def test_the_second_touch_comes_a_day_after_the_cart_was_left(house):
    answer = first_touch(house)
    house.now += timedelta(seconds=answer["wait_seconds"])
    assert house.now == START + timedelta(hours=24)
    assert house.call("touch", task(house.fact, answer["known"]))["known"]["position"] == 2
    assert len(house.mails()) == 2


def test_an_active_shopper_is_waited_for(house):
    fact = opened(house)
    house.tell(checkout(40), "msg_2")
    house.now = START + timedelta(hours=1)
    answer = house.call("touch", task(fact))
    assert (answer["next"], answer["wait_seconds"]) == ("wait", 40 * 60)
    assert (answer["known"]["looks"], "plan" in answer["known"]) == (1, False)
    assert house.mails() == []


def test_a_bought_cart_ends_its_run(house):
    fact = opened(house)
    house.tell(order(10), "msg_2")
    house.now = START + timedelta(hours=1)
    assert house.call("touch", task(fact))["next"] == "stop"
    assert story(house, fact)[-1].data["reason"] == "bought"


def test_a_run_that_began_under_an_earlier_release_is_told_what_it_understands(house):
    fact = opened(house)
    answer = watched(house, fact)
    assert (answer["next"], answer["rearms"]) == ("touch", 0)
    sent = house.call("touch", earlier(fact, plan=answer["plan"], position=0))
    assert (sent["next"], sent["position"], len(house.mails())) == ("wait", 1, 1)


def test_an_active_shopper_and_a_bought_cart_are_told_to_such_a_run_too(house):
    fact = opened(house)
    house.tell(checkout(40), "msg_2")
    assert (watched(house, fact)["next"], watched(house, fact)["wait_seconds"]) == ("wait", 40 * 60)
    house.tell(order(50), "msg_3")
    assert watched(house, fact)["next"] == "stop"


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
    answer: dict = {}
    for _ in range(3):
        answer = house.call("touch", task(house.fact, answer.get("known")))
        house.now += timedelta(seconds=answer["wait_seconds"])
        if answer["known"]["position"]:
            break
    assert (answer["next"], answer["known"]["position"]) == ("wait", 1)
    assert len(house.mails()) == 1


def test_a_touch_after_the_purchase_sends_nothing(house):
    fact = opened(house)
    house.now = START + timedelta(hours=1)
    known = house.call("touch", task(fact))["known"]
    house.tell(order(70), "msg_2")
    assert house.call("touch", task(fact, known))["next"] == "stop"
    assert len(house.mails()) == 1


def test_a_sender_that_ses_refuses_is_for_a_person_to_see_and_the_claim_is_given_back(house):
    house.add_shop(version=2, sender={"name": "Lampen", "address": "hallo@unverified.example"})
    with pytest.raises(Refused, match="email"):
        first_touch(house)
    (claim,) = [row for row in house.stack.rows("Ledger") if "#claim#" in row["pk"]["S"]]
    assert claim["state"]["S"] == "released"


@pytest.mark.parametrize("door", ["look", "touch"])
def test_a_task_that_cannot_reach_its_tables_asks_to_be_called_later(house, door):
    fact = opened(house)
    house.unreachable("DYNAMODB")
    with pytest.raises(TryLater):
        house.call(door, task(fact) if door == "touch" else earlier(fact, rearms=0))


@pytest.mark.parametrize("door", ["look", "touch"])
def test_a_run_without_its_fields_is_a_bug_and_surfaces(house, door):
    with pytest.raises(MessageWithheld, match=r"^KeyError$"):
        house.call(door, {"flow": "cart_recovery"})


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


def stock_is(house, pieces: int, key: str, **more) -> list[dict]:
    """The shop counts its lamps; gives what was told of that."""
    house.now += timedelta(minutes=1)
    at, line = house.now.isoformat(), {"variant_id": "lamp", "available": pieces, **more}
    house.tell({"type": "stock.updated", "at": at, "data": line}, key)
    return [fact for fact in house.heard() if fact["fact"] == "stock.low"]


def test_what_runs_low_is_proposed_for_purchasing_and_the_supplier(house):
    house.add_shop(version=2, policy={"flows": {"low_stock": True}})
    stock_is(house, 20, "msg_1")
    facts = {fact["data"]["limit"]: fact for fact in stock_is(house, 7, "msg_2")}
    (name,) = house.call("start_flows", {"detail": facts[8]})["started"]
    about = {"flow": "low_stock", "shop": SHOP, "subject": "lamp/8", "generation": 1, "kind": "level"}
    run = {"name": name, "about": {**about, "person_id": None, "variants": []}}
    answer = house.call("look", {"run": run, "step": "", "proposed": ""})
    assert (answer["next"], answer["proposal"]["target"]) == ("order", "supplier_email.send_order")
    asked = {"run": run, "step": "order", "proposed": answer["proposal"]["target"]}
    assert house.call("look", asked) == {"next": "order", "proposal": {}}
    stock_is(house, 40, "msg_3")
    assert house.call("look", asked)["next"] == "stop"
