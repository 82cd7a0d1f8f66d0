"""The stack on a moto-made AWS, made from ``template.yaml`` itself: names of keys and variables cannot drift."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import yaml

from cartback.store.clients import Clients
from cartback.store.codec import unpacked
from cartback.store.tables import Tables
from tests.contracts.rollback import rolls_back_by_row

rolls_back_by_row()
ROOT = Path(__file__).parents[2]
REGION, ACCOUNT = "eu-central-1", "123456789012"
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "nobody",
    "AWS_SECRET_ACCESS_KEY": "nothing",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_REGION": REGION,
}
PSEUDO = {"AWS::Partition": "aws", "AWS::Region": REGION, "AWS::AccountId": "123456789012"}
"""What CloudFormation knows of itself."""

PARAMETERS = {
    "Stage": "test",
    "PublicUrl": "https://api.example",
    "SmsMaxPrice": "0.30",
    "AWS::Region": REGION,
}


class _Template(yaml.SafeLoader):
    """YAML with CloudFormation's short forms: ``!Ref X`` becomes ``{"Ref": "X"}``."""


def _short_form(loader: yaml.Loader, name: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        return {name: loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    return {name: loader.construct_mapping(node, deep=True)}


_Template.add_multi_constructor("!", _short_form)


@cache
def template() -> dict[str, Any]:
    """The parsed template."""
    return yaml.load((ROOT / "template.yaml").read_text(), _Template)


def resources(kind: str) -> dict[str, dict[str, Any]]:
    """The properties of all resources of a kind, by logical id."""
    return {
        name: resource.get("Properties", {})
        for name, resource in template()["Resources"].items()
        if resource["Type"] == kind
    }


class MotoClients(Clients):
    """The house's own clients, on credentials that open nothing."""

    def _make(self, service: str) -> Any:
        return boto3.client(
            service,
            region_name=REGION,
            aws_access_key_id="nobody",
            aws_secret_access_key="nothing",
            config=self._config,
        )


@cache
def _clients(whose: str) -> MotoClients:
    """Making a client reads megabytes of descriptions: once per process is enough."""
    return MotoClients()


class Stack:
    """What the template asks for, as far as our code talks to it. ``refs`` holds what ``!Ref`` gives.

    ``clients`` are the house's; the stack makes things and looks at them with its own, which no test spoils.
    """

    def __init__(self) -> None:
        self.clients, self.own = _clients("house"), _clients("stack")
        self.refs: dict[str, str] = {**PARAMETERS, **PSEUDO}
        for name, given in resources("AWS::DynamoDB::Table").items():
            parts = ("KeySchema", "AttributeDefinitions", "BillingMode", "GlobalSecondaryIndexes")
            wanted = {key: given[key] for key in parts if key in given}
            self.own.dynamodb.create_table(TableName=name, **wanted)
            self.refs[name] = name
        self.tables = Tables(
            carts="Carts",
            customers="Customers",
            ledger="Ledger",
            catalogue="Catalogue",
            orders="Orders",
            desk="Desk",
        )

    def with_services(self) -> Stack:
        """Everything beside the tables."""
        sqs, refs = self.own.sqs, self.refs
        for name in resources("AWS::SQS::Queue"):
            refs[name] = sqs.create_queue(QueueName=name)["QueueUrl"]
        for name in resources("AWS::S3::Bucket"):
            refs[name] = name.lower()
            self.own.s3.create_bucket(
                Bucket=refs[name], CreateBucketConfiguration={"LocationConstraint": REGION}
            )
        for name in resources("AWS::SecretsManager::Secret"):
            made = self.own.secretsmanager.create_secret(Name=name, SecretString="pepper" * 10)
            refs[name] = made["ARN"]
        for name, given in resources("AWS::Events::EventBus").items():
            refs[name] = self.resolved(given["Name"])
            self.own.events.create_event_bus(Name=refs[name])
        for name, given in resources("AWS::Serverless::StateMachine").items():
            text = (ROOT / given["DefinitionUri"]).read_text()
            made = self.own.stepfunctions.create_state_machine(
                name=self.resolved(given.get("Name", name)),
                definition=text,
                roleArn=f"arn:aws:iam::{ACCOUNT}:role/{name}",
            )
            refs[name] = made["stateMachineArn"]
        for kind in ("AWS::SES::ConfigurationSet", "AWS::SMSVOICE::ConfigurationSet"):
            refs |= {name: name for name in resources(kind)}
        return self

    def resolved(self, value: Any) -> str:
        """A value of the template, with its references replaced. Raises KeyError for one that we do not make."""
        if not isinstance(value, dict):
            return str(value)
        ((function, given),) = value.items()
        if function == "Ref":
            return self.refs[given]
        if function == "Sub":
            return re.sub(r"\$\{([^}]+)\}", lambda match: self.refs[match[1]], given)
        if function == "If":  # all optional parameters are given here
            return self.resolved(given[1])
        raise KeyError(function)

    def environment(self, function: str) -> dict[str, str]:
        """The variables of one function of the template."""
        given = resources("AWS::Serverless::Function")[function].get("Environment", {}).get("Variables", {})
        return {name: self.resolved(value) for name, value in given.items()}

    def messages(self, queue: str) -> list[dict[str, Any]]:
        """What lies on a queue, attributes included; looking takes it."""
        answer = self.own.sqs.receive_message(
            QueueUrl=self.refs[queue], MaxNumberOfMessages=10, MessageAttributeNames=["All"]
        )
        return answer.get("Messages", [])

    def rows(self, table: str) -> list[dict[str, Any]]:
        """All rows of a table, packed bodies as the JSON that they hold: nobody's name may hide in one."""
        scan = self.own.dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
        rows = [row for page in scan for row in page["Items"]]
        for row in rows:
            if "B" in row.get("body", {}):
                row["body"] = {"S": unpacked(row["body"]).decode()}
        return rows
