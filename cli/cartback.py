"""``cartback``: the entry, the options that every command has, and how it ends.

Exit codes: 0 done, 1 refused (with one line per reason), 2 wrong usage, 3 not reachable (try again later).
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable
from importlib import import_module
from typing import Annotated, Any

import typer
from botocore.exceptions import BotoCoreError, ClientError
from typer.core import TyperGroup

from cartback.domain.errors import Conflict, Refused, TryLater
from cli import commands
from cli.screen import Desk, Usage
from cli.stack import Stack

REFUSED, USAGE, NOT_REACHABLE = 1, 2, 3
_FLAGS, _VALUES = {"--local", "--json"}, {"--stack", "--region", "--lang"}


class Anywhere(TyperGroup):
    """Takes the general options at any place of the line, and turns failures into one line and an exit code."""

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
        except ClientError as error:
            raise _ended(f"AWS refuses: {error.response['Error']['Message']}", NOT_REACHABLE) from error
        except BotoCoreError as error:
            raise _ended(f"not reachable: {error}", NOT_REACHABLE) from error


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


@app.callback()
def general(
    context: typer.Context,
    local: Annotated[bool, typer.Option("--local", help="the local cloud of `make up`")] = False,
    stack: Annotated[str | None, typer.Option("--stack", help="a deployed stack, by name")] = None,
    region: Annotated[str | None, typer.Option("--region", help="the stack's AWS region")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="answer in JSON")] = False,
    lang: Annotated[str, typer.Option("--lang", help="en or de: the words of reasons")] = "en",
) -> None:
    """Remember the general options; they may stand anywhere on the line."""
    if lang not in ("en", "de"):
        raise typer.BadParameter("must be en or de", param_hint="--lang")
    given = context.obj if isinstance(context.obj, Stack) else None
    context.obj = Desk(local, stack, region, as_json, lang, given)


for module in sorted(found.name for found in pkgutil.iter_modules(commands.__path__)):
    import_module(f"{commands.__name__}.{module}").add_to(app)


def run() -> None:
    """The entry point."""
    app()
