"""A deployment that lacks something is told so before anything is built."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from samcli.yamlhelper import yaml_parse

from local import preflight

ROOT = Path(__file__).parents[3]
PARAMETERS = yaml_parse((ROOT / "template.yaml").read_text())["Parameters"]
FIRST = {"Stage": "prod", "Sender": "hello@shop.example"}
CERTIFICATE = "arn:aws:acm:eu-central-1:123456789012:certificate/00000000-1111-2222-3333-444444444444"
URL = "https://mail.shop.example"


def test_a_stage_and_a_sender_are_all_that_a_first_deployment_needs():
    assert preflight.faults(PARAMETERS, FIRST) == []


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"Stage": "prod"}, "Sender: is missing. From addresses that shops may use"),
        ({"Stage": "prod", "Sender": "shop.example"}, "Sender: addresses like hello@shop.example"),
        ({"Stage": "prod", "Sender": "a@shop.example,shop"}, "Sender: addresses like hello@shop.example"),
        ({"Stage": "live", "Sender": "a@shop.example"}, "Stage: must be one of dev, stage, prod"),
        ({**FIRST, "AlarmMail": "a@shop.example"}, "AlarmMail: there is no such parameter"),
        ({**FIRST, "PublicUrl": "mail.shop.example"}, "PublicUrl: must match"),
        ({**FIRST, "CertificateArn": CERTIFICATE}, "CertificateArn: means nothing without PublicUrl"),
        (
            {**FIRST, "PublicUrl": URL, "HostedZoneId": "Z123"},
            "HostedZoneId: means nothing without CertificateArn",
        ),
        ({**FIRST, "OnlyPublicUrl": "true"}, "OnlyPublicUrl: means nothing without PublicUrl"),
    ],
)
def test_what_is_missing_or_wrong_is_named_with_what_would_do(given, says):
    (fault,) = preflight.faults(PARAMETERS, given)
    assert fault.startswith(says)


def test_everything_that_is_wrong_is_said_at_once():
    assert len(preflight.faults(PARAMETERS, {"Stage": "live", "Colour": "red"})) == 3


def test_what_the_stack_has_from_before_needs_not_be_said_again():
    assert preflight.faults(PARAMETERS, {"Stage": "prod"}, {"Stage", "Sender"}) == []
    assert (
        preflight.faults(
            PARAMETERS, {"Stage": "prod", "CertificateArn": CERTIFICATE}, {"Sender", "PublicUrl"}
        )
        == []
    )


@pytest.mark.parametrize(("stage", "environment"), [("dev", "default"), ("stage", "stage"), ("prod", "prod")])
def test_each_stage_is_deployed_by_its_environment(stage, environment, capsys):
    assert preflight.main([stage, "Sender=*@shop.example"], lambda stack: ()) == 0
    told = capsys.readouterr().out.splitlines()
    wanted = ["--config-env", environment, "--parameter-overrides", f"Stage={stage}", "Sender=*@shop.example"]
    assert told == wanted


def test_what_a_stack_keeps_is_asked_of_the_stack_of_the_stage():
    asked: list[str] = []

    def kept(stack: str) -> set[str]:
        asked.append(stack)
        return {"Sender"}

    assert preflight.main(["prod"], kept) == 0
    assert asked == ["cartback-prod"]
    assert preflight.main([""], kept) == 1


def test_make_deploy_builds_nothing_while_something_is_missing():
    line = ["make", "-n", "deploy", "STAGE=prod"]
    said = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert said.index("local.preflight") < said.index("sam build") < said.index("sam deploy")
    script = said[said.index("words=") :].replace("-m local.preflight", "-c 'raise SystemExit(1)'")
    script = script.replace(".venv/bin/sam", "echo sam")
    done = subprocess.run(
        ["bash", "-eu", "-o", "pipefail", "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "sam" not in done.stdout
