"""What the demo shows while it runs, and at its end."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from local.demo.life import Life, Scene
from local.demo.tally import Tally
from local.stage import Stage

NEWS = 6
PLAIN_EVERY_SECONDS = 10.0


class Screen:
    """Shows a play. On a terminal it is redrawn in place, elsewhere a line is written now and then."""

    def __init__(
        self, console: Console, stage: Stage, scene: Scene, lives: list[Life], start: datetime
    ) -> None:
        self._console = console
        self._stage = stage
        self._scene = scene
        self._lives = lives
        self._start = start
        self._live: Live | None = None
        self._plain_at = 0.0

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Show until the block ends."""
        if not self._console.is_terminal:
            yield
            return
        with Live(self._panel(), console=self._console, refresh_per_second=4, transient=True) as live:
            self._live = live
            yield
            live.update(self._panel())

    def look(self) -> None:
        """Show how things stand now."""
        if self._live is not None:
            self._live.update(self._panel())
        elif time.monotonic() - self._plain_at >= PLAIN_EVERY_SECONDS:
            self._plain_at = time.monotonic()
            numbers = ", ".join(f"{value} {name}" for name, value in self._numbers())
            self._console.print(f"{self._moment()}: {numbers}", highlight=False, soft_wrap=True)

    def _panel(self) -> Panel:
        numbers = Table.grid(padding=(0, 3))
        numbers.add_row(*(Text.assemble((str(value), "bold"), f" {name}") for name, value in self._numbers()))
        news = [
            Text(line, style="dim", overflow="ellipsis", no_wrap=True) for line in self._scene.told[-NEWS:]
        ]
        parts: list[RenderableType] = [
            numbers,
            Text(),
            *news,
            Text(f"Inbox: {self._stage.inbox_url}"),
        ]
        return Panel(Group(*parts), title=self._moment(), title_align="left")

    def _numbers(self) -> list[tuple[str, int]]:
        return [
            ("webhooks", len(self._scene.wire.replies)),
            ("mails", len(self._stage.mail.messages)),
            ("carts won back", sum(1 for each in self._lives if each.restored and each.bought_at)),
            ("unsubscribed", sum(1 for each in self._lives if each.left_at)),
        ]

    def _moment(self) -> str:
        now = self._stage.clock.now()
        return f"Day {(now - self._start).days + 1}, {now:%a %d %b %H:%M} UTC"


def outcome(console: Console, tally: Tally, file: str) -> None:
    """Print what came of it: a line for each shop, then the verdict."""
    shops = Table(title="What came of it, by the platform of the shop", title_justify="left", expand=True)
    for name in ("", "carts", "mails", "won back", "said no"):
        shops.add_column(name, justify="right" if name else "left", no_wrap=True)
    shops.add_column("carts without a (further) mail, and why", ratio=1)
    for name, shop in tally.shops.items():
        shops.add_row(name.replace("_", " "), *_line(shop))
    shops.add_section()
    shops.add_row("all", *_line(tally), style="bold")
    console.print(shops)
    table = Table(show_header=False)
    table.add_column(justify="left")
    table.add_column(justify="right")
    for what, value in (
        ("shoppers", tally.shoppers),
        ("bought before the first touch", tally.bought_before_first_touch),
        ("purchases that only the shops' own lists told", tally.found_by_comparing),
        ("won back", f"{tally.recovered_cents / 100:,.2f} €"),
        ("mails that ask whether a sign-up was meant", tally.questions),
    ):
        table.add_row(what, str(value))
    table.add_section()
    for name, number in (
        ("the same touch twice", tally.duplicates),
        ("mails after a purchase", tally.after_purchase),
        ("mails after an opt-out", tally.after_opt_out),
    ):
        table.add_row(name, Text(str(number), style="bold red" if number else "bold green"))
    console.print(table)
    for line in tally.explained:
        console.print(line, style="red", highlight=False, markup=False, soft_wrap=True)
    console.print(
        "The last three are counted from what the mail server received, from the moment that an order, a click or a "
        f"refusal was answered.\nThe numbers are in {file}.",
        highlight=False,
    )


def _line(tally: Tally) -> tuple[str, ...]:
    why = ", ".join(f"{reason.replace('_', ' ')} {number}" for reason, number in tally.withheld.items())
    numbers = (tally.messages, tally.recovered, tally.opted_out)
    if not tally.carts:
        return "–", *map(str, numbers), "tells of no carts: orders and people only"
    return str(tally.carts), *map(str, numbers), why
