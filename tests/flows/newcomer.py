"""Somebody new who follows a page: types its lines on the local cloud, in a folder of their own."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import threading
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from cli.first_cart import ASKED, ASKED_WITHOUT_CARTS
from local.cloud import ROOT
from local.demo.assortment import PLENTY
from local.demo.platforms import DemoShop
from local.demo.shopify import Buyer
from tests.flows.house import House, until

LINES = ((PLENTY[0], 1),)


def lines_of(page: Path) -> list[str]:
    """What the first block of a page tells people to type."""
    block = re.search(r"^ *```sh\n(.*?)^ *```", page.read_text(), re.MULTILINE | re.DOTALL)
    assert block
    return [line.strip() for line in block.group(1).splitlines()]


@dataclass
class Newcomer:
    """Somebody with the page open, in a folder of their own, and the shop that they connect."""

    house: House
    shop: DemoShop
    folder: Path

    def types(self, line: str, typed: str = "", *, as_json: bool = True) -> subprocess.Popen[str]:
        """Run a line of the page as it stands there, on the local cloud; what it prompts for is typed."""
        asked = ["--local", *(["--json"] if as_json else []), *(["--secret-file", "-"] if typed else [])]
        running = subprocess.Popen(
            [sys.executable, "-c", "from cli.cartback import run; run()", *shlex.split(line)[1:], *asked],
            cwd=self.folder,
            env={"PATH": "/usr/bin:/bin", "PYTHONPATH": f"{ROOT}:{ROOT / 'layers' / 'core'}"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert running.stdin is not None
        running.stdin.write(typed)
        running.stdin.close()
        running.stdin = None
        return running

    def reads(self, running: subprocess.Popen[str]) -> Any:
        """Wait for its end, and give its answer."""
        said, complaint = running.communicate()
        assert running.returncode == 0, complaint
        return json.loads(said)

    def stops_at_the_checkout(self, number: int, confirmed: bool) -> Buyer:
        """Leave a cart with an address in the shop."""
        at = self.house.stage.clock.now()
        buyer = Buyer(number, "Mia", "Muster", f"mia{number}@example.com", "de")
        if confirmed:
            for told in self.shop.signs_up(buyer, at - timedelta(days=60)):
                self.shop.send(told, f"agreed-{number}", at)
        for told in self.shop.checks_out(buyer, LINES, at, at):
            self.shop.send(told, f"left-{number}", at + self.shop.tells_after(told.topic))
        return buyer

    def mails(self, buyer: Buyer) -> Any:
        """What somebody got."""
        return [each for each in self.house.stage.mail.messages if each.to == (buyer.email,)]


class Waiting:
    """A line that goes on until the shop is heard, and what it has said so far."""

    def __init__(self, running: subprocess.Popen[str]) -> None:
        self._running, self._said = running, ""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def until_it_asks(self, what: str) -> None:
        """Wait until it has subscribed and asks for a first cart."""
        until(lambda: self._asks() or self._running.poll() is not None, what, 90)
        assert self._asks(), self.ends(what)

    def ends(self, what: str) -> str:
        """Wait for its end without a fault, and give what it said, on one line."""
        until(lambda: self._running.poll() is not None, what, 90)
        self._reader.join(10)
        assert self._running.stderr is not None
        assert self._running.returncode == 0, self._said + self._running.stderr.read()
        return " ".join(self._said.split())

    def _asks(self) -> bool:
        return ASKED in self._said or ASKED_WITHOUT_CARTS in self._said

    def _read(self) -> None:
        assert self._running.stdout is not None
        for line in self._running.stdout:
            self._said += line
