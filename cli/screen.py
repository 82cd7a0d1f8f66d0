"""What the operator sees: tables and lines, or JSON for programs."""

from __future__ import annotations

import getpass
import json
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cartback.domain.errors import Refused
from cli.heads import head

if TYPE_CHECKING:
    from cli.stack import Stack

# What a terminal would obey and not show. JSON text may hold the second half of them, and a shopper may write it.
_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
STACK_VARIABLE = "CARTBACK_STACK"
"""Names the stack of every call that says none itself."""
_BLANKS_AT_ENDS = re.compile(r"[ ]+$", re.MULTILINE)
"""What fills a table's last column: one long line would fill hundreds of columns of all others."""
_WIDE = 1_000  # columns where nobody looks but another program: a line stays a line


class Usage(Refused):
    """The line itself is wrong: exit code 2."""


@dataclass
class Desk:
    """One call of the command line: which stack, and how to answer. The stack is looked up on first use."""

    local: bool = False
    name: str | None = None
    region: str | None = None
    as_json: bool = False
    lang: str = "en"
    given: Stack | None = None

    @cached_property
    def stack(self) -> Stack:
        """The stack that was asked for, by the line or else by ``CARTBACK_STACK``.

        Raises Usage if none was, Refused if it is not there.
        """
        if self.given is not None:
            return self.given
        if self.local and self.name:
            raise Usage("--local and --stack: say only one of them")
        from cli import stack as stacks  # loads the AWS library, which help and wrong lines do without

        name = self.name or os.environ.get(STACK_VARIABLE)
        if self.local:
            return stacks.local(Path.cwd())
        if name:
            return stacks.deployed(name, self.region)
        raise Usage(f"say which stack: --local, --stack NAME [--region REGION], or set {STACK_VARIABLE}")

    def tell(self, data: Any, *shown: Table | Text | str) -> None:
        """Print ``data`` as JSON if JSON was asked for, else what is shown."""
        if self.as_json:
            typer.echo(unobeyed(json.dumps(data, ensure_ascii=False, indent=2, default=_plain)))
            return
        console = Console(highlight=False, soft_wrap=True)
        if not console.is_terminal:
            console.width = _WIDE
        for part in shown:
            if isinstance(part, Table):
                for column in part.columns:
                    column.header = head(str(column.header), self.lang)
            if isinstance(part, str) or console.is_terminal:
                console.print(Text(unobeyed(part)) if isinstance(part, str) else part)
                continue
            with console.capture() as drawn:
                console.print(part)
            typer.echo(_BLANKS_AT_ENDS.sub("", drawn.get()), nl=False)


def desk(context: typer.Context) -> Desk:
    """The desk of this call."""
    found: Desk = context.obj
    return found


def somebody() -> str:
    """Who is at the keyboard, for ``changed_by``."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "somebody"


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """A plain table. Cells are text: what a shop or shopper typed is never read as markup."""
    made = Table(box=None, header_style="bold", pad_edge=False)
    for number, column in enumerate(columns, 1):
        made.add_column(column, no_wrap=number < len(columns))
    for row in rows:
        made.add_row(*(Text("" if cell is None else unobeyed(str(cell))) for cell in row))
    return made


def unobeyed(text: str) -> str:
    """The text with control characters written out as JSON writes them: they move no cursor and change no title."""
    return _OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def moment(at: datetime | None) -> str:
    """An instant to the second, in UTC."""
    return "" if at is None else at.strftime("%Y-%m-%d %H:%M:%S")


def distance(span: timedelta) -> str:
    """How long after: the two largest units, such as ``+2 d 3 h`` or ``+5 min 10 s``."""
    seconds = int(span.total_seconds())
    sign = "-" if seconds < 0 else "+"
    parts = []
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        count, seconds = divmod(abs(seconds), size)
        if count:
            parts.append(f"{count} {unit}")
    return sign + " ".join(parts[:2] or ["0 s"])


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)
