"""What the Lambdas carry is what the lock file says, and nothing that only people need."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from typing import Any

from tests.laws.reading import ROOT

_IN_THE_RUNTIME = "boto3"


@cache
def _locked() -> dict[str, dict[str, Any]]:
    lock = tomllib.loads((ROOT / "uv.lock").read_text())
    return {package["name"]: package for package in lock["package"]}


def _pinned() -> dict[str, tuple[str, set[str]]]:
    text = (ROOT / "layers" / "core" / "requirements.txt").read_text().replace("\\\n", " ")
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


def test_every_pin_of_the_layer_is_the_locked_version_with_locked_hashes():
    for name, (version, hashes) in _pinned().items():
        locked = _locked()[name]
        known = {each["hash"] for each in (*locked.get("wheels", ()), locked.get("sdist") or {"hash": ""})}
        assert version == locked["version"], name
        assert hashes, name
        assert hashes <= known, name


def test_the_layer_can_be_built_for_both_architectures():
    for name, (_, hashes) in _pinned().items():
        wheels = [each["url"].rsplit("/")[-1] for each in _locked()[name]["wheels"] if each["hash"] in hashes]
        for machine in ("x86_64", "aarch64"):
            fits = (
                wheel for wheel in wheels if "-any." in wheel or ("manylinux" in wheel and machine in wheel)
            )
            assert any(fits), f"{name} for {machine}"


def test_the_lock_names_only_the_public_registry():
    registries = set(re.findall(r"registry = \"([^\"]+)\"", (ROOT / "uv.lock").read_text()))
    assert registries == {"https://pypi.org/simple"}
