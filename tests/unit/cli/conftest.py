"""A whole stack on moto, and the command line in front of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from moto import mock_aws
from typer.testing import CliRunner, Result

from cartback.store.results import browse
from cli.cartback import app
from cli.stack import Stack, StackClients
from tests.contracts.rollback import rolls_back_by_row
from tests.unit.cli.policy import actions, allowed

rolls_back_by_row()
NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
_TABLES = {
    "CartsTable": False,
    "CustomersTable": False,
    "CatalogueTable": False,
    "OrdersTable": True,
    "LedgerTable": True,
    "SettingsTable": True,
}


@dataclass
class Standing:
    """A clock that is moved by hand."""

    instant: datetime = field(default=NOW)

    def now(self) -> datetime:
        return self.instant


def _table(dynamodb: Any, name: str, sorted_: bool) -> None:
    keys = [("pk", "HASH"), *([("sk", "RANGE")] if sorted_ else [])]
    dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key, _ in keys],
        KeySchema=[{"AttributeName": key, "KeyType": kind} for key, kind in keys],
    )


PREFIX = "arn:aws:states:eu-central-1:123456789012:stateMachine:cartback-test-"


def _desk(dynamodb: Any) -> None:
    dynamodb.create_table(
        TableName="DeskTable",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": key, "AttributeType": "S"} for key in ("pk", "listed", "due_at")
        ],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "Listed",
                "KeySchema": [
                    {"AttributeName": "listed", "KeyType": "HASH"},
                    {"AttributeName": "due_at", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    monkeypatch.setattr(browse, "_WAIT_SECONDS", 0)
    with mock_aws():
        session = boto3.Session(
            region_name="eu-central-1", aws_access_key_id="nobody", aws_secret_access_key="nothing"
        )
        clients = StackClients(session)
        outputs = {name: name for name in _TABLES}
        for name, sorted_ in _TABLES.items():
            _table(clients.dynamodb, name, sorted_)
        _desk(clients.dynamodb)
        outputs |= {
            "DeskTable": "DeskTable",
            "FlowPrefix": PREFIX,
            "ConnectorSecretPrefix": "cartback/test/connector/",
        }
        for name in ("IntakeQueueUrl", "IntakeDlqUrl", "FlowsDlqUrl"):
            outputs[name] = clients.sqs.create_queue(QueueName=name)["QueueUrl"]
        clients.events.create_event_bus(Name="cartback")
        outputs |= {
            "BusName": "cartback",
            "ShopSecretPrefix": "cartback/test/shop/",
            "AnswerSecretPrefix": "cartback/test/answers/",
            "ApiUrl": "https://api.example/",
        }
        yield Stack("cartback-test", outputs, clients, Standing())


@pytest.fixture
def cartback(stack: Stack) -> Callable[..., Result]:
    """Run one line; ``typed`` is what comes in on standard input.

    Whatever a line asks of AWS, the policy that the production guide hands to operators has to allow.
    """
    asked: set[str] = set()
    emitter = stack.clients._session.events

    def note(model: Any, params: Any, **_: Any) -> None:
        asked.update(actions(model.service_model.signing_name, model.name, params))

    for service in vars(stack.clients).values():  # made before, with hooks of their own
        if hasattr(service, "meta"):
            service.meta.events.register("provide-client-params", note)
    emitter.register("provide-client-params", note)

    def run(*line: str, typed: str | None = None) -> Result:
        asked.clear()
        done = CliRunner().invoke(app, list(line), obj=stack, input=typed, catch_exceptions=False)
        assert asked <= allowed(), f"docs/policies/operate.json lacks {sorted(asked - allowed())}"
        return done

    return run


@pytest.fixture
def insights(stack: Stack) -> None:
    """The table of counters."""
    stack.clients.dynamodb.create_table(
        TableName="Insights",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in ("pk", "sk")],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    )
    stack.outputs["InsightsTable"] = "Insights"
