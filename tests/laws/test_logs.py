"""What is logged holds ids and words: whoever reads logs shall not read people."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from cartback.domain.flows import INTERNAL
from cartback.flows import all_flows
from tests.laws.reading import FUNCTIONS, MACHINES, PACKAGE, imports, machine, name_of, syntax, under

_LEVELS = {"debug", "info", "warning", "error", "exception", "critical", "log"}
# A reason of ``TryLater`` says what could not be reached, in our own words and AWS's codes (domain/redaction.py).
_HARMLESS = {"message_id", "messageId", "shop", "flow", "run", "claim_id", "cart_id", "person_id", "reason"}
_DEPLOYED = (*under(PACKAGE), *under(FUNCTIONS))


def _calls(path: Path, *named: str) -> list[ast.Call]:
    return [
        node
        for node in ast.walk(syntax(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in named
    ]


def _logs(path: Path) -> list[ast.Call]:
    """Every call of a method that is called like a level: whatever it is called on, it is taken for a logger."""
    return [call for call in _calls(path, *_LEVELS) if isinstance(call.func, ast.Attribute)]


@pytest.mark.parametrize("path", _DEPLOYED, ids=name_of)
def test_a_log_line_is_a_fixed_sentence_about_ids(path: Path):
    for call in _logs(path):
        text, *about = call.args
        assert isinstance(text, ast.Constant), f"{name_of(path)}:{call.lineno} puts its text together"
        for each in about:
            word = each.slice.value if isinstance(each, ast.Subscript) else ast.unparse(each).split(".")[-1]
            assert word in _HARMLESS, f"{name_of(path)}:{call.lineno} logs {ast.unparse(each)}"
        # Whatever else is named (``extra``) would be written, too.
        assert {each.arg for each in call.keywords} <= {"exc_info"}, f"{name_of(path)}:{call.lineno}"


@pytest.mark.parametrize("path", _DEPLOYED, ids=name_of)
def test_a_logged_bug_keeps_its_message_to_itself(path: Path):
    for call in _logs(path):
        given = {each.arg: ast.unparse(each.value) for each in call.keywords}
        if call.func.attr == "exception" or "exc_info" in given:
            assert given.get("exc_info", "").startswith("withheld("), f"{name_of(path)}:{call.lineno}"


@pytest.mark.parametrize("path", under(FUNCTIONS), ids=name_of)
def test_every_handler_keeps_the_messages_of_its_bugs_to_itself(path: Path):
    (handler,) = (
        node for node in syntax(path).body if isinstance(node, ast.FunctionDef) and node.name == "handler"
    )
    outermost, *others = (ast.unparse(each) for each in handler.decorator_list)
    assert outermost == "redact_errors"
    assert not [each for each in others if not each.startswith("excused(wiring")]


@pytest.mark.parametrize("path", _DEPLOYED, ids=name_of)
def test_nothing_is_printed(path: Path):
    assert not [call for call in _calls(path, "print") if isinstance(call.func, ast.Name)]
    assert not [
        node
        for node in ast.walk(syntax(path))
        if isinstance(node, ast.Attribute) and node.attr in {"stdout", "stderr", "__stdout__", "__stderr__"}
    ]
    assert "warnings" not in imports(path)


@pytest.mark.parametrize("path", _DEPLOYED, ids=name_of)
def test_a_metric_is_told_apart_by_words_and_shops_and_never_by_people(path: Path):
    """A metric is a line of the log, and each of its dimensions a column."""
    for call in _calls(path, "count"):
        if isinstance(call.func, ast.Attribute) and "metrics" in ast.unparse(call.func.value):
            assert {each.arg for each in call.keywords} <= {"shop", "flow", "state", "because", "limit"}


# What flows that no shopper sees say to outside systems: of goods and money, and of nobody.
_OF_AN_EFFECT = frozenset(
    "step proposed target account fields approval token title amount currency may asked_by four_eyes "
    "deadline_seconds default".split()
)


@pytest.mark.parametrize("path", MACHINES, ids=lambda path: path.name)
def test_a_task_is_told_ids_and_numbers_only(path: Path):
    """Inputs of tasks stand in the history of a run for 90 days."""
    known = {
        "shop",
        "flow",
        "run",
        "subject",
        "generation",
        "person_id",
        "cart_id",
        "request_id",
        "variants",
        "rearms",
        "plan",
        "position",
        "step",
        "known",
        "lasts_seconds",
        "cursor",
        "error",
        "cause",
    }
    if path.name.removesuffix(".asl.json") in {flow.name for flow in all_flows() if flow.law == INTERNAL}:
        known |= _OF_AN_EFFECT
    for name, state in machine(path)["States"].items():
        if state["Type"] == "Task":
            assert set(state["Arguments"]["Payload"]) <= known, name
