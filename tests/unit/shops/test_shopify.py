"""What Shopify's payloads mean, trap by trap (integrations.md § 1.1)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from cartback.domain.errors import Refused
from cartback.domain.money import Money
from cartback.domain.observations import ConsentSeen
from cartback.shops import shopify
from tests.unit.shops import samples

HEADER_INSTANT = datetime(2026, 11, 21, 9, 59, 58, 877041, tzinfo=UTC)


def one(stem):
    (seen,) = samples.observe("shopify", stem)
    return seen


def with_changes(stem, **changes):
    """What the sample says with other fields at its top."""
    delivery = samples.sample("shopify", stem)
    body = json.loads(delivery.body) | changes
    return shopify.observe(samples.as_delivery("shopify", delivery.topic, body))


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


def test_a_customers_consents_are_dated_records_by_id():
    person = one("customers_update")
    at = datetime(2026, 10, 2, 7, 14, 51, tzinfo=UTC)
    source = "shopify customer 7710293847561"
    assert person.contact.consents == (
        ConsentSeen("email", True, at, "double_opt_in", source, sticky=True),
        ConsentSeen("sms", True, at + timedelta(seconds=39), "explicit", source, sticky=True),
    )


def consent(**fields):
    (seen,) = with_changes("customers_update", email_marketing_consent=fields, sms_marketing_consent=None)
    return seen.contact.consents


@pytest.mark.parametrize("state", ["unsubscribed", "redacted", "invalid", "UNSUBSCRIBED"])
def test_every_state_of_refusal_is_a_refusal(state):
    (word,) = consent(state=state, opt_in_level="confirmed_opt_in", consent_updated_at="2026-11-20T10:00:00Z")
    assert (word.granted, word.sticky, word.at) == (False, True, datetime(2026, 11, 20, 10, tzinfo=UTC))


@pytest.mark.parametrize("state", ["not_subscribed", "pending", None, "", "a state of tomorrow"])
def test_what_is_no_word_of_the_person_is_no_consent(state):
    assert (
        consent(state=state, opt_in_level="confirmed_opt_in", consent_updated_at="2026-11-20T10:00:00Z") == ()
    )


@pytest.mark.parametrize("level", ["single_opt_in", "unknown", None])
def test_only_a_confirmed_opt_in_is_a_double_one(level):
    (word,) = consent(state="subscribed", opt_in_level=level, consent_updated_at="2026-11-20T10:00:00Z")
    assert word.basis == "explicit"


def test_an_undated_yes_is_as_old_as_the_customer_and_undoes_nothing_and_an_undated_no_is_new():
    (yes,) = consent(state="subscribed", consent_updated_at=None)
    assert (yes.sticky, yes.at) == (False, datetime(2026, 3, 11, 17, 20, 5, tzinfo=UTC))
    (no,) = consent(state="unsubscribed", consent_updated_at=None)
    assert (no.sticky, no.at) == (True, datetime(2026, 11, 20, 9, 15, 2, tzinfo=UTC))


def test_customers_of_newer_api_versions_say_nothing_of_consent_and_topics_of_their_own_do():
    assert one("customers_create").contact.consents == ()
    email = one("customers_email_marketing_consent_update")
    assert email.contact.aliases() == ("customer:7710293880329", "email:jo.sampleton@example.com")
    (word,) = email.contact.consents
    assert (word.channel, word.granted, word.basis) == ("email", True, "double_opt_in")
    sms = one("customers_marketing_consent_update")
    (word,) = sms.contact.consents
    assert (sms.contact.customer_ref, word.channel, word.granted) == ("7710293847561", "sms", False)
    assert sms.at == HEADER_INSTANT


def test_no_evidence_of_consent_quotes_an_address():
    for file in samples.files("shopify"):
        for seen in samples.observe("shopify", file.stem):
            contact = getattr(seen, "contact", None)
            assert not any(
                "@" in word.source or "+" in word.source for word in (contact.consents if contact else ())
            )


def test_an_erasure_names_the_person_by_all_that_the_shop_gives():
    erased = one("customers_redact")
    assert erased.contact.aliases() == (
        "customer:7710293847561",
        "email:lena.musterfrau@example.com",
        "phone:+4915112345678",
    )
    with pytest.raises(Refused, match="customer must be an object"):
        with_changes("customers_redact", customer=None)


def test_stock_is_counted_by_place_and_inventory_item():
    level = one("inventory_levels_update")
    assert (level.inventory_ref, level.location, level.available, level.variant_id) == (
        "48213098765432",
        "91827364550",
        3,
        None,
    )
    assert one("inventory_levels_update.not_counted").available is None


def test_a_product_tells_all_its_variants_and_their_pictures():
    product = one("products_update")
    assert (product.product_id, product.deleted, len(product.variants)) == ("8601234567890", False, 18)
    first, fourth, last = product.variants[0], product.variants[3], product.variants[-1]
    assert (first.title, first.variant_title, first.price) == ("Steinzeugbecher", "Blau / 200 ml", None)
    assert "becher-gruen" in fourth.image_url
    assert "becher-blau" in last.image_url
    assert first.inventory_ref == "48213098765432"


def test_what_nobody_counts_and_what_sells_on_is_endless():
    by_position = dict(enumerate(one("products_update").variants))
    assert (by_position[4].endless, by_position[4].available) == (False, 6)
    assert (by_position[5].endless, by_position[5].available) == (True, 2)
    assert (by_position[7].endless, by_position[7].available) == (True, None)


def test_a_quantity_is_not_believed_where_nothing_says_that_it_is_counted():
    (variant,) = one("products_update.archived_without_counting").variants
    assert (variant.available, variant.endless, variant.variant_title) == (None, False, None)


def test_an_archived_product_counts_as_gone_and_a_deleted_one_too():
    assert one("products_update.archived_without_counting").deleted
    gone = one("products_delete")
    assert (gone.product_id, gone.deleted, gone.at) == ("8601234600658", True, HEADER_INSTANT)


def test_a_shop_left_when_the_header_says_and_not_when_its_record_last_changed():
    assert one("app_uninstalled").at == HEADER_INSTANT
    delivery = samples.sample("shopify", "app_uninstalled")
    delivery.headers.clear()
    (left,) = shopify.observe(delivery)
    assert left.at == samples.RECEIVED_AT


@pytest.mark.parametrize(
    ("stem", "changes", "reason"),
    [
        ("carts_update", {"token": None, "id": None}, "id must be a token"),
        ("carts_update", {"token": "a b"}, "token must be a token"),
        ("carts_update", {"token": 5}, "token must be a token"),
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
        ("checkouts_update", {"token": None}, "token must be a token"),
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
        ("checkouts_update", {"customer": []}, "customer must be an object"),
        ("orders_create", {"id": True}, "id must be an id"),
        ("orders_create", {"created_at": None}, "created_at must be a date and time"),
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


def test_a_title_stays_on_its_line_and_within_its_length():
    lines = [{"title": "Mug\r\nBcc: x\u202e" + "o" * 400, "quantity": 1, "variant_id": "1"}]
    (cart,) = with_changes("carts_create", line_items=lines)
    (item,) = cart.items
    assert item.title.startswith("Mug Bcc: x oo")
    assert (len(item.title), item.title[-1]) == (300, "…")


def test_a_picture_that_we_cannot_use_costs_the_picture_and_not_the_event():
    for given, kept in (
        ("//cdn.shopify.com/a.jpg", "https://cdn.shopify.com/a.jpg"),
        ("http://cdn.shopify.com/a.jpg", None),
        ('https://cdn.shopify.com/"onerror=', None),
        ("https://user:pass@cdn.shopify.com/a.jpg", None),
        ("javascript:alert(1)", None),
    ):
        lines = [{"title": "Mug", "quantity": 1, "variant_id": 1, "image_url": given}]
        (cart,) = with_changes("carts_create", line_items=lines)
        assert cart.items[0].image_url == kept


def test_nobody_is_greeted_with_a_link_for_a_name():
    for name in ("Win at https://evil.example", "evil.example", "www.evil", "a@b", "<b>"):
        customer = {"id": 1, "first_name": name}
        (seen,) = with_changes("checkouts_update", customer=customer, billing_address=None)
        assert seen.contact.first_name is None
    (seen,) = with_changes("checkouts_update", customer={"id": 1, "first_name": "Anne-Sofie O'Neil jr."})
    assert seen.contact.first_name == "Anne-Sofie O'Neil jr."
