"""A notification without content, from the queue to the rows: what it names is read from the shop's own API."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from cartback import shops
from cartback.domain.errors import Refused
from cartback.ports import Delivery, ShopKeys
from cartback.usecases.shop.reach_shop import ReachShop
from cartback.web.client import Http
from tests.fakes.world import START, World
from tests.unit.web.platforms import COMPANY, BusinessCentral, sample
from tests.unit.web.server import Says, serving

OWN = "00000000-0000-4000-8000-000000000001"


@pytest.fixture
def shop() -> BusinessCentral:
    shop = BusinessCentral()
    shop.rows["salesQuotes"] = [{**sample("business_central/fetched/salesQuotes.draft.json"), "id": OWN}]
    shop.held = lambda operation, sent: None  # the one entity is asked for by its name
    return shop


@pytest.fixture
def world(shop: BusinessCentral) -> Iterator[World]:
    world = World(shops=("firma",))
    with serving(shop) as server:
        access = {
            "tenant": "contoso.example",
            "environment": "Production",
            "company": COMPANY,
            "client_id": "app",
            "client_secret": "secret-of-the-app",
            "api_url": server.url,
            "token_url": server.url,
        }
        world.keys.by_shop["firma"] = ShopKeys("business_central", ("s" * 32,), api=access)
        http = Http(loopback=True)
        fetcher = ReachShop(world.keys.of, lambda: http, shops.api)
        world.apply_events = replace(world.apply_events, fetcher=fetcher)
        yield world


def notification(key: str, at: str = "2026-03-02T09:59:00Z") -> Delivery:
    named = {
        "subscriptionId": "1",
        "resource": f"api/v2.0/companies({COMPANY})/salesQuotes({OWN})",
        "changeType": "updated",
        "lastModifiedDateTime": at,
    }
    return Delivery("firma", "business_central", "notification", key, START, json.dumps({"value": [named]}))


def carts(world: World) -> list:
    return [row[0] for row in world.tables.rows["carts"].values()]


def test_what_a_notification_names_is_fetched_and_becomes_a_cart(world):
    report = world.deliver(notification("n1"))
    assert len(report.applied) == 1
    (cart,) = carts(world)
    assert cart.items


def test_while_the_shop_is_busy_the_event_comes_back_and_is_not_lost(world, shop):
    shop.next = [Says(503, headers={"Retry-After": "5"})]
    assert len(world.deliver(notification("n1")).failed) == 1
    assert carts(world) == []
    assert len(world.deliver(notification("n1")).applied) == 1
    assert len(carts(world)) == 1


def test_a_shop_that_turns_us_away_parks_the_event_with_its_reason(world, shop):
    shop.next = [Says(403)]
    assert len(world.deliver(notification("n1")).parked) == 1
    assert "403" in world.queue.parked[0][1]


def test_what_is_gone_by_now_is_told_as_deleted(world, shop):
    world.deliver(notification("n1"))
    shop.rows["salesQuotes"] = []
    world.deliver(notification("n2", at="2026-12-01T00:00:00Z"))
    (cart,) = carts(world)
    assert cart.status == "emptied"


def test_a_shop_without_secrets_cannot_be_reached(world):
    with pytest.raises(Refused):
        ReachShop(lambda shop: None, Http, shops.api)("nobody")
