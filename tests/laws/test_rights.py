"""Least privilege, read from the template: whose rights end where, and who from outside is let in."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.laws.reading import (
    FLOWS_TO_COME,
    PACKAGE,
    SHARED_ROLE,
    adapters,
    doors,
    listed,
    name_of,
    properties,
    resources,
    statements,
    syntax,
    target,
    template,
    wired,
)

_ARN = r"arn:\$\{AWS::Partition\}:%s:\$\{AWS::Region\}:\$\{AWS::AccountId\}:"
_PART_OF_OURS = re.compile(r"\$\{(\w+)\.Arn\}/\S+")
_SECRETS = re.compile(
    _ARN % "secretsmanager" + r"secret:(cartback/\$\{Stage\}/(?:shop|answers|connector)/)\*"
)
_FLOWS = re.compile(_ARN % "states" + re.escape(FLOWS_TO_COME) + r"\*")
_MAIL = re.compile(_ARN % "ses" + r"(?:configuration-set/\$\{\w+\}|identity/\*)")
# Step Functions delivers its logs only to roles that may do so everywhere (its developer guide).
_ANYWHERE = re.compile(r"logs:\w*(LogDelivery|LogDeliveries|ResourcePolicy|ResourcePolicies|LogGroups)")
_KEY_USERS = {f"{store}.${{AWS::Region}}.amazonaws.com" for store in ("dynamodb", "s3", "secretsmanager")}
# Rights that others use in a role's name: Lambda, which writes logs, polls and gives up, and SES, which asks for two.
_USED_FOR_IT = {
    "logs",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:ReceiveMessage",
    "ses:SendRawEmail",
}
_GIVEN_UP = "FlowsDlq"
# How an item of a transaction is called, where the call itself has another name.
_IN_TRANSACTIONS = {
    "PutItem": "Put",
    "UpdateItem": "Update",
    "DeleteItem": "Delete",
    "ConditionCheckItem": "ConditionCheck",
}
_CALLED = {"ListBucket": "list_objects_v2", "ChangeMessageVisibility": "change_message_visibility_batch"}

every_role = pytest.mark.parametrize("role", sorted(resources("AWS::IAM::Role")))
every_door = pytest.mark.parametrize("door", sorted(doors()))


def _role(name: str) -> Mapping[str, Any]:
    return template()["Resources"][name]


def _role_of(door: str) -> str:
    return target(properties(doors()[door])["Role"])


def _is_narrow(resource: Any, actions: list[str]) -> bool:
    if resource == "*":
        return all(_ANYWHERE.fullmatch(action) for action in actions)
    ((how, named),) = resource.items()
    if (how, named, actions) == ("Ref", "SmsIdentities", ["sms-voice:SendTextMessage"]):
        return True  # numbers and names belong to the account, not to the stack: whoever deploys lists them
    if how in ("Ref", "GetAtt"):
        return named.split(".")[0] in template()["Resources"]
    if part := _PART_OF_OURS.fullmatch(named):
        return part[1] in template()["Resources"]
    service = {action.partition(":")[0] for action in actions}
    return bool(
        (service == {"secretsmanager"} and _SECRETS.fullmatch(named))
        or (service == {"ses"} and _MAIL.fullmatch(named))
        or (service == {"states"} and _FLOWS.fullmatch(named))
    )


@every_role
def test_every_right_is_a_right_to_something_of_this_stack(role: str):
    for statement in statements(_role(role)):
        assert statement["Effect"] == "Allow"
        for resource in listed(statement["Resource"]):
            assert _is_narrow(resource, listed(statement["Action"])), f"{role}: {resource}"


@every_role
def test_a_role_is_assumed_by_one_service_and_borrows_nothing_but_the_use_of_the_key(role: str):
    given = _role(role)["Properties"]
    (trust,) = given["AssumeRolePolicyDocument"]["Statement"]
    worker = template()["Resources"].get(role.removesuffix("Role"))
    service = {
        "AWS::Serverless::Function": "lambda.amazonaws.com",
        "AWS::Serverless::StateMachine": "states.amazonaws.com",
    }["AWS::Serverless::StateMachine" if role == SHARED_ROLE else worker["Type"]]
    assert trust["Principal"] == {"Service": service}
    assert (trust["Effect"], trust["Action"]) == ("Allow", "sts:AssumeRole")
    assert given.get("ManagedPolicyArns", []) in ([], [{"Ref": "UseKeyThroughStores"}])


def test_the_key_is_used_only_through_the_stores_of_this_region():
    (statement,) = properties("UseKeyThroughStores")["PolicyDocument"]["Statement"]
    assert statement["Resource"] == {"GetAtt": "Key.Arn"}
    through = statement["Condition"]["StringEquals"]["kms:ViaService"]
    assert {each["Sub"] for each in through} == _KEY_USERS


@every_door
def test_a_door_may_open_only_the_secrets_that_it_is_told_of(door: str):
    variables = properties(doors()[door])["Environment"]["Variables"].values()
    told = {value["Sub"] for value in variables if "Sub" in value and value["Sub"].startswith("cartback/")}
    asked = [
        resource
        for statement in statements(_role(_role_of(door)))
        if any(action.startswith("secretsmanager:") for action in listed(statement["Action"]))
        for resource in listed(statement["Resource"])
    ]
    assert {_SECRETS.fullmatch(each["Sub"])[1] for each in asked if "Sub" in each} == told
    pepper = {"Ref": "Pepper"}
    assert (pepper in asked) == (pepper in variables)


# ── who from outside is let in ───────────────────────────────────────────────────────────────────────────────────


def _doorkeepers() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The policies that stand on what is ours: on queues, topics, the bucket and the key."""
    for name, each in template()["Resources"].items():
        document = each.get("Properties", {}).get(
            "PolicyDocument" if each["Type"].endswith("Policy") else "KeyPolicy"
        )
        if document and each["Type"] != "AWS::IAM::ManagedPolicy":
            for statement in document["Statement"]:
                yield name, statement["If"][1] if "If" in statement else statement


