"""Every alarm has a page that says what to do, and every page only says what can be done."""

from __future__ import annotations

import re
import shlex

import pytest

from cartback.domain.shop.settings import ShopSettings
from cli.cartback import everything, hoisted
from cli.documents import assignment
from tests.laws.reading import ROOT, resources
from tests.unit.settings.shop import document

RUNBOOKS = sorted((ROOT / "docs" / "runbooks").glob("*.md"))
PAGES = [page for page in RUNBOOKS if page.name != "README.md"]
SAID = {
    name: each["Properties"].get("AlarmDescription") or each["Properties"]["Description"]
    for kind in ("AWS::CloudWatch::Alarm", "AWS::Events::Rule")
    for name, each in resources(kind).items()
}
"""What whatever rings says of itself: alarms, and the rule of failed runs."""

ALARMS = sorted(SAID)
_HEADINGS = ["Look", "Mend", "Over when"]


def commands(text: str) -> list[list[str]]:
    """Every ``cartback`` line of a page, in blocks and in running text."""
    blocks = re.findall(r"^ *```(?:console|sh)\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL)
    typed = [line.strip() for block in blocks for line in block.splitlines()]
    lines = [line for line in typed if line.startswith("cartback ")]
    running = re.sub(r"^ *```.*?^ *```", "", text, flags=re.MULTILINE | re.DOTALL)
    inline = [" ".join(said.split()) for said in re.findall(r"`(cartback [^`]+)`", running)]
    # An ellipsis stands for the options that name a stack.
    return [[word for word in shlex.split(line)[1:] if word != "…"] for line in (*lines, *inline)]


@pytest.mark.parametrize("alarm", ALARMS)
def test_every_alarm_names_a_runbook_that_exists_and_speaks_of_it(alarm: str):
    (named,) = re.findall(r"docs/runbooks/([a-z0-9-]+\.md)$", SAID[alarm])
    page = ROOT / "docs" / "runbooks" / named
    assert page.exists()
    (row,) = [line for line in (page.parent / "README.md").read_text().splitlines() if f"]({named})" in line]
    assert f"`{alarm}`" in row


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_runbook_belongs_to_an_alarm_and_says_how_to_look_mend_and_know(page):
    described = " ".join(SAID.values())
    assert f"docs/runbooks/{page.name}" in described
    text = page.read_text()
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == _HEADINGS
    assert "**Means.**" in text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_block_of_a_runbook_holds_lines_of_programs_that_there_are(page):
    for block in re.findall(r"^```console\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            assert re.match(r"cartback |(\w+=\$\()?aws |  --", line), line


@pytest.mark.parametrize("page", [*RUNBOOKS, ROOT / "README.md"], ids=lambda page: page.stem)
def test_every_command_of_a_page_exists_with_its_options(page):
    root = everything()
    found = commands(page.read_text())
    assert found or page.stem == "README"
    for words in found:
        rest, command = hoisted(words), root
        while hasattr(command, "commands"):
            known = {flag: each for each in command.params for flag in each.opts}
            while rest and rest[0].startswith("-"):
                assert rest[0] in known, words
                taken = 1 if known[rest[0]].is_flag else 2
                rest = rest[taken:]
            assert rest, f"{words} is a group of commands"
            assert rest[0] in command.commands, words
            command = command.commands[rest.pop(0)]
        options = {flag for each in command.params for flag in each.opts if flag.startswith("-")}
        assert {word for word in rest if word.startswith("--")} <= options, words


def test_every_change_of_settings_that_a_runbook_advises_is_a_valid_one():
    changes = {
        change
        for page in RUNBOOKS
        for words in commands(page.read_text())
        if words[:2] == ["shop", "edit"]
        for change in words[3:]
    }
    assert "policy.flows.cart_recovery=false" in changes
    for change in changes:
        path, value = assignment(change)
        *parents, last = path.split(".")
        settings = document()
        place = settings
        for name in parents:
            place = place.setdefault(name, {})
        place[last] = value
        ShopSettings.parse(settings)


def test_every_page_that_a_runbook_links_to_exists():
    for page in RUNBOOKS:
        for link in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", page.read_text()):
            assert (page.parent / link).exists(), f"{page.name}: {link}"
