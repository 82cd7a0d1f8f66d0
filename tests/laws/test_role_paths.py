"""What each role of the template may do by its policies, and to what: exactly what it is told of."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from cartback.domain.facts import CATALOGUE
from tests.laws.policies import (
    ACCOUNT,
    GIVEN,
    REGION,
    Asked,
    allows,
    arn,
    as_role,
    resolved,
    rights,
)
from tests.laws.reading import (
    FLOWS_TO_COME,
    SHARED_ROLE,
    called_by_earlier_releases,
    listed,
    properties,
    resources,
    target,
    template,
)

_FUNCTIONS = resources("AWS::Serverless::Function")
_QUEUES = sorted(resources("AWS::SQS::Queue"))
_TOPICS = sorted(resources("AWS::SNS::Topic"))
_KEY = ("kms:Decrypt", "kms:GenerateDataKey")
_WRITES = {"AWS::SQS::Queue": "sqs:SendMessage", "AWS::SNS::Topic": "sns:Publish"}
_OPERATED = GIVEN | {
    "conditions": ("HasOperators",),
    "Operators": [f"arn:aws:iam::{ACCOUNT}:role/Operator*"],
}


VERBS = ("ParkRun", "Touch", "WatchCart")
"""The functions that flows call; whoever has a function of its own has a role of its own."""

_STARTERS = ("StartFlowsRole", "StartListedRole")


def _events(kind: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, function in _FUNCTIONS.items():
        for event in function["Properties"].get("Events", {}).values():
            if event["Type"] == kind:
                yield name, event["Properties"]


def _role_of(name: str) -> str:
    return target(properties(name)["Role"])


# ── ways of roles ────────────────────────────────────────────────────────────────────────────────────────────────


def _puts(name: str) -> set[str]:
    """The queues that a function writes into: those it is told of to put, and where its failures go."""
    own = properties(name)
    variables = own["Environment"]["Variables"]
    told = {target(variables[key]) for key in _told_to_put(name) if key in variables}
    destination = own.get("EventInvokeConfig", {}).get("DestinationConfig", {}).get("OnFailure")
    return told | ({target(destination["Destination"])} if destination else set())


def _told_to_put(name: str) -> tuple[str, ...]:
    # The sweep reads dead letters and puts none.
    return ("INTAKE_QUEUE_URL",) if name == "SweepErased" else ("INTAKE_QUEUE_URL", "INTAKE_DLQ_URL")


def test_who_may_write_to_a_queue_is_who_is_told_of_it_and_nobody_else():
    writers = {_role_of(name): _puts(name) for name in _FUNCTIONS}
    for role, queue in itertools.product(resources("AWS::IAM::Role"), _QUEUES):
        for given in (GIVEN, _OPERATED):
            may = allows(as_role(role, "sqs:SendMessage", arn(queue)), given)
            assert may == (queue in writers.get(role, ())), (role, queue)


def test_who_may_take_from_a_queue_is_its_worker_or_who_sweeps_it():
    takers = {(_role_of(name), target(event["Queue"])) for name, event in _events("SQS")}
    takers |= {("SweepErasedRole", "IntakeDlq")}
    for role, queue in itertools.product(resources("AWS::IAM::Role"), _QUEUES):
        for action in ("sqs:ReceiveMessage", "sqs:DeleteMessage"):
            assert allows(as_role(role, action, arn(queue))) == ((role, queue) in takers), (role, action)
    for name, event in _events("SQS"):
        polling = as_role(_role_of(name), "sqs:GetQueueAttributes", arn(target(event["Queue"])))
        assert allows(polling), "Lambda asks before it polls"


def test_nobody_of_the_account_writes_past_the_doors_once_the_operators_are_named():
    """Whatever IAM allows them: a forged event would need no signature there."""
    broad = [{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}]

    def may(role: str, given: Mapping[str, Any], queue: str = "IntakeQueue") -> bool:
        who = f"arn:aws:iam::{ACCOUNT}:role/{role}"
        known = {"aws:SecureTransport": "true", "aws:PrincipalArn": who, "aws:PrincipalIsAWSService": "false"}
        return allows(Asked(who, "sqs:SendMessage", arn(queue), known), given, broad)

    assert may("Somebody", GIVEN)
    assert not may("Somebody", _OPERATED)
    assert may("OperatorOnCall", _OPERATED)
    assert may("Somebody", _OPERATED, "IntakeDlq"), "the denial is of the queue that is believed"


def test_nothing_of_ours_is_spoken_to_in_the_clear():
    for name in (*_QUEUES, *_TOPICS, *sorted(resources("AWS::S3::Bucket"))):
        kind = template()["Resources"][name]["Type"]
        action = _WRITES.get(kind, "s3:GetObject")
        resource = arn(name) + ("/x" if kind == "AWS::S3::Bucket" else "")
        broad = [{"Effect": "Allow", "Action": action, "Resource": "*"}]
        for secure in ("true", "false"):
            asked = Asked(f"arn:aws:iam::{ACCOUNT}:user/x", action, resource, {"aws:SecureTransport": secure})
            assert allows(asked, own=broad) == (secure == "true"), (name, secure)


_STORES = {"dynamodb": "dynamodb", "s3": "s3", "secretsmanager": "secretsmanager"}


def _is_locked(resource: str) -> bool:
    """Whether what a right names lies encrypted under our key: tables, the bucket, the pepper and shops' secrets."""
    return ":secret:" in resource or any(
        resource.startswith(arn(name))
        for kind in ("AWS::DynamoDB::Table", "AWS::S3::Bucket")
        for name, each in resources(kind).items()
        if "Key.Arn" in str(each["Properties"])
    )


