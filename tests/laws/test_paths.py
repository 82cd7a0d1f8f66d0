"""Each service's way to each target, judged by the policies that stand on it, and that nobody else has one.

The ways are read from the template: a configuration set that publishes to a topic, a topic that feeds a queue, a rule
that gives up into a queue, a function that polls, an alarm that rings. For each the policies must let exactly this
source through; every other service, source, account and role is turned away.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

from tests.laws.policies import (
    ACCOUNT,
    ELSEWHERE,
    GIVEN,
    REGION,
    Asked,
    allows,
    arn,
    as_service,
    resolved,
)
from tests.laws.reading import listed, properties, resources, target, template

_FUNCTIONS = resources("AWS::Serverless::Function")
_QUEUES = sorted(resources("AWS::SQS::Queue"))
_TOPICS = sorted(resources("AWS::SNS::Topic"))
_KEY = ("kms:Decrypt", "kms:GenerateDataKey")
_SERVICES = (
    "ses",
    "sns",
    "sqs",
    "events",
    "cloudwatch",
    "lambda",
    "states",
    "s3",
    "logs",
    "apigateway",
    "sms-voice",
)
_WRITES = {"AWS::SQS::Queue": "sqs:SendMessage", "AWS::SNS::Topic": "sns:Publish"}
_OPERATED = GIVEN | {
    "conditions": ("HasOperators",),
    "Operators": [f"arn:aws:iam::{ACCOUNT}:role/Operator*"],
}


def _events(kind: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, function in _FUNCTIONS.items():
        for event in function["Properties"].get("Events", {}).values():
            if event["Type"] == kind:
                yield name, event["Properties"]


def _own(resource: str) -> Mapping[str, Any]:
    return template()["Resources"][resource.rpartition(":")[2]].get("Properties", {})


def _rule(bus: str) -> str:
    return f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{resolved(properties(bus)['Name'])}/cartback-prod-Facts-1"


# ── ways of services ─────────────────────────────────────────────────────────────────────────────────────────────


def _ways_of_mail() -> Iterator[Asked]:
    """SES publishes what became of messages, and encrypts it with the topic's key."""
    for each in resources("AWS::SES::ConfigurationSetEventDestination").values():
        topic = target(each["Properties"]["EventDestination"]["SnsDestination"]["TopicARN"])
        source = arn(target(each["Properties"]["ConfigurationSetName"]))
        yield as_service("ses", "sns:Publish", arn(topic), source)
        if key := properties(topic).get("KmsMasterKeyId"):
            yield from (as_service("ses", action, arn(target(key)), source) for action in _KEY)


def _ways_of_texts() -> Iterator[Asked]:
    """The carrier of SMS publishes what became of them, and encrypts it with the topic's key."""
    for name, each in resources("AWS::SMSVOICE::ConfigurationSet").items():
        for told in each["Properties"]["EventDestinations"]:
            topic = target(told["SnsDestination"]["TopicArn"])
            yield as_service("sms-voice", "sns:Publish", arn(topic), arn(name))
            if key := properties(topic).get("KmsMasterKeyId"):
                yield from (as_service("sms-voice", action, arn(target(key)), arn(name)) for action in _KEY)


def _ways_of_topics() -> Iterator[Asked]:
    """SNS delivers to a queue, and what it cannot deliver to a dead-letter queue."""
    for each in resources("AWS::SNS::Subscription").values():
        given = each["Properties"]
        if given["Protocol"] == "sqs":
            for queue in (given["Endpoint"], given["RedrivePolicy"]["deadLetterTargetArn"]):
                yield as_service("sns", "sqs:SendMessage", arn(target(queue)), arn(target(given["TopicArn"])))


def _ways_of_rules() -> Iterator[Asked]:
    """EventBridge gives up into a dead-letter queue."""
    for _, rule in _events("EventBridgeRule"):
        letters, bus = target(rule["DeadLetterConfig"]["Arn"]), target(rule["EventBusName"])
        yield as_service("events", "sqs:SendMessage", arn(letters), _rule(bus))


def _ways_of_alarms() -> Iterator[Asked]:
    for name, each in resources("AWS::CloudWatch::Alarm").items():
        for topic in each["Properties"]["AlarmActions"]:
            source = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:cartback-prod-{name}"
            yield as_service("cloudwatch", "sns:Publish", arn(target(topic)), source)


def ways() -> list[Asked]:
    """Every way that a service has to have into one of our queues, topics and keys."""
    return [*_ways_of_mail(), *_ways_of_texts(), *_ways_of_topics(), *_ways_of_rules(), *_ways_of_alarms()]


def test_every_service_reaches_what_the_template_points_it_to():
    asked = ways()
    assert {each.who.partition(".")[0] for each in asked} == {
        "ses",
        "sms-voice",
        "sns",
        "events",
        "cloudwatch",
    }
    assert [each for each in asked if not allows(each)] == []
    assert [each for each in asked if not allows(each, _OPERATED)] == []


