"""What the emulator cannot make is left out of the template of the local cloud, with every reference to it."""

from __future__ import annotations

from pathlib import Path

from samcli.yamlhelper import yaml_parse

from local import deploy

TEMPLATE = yaml_parse((Path(__file__).parents[3] / "template.yaml").read_text())


def test_nothing_refers_to_what_is_left_out():
    gone = {name for name, each in TEMPLATE["Resources"].items() if each["Type"] in deploy.NOT_EMULATED}
    left = deploy._for_this_machine(TEMPLATE)["Resources"]
    assert gone
    assert not gone & set(left)
    assert not [name for name in gone if f"'Ref': '{name}'" in repr(left)]


def test_sms_are_none_of_the_local_clouds():
    assert "AWS::SMSVOICE::ConfigurationSet" in deploy.NOT_EMULATED
