"""A planted person goes the whole way of a cart and is looked for: where nobody belongs, and after an erasure."""

from __future__ import annotations

import gzip
import json
from datetime import timedelta

import pytest
from moto.backends import get_backend
from typer.testing import CliRunner

from cli.cartback import app
from cli.stack import Stack
from tests.contracts.stack import ACCOUNT, REGION
from tests.doors.house import SHOP, checkout, order, sample
from tests.fakes.world import HandClock

CANARY = {
    "id": "cust-77",
    "email": "Zilpzalp.Kanari@canary.example.com",
    "phone": "+49 1511 7654321",
    "first_name": "Zilpzalpine",
}
TRACES = ("zilpzalp", "kanari", "15117654321", "1511 7654321")


def traces(text: object) -> list[str]:
    """Which traces of the canary stand in a text, however it is written."""
    said = text if isinstance(text, str) else json.dumps(text, default=str, ensure_ascii=False)
    return [trace for trace in TRACES if trace in said.lower()]


def own(event: dict) -> dict:
    """An event of the lamp shop, about the canary."""
    consents = event["data"].get("customer", {}).get("consents")
    event["data"]["customer"] = {**CANARY, **({"locale": "de", "consents": consents} if consents else {})}
    return event


def walk(house) -> dict[str, object]:
    """Send the canary the whole way: cart, run, mail, a dead letter; gives what was told on it."""
    house.tell(own(checkout()), "msg_1")
    facts = house.heard()
    opened = next(fact for fact in facts if fact["fact"] == "cart.opened")
    event = sample("start_flows")
    event["detail"] = opened
    house.call("start_flows", event)
    about = {
        "flow": "cart_recovery",
        "shop": SHOP,
        "subject": opened["data"]["cart_id"],
        "generation": 1,
        "kind": "cart",
        "person_id": None,
        "variants": [],
        "wait_seconds": 3600,
    }
    house.now += timedelta(hours=1)
    house.call("touch", {"run": {"name": "r", "about": about}, "known": {}})
    (mail,) = house.mails()
    broken = json.dumps(own(checkout(61))).replace('"items": [', '"items": [1, ')
    body = broken.encode()
    assert house.webhook(body, house.signed(body, "msg_broken"))["statusCode"] == 202
    house.work_off()
    return {"opened": opened, "mail": mail, "facts": [*facts, *house.heard()]}


def objects(house) -> list[str]:
    """Everything in the raw bucket, readable."""
    s3, bucket = house.stack.clients.s3, house.stack.refs["RawBucket"]
    found = s3.list_objects_v2(Bucket=bucket).get("Contents", [])
    bodies = [s3.get_object(Bucket=bucket, Key=each["Key"])["Body"].read() for each in found]
    return [gzip.decompress(body).decode() if body[:2] == b"\x1f\x8b" else body.decode() for body in bodies]


def everywhere(house) -> dict[str, object]:
    """All that is kept, by the place where it lies."""
    tables = {
        name: house.stack.rows(name)
        for name in ("Carts", "Customers", "Ledger", "Catalogue", "Orders", "Idempotency", "Insights")
    }
    return {
        **tables,
        "objects": objects(house),
        "queue": [each["Body"] for each in house.stack.messages("IntakeQueue")],
        "flows": house.stack.messages("FlowsDlq"),
        "letters": peek(house),
    }


def peek(house) -> list[str]:
    """The dead letters, given back at once."""
    sqs, url = house.stack.clients.sqs, house.stack.refs["IntakeDlq"]
    answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
    return [each["Body"] for each in answer.get("Messages", [])]


def executions(house) -> list[str]:
    """The names and inputs of all runs."""
    machines = get_backend("stepfunctions")[ACCOUNT][REGION].state_machines
    return [f"{run.name} {run.execution_input}" for machine in machines for run in machine.executions]


