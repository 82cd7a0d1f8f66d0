"""How large the stack is on AWS, counted by SAM's own translator, and what a further flow adds to it."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

import boto3
from samcli.yamlhelper import yaml_parse
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

from tests.laws.reading import MACHINES, ROOT, SHARED_ROLE

MOST = 240
"""Half of what one stack may hold (500, a quota of CloudFormation), with three flows more than there are."""

_TEXTS = {"CodeUri", "ContentUri", "DefinitionUri"}


@cache
def _template() -> dict[str, Any]:
    return yaml_parse((ROOT / "template.yaml").read_text())


def _flow(name: str) -> dict[str, Any]:
    """A further flow, as the banner of flows says that one is added."""
    return {
        "Type": "AWS::Serverless::StateMachine",
        "Properties": {
            "Name": {"Fn::Sub": f"cartback-${{Stage}}-{name}"},
            "DefinitionUri": f"statemachines/{name}.asl.json",
            "DefinitionSubstitutions": {
                "touch": {"Fn::GetAtt": ["Touch", "Arn"]},
                "park_run": {"Fn::GetAtt": ["ParkRun", "Arn"]},
            },
            "Role": {"Fn::GetAtt": [SHARED_ROLE, "Arn"]},
        },
    }


def expanded(*flows: str) -> dict[str, Any]:
    """The resources as CloudFormation is given them, with so many flows more."""
    whole = copy.deepcopy(_template())
    for name in flows:
        whole["Resources"][name.title().replace("-", "")] = _flow(name)
    for each in (
        whole["Globals"]["Function"],
        *(one.get("Properties", {}) for one in whole["Resources"].values()),
    ):
        for key in _TEXTS & each.keys():
            each[key] = "s3://uploaded/by-sam"
    session = boto3.Session(region_name="eu-central-1")
    given = {"Stage": "prod", "Sender": "hello@shop.example", "AlarmEmail": "who@shop.example"}
    told = Translator({}, Parser(), boto_session=session).translate(whole, parameter_values=given)
    return told["Resources"]


def test_the_stack_stays_below_half_of_what_cloudformation_takes_with_three_more_flows():
    assert len(expanded("quote-recovery", "second-order", "sunset")) <= MOST


def test_a_further_flow_is_one_further_resource():
    before, after = expanded(), expanded("sunset")
    assert set(after) - set(before) == {"Sunset"}
    assert after["Sunset"]["Type"] == "AWS::StepFunctions::StateMachine"


def test_the_rule_of_failed_runs_is_one_for_all_machines():
    told = expanded()
    of_machines = [
        name
        for name, each in told.items()
        if each["Type"] == "AWS::CloudWatch::Alarm" and each["Properties"]["Namespace"] == "AWS/States"
    ]
    assert len(of_machines) <= 1 < len(MACHINES), "one for what slows all runs down, none for what fails"
