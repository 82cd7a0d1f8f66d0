"""What needs a person rings: each alarm looks at something that is really counted, in the direction of trouble."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

import pytest

from cartback.usecases.results.audit import AFTER_OPT_OUT, AFTER_PURCHASE, DUPLICATE, METRICS, WITHOUT_BASIS
from tests.laws.policies import ACCOUNT, GIVEN, REGION, Asked, allows, arn, resolved
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


def _wakes(pattern: Any, event: Any) -> bool:
    """Whether an event fits a rule's pattern: exact values and prefixes, which is all that ours use."""
    if isinstance(pattern, Mapping):
        return all(key in event and _wakes(asked, event[key]) for key, asked in pattern.items())
    for each in pattern:
        prefix = each.get("prefix") if isinstance(each, Mapping) else None
        if str(event).startswith(resolved(prefix)) if prefix is not None else event == resolved(each):
            return True
    return False


def _of_a_run(machine: str, status: str) -> Mapping[str, Any]:
    return {
        "source": "aws.states",
        "detail-type": "Step Functions Execution Status Change",
        "detail": {"status": status, "stateMachineArn": machine},
    }


@pytest.mark.parametrize("status", ["FAILED", "TIMED_OUT", "ABORTED"])
def test_every_machine_rings_when_a_run_fails_hangs_or_is_stopped(status: str):
    rule = template()["Resources"]["FailedRuns"]["Properties"]
    assert "EventBusName" not in rule, "AWS tells of runs on the default bus"
    (told,) = rule["Targets"]
    assert told["Arn"] == {"Ref": "AlarmTopic"}
    assert set(told["InputTransformer"]["InputPathsMap"].values()) == {
        "$.detail.stateMachineArn",
        "$.detail.name",
        "$.detail.status",
    }
    to_come = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:cartback-{GIVEN['Stage']}-next-flow"
    for machine in (*map(arn, resources("AWS::Serverless::StateMachine")), to_come):
        assert _wakes(rule["EventPattern"], _of_a_run(machine, status)), machine
        assert not _wakes(rule["EventPattern"], _of_a_run(machine, "SUCCEEDED"))
    of_another = to_come.replace(f"cartback-{GIVEN['Stage']}", "cartback-dev")
    assert not _wakes(rule["EventPattern"], _of_a_run(of_another, status))


def test_the_rule_of_failed_runs_and_the_alarms_may_write_to_their_topic_and_no_other_rule():
    def may(who: str, source: str) -> bool:
        known = {"aws:SourceArn": source, "aws:SecureTransport": "true"}
        return allows(Asked(who, "sns:Publish", arn("AlarmTopic"), known))

    assert may("events.amazonaws.com", arn("FailedRuns"))
    assert not may("events.amazonaws.com", f"arn:aws:events:{REGION}:{ACCOUNT}:rule/another")
    assert may("cloudwatch.amazonaws.com", f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:any")


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