@pytest.mark.parametrize("role", sorted(resources("AWS::IAM::Role")))
def test_who_may_open_a_store_may_use_its_key_through_that_store_and_only_so(role: str):
    through = {
        action.partition(":")[0]
        for statement in rights(role)
        for action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
        if action.partition(":")[0] in _STORES and _is_locked(resolved(resource))
    }
    for action in _KEY:
        for service in _STORES:
            via = {"kms:ViaService": f"{service}.{REGION}.amazonaws.com"}
            may = allows(as_role(role, action, arn("Key"), **via))
            assert may or service not in through, (role, service)
            assert may == bool(through), (role, service)
        assert not allows(as_role(role, action, arn("Key"))), "never directly"
        elsewhere = {"kms:ViaService": "dynamodb.us-east-1.amazonaws.com"}
        assert not allows(as_role(role, action, arn("Key"), **elsewhere))


def test_a_machine_calls_its_tasks_and_a_function_starts_its_machines_and_no_others():
    machines = resources("AWS::Serverless::StateMachine")
    calls = {
        (_role_of(name), target(task))
        for name, each in machines.items()
        for task in each["Properties"]["DefinitionSubstitutions"].values()
    }
    calls |= {(_role_of(name), task) for name in machines for task in called_by_earlier_releases(name)}
    calls |= {(SHARED_ROLE, verb) for verb in VERBS}
    starts = {
        (_role_of(name), target(value))
        for name, function in _FUNCTIONS.items()
        for key, value in function["Properties"]["Environment"]["Variables"].items()
        if key.endswith("_ARN")
    }
    for role in resources("AWS::IAM::Role"):
        for name in _FUNCTIONS:
            may = allows(as_role(role, "lambda:InvokeFunction", arn(name)))
            assert may == ((role, name) in calls), (role, name)
        for name in machines:
            may = allows(as_role(role, "states:StartExecution", arn(name)))
            assert may == ((role, name) in starts or (role in _STARTERS and named_like_a_flow(name))), (
                role,
                name,
            )


def named_like_a_flow(machine: str) -> bool:
    return f":{FLOWS_TO_COME}".replace("${Stage}", GIVEN["Stage"]) in arn(machine)


def test_who_starts_flows_may_start_the_next_one_and_nothing_of_another_stage():
    at = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:"
    for role in resources("AWS::IAM::Role"):
        may = allows(as_role(role, "states:StartExecution", f"{at}cartback-{GIVEN['Stage']}-next-flow"))
        assert may == (role in _STARTERS), role
        for name in ("cartback-dev-next-flow", f"cartback-chores-{GIVEN['Stage']}-next-chore"):
            assert not allows(as_role(role, "states:StartExecution", f"{at}{name}")), role


def test_facts_are_told_by_who_knows_the_bus_and_by_nobody_else():
    for name, function in _FUNCTIONS.items():
        told = "BUS_NAME" in function["Properties"]["Environment"]["Variables"]
        assert allows(as_role(_role_of(name), "events:PutEvents", arn("Bus"))) == told, name


_DELIVERY = {
    f"logs:{verb}"
    for verb in (
        "CreateLogDelivery DeleteLogDelivery DescribeLogGroups DescribeResourcePolicies GetLogDelivery "
        "ListLogDeliveries PutResourcePolicy UpdateLogDelivery"
    ).split()
}
"""What Step Functions needs to deliver the logs of a machine (its developer guide, logging to CloudWatch)."""


def test_every_door_writes_its_own_log_and_every_machine_has_its_own_delivered():
    for name, function in _FUNCTIONS.items():
        own = target(function["Properties"]["LoggingConfig"]["LogGroup"])
        for action in ("logs:CreateLogStream", "logs:PutLogEvents"):
            for group in resources("AWS::Logs::LogGroup"):
                assert allows(as_role(_role_of(name), action, arn(group))) == (group == own), (name, group)
    for name, machine in resources("AWS::Serverless::StateMachine").items():
        given = machine["Properties"]["Logging"]
        assert (given["Level"], given["IncludeExecutionData"]) == ("ERROR", False), "ids travel, people stay"
        (destination,) = given["Destinations"]
        assert target(destination["CloudWatchLogsLogGroup"]["LogGroupArn"]) == "FlowLogs"
        assert {action for action in _DELIVERY if allows(as_role(_role_of(name), action, "*"))} == _DELIVERY


