"""Bugs that somebody could make in a template, a machine or a door, each planted by one change, each to be found.

Those of the template and the machines are found by the laws; those of the doors by the tests of ``unit/functions``.
"""

from __future__ import annotations

from typing import Any

from tests.laws import reading
from tests.mutation.structures import Broken, in_machine

_PATHS = {path.name.removesuffix(".asl.json"): path for path in reading.MACHINES}


def _own(name: str) -> Any:
    return reading.template()["Resources"][name]["Properties"]


def _role(name: str, action: str) -> Any:
    """The statement of a role that speaks of an action."""
    statements = _own(name)["Policies"][0]["PolicyDocument"]["Statement"]
    return next(each for each in statements if action in reading.listed(each["Action"]))


def _guard(name: str, sid: str) -> Any:
    return next(each for each in _own(name)["PolicyDocument"]["Statement"] if each.get("Sid") == sid)


def _event(name: str, event: str) -> Any:
    return _own(name)["Events"][event]["Properties"]


OTHER_ACCOUNT = {"StringLike": {"aws:SourceAccount": "*"}}
IN_TEMPLATE: dict[str, Any] = {
    "the touch may not count the day of a warming sender": lambda e: e.drop(
        _role("TouchRole", "dynamodb:UpdateItem")["Action"], -1
    ),
    "mail of any account publishes to our topic": lambda e: e.put(
        _guard("MailEventsTopicRights", "SesTellsOfMessages"), "Condition", OTHER_ACCOUNT
    ),
    "the topic lets SNS publish instead of SES": lambda e: e.put(
        _guard("MailEventsTopicRights", "SesTellsOfMessages"), "Principal", {"Service": "sns.amazonaws.com"}
    ),
    "SES may not encrypt with the topic's key": lambda e: e.drop(
        _own("Key")["KeyPolicy"]["Statement"][1]["Action"], 1
    ),
    "SES may delete the key": lambda e: e.put(_own("Key")["KeyPolicy"]["Statement"][1], "Action", "kms:*"),
    "the queue believes every topic": lambda e: e.drop(
        _guard("QueueRights", "MailEventsComeIn"), "Condition"
    ),
    "news that cannot be delivered has no dead letter that takes it": lambda e: e.drop(
        _guard("QueueRights", "MailEventsComeIn")["Resource"], 1
    ),
    "dead letters of news go where nobody may put them": lambda e: e.put(
        _own("MailEventsToQueue")["RedrivePolicy"], "deadLetterTargetArn", {"GetAtt": "FlowsDlq.Arn"}
    ),
    "news comes wrapped": lambda e: e.put(_own("MailEventsToQueue"), "RawMessageDelivery", False),
    "rules of any bus put dead letters among ours": lambda e: e.drop(
        _guard("FlowsDlqRights", "RulesGiveUpHere"), "Condition"
    ),
    "no rule may give up into its queue": lambda e: e.put(
        _guard("FlowsDlqRights", "RulesGiveUpHere"), "Principal", {"Service": "lambda.amazonaws.com"}
    ),
    "a rule gives up into the wrong queue": lambda e: e.put(
        _event("StartErasing", "Facts"), "DeadLetterConfig", {"Arn": {"GetAtt": "IntakeDlq.Arn"}}
    ),
    "wishes that start nothing are lost": lambda e: e.drop(_own("StartErasing"), "EventInvokeConfig"),
    "the starter of exports may not put its failure away": lambda e: e.put(
        _role("StartErasingRole", "sqs:SendMessage"), "Action", "sqs:GetQueueUrl"
    ),
    "exports are not told of when they fail": lambda e: e.drop(
        _own("FailedRuns")["EventPattern"]["detail"]["stateMachineArn"], -1
    ),
    "the intake gives up into the queue of facts": lambda e: e.put(
        _own("IntakeQueue")["RedrivePolicy"], "deadLetterTargetArn", {"GetAtt": "FlowsDlq.Arn"}
    ),
    "a message comes back while it is worked on": lambda e: e.put(
        _own("IntakeQueue"), "VisibilityTimeout", 60
    ),
    "a dead letter dies with its queue": lambda e: e.put(
        _own("IntakeDlq"), "MessageRetentionPeriod", 345_600
    ),
    "the worker answers for the whole batch": lambda e: e.drop(
        _event("ApplyEvents", "Intake"), "FunctionResponseTypes"
    ),
    "the worker may not delete what it has done": lambda e: e.drop(
        _role("ApplyEventsRole", "sqs:DeleteMessage")["Action"], 0
    ),
    "the sweep writes to the intake": lambda e: e.put(
        _role("SweepErasedRole", "sqs:ReceiveMessage"), "Action", "sqs:*"
    ),
    "the intake cannot open its secrets": lambda e: e.drop(_own("ReceiveWebhookRole"), "ManagedPolicyArns"),
    "the key opens without its stores": lambda e: e.drop(
        _own("UseKeyThroughStores")["PolicyDocument"]["Statement"][0], "Condition"
    ),
    "an open form rewrites claims": lambda e: e.drop(
        _role("CollectRole", "dynamodb:UpdateItem"), "Condition"
    ),
    "the ceremony writes the secret of any shop": lambda e: e.drop(
        _role("EnrolShopRole", "secretsmanager:PutSecretValue"), "Condition"
    ),
    "a queue is spoken to in the clear": lambda e: e.put(
        _guard("FlowsDlqRights", "TlsOnly"), "Effect", "Allow"
    ),
    "an alarm's topic knows no alarm": lambda e: e.put(
        _guard("AlarmTopicRights", "AlarmsRing"), "Principal", {"Service": "events.amazonaws.com"}
    ),
    "a door hangs longer than its sender waits": lambda e: e.drop(
        _own("ReceiveWebhook")["Environment"]["Variables"], "PATIENCE"
    ),
    "a function is cut off before its one request": lambda e: e.put(_own("Touch"), "Timeout", 12),
    "a machine calls a task that it may not": lambda e: e.drop(
        _role("ErasureRole", "lambda:InvokeFunction")["Resource"], 0
    ),
    "transactional mail tells nobody": lambda e: e.put(
        _own("TransactionalEvents")["EventDestination"], "Enabled", False
    ),
    "bounces are not told": lambda e: e.put(
        _own("MailEvents")["EventDestination"], "MatchingEventTypes", ["send"]
    ),
    "the end of proofs fails unheard": lambda e: e.put(
        _own("EndProofsFails")["Dimensions"][0], "Value", {"Ref": "Audit"}
    ),
}


