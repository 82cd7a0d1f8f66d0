"""The pages of patterns can be copied: what stands on a page runs as it stands there, its own tests included."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).parents[3]
PAGES = sorted((ROOT / "docs" / "patterns").glob("*.md"))
_BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


def _blocks(page: Path) -> list[str]:
    return _BLOCK.findall(page.read_text())


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[ElementTree.Element]]:
    """Every trial of every page as it went, by page. They run apart from this house, all in one process."""
    folder = tmp_path_factory.mktemp("patterns")
    (folder / "pytest.ini").write_text("[pytest]\njunit_family = xunit1\n")
    for page in PAGES:
        (folder / f"test_{page.stem}.py").write_text("\n\n".join(_blocks(page)))
    credentials = dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), "nothing")
    trial = "-m pytest -q -p no:cacheprovider --junitxml=told.xml --continue-on-collection-errors".split()
    subprocess.run(
        [sys.executable, *trial],
        cwd=folder,
        env={**os.environ, **credentials},
        capture_output=True,
        check=False,
    )
    told: dict[str, list[ElementTree.Element]] = {page.stem: [] for page in PAGES}
    for trial in ElementTree.parse(folder / "told.xml").iter("testcase"):
        # What could not even be read has its file for a name.
        told[(trial.get("classname") or trial.get("name", "")).removeprefix("test_")].append(trial)
    return told


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_code_of_a_page_passes_the_tests_of_the_page(page: Path, outcomes):
    pattern, trials = _blocks(page)
    assert "def test_" not in pattern
    written = set(re.findall(r"^def (test_\w+)", trials, re.MULTILINE))
    assert len(written) > 2
    for trial in outcomes[page.stem]:
        assert list(trial) == [], f"{trial.get('name')}: {''.join(trial.itertext())[-2000:]}"
    assert {trial.get("name", "").partition("[")[0] for trial in outcomes[page.stem]} == written


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_needs_nothing_of_this_house_and_none_of_its_words(page: Path):
    text = page.read_text()
    assert not re.search(r"\b(cartback|carts?|touch(es)?|shops?|shoppers?|checkout)\b", text, re.IGNORECASE)
    assert not re.search(r"^(?:from|import) (?:cartback|tests|local|bench|cli)\b", text, re.MULTILINE)
    assert max(len(line) for block in _blocks(page) for line in block.splitlines()) <= 120


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_says_problem_idea_and_traps(page: Path):
    said = re.findall(r"^\*\*([\w ]+)\.\*\*", page.read_text(), re.MULTILINE)
    assert [each for each in said if each in {"The problem", "The idea", "Traps"}] == [
        "The problem",
        "The idea",
        "Traps",
    ]
