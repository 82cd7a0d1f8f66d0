"""The interpreter knows a run that waits for an answer: a token for each call, the answer as the result, a time-out."""

from __future__ import annotations

from typing import Any

import pytest

from tests.asl import Call, Ended, Run, start
from tests.asl_machine import LAMBDA_WITH_TOKEN, Machine, NotInterpreted

ASK = {
    "Type": "Task",
    "Resource": LAMBDA_WITH_TOKEN,
    "Arguments": {
        "FunctionName": "${ask}",
        "Payload": {"token": "{% $states.context.Task.Token %}", "step": "order"},
    },
    "TimeoutSeconds": 7200,
    "Output": "{% $states.result %}",
    "Retry": [{"ErrorEquals": ["TryLater"], "IntervalSeconds": 2, "MaxAttempts": 2, "BackoffRate": 1}],
    "Next": "Released?",
}
RELEASED = {
    "Type": "Choice",
    "Choices": [{"Condition": "{% $states.input.next = 'approved' %}", "Next": "Yes"}],
    "Default": "No",
}


def _run(**ask: Any) -> Run:
    states = {
        "Ask": {**ASK, **ask},
        "Released?": RELEASED,
        "Yes": {"Type": "Succeed"},
        "No": {"Type": "Fail"},
    }
    machine = Machine.of("m", {"QueryLanguage": "JSONata", "StartAt": "Ask", "States": states})
    return start(machine, {"shop": "demo"})


@pytest.mark.parametrize(("word", "last"), [("approved", "Yes"), ("rejected", "No")])
def test_a_run_goes_on_with_what_was_answered_under_its_token(word: str, last: str):
    run = _run()
    asked = run.resume()
    assert asked == Call("ask", {"token": "token-1", "step": "order"}, 7200, "token-1")
    assert isinstance(run.resume({"next": word}), Ended)
    assert run.path[-1] == last


def test_every_call_brings_a_token_of_its_own():
    run = _run()
    run.resume()
    run.fail("TryLater")
    assert run.resume().payload["token"] == "token-2"


def test_another_resource_is_not_understood():
    with pytest.raises(NotInterpreted):
        _run(Resource="arn:aws:states:::http:invoke")
