"""What is fetched is what was locked: the tool that checks hashes too, and nothing is built that no hash speaks for."""

from __future__ import annotations

import json
import re
import tomllib

from local import pin_uv, sbom
from tests.laws.reading import ROOT

_PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
_SETUP = (ROOT / "local" / "setup.sh").read_text()


def test_uv_itself_is_fetched_by_the_hashes_of_the_lock():
    assert pin_uv.PINS.read_text() == pin_uv.text()
    assert len(re.findall("--hash=sha256:[0-9a-f]{64}", pin_uv.text())) > 10, "for every platform"
    lines = _SETUP.replace("\\\n", " ").splitlines()
    fetched = [line for line in lines if "pip install" in line]
    assert len(fetched) == 1
    assert {"--require-hashes", "--only-binary", "--no-deps"} <= set(fetched[0].split())


def test_the_judge_of_state_machines_is_locked_with_a_hash_for_everything_and_runs_no_scripts():
    asked = json.loads((ROOT / "local" / "asl" / "package.json").read_text())["dependencies"]
    lock = json.loads((ROOT / "local" / "asl" / "package-lock.json").read_text())["packages"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in asked.values()), "one version, no range"
    fetched = {name: each for name, each in lock.items() if name}
    assert {f"node_modules/{name}" for name in asked} <= fetched.keys()
    assert all(each["integrity"].startswith("sha512-") for each in fetched.values())
    makefile = (ROOT / "Makefile").read_text()
    assert re.search(r"\$\(NPM\) ci --prefix local/asl --ignore-scripts ", makefile)
    assert "SKIPPED: the judge of state machines" in makefile


def test_an_uv_that_is_there_is_used_only_if_it_is_the_locked_one():
    assert 'if [ -z "$uv" ] || ! is_wanted "$uv"; then' in _SETUP
    assert '= "$wanted" ]' in _SETUP


def test_nothing_of_ours_is_built_by_a_tool_that_nobody_locked():
    assert "build-system" not in _PROJECT
    assert _PROJECT["tool"]["uv"]["package"] is False


def test_the_lock_is_complete_and_every_file_has_its_hash():
    lock = tomllib.loads((ROOT / "uv.lock").read_text())
    for package in lock["package"]:
        if package["name"] != _PROJECT["project"]["name"]:
            files = [*package.get("wheels", ()), *([package["sdist"]] if "sdist" in package else ())]
            assert files, package["name"]
            assert all(each["hash"].startswith("sha256:") for each in files), package["name"]


def test_the_bill_of_materials_is_what_the_layers_carry():
    assert sbom.PAGE.read_text() == sbom.text()
    told = json.loads(sbom.text())
    assert (told["bomFormat"], told["specVersion"]) == ("CycloneDX", "1.6")
    pins = "\n".join(path.read_text() for path in ROOT.glob("layers/*/requirements.txt"))
    pinned = set(re.findall(r"^([a-z0-9-]+)==(\S+)", pins, re.MULTILINE))
    assert {(each["name"], each["version"]) for each in told["components"]} == pinned
    locked = set(re.findall(r"--hash=sha256:([0-9a-f]{64})", pins))
    listed = {
        sum_["content"]
        for each in told["components"]
        for file in each["externalReferences"]
        for sum_ in file["hashes"]
    }
    assert locked <= listed
    known = {each["bom-ref"] for each in told["components"]}
    for each in told["dependencies"]:
        assert set(each["dependsOn"]) <= known
