"""Whoever joins is judged by what CI runs, in the versions of the lock file, and nothing comes from elsewhere."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.laws.reading import ROOT, files, name_of

_PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
_WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
_MAKEFILE = (ROOT / "Makefile").read_text()
# What may serve packages, images and actions: the public registries.
_REGISTRIES = {"pypi.org", "files.pythonhosted.org"}


def _workflow(path: Path) -> dict[Any, Any]:
    return yaml.safe_load(path.read_text())


def _steps(workflow: dict[Any, Any]) -> list[dict[str, Any]]:
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def _typed(workflow: dict[Any, Any]) -> list[str]:
    """Every line that a workflow runs, each form of a matrix by itself."""
    forms = [
        form
        for job in workflow["jobs"].values()
        for form in job.get("strategy", {}).get("matrix", {}).get("form", ())
    ]
    runs = [step["run"] for step in _steps(workflow) if "run" in step]
    return [*forms, *(run for run in runs if "${{" not in run)]


def _needs(verb: str) -> list[str]:
    """What a verb of the Makefile runs before itself."""
    (line,) = re.findall(rf"^{verb}:([^#\n]*)", _MAKEFILE, re.MULTILINE)
    return line.split()


def test_the_licence_is_apache_2_and_the_project_says_so():
    text = (ROOT / "LICENSE").read_text()
    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text
    assert (_PROJECT["license"], _PROJECT["license-files"]) == ("Apache-2.0", ["LICENSE"])


def test_the_changelog_begins_with_what_is_unreleased_and_then_names_the_projects_version():
    headings = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert headings[0] == "[Unreleased]"
    assert re.fullmatch(rf"\[{re.escape(_PROJECT['version'])}\] - \d{{4}}-\d\d-\d\d", headings[1])


def test_the_test_command_judges_style_types_and_template_first():
    assert _needs("test")[0] == "check"
    assert _needs("lint") == ["check"]
    (recipe,) = re.findall(r"^check:[^\n]*\n((?:\t[^\n]*\n)+)", _MAKEFILE, re.MULTILINE)
    for tool in ("ruff check .", "ruff format --check .", "mypy", "cfn-lint", "template.yaml"):
        assert tool in recipe


def test_ci_runs_all_parts_of_the_test_command_and_the_longer_lint():
    (ci,) = [_workflow(path) for path in _WORKFLOWS if path.stem == "ci"]
    (recipe,) = re.findall(r"^test:[^\n]*\n((?:\t[^\n]*\n)+)", _MAKEFILE, re.MULTILINE)
    parts = set(re.findall(r"\btest-[a-z]+\b", recipe))
    assert len(parts) >= 3
    assert {"make setup", "make lint"} | {f"make {part}" for part in parts} == set(_typed(ci))
    triggers = ci[True]  # YAML reads the key `on` as a boolean
    assert {"push", "pull_request"} <= set(triggers)


@pytest.mark.parametrize("path", _WORKFLOWS, ids=name_of)
def test_a_workflow_types_only_verbs_that_there_are_with_variables_that_are_read(path: Path):
    verbs = set(re.findall(r"^([a-z-]+):(?!=)", _MAKEFILE, re.MULTILINE))
    for line in _typed(_workflow(path)):
        program, *words = line.split()
        assert program == "make", line
        for word in words:
            name, given, _ = word.partition("=")
            assert f"$({name})" in _MAKEFILE or f"or $({name})" in _MAKEFILE if given else name in verbs, line


@pytest.mark.parametrize("path", _WORKFLOWS, ids=name_of)
def test_an_action_is_named_by_commit_and_a_workflow_may_only_read(path: Path):
    workflow = _workflow(path)
    assert workflow["permissions"] == {"contents": "read"}
    for step in _steps(workflow):
        if "uses" in step:
            assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", step["uses"]), step["uses"]
            assert re.search(rf"{re.escape(step['uses'])} # v\d+\.\d+\.\d+$", path.read_text(), re.MULTILINE)
    for job in workflow["jobs"].values():
        assert 0 < job["timeout-minutes"] < 360
        assert job["steps"][0]["with"] == {"persist-credentials": False}


def test_hooks_are_local_and_run_the_versions_of_the_lock_file():
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    (repository,) = config["repos"]
    assert repository["repo"] == "local"
    locked = {each["name"] for each in tomllib.loads((ROOT / "uv.lock").read_text())["package"]}
    for hook in repository["hooks"]:
        assert hook["language"] == "system", hook["id"]
        folder, _, program = hook["entry"].split()[0].rpartition("/")
        assert folder == ".venv/bin", hook["id"]
        assert program in locked, hook["id"]


def test_the_dev_container_needs_nothing_but_make_setup():
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text())
    assert container["postCreateCommand"] == "make setup"
    python = (ROOT / ".python-version").read_text().strip()
    assert re.fullmatch(rf"mcr\.microsoft\.com/devcontainers/python:{python}(-\w+)?", container["image"])
    assert not {"features", "dockerComposeFile", "build"} & set(container)


def test_packages_come_from_the_public_registry_alone():
    for lock in (ROOT / "uv.lock", ROOT / "local" / "checkov" / "uv.lock"):
        assert set(re.findall(r"https?://([^/\"]+)", lock.read_text())) <= _REGISTRIES, name_of(lock)
    for path in files(".toml", ".txt", ".sh", ".yml", ".yaml", "Makefile", "devcontainer.json", "run"):
        found = re.findall(
            r"(?:index(?:-url)?|find-links|registry)[ =\"']+(?:https?|file)://([^/\s\"']*)", path.read_text()
        )
        assert set(found) <= _REGISTRIES, name_of(path)
