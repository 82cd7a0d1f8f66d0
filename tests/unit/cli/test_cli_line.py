"""The line itself: options anywhere, which stack, how it ends, and that the guide knows every command."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from typer.testing import CliRunner, Result

from cartback.domain.errors import Refused, TryLater
from cartback.store.clock import FastClock
from cli import stack as stacks
from cli.cartback import app, everything, hoisted
from cli.documents import assignment
from cli.screen import distance
from cli.stack import Stack, outputs_of

Cartback = Callable[..., Result]
GUIDE = Path(__file__).parents[3] / "docs" / "cli.md"


class Formation:
    """CloudFormation with one answer."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def describe_stacks(self, StackName: str) -> Any:  # noqa: N803
        if isinstance(self.answer, Exception):
            raise self.answer
        return {"Stacks": [{"StackName": StackName, "Outputs": self.answer}]}


def test_general_options_may_stand_anywhere() -> None:
    assert hoisted(["shop", "show", "x", "--json", "--stack", "s", "--lang=de"]) == [
        "--json",
        "--stack",
        "s",
        "--lang=de",
        "shop",
        "show",
        "x",
    ]
    assert hoisted(["shop", "--", "--json"]) == ["shop", "--", "--json"]
    assert hoisted(["shop", "--stack"]) == ["--stack"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (["shop", "list"], 2),
        (["shop", "list", "--local", "--stack", "s"], 2),
        (["shop", "lists"], 2),
        (["shop", "list", "--lang", "fr"], 2),
        (["shop", "list", "--local"], 1),
    ],
)
def test_without_a_good_line_nothing_is_asked(
    line: list[str], code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, line, catch_exceptions=False)
    assert done.exit_code == code
    assert "Traceback" not in done.output


def test_a_local_cloud_that_went_away_is_not_reachable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = {
        "endpoint_url": "http://127.0.0.1:9",
        "region": "eu-central-1",
        "stack_name": "s",
        "api_url": "http://x",
    }
    (tmp_path / ".local").mkdir()
    (tmp_path / ".local" / "stack.json").write_text(json.dumps(told))
    below = tmp_path / "docs"
    below.mkdir()
    monkeypatch.chdir(below)
    gone = Formation(EndpointConnectionError(endpoint_url=told["endpoint_url"]))
    monkeypatch.setattr(stacks.StackClients, "_make", lambda clients, service: gone)
    done = CliRunner().invoke(app, ["shop", "list", "--local"], catch_exceptions=False)
    assert done.exit_code == 3
    assert done.stderr.startswith("cartback: not reachable: ")


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"region": 1}'])
def test_a_broken_stack_file_is_said_so(tmp_path: Path, content: str) -> None:
    (tmp_path / ".local").mkdir()
    (tmp_path / ".local" / "stack.json").write_text(content)
    with pytest.raises(Refused, match=r"stack\.json cannot be read"):
        stacks.local(tmp_path)


def test_the_local_cloud_brings_its_own_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"endpoint_url": "http://127.0.0.1:9", "region": "eu-central-1", "stack_name": "s"}
    (tmp_path / ".local").mkdir()
    (tmp_path / ".local" / "stack.json").write_text(
        json.dumps({**told, "clock": "600@2026-03-01T09:00:00.000+00:00"})
    )
    monkeypatch.setattr(stacks, "outputs_of", lambda formation, name: {"ApiUrl": name})
    found = stacks.local(tmp_path)
    assert isinstance(found.clock, FastClock)
    assert found["ApiUrl"] == "s"


def test_outputs_are_read_by_name() -> None:
    outputs = [{"OutputKey": "ApiUrl", "OutputValue": "https://api.example"}]
    assert outputs_of(Formation(outputs), "s") == {"ApiUrl": "https://api.example"}


def _says(code: str) -> ClientError:
    return ClientError(
        {"Error": {"Code": code, "Message": "Stack with id s does not exist"}}, "DescribeStacks"
    )


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (_says("ValidationError"), Refused),
        (_says("AccessDenied"), TryLater),
        (EndpointConnectionError(endpoint_url="https://x"), TryLater),
    ],
)
def test_a_stack_that_does_not_answer_has_a_named_failure(
    answer: Exception, failure: type[Exception]
) -> None:
    with pytest.raises(failure):
        outputs_of(Formation(answer), "s")


def test_a_stack_of_another_kind_is_refused(stack: Stack) -> None:
    with pytest.raises(Refused, match="has no output Nothing"):
        stack["Nothing"]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("policy.preset=gentle", ("policy.preset", "gentle")),
        ("policy.silence=45", ("policy.silence", 45)),
        ("policy.flows.cart_recovery=false", ("policy.flows.cart_recovery", False)),
        ("brand.accent=#1a5d4a", ("brand.accent", "#1a5d4a")),
        ("reply_to=null", ("reply_to", None)),
        ("languages=de, en", ("languages", ["de", "en"])),
        ('imprint=["A, B", "C"]', ("imprint", ["A, B", "C"])),
        ("links.support_url=https://x.example/?a=b", ("links.support_url", "https://x.example/?a=b")),
        ("policy.quiet_hours.start=21:00", ("policy.quiet_hours.start", "21:00")),
        (
            "policy.touches=[{name: answers, after: 2d}]",
            ("policy.touches", [{"name": "answers", "after": "2d"}]),
        ),
        ("policy.touches[0].after=30m", ("policy.touches.0.after", "30m")),
    ],
)
def test_a_value_on_the_line_means_what_it_looks_like(text: str, read: tuple[str, object]) -> None:
    assert assignment(text) == read


def test_a_list_that_is_none_is_refused_with_its_path() -> None:
    with pytest.raises(Refused, match=r"policy\.touches: is neither JSON nor YAML"):
        assignment("policy.touches=[{name: answers")


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(0), "+0 s"),
        (timedelta(seconds=59.9), "+59 s"),
        (timedelta(minutes=61), "+1 h 1 min"),
        (timedelta(days=3, hours=2, seconds=1), "+3 d 2 h"),
        (timedelta(days=1, seconds=5), "+1 d 5 s"),
        (-timedelta(minutes=5), "-5 min"),
    ],
)
def test_a_distance_shows_its_two_largest_units(span: timedelta, said: str) -> None:
    assert distance(span) == said


def _commands(group: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, f"{before}{name} ")
        else:
            yield f"{before}{name}", command


def test_the_guide_names_every_command_and_every_option() -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    commands = dict(_commands(everything()))
    assert {"shop add", "cart show", "why", "dlq redrive"} <= set(commands)
    for name, command in commands.items():
        section = re.search(rf"^### `cartback {name}\b.*?(?=^##|\Z)", guide, re.MULTILINE | re.DOTALL)
        assert section, f"docs/cli.md has no section about cartback {name}"
        for option in (option for parameter in command.params for option in parameter.opts):
            assert not option.startswith("--") or option == "--help" or option in section.group(), (
                f"{name} {option}"
            )


def test_every_command_of_the_guide_exists() -> None:
    named = re.findall(
        r"^### `cartback ([a-z]+(?: [a-z]+)?)\b", GUIDE.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert sorted(named) == sorted(name for name, _ in _commands(everything()))