# ── the doors for everybody ──────────────────────────────────────────────────────────────────────────────────────

_OPEN = ("Subscribe", "Collect")


@pytest.mark.parametrize("door", _OPEN)
@pytest.mark.parametrize(
    ("key", "may"),
    [
        ("lamp-shop#count#sign_ups:abc#4711", True),
        ("lamp-shop#claim#1", False),
        ("lamp-shop#link#abc", False),
        ("lamp-shop#consent#p1", False),
        ("lamp-shop#cart#c-1", False),
        ("lamp-shop#warm#2026-03-02", False),
    ],
)
def test_an_open_form_counts_in_the_ledger_and_rewrites_nothing(door: str, key: str, may: bool):
    for action in ("dynamodb:UpdateItem", "dynamodb:PutItem", "dynamodb:DeleteItem"):
        asked = as_role(_role_of(door), action, arn("Ledger"), **{"dynamodb:LeadingKeys": key})
        assert allows(asked) == (may and action == "dynamodb:UpdateItem"), action


@pytest.mark.parametrize(("platform", "may"), [("shopware", True), (None, True), ("shopify", False)])
def test_the_ceremony_writes_secrets_only_of_the_platform_that_knows_one(platform: str | None, may: bool):
    """A secret that was last kept by an older version has no tag yet."""
    secret = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:cartback/prod/shop/lamp-shop-AbCdEf"
    tag = {"aws:ResourceTag/platform": platform} if platform else {}
    for action in ("secretsmanager:PutSecretValue", "secretsmanager:GetSecretValue"):
        assert allows(as_role("EnrolShopRole", action, secret, **tag)) == may
    assert not allows(as_role("EnrolShopRole", "secretsmanager:CreateSecret", secret, **tag))


# ── what a door is told of, it may use ───────────────────────────────────────────────────────────────────────────

# The store of people is also the store of carts: these doors are told of the table and have no right to it.
_ONLY_TOLD = {
    (name, "Carts")
    for name in ("AskConfirmation", "Confirm", "EndProofs", "Leave", "Preferences", "Subscribe")
} | {("CollectExport", "Catalogue")}


def test_a_door_may_do_something_to_every_table_that_it_is_told_of():
    """Or the right is given to another table, and the first call fails."""
    for name, function in _FUNCTIONS.items():
        told = {
            target(value)
            for value in function["Properties"]["Environment"]["Variables"].values()
            if isinstance(value, Mapping) and "Ref" in value
        } & set(resources("AWS::DynamoDB::Table"))
        may = {
            table
            for table in told
            for statement in rights(_role_of(name))
            for resource in listed(statement["Resource"])
            if resolved(resource).startswith(arn(table)) and statement["Effect"] == "Allow"
        }
        assert told - may == {table for door, table in _ONLY_TOLD if door == name}, name


def test_who_sends_may_send_through_every_set_and_only_from_the_senders():
    for role, name in itertools.product(
        ("TouchRole", "AskConfirmationRole"), resources("AWS::SES::ConfigurationSet")
    ):
        for action in ("ses:SendEmail", "ses:SendRawEmail"):
            for resource in (arn(name), f"arn:aws:ses:{REGION}:{ACCOUNT}:identity/shop.example"):
                ours = {"ses:FromAddress": "hello@shop.example"}
                assert allows(as_role(role, action, resource, **ours)), (role, resource)
                assert not allows(as_role(role, action, resource, **{"ses:FromAddress": "x@evil.example"}))


def test_every_rule_wakes_its_function_for_its_own_facts_alone():
    facts = {
        name: set(rule["Pattern"].get("detail-type", CATALOGUE)) for name, rule in _events("EventBridgeRule")
    }
    assert all(rule["Pattern"]["source"] == ["cartback"] for _, rule in _events("EventBridgeRule"))
    assert facts["StartErasing"] == {"customer.erased", "privacy.requested", "shop.erased"}
    assert not facts["StartFlows"] & facts["StartErasing"]


def test_every_page_can_be_looked_at_and_answered():
    methods: dict[str, set[str]] = {}
    for _, route in _events("HttpApi"):
        assert target(route["ApiId"]) == "Api"
        methods.setdefault(route["Path"], set()).add(route["Method"])
    for path in ("/c/{token}", "/p/{token}", "/u/{token}"):
        assert methods[path] == {"GET", "POST"}
    assert methods["/r/{token}"] == {"GET"}
    for path in ("/subscribe/{shop}", "/collect/{shop}"):
        assert methods[path] == {"OPTIONS", "POST"}
