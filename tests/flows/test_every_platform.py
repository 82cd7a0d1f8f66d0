"""One shop of each platform on the deployed stack, connected in its own manner: from its own webhooks to its goal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from local.demo import back, platforms, shop
from local.demo import front as fronts
from local.demo.agenda import Agenda
from local.demo.assortment import PLENTY
from local.demo.comparing import Comparing
from local.demo.front import Front
from local.demo.life import Life, Scene
from local.demo.platforms import DemoShop, Ground
from local.demo.platforms.shopify import Shop as Shopify
from local.demo.sender import Wire
from local.demo.shopify import Buyer
from local.demo.tally import is_question
from local.mail import Message
from tests.flows.conftest import POLICY
from tests.flows.house import House, until

LINES = ((PLENTY[0], 1), (PLENTY[4], 2))
WITH_CARTS = [name for name in platforms.names() if name != "shopware"]
WITH_LISTS = [name for name in platforms.names() if name != "generic"]


class SecondShopify(Shopify):
    """The first one is the other tests'."""

    shop = "demo-shopify"


@dataclass
class Street:
    """The shops, side by side before one Cartback."""

    house: House
    scene: Scene
    numbers: Iterator[int] = field(default_factory=lambda: iter(range(7000, 8000)))

    def somebody(self, platform: str) -> Life:
        """A new shopper who agreed to mails, as that platform lets people agree."""
        number, clock = next(self.numbers), self.house.stage.clock
        buyer = Buyer(number, "Mia", "Muster", f"mia.{platform}.{number}@example.com".replace("_", "."), "de")
        life = Life(self.scene, self.scene.shops[platform], buyer, LINES, clock.now(), "a test")
        life.signs_up()
        if life.shop.signs_up_here:
            life.confirms(
                until(lambda: [one for one in self._mails(life) if is_question(one)], "the question")[0]
            )
        return life

    def leaves_a_cart(self, life: Life) -> None:
        """Stop at the checkout, now, and let everything be told that the platform tells of it."""
        at = self.house.stage.clock.now()
        for told in life.shop.checks_out(life.buyer, life.lines, at, at):
            life.shop.send(told, f"left-{life.buyer.number}", at + life.shop.tells_after(told.topic))
        self.scene.front.carts[life.buyer.checkout_token] = life.lines

    def reminders(self, life: Life) -> list[Message]:
        """What came, but for the question."""
        return [one for one in self._mails(life) if not is_question(one)]

    def _mails(self, life: Life) -> list[Message]:
        return [one for one in self.house.stage.mail.messages if one.to == (life.buyer.email,)]


@pytest.fixture(scope="module")
def street(house: House) -> Iterator[Street]:
    """Every shop opened, connected and stocked."""
    clock, wire = house.stage.clock, Wire(house.stage.clock)
    by_name: dict[str, DemoShop] = {}
    front = Front()
    with fronts.running(front) as front_url, back.running(by_name) as back_url:
        ground = Ground(clock, wire, house.stage.api_url, front_url, back_url)
        opened = {**platforms.open_all(ground), "shopify": SecondShopify(ground)}
        for one in opened.values():
            by_name[one.shop] = one
            shop.connect(house.stage, one, policy={**POLICY, **one.policy})
            shop.stocked(one, clock.now())
        yield Street(house, Scene(clock, Agenda(clock), wire, opened, front, front_url))


def test_a_cart_of_every_platform_gets_a_reminder_whose_button_leads_back(street: Street):
    them = {name: street.somebody(name) for name in WITH_CARTS}
    for life in them.values():
        street.leaves_a_cart(life)
    for name, life in them.items():
        mail = until(lambda life=life: street.reminders(life), f"the reminder of {name}")[0]
        assert mail.tags["touch"] == "reminder"
        assert PLENTY[0].german in mail.html
        life.follows(mail)
        assert life.restored


def test_a_purchase_at_every_platform_ends_the_reminders(street: Street):
    them = [street.somebody(name) for name in WITH_CARTS]
    for life in them:
        street.leaves_a_cart(life)
        at = street.house.stage.clock.now()
        for told in life.shop.buys(life.buyer, life.lines, at, "same"):
            life.shop.send(told, f"bought-{life.buyer.number}", at)
    late = street.somebody(WITH_CARTS[0])
    street.leaves_a_cart(late)
    until(lambda: street.reminders(late), "a reminder to somebody who came later")
    assert [street.reminders(life) for life in them] == [[]] * len(them)


def test_a_purchase_whose_webhook_was_lost_is_found_on_the_shops_own_list(street: Street):
    for name in WITH_LISTS:
        life = street.somebody(name)
        if life.shop.has_carts:
            street.leaves_a_cart(life)
        at = street.house.stage.clock.now()
        for told in life.shop.buys(life.buyer, life.lines, at, "same"):
            life.shop.keep(told, f"lost-{life.buyer.number}", at)
        Comparing(street.house.stage)(life)
        health = street.house.cartback("shop", "health", life.shop.shop)
        assert health["gaps_ever"] >= 1