def _state(whole: Any, name: str) -> Any:
    return whole["States"][name]


_SWEEP, _COMPARE = "Look through what is kept", "Compare with the shop's lists"
IN_MACHINES: dict[str, tuple[str, Any]] = {
    "the second round of an erasure begins at once": (
        "erasure",
        lambda e, w: e.put(_state(w, "Anything left?")["Choices"][1], "Next", _SWEEP),
    ),
    "an erasure is done after its first round": (
        "erasure",
        lambda e, w: e.put(_state(w, "Anything left?")["Choices"][1], "Next", "Done"),
    ),
    "an erasure forgets where it was": (
        "erasure",
        lambda e, w: e.put(
            _state(w, _SWEEP)["Arguments"]["Payload"],
            "cursor",
            "{% $states.context.Execution.Input.cursor %}",
        ),
    ),
    "an erasure of everybody is one of somebody": (
        "erasure",
        lambda e, w: e.put(
            _state(w, _SWEEP)["Arguments"]["Payload"],
            "person_id",
            "{% $states.context.Execution.Input.subject %}",
        ),
    ),
    "an unknown word ends an erasure well": (
        "erasure",
        lambda e, w: e.put(_state(w, "Anything left?"), "Default", "Done"),
    ),
    "an erasure that fails is done": (
        "erasure",
        lambda e, w: e.put(_state(w, _SWEEP)["Catch"][0], "Next", "Done"),
    ),
    "an erasure waits and is then done": (
        "erasure",
        lambda e, w: e.put(_state(w, "Until nothing is on its way"), "Next", "Done"),
    ),
    "an erasure has a day": ("erasure", lambda e, w: e.put(w, "TimeoutSeconds", 86_400)),
    "a comparison reads one page": (
        "reconcile",
        lambda e, w: e.put(_state(w, "Anything left?")["Choices"][0], "Next", "Done"),
    ),
    "a comparison that is throttled is parked": (
        "reconcile",
        lambda e, w: e.drop(_state(w, _COMPARE)["Retry"][0]["ErrorEquals"], 5),
    ),
    "a comparison is repeated for ever": (
        "reconcile",
        lambda e, w: e.put(_state(w, _COMPARE)["Retry"][0], "MaxAttempts", 99),
    ),
    "a parked comparison looks well": (
        "reconcile",
        lambda e, w: e.put(_state(w, "Park the run"), "Next", "Done"),
    ),
    "a second failure hides the first": (
        "reconcile",
        lambda e, w: e.put(
            _state(w, "Park the run")["Catch"][0], "Assign", {"error": "{% $states.errorOutput.Error %}"}
        ),
    ),
}


def structural() -> dict[str, list[Broken]]:
    """Every planted bug of the template and of the machines."""
    return {
        "template": [Broken(says, make) for says, make in IN_TEMPLATE.items()],
        "machines": [
            Broken(says, in_machine(_PATHS[name], change)) for says, (name, change) in IN_MACHINES.items()
        ],
    }
