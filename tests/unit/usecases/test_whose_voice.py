"""Whose voice: what comes under the shop's secret from a copy, a clone or another shop is put aside, never acted on."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from cartback.domain.intake.delivery import KNOWN_AS, TOLD_BY
from cartback.domain.intake.voices import Claim, stranger
from cartback.ports import Delivery
from tests.fakes.world import World, a_face
from tests.unit.shops import samples

WOO, SHOPIFY, SHOPWARE = "werkhof-woo.example", "werkhof-muster.myshopify.com", "werkhof-sw.example"
STAGING = "staging.werkhof-woo.example"
OURS = "9f161476-6f1b-4c2e-8a8e-0a1b2c3d4e5f"
THEIRS = "11111111-6f1b-4c2e-8a8e-0a1b2c3d4e5f"


def a_world(*hosts: str, **face) -> World:
    """A shop that goes by these hosts, the first its front door."""
    world = World(shops=("werkhof",))
    url = f"https://{hosts[0]}"
    world.settings.faces["werkhof"] = a_face("werkhof", url=url, domains=hosts, **face)
    return world


def told(
    platform: str, stem: str, headers: dict[str, str] | None = None, swap=("", ""), **changes
) -> Delivery:
    """A sample with other fields, and one word put in the place of another throughout."""
    event = samples.sample(platform, stem)
    body = json.dumps(json.loads(event.body) | changes)
    body = body.replace(*swap) if swap[0] else body
    return replace(
        event, body=body, headers=headers if headers is not None else {}, key=f"{stem} {swap} {changes}"
    )


def parked(world: World, delivery: Delivery) -> str | None:
    """The reason with which a delivery is parked, with nothing left of it in the rows; None where it is not."""
    rows = {table: dict(there) for table, there in world.tables.rows.items()}
    before = len(world.queue.parked)
    world.deliver(delivery)
    if len(world.queue.parked) == before:
        return None
    assert world.tables.rows == rows
    assert world.bus.facts == []
    return world.queue.parked[-1][1]


@pytest.mark.parametrize(
    "delivery",
    [
        told("woocommerce", "order.created", swap=(WOO, STAGING)),
        told("woocommerce", "order.updated.paid", swap=(WOO, STAGING)),
        told("woocommerce", "order.created", swap=(WOO, "werkhof-woo.example.copy-of.hosting.example")),
        told("woocommerce", "order.created", payment_url=f"https://{STAGING}/kasse/order-pay/1/?key=k"),
        told("woocommerce", "product.updated.sold_out", swap=(WOO, "klon.example")),
        told("woocommerce", "customer.deleted", {"x-wc-webhook-source": f"https://{STAGING}/"}),
        told("woocommerce", "cartflows.abandoned", swap=(WOO, STAGING)),
    ],
    ids=lambda delivery: delivery.key[:60],
)
def test_what_a_copy_of_a_woocommerce_shop_says_is_parked_counted_and_changes_nothing(delivery):
    world = a_world(WOO)
    assert parked(world, delivery).startswith("foreign: it says that it comes from ")
    assert world.metrics.counts["ForeignEvents"] == 1
    (heard,) = world.health.strangers("werkhof")
    assert (heard.kind, heard.count) == ("source", 1)
    assert heard.name in world.queue.parked[-1][1]


@pytest.mark.parametrize(
    ("world", "delivery"),
    [
        (a_world(WOO), told("woocommerce", "order.created")),
        (a_world(f"www.{WOO}"), told("woocommerce", "order.created")),
        (a_world(WOO), told("woocommerce", "order.created", swap=(WOO, f"WWW.{WOO}:443"))),
        (a_world(WOO), told("woocommerce", "order.created", swap=(WOO, f"fr.{WOO}"))),
        (a_world("neu.example", sources=(WOO,)), told("woocommerce", "order.created")),
        (a_world(WOO, STAGING), told("woocommerce", "order.created", swap=(WOO, STAGING))),
        (a_world("neu.example"), told("woocommerce", "order.created", {KNOWN_AS: f"https://{WOO}/shop"})),
        (a_world(WOO), told("woocommerce", "order.created", {"x-wc-webhook-source": f"https://{STAGING}/"})),
        (a_world(WOO), told("woocommerce", "customer.created")),
        (
            a_world("xn--mbel-5qa.example"),
            told("woocommerce", "order.created", swap=(WOO, "m\\u00f6bel.example")),
        ),
        (
            a_world("markt.example", SHOPIFY),
            told("shopify", "orders_create", swap=(SHOPIFY, "fr.anders.example")),
        ),
        (a_world("markt.example"), told("shopify", "orders_create")),
        (a_world(SHOPIFY), told("shopify", "customers_update", {"x-shopify-shop-domain": SHOPIFY})),
        (a_world(SHOPWARE), told("shopware", "checkout.order.placed")),
        (
            a_world("laden.example"),
            told("shopware", "checkout.order.placed", {KNOWN_AS: f"KyJxE2xampleShop https://{SHOPWARE}"}),
        ),
        (a_world("laden.example"), told("stripe", "checkout.session.expired.with_lines")),
        (a_world("laden.example", sources=("acct_1",)), told("stripe", "charge.succeeded", account="acct_1")),
        (a_world("laden.example"), told("stripe", "charge.succeeded", {KNOWN_AS: "live"})),
        (a_world("shop.example.com"), told("generic", "order.placed", shop="shop.example.com")),
        (a_world("anders.example"), told("generic", "cart.updated")),
    ],
)
def test_the_shops_own_voice_is_heard_by_each_of_its_names(world, delivery):
    assert parked(world, delivery) is None
    assert world.metrics.counts["ForeignEvents"] == 0


@pytest.mark.parametrize(
    ("world", "delivery"),
    [
        (a_world("second.example", "second.myshopify.com"), told("shopify", "orders_create")),
        (a_world("second.example", "second.myshopify.com"), told("shopify", "checkouts_update")),
        (
            a_world("second.example", "second.myshopify.com"),
            told("shopify", "orders_create", {"x-shopify-shop-domain": "second.myshopify.com"}),
        ),
        (
            a_world("second.example"),
            told(
                "shopify",
                "customers_update",
                {KNOWN_AS: "second.myshopify.com", "x-shopify-shop-domain": SHOPIFY},
            ),
        ),
        (a_world("second.example", "second.myshopify.com"), told("shopify", "customers_redact")),
        (a_world("second.example", "second.myshopify.com"), told("shopify", "shop_redact")),
        (a_world("second.example", "second.myshopify.com"), told("shopify", "app_uninstalled")),
        (
            a_world("second.example", sources=("4711",)),
            told("shopify", "orders_create", swap=(SHOPIFY, "markt.example")),
        ),
        (a_world(SHOPWARE), told("shopware", "checkout.order.placed", swap=(SHOPWARE, f"dev.{SHOPWARE}"))),
        (a_world(SHOPWARE), told("shopware", "checkout.customer.deleted", {KNOWN_AS: "AnotherShopId"})),
        (a_world("laden.example"), told("stripe", "charge.succeeded", account="acct_1OtherMerchant")),
        (
            a_world("laden.example", sources=("acct_1",)),
            told("stripe", "charge.succeeded", account="acct_2"),
        ),
        (a_world("laden.example"), told("stripe", "charge.succeeded", {KNOWN_AS: "live"}, livemode=False)),
        (
            a_world("werkhof-st.example"),
            told(
                "stripe", "checkout.session.expired", swap=("werkhof-st.example", "test.werkhof-st.example")
            ),
        ),
        (a_world("laden.example"), told("generic", "customer.erased", shop="anders.example")),
        (
            a_world("shop.example.com"),
            told("generic", "cart.updated", swap=("shop.example.com", "staging.shop.example.com")),
        ),
        (a_world("laden.example"), told("business_central", "notification.deleted", {KNOWN_AS: THEIRS})),
    ],
)
def test_another_shop_account_company_or_copy_under_the_same_secret_is_not_heard(world, delivery):
    assert parked(world, delivery).startswith("foreign:")


def test_what_another_company_deleted_is_read_where_it_is_refused_and_ours_is_heard():
    def deleted(company: str, own: str) -> dict[str, str]:
        resource = f"api/v2.0/companies({company})/customers({own})"
        at = "2026-11-20T18:04:12.447Z"
        return {
            "subscriptionId": "s",
            "resource": resource,
            "changeType": "deleted",
            "lastModifiedDateTime": at,
        }

    people = [f"5d115c9c-44e3-ea11-bb43-00000000000{n}" for n in (1, 2)]
    body = json.dumps({"value": [deleted(OURS, people[0]), deleted(THEIRS.upper(), people[1])]})
    at = datetime(2026, 11, 21, tzinfo=UTC)
    mixed = Delivery("werkhof", "business_central", "notification", "k", at, body, {KNOWN_AS: OURS})
    kinds = [type(one).__name__ for one in World().adapter("business_central").observe(mixed)]
    assert kinds == ["CustomerErased", "Fetch"]


def test_a_shop_that_moved_is_heard_again_when_its_settings_say_so_and_nothing_is_lost():
    world = a_world("alt.example")
    delivery = told("woocommerce", "order.created")
    assert parked(world, delivery) is not None
    world.settings.faces["werkhof"] = a_face("werkhof", url=f"https://{WOO}", domains=(WOO,))
    assert parked(world, delivery) is None
    assert len(world.tables.rows["carts"]) > 0


def test_what_we_read_from_the_shops_own_list_and_what_its_pages_tell_needs_no_name():
    world = a_world("anders.example")
    listed = replace(told("woocommerce", "order.created"), key="reconcile:1")
    of_a_page = told("generic", "cart.updated", {TOLD_BY: "page"}, shop="fremd.example")
    assert parked(world, listed) is None
    assert parked(world, of_a_page) is None


def test_a_way_back_that_leads_elsewhere_is_noted_and_the_cart_is_taken_in():
    world = a_world("anders.example")
    assert parked(world, told("generic", "cart.updated")) is None
    (heard,) = world.health.strangers("werkhof")
    assert (heard.kind, heard.name, heard.count) == ("link", "shop.example.com", 1)


@pytest.mark.parametrize("name", ["x" * 5000, "a b", "..", "\u202e.example", 7, None, True, [], {}])
def test_a_name_without_shape_is_no_claim_and_no_reason_shows_it(name):
    world = a_world(WOO)
    strange = told("woocommerce", "order.created", payment_url=name, _links={"self": name})
    world.deliver(strange)
    assert all(str(name) not in reason for _, reason in world.queue.parked if isinstance(name, str))
    assert world.metrics.counts["ForeignEvents"] == 0


def test_the_first_claim_that_settles_it_does():
    own = ("laden.example", "acct_1")
    assert stranger([Claim("account", "acct_2"), Claim("host", "laden.example")], own) == "acct_2"
    assert stranger([Claim("host", "laden.example"), Claim("account", "acct_2")], own) is None
    assert stranger([Claim("account", "acct_1", decides=False), Claim("host", "x.example", strict=True)], own)
    assert stranger([Claim("number", "1"), Claim("host", "x.example")], own) is None
    assert stranger([], own) is None
