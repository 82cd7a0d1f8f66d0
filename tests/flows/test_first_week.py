"""The page of Shopify, followed by somebody new: from an empty folder, line by line, to the first reminder."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cli import checklist
from cli.commands import doctor
from cli.mail_records import GOOD, MUST
from cli.stack import local
from local.cloud import ROOT
from local.demo import back
from local.demo.platforms import Ground
from local.demo.platforms.shopify import DOMAIN
from local.demo.platforms.shopify import Shop as Demo
from local.demo.sender import Wire
from local.deploy import SENDERS
from local.tryout import MyShop
from tests.flows.conftest import POLICY
from tests.flows.house import House, until
from tests.flows.newcomer import Newcomer, lines_of

PAGE = ROOT / "docs" / "shops" / "shopify.md"
SETTINGS = ROOT / "docs" / "settings.md"


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
    got = until(lambda: newcomer.mails(buyer), "the first reminder")
    assert got[0].tags["touch"] == "reminder"
    assert not [each for each in mails.messages if each.to == ("mia8801@example.com",)], "the law dach"


def test_a_marketer_sees_a_test_of_their_own_words_and_nobody_else_does(newcomer: Newcomer):
    newcomer.reads(newcomer.types("cartback texts edit demo reminder 'button=Weiter zum Korb'"))
    newcomer.reads(newcomer.types("cartback texts test demo reminder --to mia@lamps.example"))
    mails = newcomer.house.stage.mail
    (got,) = until(lambda: [each for each in mails.messages if each.subject.startswith("[Test]")], "the test")
    assert got.to == ("mia@lamps.example",)
    assert "Weiter zum Korb" in got.html
    newcomer.reads(newcomer.types("cartback texts undo demo"))


def test_whose_consent_was_brought_along_is_reminded_of_the_next_cart(newcomer: Newcomer):
    export = (
        "Email,Klaviyo ID,Email Marketing Consent,Email Marketing Consent Timestamp\n"
        "mia8804@example.com,01A,SUBSCRIBED,2025-03-01 10:00:00\n"
        "mia8805@example.com,01B,UNSUBSCRIBED,2025-04-01 10:00:00\n"
    )
    (newcomer.folder / "klaviyo.csv").write_text(export)
    line = "cartback consent import demo klaviyo.csv --covers cart_reminders --double-opt-in 'asks twice'"
    demo = replace(newcomer, shop=Demo(newcomer.shop.ground))
    demo.shop.fresh_secret()
    demo.shop.secret = newcomer.house.secret
    newcomer.reads(newcomer.types(line))
    newcomer.reads(newcomer.types(f"{line} --apply"))
    gone, agreed = (demo.stops_at_the_checkout(number, confirmed=False) for number in (8805, 8804))
    assert until(lambda: newcomer.mails(agreed), "the reminder")[0].tags["touch"] == "reminder"
    assert not newcomer.mails(gone), "who left has left, whatever the checkout's box says"


def test_the_checklist_asks_the_cloud_as_far_as_it_answers(house: House):
    stack = local(house.folder)
    assert stack.outputs["Senders"] == SENDERS
    found = {each.about: each for each in checklist.surroundings(stack.outputs, doctor.account(stack))}
    assert found["alarms"].state == MUST, "nobody is told: no AlarmEmail was given"
    assert found["recipients"].state == GOOD
    assert {"SES sandbox", "concurrency", "backup"} <= set(found)