def test_a_service_is_let_in_only_for_this_account_or_one_source_and_nobody_else_is():
    allowed = [(name, each) for name, each in _doorkeepers() if each["Effect"] == "Allow"]
    assert len(allowed) == 9
    for name, statement in allowed:
        ((kind, who),) = statement["Principal"].items()
        if kind == "AWS":
            assert (name, who["Sub"].split(":")[-1]) == ("Key", "root")
            continue
        assert kind == "Service"
        if (name, who) == ("Key", "ses.amazonaws.com"):
            # AWS shows this statement without a condition, and nowhere says that SES sends one for a topic's key
            # (SES developer guide, encrypted topics). What SES may publish, the topic's own policy limits.
            assert "Condition" not in statement
            continue
        named = {key for test in statement["Condition"].values() for key in test}
        assert named & {"aws:SourceAccount", "aws:SourceArn"}, name


def test_the_bucket_is_nobodys_but_the_roles_and_never_in_the_clear():
    assert set(properties("RawBucket")["PublicAccessBlockConfiguration"].values()) == {True}
    (denied,) = [each for name, each in _doorkeepers() if name == "RawBucketPolicy"]
    assert (denied["Effect"], denied["Principal"], denied["Action"]) == ("Deny", "*", "s3:*")
    assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert denied["Resource"] == [{"GetAtt": "RawBucket.Arn"}, {"Sub": "${RawBucket.Arn}/*"}]


# ── what a role may do and its door never does ───────────────────────────────────────────────────────────────────

_ADAPTERS = ("cartback.store.", "cartback.channels.")


@cache
def _definitions(path: Path) -> Mapping[str, ast.AST]:
    """What a module defines or takes from other adapters, by name."""
    found: dict[str, ast.AST] = {}
    for node in syntax(path).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            found[node.name] = node
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(_ADAPTERS):
            found |= {alias.name: node for alias in node.names}
    return found


def _words(path: Path, name: str, seen: set[tuple[Path, str]]) -> set[str]:
    """Every method and word that a definition of an adapter uses, and the definitions that it names in turn."""
    node = _definitions(path).get(name)
    if node is None or (path, name) in seen:
        return set()
    seen.add((path, name))
    if isinstance(node, ast.ImportFrom):
        return _words(_file(node.module), name, seen)
    words: set[str] = set()
    for each in ast.walk(node):
        if isinstance(each, ast.Attribute):
            words.add(each.attr)
        elif isinstance(each, ast.Constant) and isinstance(each.value, str):
            words.add(each.value)
        elif isinstance(each, ast.Name):
            words |= _words(path, each.id, seen)
    return words


def _file(module: str) -> Path:
    return PACKAGE.parent / (module.replace(".", "/") + ".py")


@cache
def _asked_by(door: str) -> set[str]:
    """The words of all adapters that a door's wiring makes."""
    seen: set[tuple[Path, str]] = set()
    return set().union(
        *(
            _words(_file(module), name, seen)
            for function in wired(door)
            for module, name in adapters(function, _ADAPTERS)
        )
    )


@every_door
def test_no_role_may_do_what_no_adapter_of_its_door_ever_does(door: str):
    words = _asked_by(door)
    for statement in statements(_role(_role_of(door))):
        for action in listed(statement["Action"]):
            service, _, verb = action.partition(":")
            if {service, action} & _USED_FOR_IT or statement["Resource"] == {"GetAtt": f"{_GIVEN_UP}.Arn"}:
                continue
            called = _CALLED.get(verb, re.sub(r"(?<!^)([A-Z])", r"_\1", verb).lower())
            assert {called, _IN_TRANSACTIONS.get(verb)} & words, f"{name_of(PACKAGE)}: nothing calls {action}"
