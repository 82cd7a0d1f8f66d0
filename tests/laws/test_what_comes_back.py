"""What has to reach us does: the provider's news, the facts that chores wait for, and the clock."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from cartback.channels import ses_events
from cartback.domain.facts import CATALOGUE
from cartback.domain.shop.presets import PRESETS
from tests.laws.reading import doors, properties, resources, target

SETS = sorted(resources("AWS::SES::ConfigurationSet"))
# What each chore waits for; what starts flows is held to the flows themselves (test_machines.py).
CHORES = {
    "start_erasing": {"customer.erased", "privacy.requested", "shop.erased"},
}
OFTEN = {
    "settle_claims": "rate(15 minutes)",
    "start_listed": "rate(1 minute)",
    "start_reconciling": "rate(15 minutes)",
    "work_desk": "rate(1 minute)",
}
DAILY = {"audit", "end_proofs"}


def _events(kind: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every function with an event of a kind, and the event."""
    for name, function in resources("AWS::Serverless::Function").items():
        for event in function["Properties"].get("Events", {}).values():
            if event["Type"] == kind:
                yield name, event["Properties"]


@pytest.mark.parametrize("name", SETS)
def test_ses_tells_of_everything_that_we_understand_and_keeps_whoever_was_hurt_from_mail(name: str):
    (told,) = (
        each["Properties"]["EventDestination"]
        for each in resources("AWS::SES::ConfigurationSetEventDestination").values()
        if target(each["Properties"]["ConfigurationSetName"]) == name
    )
    understood = {kind[0].lower() + kind[1:].replace(" ", "") for kind in ses_events._PARTS}
    assert told["Enabled"] is True
    assert set(told["MatchingEventTypes"]) == understood | {"deliveryDelay"}
    assert told["SnsDestination"] == {"TopicARN": {"Ref": "MailEventsTopic"}}
    given = properties(name)
    assert given["DeliveryOptions"]["TlsPolicy"] == "REQUIRE"
    assert set(given["SuppressionOptions"]["SuppressedReasons"]) == {"BOUNCE", "COMPLAINT"}


def test_news_of_mail_lands_on_the_intake_queue_as_ses_said_it():
    assert properties("MailEventsToQueue") == {
        "TopicArn": {"Ref": "MailEventsTopic"},
        "Protocol": "sqs",
        "Endpoint": {"GetAtt": "IntakeQueue.Arn"},
        "RawMessageDelivery": True,
        "RedrivePolicy": {"deadLetterTargetArn": {"GetAtt": "IntakeDlq.Arn"}},
    }


def test_whoever_sends_keeps_marketing_and_transactional_mail_apart():
    apart = {"CONFIGURATION_SET": "ConfigurationSet", "TRANSACTIONAL_SET": "TransactionalSet"}
    senders = 0
    for name in doors().values():
        variables = properties(name)["Environment"]["Variables"]
        sets = {key: target(variables[key]) for key in apart if key in variables}
        senders += bool(sets)
        # A task that writes to the shop's own team alone has nothing to do with marketing.
        assert sets in ({}, apart, {"TRANSACTIONAL_SET": apart["TRANSACTIONAL_SET"]}), name
    assert senders


def test_every_chore_is_woken_by_the_facts_that_it_waits_for_and_every_fact_of_a_rule_is_told():
    woken = {
        name: set(rule["Pattern"].get("detail-type", CATALOGUE)) for name, rule in _events("EventBridgeRule")
    }
    assert {chore: woken.get(doors()[chore]) for chore in CHORES} == CHORES
    for name, rule in _events("EventBridgeRule"):
        assert rule["EventBusName"] == {"Ref": "Bus"}, name
        assert rule["Pattern"]["source"] == ["cartback"], name
        assert woken[name] <= set(CATALOGUE), name


def test_a_fact_that_could_not_be_told_or_worked_on_is_kept_for_a_person():
    kept = {"GetAtt": "FlowsDlq.Arn"}
    rules = list(_events("EventBridgeRule"))
    assert rules
    for name, rule in rules:
        assert rule["DeadLetterConfig"] == {"Arn": kept}, name
        config = properties(name)["EventInvokeConfig"]
        assert config["DestinationConfig"]["OnFailure"] == {"Type": "SQS", "Destination": kept}, name


def test_every_schedule_is_on_and_comes_as_often_as_its_work_needs():
    found = dict(_events("Schedule"))
    assert all(given.get("Enabled", True) is True for given in found.values())
    told = {name: given["Schedule"] for name, given in found.items()}
    assert {door: told.pop(doors()[door]) for door in OFTEN} == OFTEN
    # The audit looks back on one day: whoever comes less than daily misses days.
    assert set(told) == {doors()[door] for door in DAILY}
    assert all(re.fullmatch(r"cron\(\d+ \d+ \* \* \? \*\)", each) for each in told.values())


def test_lists_are_compared_sooner_than_a_first_message_of_a_usual_cadence_is_due():
    """docs/flows/reconcile.md, where the one preset that is quicker is named, too."""
    (minutes,) = re.findall(r"rate\((\d+) minutes\)", OFTEN["start_reconciling"])
    usual = [preset for name, preset in PRESETS.items() if name != "peak"]
    assert all(preset.silence.total_seconds() > int(minutes) * 60 for preset in usual)
    assert PRESETS["peak"].touches[0].after.total_seconds() >= int(minutes) * 60
