"""The page of Shopify, followed by somebody new: from an empty folder, line by line, to the first reminder."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cli import checklist
from cli.commands import doctor
from cli.mail_records import GOOD, MUST
from cli.stack import local
from local.cloud import ROOT
from local.demo import back
from local.demo.assortment import PLENTY
from local.demo.platforms import Ground
from local.demo.platforms.shopify import DOMAIN
from local.demo.platforms.shopify import Shop as Shopify
from local.demo.sender import Wire
from local.demo.shopify import Buyer
from local.deploy import SENDERS
from tests.flows.conftest import POLICY
from tests.flows.house import House, until

PAGE = ROOT / "docs" / "shops" / "shopify.md"
SETTINGS = ROOT / "docs" / "settings.md"
LINES = ((PLENTY[0], 1),)


class MyShop(Shopify):
    """The shop of the page."""

    shop = "myshop"


@dataclass
class Newcomer:
    """Somebody with the page open, in a folder of their own."""

    house: House
    shop: MyShop
    folder: Path

    def types(self, line: str, typed: str = "") -> subprocess.Popen[str]:
        """Run a line of the page as it stands there, on the local cloud; what it prompts for is typed."""
        words = [*shlex.split(line)[1:], "--local", "--json", *(["--secret-file", "-"] if typed else [])]
        path = f"{ROOT}:{ROOT / 'layers' / 'core'}"
        running = subprocess.Popen(
            [sys.executable, "-c", "from cli.cartback import run; run()", *words],
            cwd=self.folder,
            env={"PATH": "/usr/bin:/bin", "PYTHONPATH": path},
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
            self.shop.send(told, f"left-{number}", at)
        return buyer


def lines_of(page: Path) -> list[str]:
    """What the first block of a page tells people to type."""
    block = re.search(r"^ *```sh\n(.*?)^ *```", page.read_text(), re.MULTILINE | re.DOTALL)
    assert block
    return [line.strip() for line in block.group(1).splitlines()]


def _closed(shown: Any) -> Any:
    return shown if shown["cart"]["closed_at"] else None


@pytest.fixture
def newcomer(house: House, tmp_path: Path) -> Iterator[Newcomer]:
    clock = house.stage.clock
    by_name: dict[str, Any] = {}
    with back.running(by_name) as back_url:
        ground = Ground(clock, Wire(clock), house.stage.api_url, house.front_url, back_url)
        shop = by_name["myshop"] = MyShop(ground)
        secret = shop.fresh_secret()
        (tmp_path / ".local").mkdir()
        (tmp_path / ".local" / "stack.json").write_text(json.dumps(house.stage.as_json()))
        block = re.search(
            r"^## An example.*?```json\n(.*?)```", SETTINGS.read_text(), re.MULTILINE | re.DOTALL
        )
        assert block
        example = json.loads(block.group(1))
        ours = {"shop": "myshop", "url": house.front_url, "policy": POLICY, "domains": ["localhost", DOMAIN]}
        sender = {"name": "Lampenladen", "address": "hallo@cartback.example"}
        (tmp_path / "shop.yaml").write_text(json.dumps({**example, **ours, "sender": sender}))
        access = {"domain": DOMAIN, "client_id": "app", "client_secret": secret}
        (tmp_path / "access.yaml").write_text(json.dumps({**access, "api_url": shop.base}))
        yield Newcomer(house, shop, tmp_path)


def test_the_lines_of_the_page_end_in_a_cart_that_is_seen_and_in_a_reminder(newcomer: Newcomer):
    add, secret, connect = lines_of(PAGE)
    added = newcomer.reads(newcomer.types(add))
    assert added["webhook_url"] == newcomer.shop.hook
    assert newcomer.reads(newcomer.types(secret, newcomer.shop.secret))["secrets"] == 1

    forged = newcomer.house.send("orders/create", {}, shop="myshop", secret="another-than-the-apps")
    assert forged.status == 401
    assert newcomer.reads(newcomer.types("cartback shop health myshop"))["refused_last_hour"] >= 1

    waiting = newcomer.types(connect)
    until(lambda: newcomer.shop.subscribed, "the subscriptions", 90)
    newcomer.stops_at_the_checkout(8801, confirmed=False)
    until(lambda: waiting.poll() is not None, "the cart that it waits for", 90)
    told = newcomer.reads(waiting)
    assert told["missing"] == []
    assert {"orders/create", "customers_email_marketing_consent/update"} <= set(told["subscribed"])
    show = f"cartback cart show myshop {told['cart_id']}"
    shown = until(lambda: _closed(newcomer.reads(newcomer.types(show))), "what the law makes of a ticked box")
    assert shown["cart"]["closed_because"] == "basis_not_sufficient"

    buyer = newcomer.stops_at_the_checkout(8802, confirmed=True)
    mails = newcomer.house.stage.mail
    got = until(lambda: [each for each in mails.messages if each.to == (buyer.email,)], "the first reminder")
    assert got[0].tags["touch"] == "reminder"
    assert not [each for each in mails.messages if each.to == ("mia8801@example.com",)], "the law dach"


def test_the_checklist_asks_the_cloud_as_far_as_it_answers(house: House):
    stack = local(house.folder)
    assert stack.outputs["Senders"] == SENDERS
    found = {each.about: each for each in checklist.surroundings(stack.outputs, doctor.account(stack))}
    assert found["alarms"].state == MUST, "nobody is told: no AlarmEmail was given"
    assert found["recipients"].state == GOOD
    assert {"SES sandbox", "concurrency", "backup"} <= set(found)
