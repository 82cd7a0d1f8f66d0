"""The lines that deploy, run as they stand there, by SAM's own command line up to where it would ask AWS."""

from __future__ import annotations

import inspect
import re
import shlex
from typing import Any

import pytest
import samcli.commands.deploy.command as deploy
from click.testing import CliRunner
from samcli.cli.main import cli

from tests.laws.reading import ROOT, template

_PLACES = (ROOT / "README.md", ROOT / "samconfig.toml", *sorted((ROOT / "docs").rglob("*.md")))
LINES = sorted(
    {
        line.strip()
        for place in _PLACES
        for line in re.findall(r"sam deploy [^`\n&]*--parameter-overrides [^`\n&]*", place.read_text())
    }
)
_STAGES = template()["Parameters"]["Stage"]["AllowedValues"]


def run_by_sam(line: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What SAM makes of a line and of samconfig.toml, by the names of its own parameters."""
    told: dict[str, Any] = {}
    asked = inspect.signature(deploy.do_cli)

    def stop(*given: Any, **named: Any) -> None:
        told.update(asked.bind(*given, **named).arguments)

    monkeypatch.setattr(deploy, "do_cli", stop)
    monkeypatch.setattr("samcli.lib.utils.version_checker.fetch_and_compare_versions", lambda: None)
    monkeypatch.setattr("samcli.lib.telemetry.event.EventTracker.send_events", lambda: None)
    monkeypatch.setenv("SAM_CLI_TELEMETRY", "0")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.chdir(ROOT)
    words = [word.rstrip(".") for word in shlex.split(line)]
    result = CliRunner().invoke(cli, [*words[1:], "--template-file", "template.yaml"])
    assert result.exit_code == 0, result.output
    return told


def test_there_are_lines_for_the_first_stage_and_for_another():
    assert len(LINES) >= 2
    assert {"--config-env" in line for line in LINES} == {True, False}


@pytest.mark.parametrize("line", LINES)
def test_a_line_deploys_the_stage_of_its_environment_into_a_stack_of_that_name(line: str, monkeypatch):
    words = shlex.split(line)
    stage = words[words.index("--config-env") + 1] if "--config-env" in words else "dev"
    told = run_by_sam(line, monkeypatch)
    assert told["stack_name"] == f"cartback-{stage}"
    assert told["parameter_overrides"]["Stage"] == stage
    assert list(told["capabilities"]) == ["CAPABILITY_IAM"]
    assert told["resolve_s3"] is True, "the template is too large to be sent inline"
    parameters = template()["Parameters"]
    assert told["parameter_overrides"].keys() <= parameters.keys()
    wanted = {name for name, each in parameters.items() if "Default" not in each}
    assert wanted <= told["parameter_overrides"].keys(), "a first deployment lacks nothing"
    assert re.fullmatch(parameters["Sender"]["AllowedPattern"], told["parameter_overrides"]["Sender"])


@pytest.mark.parametrize("stage", _STAGES)
def test_a_later_deployment_without_parameters_is_of_its_own_stage(stage: str, monkeypatch):
    told = run_by_sam(f"sam deploy --config-env {'default' if stage == 'dev' else stage}", monkeypatch)
    assert (told["stack_name"], told["parameter_overrides"]) == (f"cartback-{stage}", {"Stage": stage})


def test_what_the_command_line_says_replaces_the_stage_of_the_file_which_is_why_it_says_it_too(monkeypatch):
    told = run_by_sam("sam deploy --config-env prod --parameter-overrides Sender=a@shop.example", monkeypatch)
    assert told["parameter_overrides"] == {"Sender": "a@shop.example"}
