"""The lines of the production guide that speak to AWS, run in the order of the page against an emulated account."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

GUIDE = Path(__file__).parents[3] / "docs" / "production.md"
TABLE = "cartback-prod-Customers-1A2B3C"
SPOKEN_BY_NOBODY = {"put-account-details", "put-email-identity-mail-from-attributes"}
"""What the emulator does not have. That AWS has these calls, with these options, is a law of its own."""


def lines() -> list[list[str]]:
    """The words of each line of a block that begins with ``aws``."""
    blocks = re.findall(r"^ *```sh\n(.*?)^ *```", GUIDE.read_text(), re.MULTILINE | re.DOTALL)
    whole = [line.strip() for block in blocks for line in re.sub(r"\\\n\s*", "", block).splitlines()]
    return [shlex.split(line) for line in whole if line.startswith("aws ")]


def _arguments(client: Any, operation: str, words: list[str]) -> dict[str, Any]:
    """The options of a line as the call takes them: texts, and flags that are on."""
    shape = client.meta.service_model.operation_model(
        client.meta.method_to_api_mapping[operation]
    ).input_shape
    names = {re.sub(r"[^a-z]", "", name.lower()): name for name in shape.members}
    given: dict[str, Any] = {}
    for option, value in zip(words, [*words[1:], "--"], strict=True):
        if option.startswith("--") and option not in ("--query", "--"):
            given[names[re.sub(r"[^a-z]", "", option)]] = True if value.startswith("--") else value
    return given


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[boto3.Session]:
    """An account where a stack of prod stands, as far as the page speaks of it."""
    with mock_aws():
        session = boto3.Session("nobody", "nothing", region_name="eu-central-1")
        dynamodb = session.client("dynamodb")
        dynamodb.create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        )
        dynamodb.update_continuous_backups(
            TableName=TABLE, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
        )
        dynamodb.put_item(TableName=TABLE, Item={"pk": {"S": "who said no"}})
        session.client("secretsmanager").create_secret(Name="Pepper", SecretString="pepper")
        yield session


def test_the_lines_are_run_in_the_order_of_the_page_and_bring_back_what_was_lost(account: boto3.Session):
    done = []
    for _, service, verb, *words in lines():
        done.append(verb)
        if verb in SPOKEN_BY_NOBODY:
            continue
        client, operation = account.client(service), verb.replace("-", "_")
        given = _arguments(client, operation, words)
        if "SecretId" in given:  # AWS adds six characters of its own to a name
            assert given["SecretId"].partition(":secret:")[2].startswith("Pepper-")
            given["SecretId"] = "Pepper"
        getattr(client, operation)(**given)
    assert done == [
        "create-email-identity",
        "put-email-identity-mail-from-attributes",
        "put-account-details",
        "request-certificate",
        "get-secret-value",
        "restore-table-to-point-in-time",
    ]
    rows = account.client("dynamodb").scan(TableName="cartback-prod-Customers-restored")["Items"]
    assert rows == [{"pk": {"S": "who said no"}}]
