"""``cartback``: the entry, the options that every command has, and how it ends.

Exit codes: 0 done, 1 refused (with one line per reason), 2 wrong usage, 3 not reachable (try again later).
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from cartback.domain.errors import Conflict, Refused, TryLater
from cli.catalogue import Entry, entries
from cli.screen import Desk, Usage

REFUSED, USAGE, NOT_REACHABLE = 1, 2, 3
_FLAGS, _VALUES = {"--local", "--json"}, {"--stack", "--region", "--lang"}


class Anywhere(TyperGroup):
    """Takes the general options at any place of the line, and turns failures into one line and an exit code.

    A command is loaded when it is called, with what it works with: to list them only their first lines are read.
    """

    def list_commands(self, ctx: Any) -> list[str]:
        """The names of all commands."""
        return list(entries())

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """A command by its name: itself once it is loaded, else what its first line says of it."""
        entry = entries().get(cmd_name)
        if entry is None or cmd_name in self.commands:
            return self.commands.get(cmd_name)
        return TyperCommand(cmd_name, help=entry.says)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that a line names, loaded."""
        entry = entries().get(args[0])
        if entry is not None and entry.name not in self.commands:
            self.commands[entry.name] = _loaded(entry)
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the line with the general options moved to its front."""
        return super().parse_args(ctx, hoisted(args))

    def invoke(self, ctx: Any) -> Any:
        """Run the command. The operator's mistakes and the network's never show a stack trace; bugs do."""
        try:
            return super().invoke(ctx)
        except Usage as mistake:
            raise _ended(mistake.reason, USAGE) from mistake
        except (Refused, Conflict) as refusal:
            raise _ended(str(refusal), REFUSED) from refusal
        except TryLater as failure:
            raise _ended(failure.reason, NOT_REACHABLE) from failure
        except _of_aws("ClientError") as error:
            raise _ended(f"AWS refuses: {error.response['Error']['Message']}", NOT_REACHABLE) from error
        except _of_aws("BotoCoreError") as error:
            raise _ended(f"not reachable: {error}", NOT_REACHABLE) from error


def _of_aws(name: str) -> Any:
    """A kind of failure of the AWS library, which is loaded only where something failed or AWS is asked."""
    return getattr(import_module("botocore.exceptions"), name)


def _loaded(entry: Entry) -> Any:
    """A command, or group of commands, from its files."""
    single = typer.Typer()
    single.callback()(lambda: None)  # a program of one command would be that command itself
    for module in entry.modules:
        import_module(module).add_to(single)
    group: Any = typer.main.get_command(single)
    return group.commands[entry.name]


def _ended(reason: str, code: int) -> typer.Exit:
    for line in reason.splitlines():
        typer.echo(f"cartback: {line}", err=True)
    return typer.Exit(code)


def hoisted(args: Iterable[str]) -> list[str]:
    """The arguments with general options first, wherever they stood; after ``--`` nothing is moved."""
    front: list[str] = []
    rest: list[str] = []
    waiting = iter(args)
    for word in waiting:
        if word == "--":
            rest += [word, *waiting]
        elif word in _FLAGS or word.partition("=")[0] in _VALUES:
            value = next(waiting, None) if word in _VALUES else None
            if word in _VALUES and (value is None or value.startswith("-")):
                # At the end it meets no word that it could take for its value.
                return [*front, word]
            front += [word] if value is None else [word, value]
        else:
            rest.append(word)
    return front + rest


app = typer.Typer(
    cls=Anywhere,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Run Cartback: shops, carts and their stories, what waits in the dead-letter queues.",
)


def everything() -> Any:
    """The whole command line, with all commands loaded: for those who look through it."""
    whole: Any = typer.main.get_command(app)
    for entry in entries().values():
        whole.commands[entry.name] = _loaded(entry)
    return whole


def _say_version(wanted: bool) -> None:
    if wanted:
        import tomllib

        told = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))
        typer.echo(f"cartback {told['project']['version']}")
        raise typer.Exit


@app.callback()
def general(
    context: typer.Context,
    local: Annotated[bool, typer.Option("--local", help="the local cloud of `make up`")] = False,
    stack: Annotated[str | None, typer.Option("--stack", help="a deployed stack, by name")] = None,
    region: Annotated[str | None, typer.Option("--region", help="the stack's AWS region")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="answer in JSON")] = False,
    lang: Annotated[str, typer.Option("--lang", help="en or de: the words of reasons and tables")] = "en",
    which: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="say the version, and end")
    ] = False,
) -> None:
    """Remember the general options; they may stand anywhere on the line."""
    if lang not in ("en", "de"):
        raise typer.BadParameter("must be en or de", param_hint="--lang")
    context.obj = Desk(local, stack, region, as_json, lang, context.obj)


def run() -> None:
    """The entry point."""
    app()
