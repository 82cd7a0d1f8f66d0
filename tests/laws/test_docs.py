"""Every page is found from the index, every link leads somewhere, and every source that is cited can be read."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.laws.reading import PACKAGE, ROOT, files, name_of, syntax, under
from tests.unit.guides import building

DOCS = ROOT / "docs"
INDEX = DOCS / "README.md"
REQUIREMENTS = DOCS / "reference" / "requirements.md"
_SPECS = ROOT / "tests" / "specs"  # these cite what their vendors publish
_PAGES = [path for path in files(".md") if not path.is_relative_to(_SPECS)]
_TOLD = [
    path
    for path in files(".py", ".md", ".yaml", ".yml", ".sh", ".toml", ".j2", "Makefile")
    if not path.is_relative_to(_SPECS)
]
# The areas of the catalogue of requirements; other words before a number are orders, quotes and codes of shops.
_AREAS = (
    "GOAL ING DET SEQ TIM CHN MSG INC CON LEG SEG AI EXP ATT KPI B2B STK PRC CSV FUL MKT ADS CNT WFA W25 PEAK OPS GOV "
    "PLAN CHK PIT CONFLICTS"
).split()

_FILE = re.compile(
    r"(?<![\w/.<>{}*$-])([\w./-]*[\w-]\.md|[\w.-]+(?:/[\w.-]+)+\.(?:py|asl\.json|schema\.json|ya?ml|sh|toml|j2))\b(?![/<])"
)
# What vendors' own code is called, each named beside its repository.
_ELSEWHERE = ("twilio/", "stripe/_webhook.py")


def _links(page: Path) -> list[str]:
    """What a page links to within the repository, as it is written; code is no prose."""
    prose = re.sub(r"^ *```.*?^ *```", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"\]\((?![a-z]+:)([^)\s]+)\)", re.sub(r"`[^`\n]*`", "", prose))


def _anchors(page: Path) -> set[str]:
    """The names that GitHub gives to a page's headings."""
    prose = re.sub(r"^ *```.*?^ *```", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", prose, re.MULTILINE)
    shown = [re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).lower().strip() for heading in headings]
    return {re.sub(r"[^\w\- ]", "", heading).replace(" ", "-") for heading in shown}


def test_every_page_stands_in_the_index_once_and_it_names_none_that_is_not_there():
    named = [link for link in _links(INDEX) if not link.startswith("../") and link.endswith(".md")]
    there = {page.relative_to(DOCS).as_posix() for page in DOCS.rglob("*.md")} - {"README.md"}
    assert {page for page in named if named.count(page) > 1} == set()
    assert set(named) - there == set()
    assert there - set(named) == set(), "give it a line in docs/README.md"


@pytest.mark.parametrize("page", _PAGES, ids=name_of)
def test_every_link_of_a_page_leads_to_a_file_and_to_a_heading_of_it(page: Path):
    for link in _links(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{name_of(page)} links to {link}"
        if anchor and target.suffix == ".md":
            assert anchor in _anchors(target), f"{name_of(page)} links to {link}"


@pytest.mark.parametrize("page", _PAGES, ids=name_of)
def test_every_heading_of_a_page_has_something_below_it(page: Path):
    text = re.sub(r"^ *```.*?^ *```", "code", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    parts = re.split(r"^(#+) (.+)$", text, flags=re.MULTILINE)
    headings = list(zip(parts[1::3], parts[2::3], parts[3::3], strict=True))
    for (depth, title, below), following in zip(headings, [*headings[1:], ("", "", "")], strict=False):
        has_sections = len(following[0]) > len(depth)
        assert below.strip() or has_sections, f"{name_of(page)}: nothing below {title}"


def test_a_file_that_is_cited_is_in_the_repository():
    """Pages by their path or the end of it, code where a folder is named. Another project's is cited by its address.

    What a guide tells to write is there for whoever follows it.
    """
    invented = [
        name for guide in (DOCS / "guides").glob("*.md") for name in building.files(guide.read_text())
    ]
    there = {
        "/".join(parts[start:])
        for name in [*map(name_of, files()), *invented]
        for parts in [name.split("/")]
        for start in range(len(parts))
    }
    missing = {
        f"{name_of(path)} cites {cited}"
        for path in _TOLD
        for cited in _FILE.findall(re.sub(r"https?://\S+", "", path.read_text()))
        if re.sub(r"^(\.\.?/)+", "", cited) not in there and not cited.startswith(_ELSEWHERE)
    }
    assert missing == set()


def _cited() -> dict[str, str]:
    """Every id of a requirement, and a file that cites it; a range stands for its ends."""
    pattern = re.compile(rf"\b(?:{'|'.join(_AREAS)})-\d+\b")
    own = Path(__file__)
    return {
        found: name_of(path)
        for path in _TOLD
        if path not in {REQUIREMENTS, own}
        for found in pattern.findall(path.read_text())
    }


def test_every_requirement_that_is_cited_is_explained_once_and_none_in_vain():
    rows = re.findall(r"^\| ([A-Z0-9]+-\d+) \| (.+) \|$", REQUIREMENTS.read_text(), re.MULTILINE)
    explained = [requirement for requirement, _ in rows]
    assert explained == sorted(explained, key=lambda each: (each.split("-")[0], int(each.split("-")[1])))
    assert len(set(explained)) == len(explained)
    assert all(text.endswith(".") and len(text) > 30 for _, text in rows)
    cited = _cited()
    assert {found: cited[found] for found in set(cited) - set(explained)} == {}
    # Ends of a range that is cited, such as SEQ-1 to SEQ-6, speak for what lies between.
    between = {f"SEQ-{number}" for number in range(1, 7)}
    assert set(explained) - set(cited) - between == set()


def test_the_glossary_explains_every_public_name_of_the_ports_and_no_other():
    listed = [
        name
        for row in re.findall(
            r"^\| (`[^|]*) \|.*\| `ports/[^|]*\|$", (DOCS / "glossary.md").read_text(), re.MULTILINE
        )
        for name in re.findall(r"`([A-Z]\w*)`", row)
    ]
    there = {
        node.name
        for path in under(PACKAGE / "ports")
        for node in syntax(path).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    }
    assert there - set(listed) == set(), "give it a row in docs/glossary.md"
    assert set(listed) - there == set()


def test_every_room_that_the_glossary_names_is_there():
    cells = re.findall(r"\| ([^|]+) \|$", (DOCS / "glossary.md").read_text(), re.MULTILINE)
    rooms = {room for cell in cells for room in re.findall(r"`([a-z_/.]+)`", cell)}
    assert len(rooms) > 10
    assert {room for room in rooms if not (ROOT / room).exists() and not (PACKAGE / room).exists()} == set()


def test_every_room_of_tests_says_what_it_asks_and_costs():
    """Helpers that are no room, such as fakes and specifications, have their line as well."""
    page = (ROOT / "tests" / "README.md").read_text()
    listed = re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)
    there = {
        path.relative_to(ROOT / "tests").parts[0]
        for path in files(".py")
        if path.is_relative_to(ROOT / "tests")
    }
    assert sorted(listed) == sorted({room for room in there if (ROOT / "tests" / room).is_dir()})
