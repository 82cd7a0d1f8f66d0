"""What an operator gets wrong is answered by name, with what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import (
    BotoCoreError,
    InvalidRegionError,
    NoCredentialsError,
    NoRegionError,
    ProfileNotFound,
)
from typer.testing import CliRunner, Result

from cartback.domain.errors import Refused, TryLater
from cli import stack as stacks
from cli.cartback import app
from tests.unit.cli.test_cli_reach import laden as laden

Cartback = Callable[..., Result]


class Nobody:
    """A CloudFormation that a wrong shell never reaches."""

    def __init__(self, error: BotoCoreError) -> None:
        self.error = error

    def describe_stacks(self, StackName: str) -> None:  # noqa: N803
        raise self.error


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (NoRegionError(), "--region"),
        (InvalidRegionError(region_name="moon 1"), "--region"),
        (NoCredentialsError(), "AWS_PROFILE"),
        (ProfileNotFound(profile="nobody"), "AWS_PROFILE"),
    ],
)
def test_a_shell_that_is_not_logged_in_is_told_what_to_set(
    monkeypatch: pytest.MonkeyPatch, error: BotoCoreError, says: str
) -> None:
    with pytest.raises(Refused, match=says):
        stacks.outputs_of(Nobody(error), "s")

    def refuses(region_name: str | None = None) -> None:
        raise error

    monkeypatch.setattr(boto3, "Session", refuses)
    with pytest.raises(Refused, match=says):
        stacks.deployed("s", None)


def test_a_stack_that_cannot_be_asked_may_be_asked_again() -> None:
    with pytest.raises(TryLater, match="not reachable"):
        stacks.outputs_of(Nobody(BotoCoreError()), "s")


@pytest.mark.parametrize("line", [["shop", "list", "--stack"], ["shop", "list", "--stack", "--json"]])
def test_an_option_without_its_value_takes_no_word_of_the_command(line: list[str]) -> None:
    done = CliRunner().invoke(app, line, catch_exceptions=False)
    assert done.exit_code == 2
    assert "'--stack' requires an argument" in done.stderr


def test_a_state_that_no_cart_has_is_wrong_usage(laden: Cartback) -> None:
    done = laden("cart", "list", "laden", "--status", "closed")
    assert done.exit_code == 2
    assert done.stderr == "cartback: --status: must be one of open, bought, emptied, given_up, erased\n"


def test_who_is_neither_a_person_nor_a_cart_is_said_to_be_neither(laden: Cartback) -> None:
    done = laden("why", "laden", "zz")
    assert done.stderr == (
        "cartback: person: laden knows nobody by zz; say an id, a cart's id or token, the number of an order, "
        "or a link from one of their mails, or --address\n"
    )
    done = laden("why", "laden", "ada@example.com")
    assert (done.exit_code, "ada@" in done.stderr) == (1, False)
    assert "say --address" in done.stderr


def test_the_option_of_a_file_that_is_not_there_is_named(laden: Cartback, tmp_path: Path) -> None:
    nothing = str(tmp_path / "nothing")
    for option, line in (
        ("--file", ("edit", "laden")),
        ("--secret-file", ("secret", "laden")),
        ("--access-file", ("connect", "laden")),
    ):
        done = laden("shop", *line, option, nothing)
        assert done.stderr == f"cartback: {option}: {nothing} cannot be read: No such file or directory\n"
