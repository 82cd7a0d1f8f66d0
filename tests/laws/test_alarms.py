"""What needs a person rings: each alarm looks at something that is really counted, in the direction of trouble."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

import pytest

from cartback.usecases.results.audit import AFTER_OPT_OUT, AFTER_PURCHASE, DUPLICATE, METRICS, WITHOUT_BASIS
from tests.laws.reading import FUNCTIONS, PACKAGE, resources, syntax, target, template, under

ALARMS = resources("AWS::CloudWatch::Alarm")
every_alarm = pytest.mark.parametrize("name", sorted(ALARMS))
_AT_THE_FIRST = {
    "Statistic": "Sum",
    "EvaluationPeriods": 1,
    "ComparisonOperator": "GreaterThanThreshold",
    "Threshold": 0,
}


def _alarm(name: str) -> Mapping[str, Any]:
    return ALARMS[name]["Properties"]


def _watching(namespace: str, metric: str, of: str) -> list[str]:
    """What the alarms that ring at the first of these look at, by one dimension."""
    return [
        target(dimension["Value"])
        for given in (_alarm(name) for name in ALARMS)
        if (given["Namespace"], given["MetricName"]) == (namespace, metric)
        and all(given[key] == value for key, value in _AT_THE_FIRST.items() if key != "Statistic")
        and given["Statistic"] in ("Sum", "Maximum")
        for dimension in given["Dimensions"]
        if dimension["Name"] == of
    ]


def test_every_dead_letter_queue_rings_when_it_is_not_empty():
    watched = _watching("AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName")
    assert sorted(watched) == sorted(name for name in resources("AWS::SQS::Queue") if name.endswith("Dlq"))


@pytest.mark.parametrize("metric", ["ExecutionsFailed", "ExecutionsTimedOut"])
def test_every_machine_rings_when_a_run_fails_or_hangs(metric: str):
    watched = _watching("AWS/States", metric, "StateMachineArn")
    assert sorted(watched) == sorted(resources("AWS::Serverless::StateMachine"))


def test_every_function_that_only_the_clock_calls_rings_at_its_first_error():
    """A failure of it returns to nobody: no sender, no queue and no run knows that it did not happen."""
    by_the_clock = {
        name
        for name, function in resources("AWS::Serverless::Function").items()
        if {each["Type"] for each in function["Properties"].get("Events", {}).values()} == {"Schedule"}
    }
    assert by_the_clock == set(_watching("AWS/Lambda", "Errors", "FunctionName"))


@every_alarm
def test_every_alarm_rings_at_too_much_tells_somebody_and_takes_a_quiet_shop_for_quiet(name: str):
    given = _alarm(name)
    assert given["ComparisonOperator"].startswith("GreaterThan")
    assert given["AlarmActions"] == [{"Ref": "AlarmTopic"}]
    assert given.get("ActionsEnabled", True) is True
    assert given["TreatMissingData"] == "notBreaching"


def test_whoever_is_told_of_alarms_listens_to_their_topic():
    told = template()["Resources"]["AlarmMail"]
    assert told["Properties"] == {
        "TopicArn": {"Ref": "AlarmTopic"},
        "Protocol": "email",
        "Endpoint": {"Ref": "AlarmEmail"},
    }


def _counted() -> set[str]:
    """Every name under which the code counts something."""
    found = set(METRICS.values())
    for path in (*under(PACKAGE), *under(FUNCTIONS)):
        constants = {
            ast.unparse(node.targets[0]): node.value
            for node in syntax(path).body
            if isinstance(node, ast.Assign)
        }
        for node in ast.walk(syntax(path)):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".count") and node.args:
                name = constants.get(ast.unparse(node.args[0]), node.args[0])
                found |= {name.value} if isinstance(name, ast.Constant) else set()
    return found


def test_an_alarm_of_ours_looks_at_a_metric_that_the_code_counts_under_the_name_of_this_stack():
    known = {"Cartback", "AWS/SQS", "AWS/States", "AWS/Lambda", "AWS/ApiGateway", "AWS/SES"}
    assert {_alarm(name)["Namespace"] for name in ALARMS} == known
    variables = template()["Globals"]["Function"]["Environment"]["Variables"]
    ours = {name: _alarm(name) for name in ALARMS if _alarm(name)["Namespace"] == "Cartback"}
    assert {given["MetricName"] for given in ours.values()} <= _counted()
    for name, given in ours.items():
        dimension = {"Name": "service", "Value": variables["POWERTOOLS_SERVICE_NAME"]}
        assert given["Dimensions"] == [dimension], name


def test_every_broken_promise_that_the_audit_finds_rings():
    broken = {METRICS[kind] for kind in (AFTER_PURCHASE, AFTER_OPT_OUT, WITHOUT_BASIS, DUPLICATE)}
    watched = {
        given["MetricName"]
        for given in map(_alarm, ALARMS)
        if all(given[key] == value for key, value in _AT_THE_FIRST.items())
    }
    assert broken <= watched


_LATER = {
    "IntakeIsLate": (600, 300, 1),
    "LambdasFail": (5, 300, 3),
    "LambdasThrottled": (0, 300, 3),
    "CartRecoverySlows": (0, 300, 3),
    "SendersSeeErrors": (5, 300, 1),
    "VisitorsArePutOff": (0, 300, 3),
    "MailBounces": (0.05, 3600, 1),
    "MailComplaints": (0.001, 3600, 1),
    "ClaimsStayUnknown": (5, 3600, 1),
    "ListIsLate": (1800, 300, 1),
}
"""Threshold, period in seconds and periods, as descriptions and runbooks say them; all others ring at the first."""


@every_alarm
def test_an_alarm_rings_when_its_description_says(name: str):
    given = _alarm(name)
    assert (given["Threshold"], given["Period"], given["EvaluationPeriods"]) == _LATER.get(name, (0, 300, 1))
