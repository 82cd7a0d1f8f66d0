"""What outlives the stack can be taken back: the template that imports it is whole, and speaks of nothing else."""

from __future__ import annotations

import json
import re

from local import retained
from tests.laws.reading import template


def test_everything_that_outlives_the_stack_is_imported_and_nothing_else():
    kept = {name for name, each in template()["Resources"].items() if "DeletionPolicy" in each}
    assert set(retained.template()["Resources"]) == kept
    asked = retained.names()
    assert {each["LogicalResourceId"] for each in asked} == kept
    assert all(list(each["ResourceIdentifier"].values()) == [""] for each in asked)


def test_the_template_of_the_import_stands_alone():
    """CloudFormation refuses an import that refers to what is not there, or that has to be transformed first."""
    told = retained.template()
    assert "Transform" not in told
    text = json.dumps(told["Resources"])
    there = {*told["Resources"], *told["Parameters"]}
    assert set(re.findall(r'"Ref": "([A-Za-z]\w*)"', text)) <= there
    assert set(re.findall(r'"Fn::GetAtt": \["(\w+)"', text)) <= there
    assert set(re.findall(r"\$\{(\w+)\}", text)) <= there
    assert all(each["DeletionPolicy"] == "RetainExceptOnCreate" for each in told["Resources"].values())
