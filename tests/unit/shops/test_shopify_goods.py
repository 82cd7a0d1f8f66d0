"""What Shopify's products, stock, titles and pictures mean."""

from __future__ import annotations

from tests.unit.shops.shopify_samples import HEADER_INSTANT, one, with_changes


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
    (stray,) = with_changes("products_update", variants=[{"id": 1, "image_id": 404}])[0].variants
    assert "becher-blau" in stray.image_url
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
        ("http://127.0.0.1:8482/pictures/a.svg", "http://127.0.0.1:8482/pictures/a.svg"),
        ('https://cdn.shopify.com/"onerror=', None),
        ("https://user:pass@cdn.shopify.com/a.jpg", None),
        ("javascript:alert(1)", None),
    ):
        lines = [{"title": "Mug", "quantity": 1, "variant_id": 1, "image_url": given}]
        (cart,) = with_changes("carts_create", line_items=lines)
        assert cart.items[0].image_url == kept
