"""A webhook that somebody captured and sends again under other headers, which nobody signed (Shopify, WooCommerce)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from cartback.ports import ShopKeys
from local.signing import JSON, shopify_headers, woocommerce_headers
from tests.fakes.world import World, a_face, plain_hash
from tests.unit.shops.samples import sample

SECRET = "a-secret-of-the-shop-0123456789"
HOSTS = ("werkhof-woo.example", "werkhof-muster.myshopify.com")


class Captured:
    """A shop whose webhooks somebody holds: the bytes and their signature stay, the headers are theirs to write."""

    def __init__(self, platform: str) -> None:
        self.world = World()
        self.world.keys.by_shop["demo"] = ShopKeys(platform, (SECRET,))
        self.world.settings.faces["demo"] = a_face(url=f"https://{HOSTS[0]}", domains=HOSTS)
        self.platform, self.sent = platform, 0

    def send(self, body: bytes, topic: str, **headers) -> int:
        """Send bytes under a topic and an id that was never used; gives the status. What is let in is applied."""
        self.sent += 1
        if self.platform == "shopify":
            told = {"event_id": f"new-{self.sent}", "triggered_at": self.world.clock.now(), **headers}
            signed = {**JSON, **shopify_headers(body, topic, SECRET, **told)}
        else:
            signed = woocommerce_headers(body, topic, SECRET, webhook_id=str(self.sent))
        before = len(self.world.queue.deliveries)
        answer = self.world.receive_webhook("demo", body, signed)
        self.world.deliver(*self.world.queue.deliveries[before:])
        return answer.status

    def rows(self) -> dict:
        return {table: dict(there) for table, there in self.world.tables.rows.items()}

    def facts(self) -> list[str]:
        return [fact.name for fact in self.world.bus.facts]


def body_of(platform: str, stem: str) -> bytes:
    return sample(platform, stem).body.encode()


SHOPIFY = {
    "customers/redact": (
        "orders_create",
        "customers_update",
        "customers_data_request",
        "shop_redact",
        "app_uninstalled",
    ),
    "shop/redact": (
        "orders_create",
        "customers_redact",
        "customers_data_request",
        "app_uninstalled",
        "products_delete",
    ),
    "app/uninstalled": (
        "orders_create",
        "checkouts_update",
        "customers_update",
        "customers_redact",
        "shop_redact",
    ),
    "customers/data_request": ("orders_create", "customers_redact"),
    "customers/update": ("orders_create", "products_update"),
    "orders/create": ("customers_update", "products_update"),
    "products/update": ("orders_create", "customers_update"),
}
WOO = {
    "customer.deleted": ("customer.updated", "order.created", "product.updated.sold_out"),
    "order.deleted": ("order.created", "customer.updated"),
    "product.deleted": ("product.updated.sold_out", "order.created"),
    "customer.updated": ("order.created", "product.updated.sold_out"),
    "order.updated": ("customer.created", "product.updated.sold_out"),
    "product.updated": ("order.created", "customer.created"),
}
CASES = [
    *(("shopify", topic, stem) for topic, stems in SHOPIFY.items() for stem in stems),
    *(("woocommerce", topic, stem) for topic, stems in WOO.items() for stem in stems),
]


@pytest.mark.parametrize(("platform", "topic", "stem"), CASES)
def test_the_signed_body_must_bear_out_the_topic(platform, topic, stem):
    shop = Captured(platform)
    first = {"shopify": ("orders_create", "orders/create"), "woocommerce": ("order.created", "order.created")}
    shop.send(body_of(platform, first[platform][0]), first[platform][1])
    rows, facts = shop.rows(), shop.facts()
    shop.send(body_of(platform, stem), topic)
    assert shop.rows() == rows
    assert shop.facts() == facts
    assert len(shop.world.queue.parked) == 1


@pytest.mark.parametrize("stem", ["customers_redact", "shop_redact", "app_uninstalled"])
def test_what_cannot_be_undone_is_believed_once_whenever_the_same_bytes_come_again(stem):
    shop, topic = (
        Captured("shopify"),
        {"app_uninstalled": "app/uninstalled"}.get(stem, stem.replace("_", "/")),
    )
    assert shop.send(body_of("shopify", stem), topic) == 202
    assert shop.world.queue.parked == []
    told = len(shop.facts())
    shop.world.clock.move(days=41)
    came_back = shop.rows()
    assert shop.send(body_of("shopify", stem), topic) == 202
    assert shop.rows() == came_back
    assert len(shop.facts()) == told
    (parked,) = shop.world.queue.parked
    assert parked[1].startswith("told before by the same bytes")


@pytest.mark.parametrize("topic", ["customers/redact", "shop/redact", "app/uninstalled"])
def test_what_cannot_be_undone_is_not_taken_in_without_its_date(topic):
    shop = Captured("shopify")
    body = body_of("shopify", topic.replace("/", "_"))
    assert shop.send(body, topic, triggered_at=None) == 401
    assert shop.send(body, topic, triggered_at=shop.world.clock.now() - timedelta(days=30)) == 401
    assert shop.world.queue.deliveries == []


def test_a_worker_that_dies_may_tell_what_is_told_once_again():
    shop = Captured("shopify")
    shop.send(body_of("shopify", "customers_redact"), "customers/redact")
    (delivery,) = shop.world.queue.deliveries
    shop.world.deliver(replace(delivery, replayed=True, generation="2026-03-02"))
    assert shop.world.queue.parked == []


def test_one_shops_webhooks_are_not_heard_at_anothers_door():
    shop = Captured("shopify")
    shop.world.settings.faces["demo"] = a_face(
        url="https://second.example", domains=("second.myshopify.com",)
    )
    for stem, topic in (
        ("orders_create", "orders/create"),
        ("customers_update", "customers/update"),
        ("customers_redact", "customers/redact"),
        ("app_uninstalled", "app/uninstalled"),
    ):
        shop.send(body_of("shopify", stem), topic)
    assert [reason.partition(":")[0] for _, reason in shop.world.queue.parked] == ["foreign"] * 4
    assert not any(shop.rows().values())


def test_what_deletes_still_deletes():
    shop = Captured("woocommerce")
    shop.send(body_of("woocommerce", "order.created"), "order.created")
    shop.send(json.dumps({"id": 77}).encode(), "customer.deleted")
    assert shop.world.queue.parked == []
    erased = [row[0] for row in shop.world.tables.rows["persons"].values() if row[0].erased_at is not None]
    assert [person.aliases for person in erased] == [(plain_hash("demo", "customer:77"),)]
