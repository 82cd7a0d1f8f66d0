"""The demo's shops before the real intake: each connects in its own manner, and each word is understood."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from cartback import shops
from cartback.domain.errors import Refused
from cartback.domain.intake.responses import Answer, Visit
from cartback.domain.observations import CartSeen, CustomerSeen, Fetch, Observation, OrderSeen, ProductSeen
from cartback.domain.shop.hosts import host_of
from cartback.ports import Clock as AnyClock
from cartback.ports import Delivery, ShopApi, ShopKeys
from cartback.store.clock import SystemClock
from cartback.usecases.intake.recognise import Recognise
from cartback.usecases.receive_webhook import ReceiveWebhook
from cartback.usecases.shop.connect_shop import Connected, ConnectShop
from cartback.usecases.shop.enrol_shop import EnrolShop
from cartback.web.client import Http
from local import proxy
from local.demo import back, platforms
from local.demo.assortment import PLENTY, SOLD_OUT, VARIANTS
from local.demo.platforms import DemoShop, Ground, Told, worth
from local.demo.sender import Wire
from local.demo.shopify import Buyer
from tests.fakes.world import DictKeys, DictSettings, ListQueue, SeededTokens, a_face

FRONT = "http://127.0.0.1:8482"
# Signatures are dated by the real clock, so what happens in the shop is too.
CLOCK = SystemClock()
START = CLOCK.now().replace(microsecond=0)
MIA = Buyer(42, "Mia", "Muster", "mia.muster@example.com", "de")
LINES = ((PLENTY[0], 2), (PLENTY[3], 1))
WITH_CARTS = ("business_central", "generic", "shopify", "stripe", "woocommerce")
WITH_LISTS = ("business_central", "shopify", "shopware", "stripe", "woocommerce")


@dataclass
class Door:
    """The intake on loopback."""

    keys: DictKeys = field(default_factory=DictKeys)
    queue: ListQueue = field(default_factory=ListQueue)
    clock: AnyClock = CLOCK
    url: str = ""

    def __post_init__(self) -> None:
        self._receive = ReceiveWebhook(self.keys, self.queue, self.clock, shops.load)
        self._enrol = EnrolShop(self.keys, SeededTokens(), self.clock, shops.load)

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Answer:
        url = urlsplit(target)
        _, shop, *rest = url.path.strip("/").split("/")
        word = rest[0] if rest else ""
        if word in ("register", "confirm"):
            visit = Visit(method, word, url.query, headers, body)
            return self._enrol(shop, visit, f"https://api.example/webhooks/{shop}/confirm")
        return self._receive(shop, body, headers, method=method, word=word, query=url.query)


@contextmanager
def standing(door: Door) -> Iterator[None]:
    class Doors(proxy.Handler):
        def respond(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            said = door.answer(self.command, self.path, headers, self.body())
            self.tell(proxy.Answer(said.status, [("Content-Type", said.kind)], said.body.encode()))

    with proxy.serving(proxy.Server(Doors)) as server:
        door.url = server.url
        yield


@dataclass
class House:
    """A door, and the shops that came to it."""

    door: Door
    shops: dict[str, DemoShop]

    def shop(self, platform: str) -> DemoShop:
        """A shop that has found us, and we its API, as ``local.demo.shop.connect`` lets them."""
        shop = self.shops[platform]
        if shop.shop in self.door.keys.by_shop:
            return shop
        secret = shop.fresh_secret()
        if secret is not None:
            self.door.keys.write(shop.shop, ShopKeys(platform, (secret,)))
        shop.introduce_itself()
        access = shop.access()
        if access is not None:
            self.connect(platform, access)
        return shop

    def connect(self, platform: str, access: dict[str, str]) -> Connected:
        connect = ConnectShop(self.door.keys, Http(loopback=True), shops.api, SeededTokens(), self.door.url)
        return connect(self.shops[platform].shop, platform, access)

    def api(self, platform: str) -> ShopApi:
        keys = self.door.keys.of(self.shop(platform).shop)
        return shops.api(platform).Api(keys, Http(loopback=True))

    def heard(self, platform: str, *told: Told) -> list[Observation]:
        """What we understand of what the shop sends, with all that has to be fetched."""
        before = len(self.door.queue.deliveries)
        for number, one in enumerate(told):
            self.shop(platform).send(one, f"e-{len(self.door.queue.deliveries)}-{number}", START)
        for delivery in self.door.queue.deliveries[before:]:
            assert self.foreign(delivery) is None, "the demo's own shop would be parked as another's"
        return [
            seen
            for delivery in self.door.queue.deliveries[before:]
            for seen in self.whole(platform, delivery)
        ]

    def foreign(self, delivery: Delivery) -> str | None:
        """By which name the worker would not know the shop, which goes by its front door."""
        settings = DictSettings()
        settings.faces[delivery.shop] = a_face(delivery.shop, url=FRONT, domains=(host_of(FRONT) or "",))
        return Recognise(settings, shops.load).foreign(delivery)

    def whole(self, platform: str, delivery: Delivery) -> Iterator[Observation]:
        adapter = shops.load(platform)
        for seen in adapter.observe(delivery) or []:
            if isinstance(seen, Fetch):
                yield from adapter.fetched(seen, self.api(platform).fetch(seen))
            else:
                yield seen


@pytest.fixture
def house() -> Iterator[House]:
    door = Door()
    by_name: dict[str, DemoShop] = {}
    with standing(door), back.running(by_name) as back_url:
        opened = platforms.open_all(Ground(CLOCK, Wire(CLOCK), door.url, FRONT, back_url))
        by_name.update({shop.shop: shop for shop in opened.values()})
        yield House(door, opened)


def only(kind: type, seen: list[Observation]) -> list:
    return [one for one in seen if isinstance(one, kind)]


@pytest.mark.parametrize("platform", platforms.names())
def test_what_a_shop_sells_is_understood_variant_by_variant(house: House, platform: str):
    goods = house.shop(platform).goods(START)
    sold = {own.variant_id for seen in house.heard(platform, *goods) for own in seen.variants}
    assert len(sold) == (0 if platform == "stripe" else len(VARIANTS))


@pytest.mark.parametrize("platform", sorted(set(platforms.names()) - {"stripe"}))
def test_what_is_sold_out_is_told(house: House, platform: str):
    shop = house.shop(platform)
    house.heard(platform, *shop.goods(START))
    (seen,) = house.heard(platform, *shop.left(SOLD_OUT, 0, START))
    left = [own.available for own in seen.variants] if isinstance(seen, ProductSeen) else [seen.available]
    assert left == [0]


@pytest.mark.parametrize("platform", platforms.names())
def test_a_cart_is_told_with_its_buyer_its_worth_and_the_way_back(house: House, platform: str):
    shop = house.shop(platform)
    seen = house.heard(platform, *shop.checks_out(MIA, LINES, START, START))
    if not shop.has_carts:
        assert seen == []
        return
    (cart,) = seen
    assert (cart.contact.email, cart.total.amount) == (MIA.email, worth(LINES))
    assert [item.quantity for item in cart.items] == [2, 1]
    assert (cart.restore_url is not None) == shop.keeps_links
    assert cart.restore_url is None or MIA.checkout_token in cart.restore_url


@pytest.mark.parametrize("platform", platforms.names())
@pytest.mark.parametrize("way", ["same", "device", "admin"])
def test_a_purchase_is_told_whichever_way_it_was_made(house: House, platform: str, way: str):
    shop = house.shop(platform)
    (*_,) = house.heard(platform, *shop.checks_out(MIA, LINES, START, START))
    later = START + timedelta(hours=2)
    bought = only(OrderSeen, house.heard(platform, *shop.buys(MIA, LINES, later, way)))
    # An accepted quote of Business Central ends what a purchase ends, and names no order.
    (order,) = (one for one in bought if one.order_ref is not None)
    assert (order.contact.email, order.total.amount) == (MIA.email, worth(LINES))
    paid = house.heard(platform, *shop.pays(MIA, LINES, later, later, way))
    assert all(one.paid for one in only(OrderSeen, paid))


@pytest.mark.parametrize("platform", WITH_LISTS)
def test_a_purchase_whose_webhook_was_lost_is_on_the_shops_own_list(house: House, platform: str):
    shop = house.shop(platform)
    for told in shop.buys(MIA, LINES, START, "same"):
        shop.keep(told, "lost-1", START)
    (change,) = house.api(platform).orders_since(START - timedelta(hours=1)).changes
    delivery = Delivery(shop.shop, platform, change.topic, change.key, START, change.body)
    seen = list(house.whole(platform, delivery))
    assert [one.contact.email for one in only(OrderSeen, seen)] == [MIA.email]
    later = house.api(platform).orders_since(START + timedelta(hours=1))
    assert later.changes == ()


@pytest.mark.parametrize("platform", sorted({"shopify", "generic", "shopware"}))
def test_who_signed_up_in_the_shop_agreed_and_who_left_refused(house: House, platform: str):
    shop = house.shop(platform)
    (agreed,) = only(CustomerSeen, house.heard(platform, *shop.signs_up(MIA, START)))
    assert [(word.granted, word.basis) for word in agreed.contact.consents] == [(True, "double_opt_in")]
    (left,) = only(CustomerSeen, house.heard(platform, *shop.refuses(MIA, START)))
    assert [word.granted for word in left.contact.consents] == [False]


@pytest.mark.parametrize("platform", ["woocommerce", "stripe"])
@pytest.mark.parametrize("agrees", [True, False])
def test_a_box_at_the_checkout_is_a_consent_only_if_it_was_ticked(house: House, platform: str, agrees: bool):
    buyer = replace(MIA, agrees=agrees)
    (cart,) = house.heard(platform, *house.shop(platform).checks_out(buyer, LINES, START, START))
    assert [word.basis for word in cart.contact.consents] == (["explicit"] if agrees else [])


@pytest.mark.parametrize("platform", sorted(set(WITH_CARTS) - {"stripe"}))
def test_an_emptied_cart_is_told_without_items(house: House, platform: str):
    shop = house.shop(platform)
    house.heard(platform, *shop.checks_out(MIA, LINES, START, START))
    seen = house.heard(platform, *shop.empties(MIA, START + timedelta(hours=1), START))
    assert {cart.items for cart in only(CartSeen, seen)} == {()}


@pytest.mark.parametrize("platform", sorted({*WITH_LISTS} - {"shopware"}))
def test_connecting_subscribes_and_a_second_time_makes_nothing_twice(house: House, platform: str):
    api = house.api(platform)
    assert {one.topic for one in api.subscriptions()} >= set(api.topics())
    keys = house.door.keys.of(house.shop(platform).shop)
    access = {name: value for name, value in keys.api.items() if name != "hook"}
    assert house.connect(platform, access).made == ()


@pytest.mark.parametrize("platform", WITH_LISTS)
def test_a_stranger_may_not_read_a_shops_lists(house: House, platform: str):
    keys = house.door.keys.of(house.shop(platform).shop)
    wrong = {
        name: value[:-4] + "0000" if any(word in name for word in ("secret", "token", "api_key")) else value
        for name, value in {**keys.api, **keys.agreed}.items()
        if not name.endswith("_url")
    }
    urls = {name: value for name, value in {**keys.api, **keys.agreed}.items() if name.endswith("_url")}
    known = {**wrong, **urls}
    strange = replace(
        keys,
        api={name: known[name] for name in keys.api},
        agreed={name: known[name] for name in keys.agreed},
    )
    with pytest.raises(Refused, match="401"):
        shops.api(platform).Api(strange, Http(loopback=True)).orders_since(START)
