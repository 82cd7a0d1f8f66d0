"""The pages of the platforms beside Shopify, followed line by line at the same time: each until its shop is heard."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from local.cloud import ROOT
from local.demo import back, platforms
from local.demo import shop as demo
from local.demo.platforms import DemoShop, Ground
from local.demo.sender import Wire
from tests.flows.conftest import POLICY
from tests.flows.house import House, until
from tests.flows.newcomer import Newcomer, Waiting, lines_of

PLATFORMS = tuple(name for name in platforms.names() if name != "shopify")
PAGES = ROOT / "docs" / "shops"
BASIS = {"woocommerce": False, "stripe": False, "generic": True}
"""Where people agree before (True) or at the checkout itself. Business Central knows no consent, Shopware no cart."""


def _follows(newcomer: Newcomer, platform: str) -> Waiting:
    """Type the page's lines as they stand there, with a name of the shop's own; the last one goes on waiting."""
    add, *secret, connect = (
        line.replace("myshop", newcomer.shop.shop) for line in lines_of(PAGES / f"{platform}.md")
    )
    assert newcomer.reads(newcomer.types(add))["webhook_url"] == newcomer.shop.hook
    entered = newcomer.shop.fresh_secret()
    for line in secret:
        assert entered is not None
        assert newcomer.reads(newcomer.types(line, entered))["secrets"] == 1
    access = newcomer.shop.access()
    assert (access is not None) is ("--access-file" in connect)
    (newcomer.folder / "access.yaml").write_text(json.dumps(access))
    return Waiting(newcomer.types(connect, as_json=False))


@dataclass
class Town:
    """Newcomers by the platform of their shops."""

    them: dict[str, Newcomer]


@pytest.fixture
def town(house: House, tmp_path: Path) -> Iterator[Town]:
    clock = house.stage.clock
    by_name: dict[str, DemoShop] = {}
    with back.running(by_name) as back_url:
        ground = Ground(clock, Wire(clock), house.stage.api_url, house.front_url, back_url)
        opened, them = platforms.open_all(ground), {}
        for platform in PLATFORMS:
            name = {"shop": f"my-{platform.replace('_', '-')}"}
            shop: DemoShop = type("Mine", (type(opened[platform]),), name)(ground)
            by_name[shop.shop] = shop
            folder = tmp_path / platform
            (folder / ".local").mkdir(parents=True)
            (folder / ".local" / "stack.json").write_text(json.dumps(house.stage.as_json()))
            settings = demo.document(house.front_url, shop.shop)
            own = {"platform": platform, "policy": {**POLICY, **shop.policy}}
            (folder / "shop.yaml").write_text(json.dumps({**settings, **own}))
            them[platform] = Newcomer(house, shop, folder)
        yield Town(them)


def test_the_lines_of_every_other_page_end_in_a_shop_that_is_heard_and_in_reminders(town: Town):
    waiting = {platform: _follows(each, platform) for platform, each in town.them.items()}
    buyers = {}
    for number, (platform, each) in enumerate(town.them.items(), 8850):
        waiting[platform].until_it_asks(f"the subscriptions of {platform}")
        each.shop.introduce_itself()
        if each.shop.has_carts:
            buyers[platform] = each.stops_at_the_checkout(number, confirmed=BASIS.get(platform, False))
        else:
            demo.stocked(each.shop, each.house.stage.clock.now())
    said = {platform: line.ends(f"the first cart of {platform}") for platform, line in waiting.items()}
    for platform, each in town.them.items():
        assert ("arrived: open, 1 line, somebody is known for it" in said[platform]) is each.shop.has_carts
    assert "tells of no carts" in said["shopware"]
    for platform in BASIS:
        got = until(
            lambda platform=platform: town.them[platform].mails(buyers[platform]), f"{platform}'s mail"
        )
        assert got[0].tags["touch"] == "reminder"
    assert not town.them["business_central"].mails(buyers["business_central"]), "nobody agreed there"