def cartback(house, *line: str, typed: str | None = None):
    """Run the operator's command line on the house's stack."""
    refs = house.stack.refs
    outputs = {
        "CartsTable": "Carts",
        "CustomersTable": "Customers",
        "LedgerTable": "Ledger",
        "CatalogueTable": "Catalogue",
        "OrdersTable": "Orders",
        "SettingsTable": "Settings",
        "DeskTable": "Desk",
        "ConnectorSecretPrefix": "cartback/test/connector/",
        "RawBucket": refs["RawBucket"],
        "IntakeDlqUrl": refs["IntakeDlq"],
        "InsightsTable": "Insights",
        "ShopSecretPrefix": house.stack.environment("ReceiveWebhook")["SHOP_SECRET_PREFIX"],
        "AnswerSecretPrefix": house.stack.environment("ReceiveAnswer")["ANSWER_SECRET_PREFIX"],
        "PepperSecret": refs["Pepper"],
        "BusName": refs["Bus"],
    }
    stack = Stack("test", outputs, house.stack.clients, HandClock(house.now))
    done = CliRunner().invoke(app, list(line), obj=stack, input=typed, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done


def test_nobody_is_named_where_no_person_belongs(house, capsys, caplog):
    """Logs, metrics, facts and runs carry ids; people stay in the tables, the queue and the raw events."""
    seen = walk(house)
    runs = executions(house)
    assert runs
    assert traces(runs) == []
    assert traces(seen["facts"]) == []
    printed = capsys.readouterr()
    assert "CloudWatchMetrics" in printed.out, "the metrics of the dead letter were looked at"
    assert traces(printed.out + printed.err + caplog.text) == []
    kept = everywhere(house)
    assert all(traces(kept[place]) for place in ("Customers", "objects", "letters"))
    assert {
        place: found
        for place in ("Carts", "Ledger", "Idempotency", "Insights")
        if (found := traces(kept[place]))
    } == {}


def test_a_bug_that_names_somebody_is_logged_without_them(house, monkeypatch, caplog, capsys):
    def broken(delivery):
        raise ValueError(f"no such thing: {delivery.body}")

    monkeypatch.setattr("cartback.shops.generic.observe", broken)
    body = json.dumps(own(checkout())).encode()
    house.webhook(body, house.signed(body))
    house.work_off()
    printed = capsys.readouterr()
    assert "ValueError" in caplog.text + printed.err + printed.out
    assert traces(caplog.text + printed.out + printed.err) == []


@pytest.mark.parametrize("way", ["person", "cart", "address", "shop"])
def test_after_an_erasure_nobody_finds_the_canary(house, capsys, way):
    seen = walk(house)
    opened = seen["opened"]["data"]
    if way == "shop":
        house.tell(
            {
                "type": "customer.erased",
                "at": instant(house),
                "data": {name: CANARY[name] for name in ("id", "email", "phone")},
            },
            "msg_erase",
        )
        sweep(house, opened["person_id"])
    elif way == "address":
        cartback(house, "privacy", "erase", SHOP, "--address", "--yes", typed=CANARY["email"] + "\n")
    else:
        cartback(house, "privacy", "erase", SHOP, opened[f"{way}_id"], "--yes")
    assert {place: found for place, rows in everywhere(house).items() if (found := traces(rows))} == {}
    exported = cartback(house, "privacy", "export", SHOP, opened["person_id"]).output
    assert traces(exported) == []
    assert json.loads(exported)["person"]["erased_at"]


def test_what_comes_late_of_somebody_forgotten_is_swept_when_nothing_more_can_come(house):
    opened = walk(house)["opened"]["data"]
    late = own(checkout(30, ref="c-late"))
    cartback(house, "privacy", "erase", SHOP, opened["person_id"], "--yes")
    house.now += timedelta(minutes=1)
    house.tell(late, "msg_late")
    assert traces(house.stack.rows("Customers")) == traces(house.stack.rows("Carts")) == []
    assert traces(objects(house)), "the late event is kept as it came"
    sweep(house, opened["person_id"])
    assert {place: found for place, rows in everywhere(house).items() if (found := traces(rows))} == {}


def test_an_export_holds_everything_that_is_known_and_nobody_else(house):
    opened = walk(house)["opened"]["data"]
    house.now += timedelta(
        minutes=1
    )  # the worker names a batch after its messages, and the house numbers these
    house.tell(checkout(5, ref="c-ada"), "msg_ada")
    exported = cartback(house, "privacy", "export", SHOP, opened["cart_id"]).output
    document = json.loads(exported)
    assert document["person"]["email"] == "zilpzalp.kanari@canary.example.com"
    assert document["consents"][0]["basis"] == "double_opt_in"
    (cart,) = document["carts"]
    assert [line["message"]["state"] for line in cart["story"] if "message" in line] == ["sent"]
    assert len(document["events_of_the_shop"]) == 2
    assert "ada@example.com" not in exported


def test_a_shop_that_is_gone_for_good_leaves_no_rows_but_blocks_and_proofs(house):
    walk(house)
    house.add_shop("other-shop")
    cartback(house, "privacy", "erase", SHOP, "--everybody", "--yes")
    left = [row["pk"]["S"] for table in ("Carts", "Customers", "Ledger") for row in house.stack.rows(table)]
    assert {key.split("#")[1] for key in left} <= {"block", "consent"}
    proofs = [row for row in house.stack.rows("Ledger") if "#consent#" in row["pk"]["S"]]
    assert proofs
    assert all("expires_at" in row for row in proofs)
    assert objects(house) == []
    house.tell(own(order(62)), "msg_after")
    assert house.call("sweep_erased", {"shop": SHOP, "person_id": None, "cursor": "2/0/"})["next"] == "done"
    assert traces(house.stack.rows("Customers")) == traces(objects(house)) == []


def instant(house) -> str:
    """Now, as the lamp shop writes it."""
    return house.now.isoformat().replace("+00:00", "Z")


def sweep(house, person_id: str) -> None:
    """Play the machine: both rounds."""
    answer, words = {"cursor": ""}, []
    while answer.get("next") != "done":
        answer = house.call(
            "sweep_erased", {"shop": SHOP, "person_id": person_id, "cursor": answer["cursor"]}
        )
        words.append(answer["next"])
        if answer["next"] == "wait":
            house.now += timedelta(seconds=answer["wait_seconds"])
    assert "wait" in words
