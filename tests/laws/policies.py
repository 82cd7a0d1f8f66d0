"""IAM on paper: who may do what to what, by the policies of the template, as AWS would judge within one account.

Only what our statements use is understood: actions and resources with stars, principals by service, by account and by
``*``, and the conditions of ``_TESTS``. Anything else raises, because a condition that is passed over is a hole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from tests.laws.reading import listed, properties, resources, target, template

ACCOUNT, REGION, ELSEWHERE = "111122223333", "eu-central-1", "999988887777"
_ARNS = {
    "AWS::DynamoDB::Table": "dynamodb:{at}:table/{name}",
    "AWS::Events::EventBus": "events:{at}:event-bus/{name}",
    "AWS::Events::Rule": "events:{at}:rule/{name}",
    "AWS::IAM::Role": "iam::{account}:role/{name}",
    "AWS::KMS::Key": "kms:{at}:key/{name}",
    "AWS::Logs::LogGroup": "logs:{at}:log-group:{name}:*",
    "AWS::S3::Bucket": "s3:::{name}",
    "AWS::SES::ConfigurationSet": "ses:{at}:configuration-set/{name}",
    "AWS::SMSVOICE::ConfigurationSet": "sms-voice:{at}:configuration-set/{name}",
    "AWS::SNS::Topic": "sns:{at}:{name}",
    "AWS::SQS::Queue": "sqs:{at}:{name}",
    "AWS::SecretsManager::Secret": "secretsmanager:{at}:secret:{name}-AbCdEf",
    "AWS::Serverless::Function": "lambda:{at}:function:{name}",
    "AWS::Serverless::StateMachine": "states:{at}:stateMachine:{name}",
}
_REFS_ARE_ARNS = {"AWS::SNS::Topic", "AWS::SecretsManager::Secret", "AWS::Serverless::StateMachine"}
GIVEN = {
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::AccountId": ACCOUNT,
    "AWS::URLSuffix": "amazonaws.com",
    "Stage": "prod",
    "Sender": ["hello@shop.example"],
    "Recipients": ["*"],
}


@dataclass(frozen=True)
class Asked:
    """A request: who (a service, or the ARN of a role), what, on what, and what AWS knows of the circumstances."""

    who: str
    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=dict)


def arn(name: str) -> str:
    """The ARN of a resource of the template, as it could be."""
    kind = template()["Resources"][name]["Type"]
    at = f"{REGION}:{ACCOUNT}"
    return "arn:aws:" + _ARNS[kind].format(at=at, account=ACCOUNT, name=_called(name))


def _called(name: str) -> str:
    """What a resource is called on AWS: by its own name if it has one, else by one that holds its logical id."""
    own = template()["Resources"][name].get("Properties", {})
    return str(resolved(own["Name"])) if "Name" in own else name


def resolved(value: Any, given: Mapping[str, Any] = GIVEN) -> Any:
    """A value of the template with its references replaced; None for what is left out."""
    if not isinstance(value, Mapping) or len(value) != 1:
        return value
    ((how, said),) = value.items()
    if how == "Ref":
        return _referred(said, given)
    if how == "GetAtt":
        name, _, attribute = said.partition(".")
        return arn(name) if attribute == "Arn" else name
    if how == "Sub":
        return re.sub(r"\$\{([^}]+)\}", lambda found: _inserted(found[1], given), said)
    if how == "If":
        condition, yes, no = said
        return resolved(yes if condition in given.get("conditions", ()) else no, given)
    return value


def _referred(name: str, given: Mapping[str, Any]) -> Any:
    if name == "AWS::NoValue":
        return None
    if name in given:
        return given[name]
    if name in template()["Parameters"]:
        return template()["Parameters"][name].get("Default")
    kind = template()["Resources"][name]["Type"]
    return arn(name) if kind in _REFS_ARE_ARNS else _called(name)


def _inserted(name: str, given: Mapping[str, Any]) -> str:
    return arn(name.removesuffix(".Arn")) if name.endswith(".Arn") else str(_referred(name, given))


# ── conditions ───────────────────────────────────────────────────────────────────────────────────────────────────


def _like(value: str, patterns: list[str]) -> bool:
    return any(fnmatchcase(value, pattern) for pattern in patterns)


def _not(test: Callable[[str | None, list[str]], bool]) -> Callable[[str | None, list[str]], bool]:
    return lambda value, wanted: not test(value, wanted)


def _equal(value: str | None, wanted: list[str]) -> bool:
    return value in wanted


def _fits(value: str | None, wanted: list[str]) -> bool:
    return value is not None and _like(value, wanted)


_TESTS: dict[str, Callable[[str | None, list[str]], bool]] = {
    "StringEquals": _equal,
    "StringEqualsIfExists": lambda value, wanted: value is None or value in wanted,
    "StringLike": _fits,
    "StringNotLike": _not(_fits),
    "ForAllValues:StringLike": lambda value, wanted: value is None or _like(value, wanted),
    "ArnEquals": _fits,
    "ArnLike": _fits,
    "ArnNotLike": _not(_fits),
    "Bool": _equal,
}


def _holds(statement: Mapping[str, Any], asked: Asked, given: Mapping[str, Any]) -> bool:
    for test, keys in statement.get("Condition", {}).items():
        for key, wanted in keys.items():
            values = [resolved(each, given) for each in listed(resolved(wanted, given))]
            flat = [str(one) for each in values for one in listed(each)]
            if not _TESTS[test](asked.context.get(key), flat):
                return False
    return True


# ── statements ───────────────────────────────────────────────────────────────────────────────────────────────────


def _speaks_of(statement: Mapping[str, Any], asked: Asked, given: Mapping[str, Any]) -> bool:
    return (
        any(fnmatchcase(asked.action, action) for action in listed(statement["Action"]))
        and any(fnmatchcase(asked.resource, resolved(each, given)) for each in listed(statement["Resource"]))
        and _holds(statement, asked, given)
    )


def _is_meant(principal: Any, who: str, given: Mapping[str, Any]) -> bool:
    if principal == "*":
        return True
    ((kind, named),) = principal.items()
    assert kind in ("Service", "AWS"), kind
    return any(resolved(each, given) == who for each in listed(named))


def guards(resource: str, given: Mapping[str, Any] = GIVEN) -> Iterator[Mapping[str, Any]]:
    """The statements at a resource: of queue, topic and bucket policies, and of the key's own."""
    for each in template()["Resources"].values():
        kind, own = each["Type"], each.get("Properties", {})
        named = {
            "AWS::SQS::QueuePolicy": own.get("Queues", ()),
            "AWS::SNS::TopicPolicy": own.get("Topics", ()),
            "AWS::S3::BucketPolicy": listed(own["Bucket"]) if "Bucket" in own else (),
        }.get(kind, ())
        if any(arn(target(one)) == resource.partition("/")[0] for one in named):
            yield from _present(own["PolicyDocument"]["Statement"], given)
    for name, key in resources("AWS::KMS::Key").items():
        if arn(name) == resource:
            for statement in key["Properties"]["KeyPolicy"]["Statement"]:
                yield {**statement, "Resource": resource}  # a star in a key policy is this key


