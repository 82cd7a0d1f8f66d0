"""A bug behind any door: it surfaces, and says nothing of anybody."""

from __future__ import annotations

import importlib
import json

import pytest
from botocore.exceptions import ClientError

from cartback.domain.errors import Conflict, MessageWithheld, Refused, TryLater
from cartback.domain.redaction import redact_errors
from tests.contracts.stack import ROOT
from tests.fakes.outside import CONTEXT
from tests.laws.reading import FUNCTIONS, under

ADDRESS = "ada@example.com"
# The worker notes a bug itself and gives the message back; what it notes is held in test_apply_events.
RAISING = sorted({path.stem for path in under(FUNCTIONS)} - {"apply_events"})


class Broken:
    """A composition root of which every part chokes on a person."""

    def __getattr__(self, name: str):
        raise ValueError(f"invalid literal for int() with base 10: {ADDRESS!r}")


def event_of(door: str) -> dict:
    folder = ROOT / "events" / "doors"
    path = min([*folder.glob(f"{door}.json"), *folder.glob(f"{door}.*.json")])
    return json.loads(path.read_text())


@pytest.mark.parametrize("door", RAISING)
def test_a_bug_surfaces_by_its_name_and_without_its_message(door: str, monkeypatch: pytest.MonkeyPatch):
    """Lambda writes the message of what is raised into the log, Step Functions into the history of a run."""
    module = importlib.import_module(f"functions.{door}")
    monkeypatch.setattr(module, "wiring", Broken())
    with pytest.raises(MessageWithheld) as bug:
        module.handler(event_of(door), CONTEXT)
    assert str(bug.value) == "ValueError"
    assert bug.traceback[-1].name == "__getattr__"


@pytest.mark.parametrize("outcome", [Refused("total must be money"), TryLater("away"), Conflict("request")])
def test_what_has_a_name_passes_as_it_is(outcome: Exception):
    def handler(event, context):
        raise outcome

    with pytest.raises(type(outcome)) as raised:
        redact_errors(handler)({}, None)
    assert raised.value is outcome


@pytest.mark.parametrize(
    ("error", "named"),
    [
        ({"Code": "AccessDeniedException", "Message": ADDRESS}, "ClientError AccessDeniedException"),
        ({"Code": ADDRESS}, "ClientError"),
        ({}, "ClientError"),
    ],
)
def test_of_what_aws_says_only_its_code_is_told(error: dict, named: str):
    def handler(event, context):
        raise ClientError({"Error": error}, "PutItem")

    with pytest.raises(MessageWithheld) as bug:
        redact_errors(handler)({}, None)
    assert str(bug.value) == named