def test_the_same_service_on_behalf_of_somebody_else_is_turned_away():
    """Another account's bounce topic, rule or alarm must not be a way into ours (the confused deputy).

    The key alone asks nothing of SES (see the template): it encrypts nothing for SES but what the topic lets in.
    """
    for each in ways():
        if each.resource == arn("Key") and each.who.startswith("ses."):
            continue
        foreign = {"aws:SourceAccount": ELSEWHERE}
        if "aws:SourceArn" in each.context:
            foreign["aws:SourceArn"] = each.context["aws:SourceArn"].replace(ACCOUNT, ELSEWHERE)
        other = Asked(each.who, each.action, each.resource, {**each.context, **foreign})
        assert not allows(other), other


def test_a_service_without_a_way_has_none():
    known = {(each.who, each.resource) for each in ways()}
    for service, name in itertools.product(_SERVICES, (*_QUEUES, *_TOPICS)):
        action = _WRITES[template()["Resources"][name]["Type"]]
        asked = as_service(service, action, arn(name), f"arn:aws:{service}:{REGION}:{ACCOUNT}:anything")
        if (asked.who, asked.resource) not in known:
            assert not allows(asked), asked
    for service in set(_SERVICES) - {"ses", "sms-voice"}:
        for action in (*_KEY, "kms:Encrypt", "kms:ScheduleKeyDeletion"):
            assert not allows(as_service(service, action, arn("Key")))
    for service in ("ses", "sms-voice"):
        assert not allows(as_service(service, "kms:ScheduleKeyDeletion", arn("Key")))


def test_a_topic_of_ours_feeds_only_the_queue_it_is_subscribed_to():
    fed = {(each.context["aws:SourceArn"], each.resource) for each in _ways_of_topics()}
    for topic, queue in itertools.product(_TOPICS, _QUEUES):
        asked = as_service("sns", "sqs:SendMessage", arn(queue), arn(topic))
        assert allows(asked) == ((arn(topic), arn(queue)) in fed), (topic, queue)


def test_a_rule_of_another_bus_cannot_put_dead_letters_among_ours():
    letters = {each.resource for each in _ways_of_rules()}
    for source in ("rule/default/x", "rule/x", "event-bus/cartback-prod", "rule/cartback-prodx/y"):
        for queue in letters:
            assert not allows(
                as_service("events", "sqs:SendMessage", queue, f"arn:aws:events:{REGION}:{ACCOUNT}:{source}")
            ), source


def test_what_services_write_into_is_encrypted_so_that_they_can():
    """A queue with a key of ours would need a grant for each sender; SQS's own encryption needs none."""
    for each in (*_ways_of_topics(), *_ways_of_rules()):
        assert "KmsMasterKeyId" not in _own(each.resource)
    for each in _ways_of_alarms():
        assert "KmsMasterKeyId" not in _own(each.resource), "the key's policy knows no CloudWatch"


def test_the_topic_policy_stands_before_ses_tries_the_topic():
    """SES publishes a greeting when the destination is made; without the policy the deployment fails."""
    policies = {
        target(topic): name
        for name, each in resources("AWS::SNS::TopicPolicy").items()
        for topic in each["Properties"]["Topics"]
    }
    for each in resources("AWS::SES::ConfigurationSetEventDestination").values():
        topic = target(each["Properties"]["EventDestination"]["SnsDestination"]["TopicARN"])
        assert policies[topic] in listed(each["DependsOn"])


def test_every_configuration_set_that_sends_tells_what_became_of_it():
    """A claim whose bounce nobody hears is taken for a good one."""
    told = {
        target(each["Properties"]["ConfigurationSetName"])
        for each in resources("AWS::SES::ConfigurationSetEventDestination").values()
    }
    assert told == set(resources("AWS::SES::ConfigurationSet"))
    wanted = {"send", "reject", "delivery", "bounce", "complaint", "renderingFailure", "deliveryDelay"}
    for each in resources("AWS::SES::ConfigurationSetEventDestination").values():
        destination = each["Properties"]["EventDestination"]
        assert destination["Enabled"] is True
        assert set(destination["MatchingEventTypes"]) == wanted


def test_news_of_mail_comes_to_the_queue_as_the_worker_reads_it():
    (each,) = [
        each["Properties"]
        for each in resources("AWS::SNS::Subscription").values()
        if each["Properties"]["Protocol"] == "sqs"
    ]
    assert each["RawMessageDelivery"] is True
    (polled,) = [target(event["Queue"]) for _, event in _events("SQS")]
    assert target(each["Endpoint"]) == polled
    topics = {way.resource for way in _ways_of_mail() if way.action == "sns:Publish"}
    assert topics == {arn(target(each["TopicArn"]))}