def _present(statements: list[Any], given: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from (one for one in (resolved(each, given) for each in statements) if one is not None)


def rights(role: str, given: Mapping[str, Any] = GIVEN) -> Iterator[Mapping[str, Any]]:
    """The statements of a role, those of its managed policies too."""
    for policy in properties(role).get("Policies", ()):
        yield from _present(policy["PolicyDocument"]["Statement"], given)
    for reference in properties(role).get("ManagedPolicyArns", ()):
        yield from properties(target(reference))["PolicyDocument"]["Statement"]


def allows(
    asked: Asked, given: Mapping[str, Any] = GIVEN, own: list[Mapping[str, Any]] | None = None
) -> bool:
    """Whether AWS would let a request pass. ``own`` are the rights of a principal that is not of the template."""
    role = asked.who.rpartition("/")[2] if ":role/" in asked.who else ""
    is_ours = role in resources("AWS::IAM::Role")
    mine = own if own is not None else list(rights(role, given)) if is_ours else []
    at_the_door = list(guards(asked.resource, given))
    named = [each for each in at_the_door if _is_meant(each["Principal"], asked.who, given)]
    spoken = [each for each in (*mine, *named) if _speaks_of(each, asked, given)]
    if any(each["Effect"] == "Deny" for each in spoken):
        return False
    if ":key/" in asked.resource and asked.who.startswith("arn:"):
        # IAM counts at a key only if the key's own policy leaves the decision to the account.
        root = f"arn:aws:iam::{ACCOUNT}:root"
        delegated = [each for each in at_the_door if _is_meant(each["Principal"], root, given)]
        if not any(_speaks_of(each, asked, given) for each in delegated):
            return False
    return bool(spoken)


def as_role(role: str, action: str, resource: str, **context: str) -> Asked:
    """What a role of the template asks for, over TLS as every AWS client does."""
    who = arn(role)
    known = {"aws:SecureTransport": "true", "aws:PrincipalArn": who, "aws:PrincipalIsAWSService": "false"}
    return Asked(who, action, resource, known | context)


def as_service(service: str, action: str, resource: str, source: str = "", account: str = ACCOUNT) -> Asked:
    """What an AWS service asks for on behalf of a resource of an account."""
    known = {"aws:SecureTransport": "true", "aws:SourceAccount": account, "aws:PrincipalIsAWSService": "true"}
    return Asked(
        f"{service}.amazonaws.com", action, resource, known | ({"aws:SourceArn": source} if source else {})
    )
