"""Who plays in the demo."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from cartback import shops
from cartback.domain.shop.settings import ShopSettings
from cartback.ports import Delivery
from local.cloud import ROOT
from local.demo import scripts, shop, shopify
from local.demo.assortment import PRODUCT_NUMBERS, SOLD_OUT, VARIANTS
from local.demo.front import Front
from local.demo.pictures import picture
from tests.unit.demo.shops import FRONT, START
from tests.unit.demo.test_tally import lives


def observed(topic: str, payload: dict) -> list:
    body = json.dumps(payload)
    delivery = Delivery(shop.SHOP, "shopify", topic, "key", START, body)
    return shops.load("shopify").observe(delivery) or []


def test_at_least_sixty_shoppers_come_each_with_an_address_and_a_cart_of_their_own():
    them = lives()
    assert len(them) >= 60
    assert len({life.buyer.email for life in them}) == len(them)
    assert len({life.buyer.checkout_token for life in them}) == len(them)
    assert {life.buyer.lang for life in them} == {"de", "en"}


def test_the_readme_tells_how_many_come():
    told = re.search(r"shop of each platform with (\d+) shoppers", (ROOT / "README.md").read_text())
    assert told
    assert int(told[1]) == len(lives())


def test_the_same_seed_plays_the_same_and_another_one_plays_differently():
    def told(seed: int) -> list:
        return [(life.buyer, life.lines, life.opens_at, life.script) for life in lives(seed)]

    assert told(7) == told(7) != told(8)


def test_every_script_is_played_and_every_reaction_belongs_to_one():
    assert {life.script for life in lives()} == {script.name for script in scripts.SCRIPTS}
    assert set(scripts.reactions()) <= {script.name for script in scripts.SCRIPTS}


def test_who_comes_in_the_evening_is_reminded_only_in_the_morning():
    quiet = ShopSettings.parse(shop.document(FRONT)).policy().quiet
    evening = {script.name for script in scripts.SCRIPTS if script.hour == "night"}
    for life in lives():
        if life.script in evening:
            due = (life.opens_at + timedelta(hours=1)).astimezone(ZoneInfo("Europe/Berlin"))
            assert quiet.covers(due.time())


@pytest.mark.parametrize("way", ["same", "device", "admin"])
def test_what_the_demo_sends_is_what_the_adapter_understands(way: str):
    one = next(life for life in lives() if not life.buyer.guest)
    buyer, lines = one.buyer, one.lines
    (cart,) = observed("carts/create", shopify.cart(buyer, lines, START))
    (checkout,) = observed("checkouts/create", shopify.checkout(buyer, lines, FRONT, START, START))
    (order,) = observed("orders/create", shopify.order(buyer, lines, START, way))
    assert len(cart.items) == len(checkout.items) == len(lines)
    assert checkout.restore_url == f"{FRONT}/checkouts/{buyer.checkout_token}/recover?lang={buyer.lang}"
    assert checkout.contact.email == order.contact.email == buyer.email
    assert checkout.total.amount == order.total.amount == one.total
    assert bool(set(order.refs) & set(checkout.refs)) == (way == "same")
    (signed_up,) = observed(
        "customers_email_marketing_consent/update", shopify.consent(buyer, "subscribed", START)
    )
    assert [(word.granted, word.basis) for word in signed_up.contact.consents] == [(True, "double_opt_in")]
    (word,) = observed(
        "customers_email_marketing_consent/update", shopify.consent(buyer, "unsubscribed", START)
    )
    assert [consent.granted for consent in word.contact.consents] == [False]
    (stock,) = observed("inventory_levels/update", shopify.stock(SOLD_OUT, 0, START))
    assert (stock.available, stock.inventory_ref) == (0, str(SOLD_OUT.stock_id))


def test_every_product_has_a_picture_that_the_front_serves():
    for number in PRODUCT_NUMBERS:
        (product,) = observed("products/create", shopify.product(number, FRONT, START))
        for variant in product.variants:
            assert variant.image_url.startswith(FRONT)
            assert Front().answer(variant.image_url.removeprefix(FRONT)).status == 200
    assert all(picture(variant.picture) for variant in VARIANTS)


@pytest.mark.parametrize(
    "path", ["/pictures/mug-zzzzzz.svg", "/pictures/spoon-000000.svg", "/pictures/../demo.py"]
)
def test_the_front_serves_no_other_pictures(path: str):
    assert Front().answer(path).status == 404


def test_what_a_link_carries_is_shown_and_cannot_become_markup():
    page = Front().answer("/?utm_source=%3Cscript%3E&lang=en").body.decode()
    assert "<script>" not in page
    assert "utm_source=&lt;script&gt;" in page
