"""What Shopify's carts, checkouts and orders mean, trap by trap (integrations.md § 1.1)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cartback.domain.errors import Refused
from cartback.domain.money import Money
from cartback.domain.observations import ConsentSeen
from cartback.shops import shopify
from tests.unit.shops import samples
from tests.unit.shops.shopify_samples import HEADER_INSTANT, one, with_changes


def test_a_cart_is_known_by_its_token_and_says_neither_who_nor_how_much():
    cart = one("carts_update")
    assert cart.refs == ("cart:hWN2f4CrtT0kEnExampleCart01",)
    assert (cart.source, cart.stage, cart.total) == ("cart", "cart", None)
    assert cart.contact.aliases() == ()
    assert cart.at == datetime(2026, 11, 20, 18, 4, 12, 93000, tzinfo=UTC)
    assert [(item.quantity, item.unit_price) for item in cart.items] == [
        (2, Money(2490, "EUR")),
        (1, Money(10965, "EUR")),
    ]


def test_the_key_of_a_cart_token_reaches_no_observation():
    delivery = samples.sample("shopify", "carts_update.key_in_token")
    assert "?key=0e9b3f51" in delivery.body
    (cart,) = shopify.observe(delivery)
    assert cart.refs == ("cart:hWN2f4CrtT0kEnExampleCart02",)
    assert "0e9b3f51" not in repr(cart)


def test_a_cart_is_restored_by_its_variants():
    assert one("carts_update").restore_url == (
        "https://werkhof-muster.myshopify.com/cart/46120985512167:2,46120985544935:1"
    )


@pytest.mark.parametrize(
    "domain", ["", "evil.example", "evil.example/x.myshopify.com", "a.b.myshopify.com", "myshopify.com"]
)
def test_an_unsigned_header_leads_nobody_away_from_shopify(domain):
    delivery = samples.sample("shopify", "carts_update")
    delivery.headers["x-shopify-shop-domain"] = domain
    (cart,) = shopify.observe(delivery)
    assert cart.restore_url is None
    assert cart.items


def test_an_emptied_cart_holds_nothing_and_leads_nowhere():
    cart = one("carts_update.emptied")
    assert (cart.items, cart.restore_url) == ((), None)


def test_lines_of_no_pieces_are_left_out():
    (cart,) = with_changes("carts_create", line_items=[{"title": "Gone", "quantity": 0, "variant_id": 1}])
    assert cart.items == ()


def test_a_cart_of_very_many_lines_is_cut_and_gets_no_link_that_would_restore_half_of_it():
    lines = [{"title": "Bead", "quantity": 1, "variant_id": number} for number in range(101)]
    (cart,) = with_changes("carts_create", line_items=lines)
    assert (len(cart.items), cart.restore_url) == (100, None)


def test_the_shopper_is_shown_the_currency_that_the_shopper_saw():
    assert one("carts_update.zero_decimal").items[0].unit_price == Money(3280, "JPY")
    checkout = one("checkouts_update.zero_decimal")
    assert (checkout.total, checkout.items[0].unit_price) == (Money(9840, "JPY"), Money(3280, "JPY"))
    assert one("orders_create.guest_in_yen").total == Money(9840, "JPY")
    assert one("orders_create").total == Money(15945, "EUR")


def test_a_checkout_joins_its_cart_and_names_the_shopper():
    checkout = one("checkouts_update")
    assert checkout.refs == ("checkout:8f14e45fceea167a5a36dedd4bea2543", "cart:hWN2f4CrtT0kEnExampleCart01")
    assert (checkout.source, checkout.stage) == ("checkout", "checkout")
    assert checkout.contact.aliases() == (
        "customer:7710293847561",
        "email:lena.musterfrau@example.com",
        "phone:+4915112345678",
    )
    assert (checkout.contact.first_name, checkout.contact.locale, checkout.contact.country) == (
        "Lena",
        "de-DE",
        "DE",
    )
    assert checkout.restore_url.startswith("https://werkhof-muster.myshopify.com/86420975331/checkouts/ac/")
    assert checkout.completed_at is None
    assert one("checkouts_update.completed").completed_at == datetime(2026, 11, 20, 20, 40, 4, tzinfo=UTC)


def test_a_checkout_before_an_address_is_typed_names_nobody():
    assert one("checkouts_create").contact.aliases() == ()


def test_a_guest_is_named_by_address_alone_and_greeted_as_the_one_who_pays():
    contact = one("checkouts_update.guest").contact
    assert contact.aliases() == ("email:jo.sampleton@example.com",)
    assert (contact.first_name, contact.locale, contact.country) == ("Jo", "en-GB", "GB")


def test_a_line_without_a_variant_stays_a_line():
    mug, wrapping = one("checkouts_update.guest").items
    assert (mug.title, mug.variant_title) == ("Stoneware mug", "Blue / 300 ml")
    assert (wrapping.variant_id, wrapping.title, wrapping.variant_title) == (
        "line:c7f1a1",
        "Gift wrapping",
        None,
    )


def test_a_tick_in_a_checkout_is_undated_and_quotes_no_token():
    ticks = one("checkouts_update.guest").contact.consents
    at = datetime(2026, 11, 20, 18, 5, 31, tzinfo=UTC)
    source = "shopify checkout 38201746625780"
    assert ticks == (
        ConsentSeen("email", True, at, "explicit", source),
        ConsentSeen("sms", False, at, "explicit", source),
    )
    (nameless,) = with_changes("checkouts_update.guest", id=None)
    assert "c9f0f895fb98ab9159f51fd0297e236d" not in repr(nameless.contact)
    assert nameless.contact.consents[0].source.startswith("shopify checkout ")


def test_a_deleted_checkout_is_empty_from_the_instant_that_the_header_tells():
    gone = one("checkouts_delete")
    assert (gone.refs, gone.items, gone.at) == (
        ("checkout:8f14e45fceea167a5a36dedd4bea2543",),
        (),
        HEADER_INSTANT,
    )


def test_an_order_is_placed_when_it_was_created_whatever_processed_at_says():
    order = one("orders_create.at_the_till")
    assert order.placed_at == datetime(2026, 11, 20, 20, 40, 3, tzinfo=UTC)
    (edited,) = with_changes("orders_updated", processed_at="2020-01-01T00:00:00Z")
    assert edited == one("orders_updated")
    assert edited.placed_at < edited.at


def test_an_order_names_cart_and_checkout_and_the_buyer():
    order = one("orders_create")
    assert order.refs == ("checkout:8f14e45fceea167a5a36dedd4bea2543", "cart:hWN2f4CrtT0kEnExampleCart01")
    assert (order.order_ref, order.coupon_codes, order.test) == ("6120984563214", ("DANKE10",), False)
    assert order.contact.aliases()[0] == "customer:7710293847561"


def test_an_order_at_the_till_joins_nothing_and_names_nobody():
    order = one("orders_create.at_the_till")
    assert (order.refs, order.contact.aliases(), order.paid) == ((), (), True)


def test_a_test_notification_keeps_its_id_to_the_last_digit():
    order = one("orders_create.test_notification")
    assert (order.order_ref, order.test, order.contact.customer_ref) == ("820982911946154508", True, None)
    assert one("orders_create.guest_in_yen").contact.customer_ref == "9007199254740993"


@pytest.mark.parametrize(
    ("stem", "paid"),
    [("orders_create", False), ("orders_paid", True), ("orders_updated", True), ("orders_cancelled", True)],
)
def test_an_order_is_paid_if_topic_or_state_says_so(stem, paid):
    assert one(stem).paid is paid


def test_the_topic_of_payment_outweighs_a_payload_that_lags():
    (order,) = with_changes("orders_paid", financial_status="pending")
    assert order.paid


def test_a_cancelled_order_is_still_a_purchase():
    order = one("orders_cancelled")
    assert order.cancelled_at == datetime(2026, 11, 21, 8, 2, 10, tzinfo=UTC)
    assert (order.placed_at, order.refs) == (one("orders_create").placed_at, one("orders_create").refs)


def test_a_shop_left_when_the_header_says_and_not_when_its_record_last_changed():
    assert one("app_uninstalled").at == HEADER_INSTANT
    delivery = samples.sample("shopify", "app_uninstalled")
    delivery.headers.clear()
    (left,) = shopify.observe(delivery)
    assert left.at == samples.RECEIVED_AT


@pytest.mark.parametrize(
    ("stem", "changes", "reason"),
    [
        ("carts_update", {"token": None, "id": None}, "id must be there: 1 to 128 letters, digits, _ and -"),
        ("carts_update", {"token": "a b"}, "token must be there: 1 to 128 letters, digits, _ and -"),
        ("carts_update", {"token": 5}, "token must be there: 1 to 128 letters, digits, _ and -"),
        ("carts_update", {"updated_at": "soon"}, "updated_at must be a date and time with its zone"),
        (
            "carts_update",
            {"updated_at": "2026-11-20T10:00:00"},
            "updated_at must be a date and time with its zone",
        ),
        ("carts_update", {"updated_at": "2026-02-30T10:00:00Z"}, "updated_at must be a date that exists"),
        ("carts_update", {"line_items": {}}, "line_items must be a list"),
        ("carts_update", {"line_items": [{}]}, r"line_items\[0\].title must be a text"),
        (
            "carts_update",
            {"line_items": [{"title": "x", "quantity": "2"}]},
            r"line_items\[0\].quantity must be a whole",
        ),
        ("checkouts_update", {"token": None}, "token must be there: 1 to 128 letters, digits, _ and -"),
        ("checkouts_update", {"email": 7}, "email must be a string"),
        ("checkouts_update", {"total_price": "much"}, "total_price must be an amount"),
        (
            "checkouts_update",
            {"presentment_currency": "€"},
            "presentment_currency must be an ISO 4217 currency",
        ),
        (
            "checkouts_update",
            {"buyer_accepts_marketing": "yes"},
            "buyer_accepts_marketing must be true or false",
        ),
        ("checkouts_update", {"customer": [1]}, "customer must be an object"),
        ("orders_create", {"id": True}, "id must be an id"),
        ("orders_create", {"created_at": "yesterday"}, "created_at must be a date and time"),
        ("orders_create", {"test": 1}, "test must be true or false"),
        ("customers_update", {"id": None}, "id must be an id"),
        ("customers_update", {"email_marketing_consent": "yes"}, "email_marketing_consent must be an object"),
        ("inventory_levels_update", {"available": 1.5}, "available must be a whole number"),
        ("products_update", {"variants": [{"title": "x"}]}, r"variants\[0\].id must be an id"),
    ],
)
def test_a_malformed_field_is_refused_by_its_name(stem, changes, reason):
    with pytest.raises(Refused, match=reason):
        with_changes(stem, **changes)
