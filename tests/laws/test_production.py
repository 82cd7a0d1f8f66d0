"""The production guide can be typed: AWS, make and the template know its lines, and its policies are whole."""

from __future__ import annotations

import json
import re
import shlex
from itertools import pairwise
from typing import Any

import botocore.session
import pytest

from local import preflight
from tests.laws.reading import ROOT, resources, template

DOCS = ROOT / "docs"
GUIDE = DOCS / "production.md"
_BLOCK = re.compile(r"^ *```sh\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`(aws [^`\n]+)`")
_GLOBAL = {"--query", "--output", "--region", "--profile"}
# What makes each kind of resource, where its service is spelled otherwise than its type.
_SERVICES = {
    "ApiGatewayV2": "apigateway",
    "CloudWatch": "cloudwatch",
    "DynamoDB": "dynamodb",
    "Events": "events",
    "IAM": "iam",
    "KMS": "kms",
    "Logs": "logs",
    "Route53": "route53",
    "S3": "s3",
    "SES": "ses",
    "SMSVOICE": "sms-voice",
    "SNS": "sns",
    "SQS": "sqs",
    "SecretsManager": "secretsmanager",
}
_SAM = {
    "Function": {"lambda", "scheduler", "events"},
    "HttpApi": {"apigateway"},
    "LayerVersion": {"lambda"},
    "StateMachine": {"states"},
}


def _joined(block: str) -> list[str]:
    return [line.strip() for line in re.sub(r"\\\n\s*", "", block).splitlines() if line.strip()]


def _aws_lines() -> list[tuple[str, str]]:
    found = []
    for page in sorted(DOCS.rglob("*.md")):
        text = page.read_text()
        lines = [line for block in _BLOCK.findall(text) for line in _joined(block)] + _INLINE.findall(text)
        found += [(page.relative_to(DOCS).as_posix(), line) for line in lines if line.startswith("aws ")]
    return found


def _members(service: str, verb: str) -> tuple[dict[str, Any], set[str]]:
    """The options of a call in the spelling of the AWS CLI, and those that it must have."""
    model = botocore.session.get_session().get_service_model(service)
    operations = {_kebab(name): name for name in model.operation_names}
    assert verb in operations, f"{service} has no {verb}"
    shape = model.operation_model(operations[verb]).input_shape
    members = {f"--{_kebab(name)}": each for name, each in (shape.members if shape else {}).items()}
    return members, {f"--{_kebab(name)}" for name in (shape.required_members if shape else ())}


def _kebab(name: str) -> str:
    spaced = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1-\2", name)
    return re.sub(r"([a-z0-9])([A-Z])", r"\1-\2", spaced).lower()


def test_there_are_lines_of_aws_to_hold():
    assert len(_aws_lines()) > 8
    assert _kebab("RestoreTableToPointInTime") == "restore-table-to-point-in-time"
    assert _kebab("CreateURLThing") == "create-url-thing"


@pytest.mark.parametrize(("page", "line"), _aws_lines(), ids=lambda each: each)
def test_a_line_of_aws_is_a_call_with_options_that_aws_knows(page: str, line: str):
    _, service, verb, *rest = shlex.split(line.replace("…", "x"))
    members, required = _members({"s3api": "s3"}.get(service, service), verb)
    given = [word for word in rest if word.startswith("--")]
    for option in given:
        name = option.replace("--no-", "--", 1) if option not in members else option
        assert name in members or option in _GLOBAL, f"{page}: {verb} knows no {option}"
    assert not given or required <= set(given), f"{page}: {verb} lacks {required - set(given)}"
    for option, value in pairwise(rest):
        enum = getattr(members.get(option), "enum", None)
        assert not enum or value in enum, f"{page}: {option} must be one of {enum}"


def test_every_deployment_of_the_guides_passes_what_is_asked_before_anything_is_built():
    known = template()["Parameters"]
    kept: dict[str, set[str]] = {}
    lines = [
        line
        for page in sorted(DOCS.rglob("*.md"))
        for block in _BLOCK.findall(page.read_text())
        for line in _joined(block)
        if line.startswith("make deploy")
    ]
    assert len(lines) > 4
    for line in lines:
        words = dict(word.partition("=")[::2] for word in shlex.split(line)[2:])
        stage = words["STAGE"]
        given = {"Stage": stage, **({"Sender": words["SENDER"]} if "SENDER" in words else {})}
        given |= dict(word.partition("=")[::2] for word in words.get("WITH", "").split())
        assert preflight.faults(known, given, kept.get(stage, set())) == [], line
        kept.setdefault(stage, set()).update(given)


def _policy(name: str) -> list[dict[str, Any]]:
    statements: list[dict[str, Any]] = json.loads((DOCS / "policies" / name).read_text())["Statement"]
    return statements


def test_whoever_may_deploy_may_make_every_kind_of_resource_of_the_template():
    said = [*_policy("deploy.json"), *_policy("deploy_sms.json")]
    granted = {action.partition(":")[0] for one in said for action in one["Action"]}
    kinds = {tuple(each["Type"].split("::")[1:]) for each in template()["Resources"].values()}
    needed: set[str] = set()
    for service, kind in kinds:
        needed |= _SAM[kind] if service == "Serverless" else {_SERVICES[service]}
    assert needed <= granted
    assert {"cloudformation", "s3", "iam"} <= granted


@pytest.mark.parametrize("name", sorted(each.name for each in (DOCS / "policies").glob("*.json")))
def test_a_policy_spells_its_actions_out_and_is_short_enough_to_be_attached(name: str):
    text = re.sub(r"\s", "", (DOCS / "policies" / name).read_text())
    assert len(text) <= 6144, "a managed policy holds no more"
    for statement in _policy(name):
        assert all(re.fullmatch(r"[a-z0-9-]+:[A-Za-z0-9]+", action) for action in statement["Action"])
        assert statement["Action"] == sorted(set(statement["Action"]))
        assert statement["Effect"] == "Allow"


def test_the_guide_names_every_table_that_stays_and_every_way_to_narrow_a_stage():
    text = GUIDE.read_text()
    tables = list(resources("AWS::DynamoDB::Table"))
    assert len(tables) == 9
    assert "| nine tables |" in text
    for parameter in ("Recipients", "AlarmEmail", "CertificateArn", "HostedZoneId", "PublicUrl", "Operators"):
        assert f"`{parameter}`" in text or f"{parameter}=" in text


def test_samconfig_has_an_environment_for_every_stage_that_the_template_allows():
    assert set(preflight.environments()) == set(template()["Parameters"]["Stage"]["AllowedValues"])
