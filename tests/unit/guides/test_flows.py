"""The guides to flows are true: what they tell to write passes what every flow is asked, and is played to its end."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from tests.unit.guides.building import ROOT, built, files, lines, run

GUIDES = ROOT / "docs" / "guides"
FIRST, ADD = GUIDES / "first_flow.md", GUIDES / "add_a_flow.md"
ASKED = (
    "tests/laws/test_edges.py",
    "tests/laws/test_flow_cards.py",
    "tests/laws/test_machines.py",
    "tests/laws/test_texts.py",
    "tests/unit/domain/test_subjects.py",
)
OF_ALL = "starts_flows or of_a_flow or machines_of_flows or docs_say_of_flows or every_verb"
"""Among those the laws that speak of all flows at once."""


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize(("guide", "flow"), [(FIRST, "big_order"), (ADD, "ask_review")])
def test_the_flow_of_a_guide_is_built_from_its_page_keeps_the_laws_and_is_played(
    guide: Path, flow: str, tmp_path: Path
):
    page = guide.read_text()
    tree = built(page, tmp_path / "house")
    own = [path for path in files(page) if path.endswith(".py")]
    ruff = str(Path(sys.executable).with_name("ruff"))
    run(tree, "check", *own, program=ruff)
    run(tree, "format", "--check", *own, program=ruff)
    test = f"tests/unit/usecases/test_{flow}.py"
    told = run(
        tree, "-m", "pytest", "-q", "-p", "no:cacheprovider", test, *ASKED, "-k", f"{flow} or {OF_ALL}"
    )
    passed = re.search(r"(\d+) passed", told)
    assert passed is not None
    assert int(passed[1]) > 30
    assert "failed" not in told


@pytest.mark.parametrize("guide", [FIRST, ADD], ids=lambda guide: guide.stem)
def test_every_place_that_a_guide_to_flows_names_is_there_or_made_by_it(guide: Path):
    page = guide.read_text()
    made = files(page)
    named = set(re.findall(r"`((?:layers|tests|docs|local|events|statemachines)/[\w/.]+)`", page))
    folders = {f"{Path(path).parent}/" for path in made}
    assert len(named) > 7
    assert {place for place in named - made.keys() - folders if not (ROOT / place).exists()} == set()
    assert all(line in (ROOT / path).read_text() for path, line, _ in lines(page))


def test_the_guide_lists_every_file_that_it_makes_and_every_one_that_it_changes():
    page = ADD.read_text()
    table = page[page.index("## Every file") : page.index("## 1.")]
    for path in [*files(page), *(path for path, _, _ in lines(page))]:
        assert path in table or f"{Path(path).parent}/" in table, path
