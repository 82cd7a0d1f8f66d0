"""IAM for moto, which lets everybody do everything: whether a call of a door is one that its role allows.

Sizes and conditions of policies are for the laws; here it is only actions and what they are done to. Mail is left out:
its channel has a client of its own, and a law holds its right to the senders of the stack.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from fnmatch import fnmatchcase
from typing import Any

from tests.contracts.stack import Stack
from tests.laws.reading import listed, properties, statements, target, template

_SERVICES = ("dynamodb", "sqs", "events", "stepfunctions", "s3", "secretsmanager")
_IN_TRANSACTIONS = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}
_BY_TOKEN = "the machine of a token"
"""A token does not say whose it is: which machines may be answered is for the laws."""
_NAMED_BY = ("QueueUrl", "stateMachineArn", "SecretId", "Bucket")

type Deed = tuple[str, str]
"""An action, and what it is done to: a logical id of the template, with whatever follows it after a slash."""


class Rights:
    """What the role of one function allows on a stack, and what was done beyond it."""

    def __init__(self, stack: Stack, function: str) -> None:
        role = template()["Resources"][target(properties(function)["Role"])]
        self.denied: list[Deed] = []
        self._ids = {value: name for name, value in stack.refs.items()}
        self._allowed = [
            (f"{action}", pattern)
            for statement in statements(role)
            for action in listed(statement["Action"])
            for resource in listed(statement["Resource"])
            for pattern in _patterns(stack, resource)
        ]

    def ask(self, params: Mapping[str, Any], model: Any, **_: Any) -> None:
        """Remember what a call does beyond the rights."""
        self.denied += [deed for deed in self._deeds(model, params) if not self._allows(deed)]

    def _allows(self, deed: Deed) -> bool:
        return any(
            action == deed[0] and (deed[1] == _BY_TOKEN or fnmatchcase(deed[1], to))
            for action, to in self._allowed
        )

    def _deeds(self, model: Any, params: Mapping[str, Any]) -> Iterator[Deed]:
        service, verb = model.service_model.signing_name, model.name
        if verb == "TransactWriteItems":
            for ((kind, write),) in (item.items() for item in params["TransactItems"]):
                yield f"{service}:{_IN_TRANSACTIONS[kind]}", write["TableName"]
        elif "RequestItems" in params:
            yield from ((f"{service}:{verb}", table) for table in params["RequestItems"])
        elif "TableName" in params:
            index = f"/index/{params['IndexName']}" if "IndexName" in params else ""
            yield f"{service}:{verb}", params["TableName"] + index
        elif verb == "DeleteObjects":
            bucket = self._ids.get(params["Bucket"], params["Bucket"])
            yield from (
                ("s3:DeleteObject", f"{bucket}/{each['Key']}") for each in params["Delete"]["Objects"]
            )
        elif verb == "SendTaskSuccess":
            yield f"{service}:{verb}", _BY_TOKEN
        elif verb == "PutEvents":
            yield from (("events:PutEvents", self._ids[entry["EventBusName"]]) for entry in params["Entries"])
        else:
            (named,) = (params[name] for name in _NAMED_BY if name in params)
            key = f"/{params['Key']}" if "Key" in params else ""
            verb = {"ListObjectsV2": "ListBucket"}.get(verb, verb.removesuffix("Batch"))
            yield f"{service}:{verb}", self._ids.get(named, named) + key


def _patterns(stack: Stack, resource: Any) -> Iterator[str]:
    """What a resource of a statement stands for; machines that are named by a prefix are those of the stack."""
    if ":stateMachine:" not in str(resource):
        yield _pattern(stack, resource)
        return
    fits = stack.resolved({"Sub": resource["Sub"].partition(":stateMachine:")[2]})
    for called, arn in stack.refs.items():
        if ":stateMachine:" in arn and fnmatchcase(arn.rpartition(":")[2], fits):
            yield called


def _pattern(stack: Stack, resource: Any) -> str:
    if resource == "*":
        return "*"
    ((how, named),) = resource.items()
    if how != "Sub":
        return named.removesuffix(".Arn")
    if ":secret:" in named:
        return stack.resolved({"Sub": named.partition(":secret:")[2]})
    return named.replace(".Arn}", "").removeprefix("${")


@contextmanager
def acting_as(stack: Stack, function: str) -> Iterator[None]:
    """Fail if what is done inside, on the stack's own clients, is more than the role of the function allows."""
    rights, name = Rights(stack, function), f"rights-{function}"
    emitters = [getattr(stack.clients, service).meta.events for service in _SERVICES]
    for emitter in emitters:
        emitter.register("provide-client-params", rights.ask, unique_id=name)
    try:
        yield
    finally:
        for emitter in emitters:
            emitter.unregister("provide-client-params", unique_id=name)
    assert not rights.denied, f"the role of {function} does not allow {rights.denied}"
