"""What the Lambdas carry is what the lock file says, and nothing that only people need."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from typing import Any

import pytest

from tests.laws.reading import ROOT

_IN_THE_RUNTIME = "boto3"
LAYERS = sorted(path.parent.name for path in ROOT.glob("layers/*/requirements.txt"))


@cache
def _locked() -> dict[str, dict[str, Any]]:
    lock = tomllib.loads((ROOT / "uv.lock").read_text())
    return {package["name"]: package for package in lock["package"]}


def _pinned(layer: str = "core") -> dict[str, tuple[str, set[str]]]:
    text = (ROOT / "layers" / layer / "requirements.txt").read_text().replace("\\\n", " ")
    pins = {}
    for line in text.splitlines():
        found = re.match(r"([a-z0-9-]+)==(\S+)", line)
        if found:
            pins[found[1]] = (found[2], set(re.findall(r"--hash=(\S+)", line)))
    return pins


def _needed(name: str, seen: set[str]) -> set[str]:
    if name not in seen:
        seen.add(name)
        for each in _locked()[name].get("dependencies", ()):
            _needed(each["name"], seen)
    return seen


def test_the_layer_carries_what_cartback_needs_at_run_time_and_nothing_else():
    needed: set[str] = set()
    for each in _locked()["cartback"]["dependencies"]:
        if each["name"] != _IN_THE_RUNTIME:
            _needed(each["name"], needed)
    assert set(_pinned()) == needed


def test_the_layer_of_push_carries_what_seals_and_signs_and_the_core_carries_nothing_of_it():
    needed: set[str] = set()
    for each in _locked()["cartback"]["dev-dependencies"]["push"]:
        _needed(each["name"], needed)
    assert set(_pinned("push")) == needed
    assert not needed & set(_pinned())


@pytest.mark.parametrize("layer", LAYERS)
def test_every_pin_of_a_layer_is_the_locked_version_with_locked_hashes(layer):
    for name, (version, hashes) in _pinned(layer).items():
        locked = _locked()[name]
        known = {each["hash"] for each in (*locked.get("wheels", ()), locked.get("sdist") or {"hash": ""})}
        assert version == locked["version"], name
        assert hashes, name
        assert hashes <= known, name


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_can_be_built_for_both_architectures(layer):
    for name, (_, hashes) in _pinned(layer).items():
        wheels = [each["url"].rsplit("/")[-1] for each in _locked()[name]["wheels"] if each["hash"] in hashes]
        for machine in ("x86_64", "aarch64"):
            fits = (
                wheel for wheel in wheels if "-any." in wheel or ("manylinux" in wheel and machine in wheel)
            )
            assert any(fits), f"{name} for {machine}"


def test_the_lock_names_only_the_public_registry():
    registries = set(re.findall(r"registry = \"([^\"]+)\"", (ROOT / "uv.lock").read_text()))
    assert registries == {"https://pypi.org/simple"}
