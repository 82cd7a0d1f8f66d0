"""What the README tells people to type exists."""

from __future__ import annotations

import re

from tests.laws.reading import PACKAGE, ROOT, files, name_of

README = ROOT / "README.md"
HOUSE = ROOT / "docs" / "house.md"
SHOPIFY = ROOT / "docs" / "shops" / "shopify.md"


def _text() -> str:
    return README.read_text()


def _commands() -> list[str]:
    blocks = re.findall(r"^```(?:sh|bash|console)\n(.*?)^```", _text(), re.MULTILINE | re.DOTALL)
    lines = [line.strip().removeprefix("$ ") for block in blocks for line in block.splitlines()]
    inline = re.findall(r"`((?:make|cartback) [^`\n]+)`", _text())
    return [
        line.partition(" #")[0].strip() for line in (*lines, *inline) if line and not line.startswith("#")
    ]


def _verbs() -> set[str]:
    return set(re.findall(r"^([a-z-]+):(?!=)", (ROOT / "Makefile").read_text(), re.MULTILINE))


def test_every_verb_of_make_in_the_readme_is_in_the_makefile():
    named = {
        word
        for command in _commands()
        for call in re.findall(r"\bmake ([^&|;]*)", command)
        for word in call.split()
        if "=" not in word and not word.startswith("-")
    }
    assert {"demo", "test"} <= named
    assert named <= _verbs()


def test_every_variable_given_to_make_in_the_readme_is_read_somewhere():
    readers = "".join(path.read_text() for path in (ROOT / "Makefile", *files(".py", ".sh")))
    given = {name for command in _commands() for name in re.findall(r"\bmake\b.*?\b([A-Z_]+)=", command)}
    assert {name for name in given if name not in readers} == set()


def test_every_file_that_the_readme_links_to_exists():
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", _text())
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_every_room_on_the_map_of_the_house_exists():
    rooms = re.findall(r"^\| `([\w/.]+)` \|", HOUSE.read_text(), re.MULTILINE)
    assert [room for room in rooms if not (ROOT / room).exists()] == []
    folders = [each for place in (ROOT, PACKAGE) for each in place.iterdir() if each.is_dir()]
    written = {name_of(each) for each in folders if any(path.is_relative_to(each) for path in files())}
    assert written - {"layers", ".ci", ".github", ".devcontainer"} <= {
        room.removesuffix("/") for room in rooms
    }


def test_what_ci_runs_is_the_readmes_own_test_command():
    (command,) = re.findall(r"^exec (make \S+)", (ROOT / ".ci" / "run").read_text(), re.MULTILINE)
    assert command in _commands()


def test_every_line_that_deploys_names_the_stage_of_its_environment_and_a_sender():
    """``--parameter-overrides`` replaces the stage that samconfig.toml gives: prod would deploy as whatever is left."""
    places = (README, ROOT / "samconfig.toml", ROOT / "docs" / "production.md")
    lines = [
        found
        for place in places
        for found in re.findall(r"sam deploy[^`\n]*--parameter-overrides[^`\n]*", place.read_text())
    ]
    assert len(lines) >= 2
    for line in lines:
        words = line.split()
        environment = words[words.index("--config-env") + 1] if "--config-env" in words else "dev"
        assert f"Stage={environment}" in words
        assert any(word.startswith("Sender=") for word in words)


def test_the_readme_connects_a_shop_in_the_very_lines_of_its_page():
    """One right way, said once: the page has the reasons, the README the lines."""
    block = re.search(r"^ *```sh\n(.*?)^ *```", SHOPIFY.read_text(), re.MULTILINE | re.DOTALL)
    assert block
    lines = [line.strip() for line in block.group(1).splitlines()]
    commands = _commands()
    at = commands.index(lines[0])
    assert commands[at : at + len(lines)] == lines


def test_the_readme_is_read_in_a_few_minutes_and_tells_the_first_week_in_seven_lines():
    week = _text().partition("## The first week\n")[2].partition("\n## ")[0]
    assert re.findall(r"^(\d)\. ", week, re.MULTILINE) == list("1234567")
    assert len(_text().split()) < 1_100
    assert len(re.findall(r"^!\[", _text(), re.MULTILINE)) == 1, "one picture"
