"""Goods and sums as each platform tells them: each right, or honestly left out."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from cartback import shops
from cartback.domain.money import Money
from cartback.domain.observations import CartSeen, Fetch, ProductSeen, WordUnknown
from cartback.domain.people.customer import Person
from cartback.domain.trade.bots import suspect
from cartback.domain.trade.cart import Cart
from cartback.domain.trade.items import EXCLUDED, INCLUDED, SHOWN_APART, total_of
from tests.unit.shops.samples import as_delivery, sample


def told(platform: str, stem: str, **changes):
    """What a changed sample says."""
    event = sample(platform, stem)
    body = json.loads(event.body)
    (body["data"] if platform == "generic" else body).update(changes)
    return shops.load(platform).observe(as_delivery(platform, event.topic, body))


def quote(*lines: dict, **changes):
    """What a sales quote of Business Central with these lines says."""
    body = json.loads(sample_text("business_central/fetched/salesQuotes.draft"))
    body |= {"salesQuoteLines": [{**body["salesQuoteLines"][0], **line} for line in lines], **changes}
    wanted = Fetch("salesQuotes", "salesQuotes(x)", sample("generic", "cart.updated").received_at)
    return shops.load("business_central").fetched(wanted, [json.dumps(body)])


def session(*lines: dict):
    """What an expired session of Stripe's with these lines says."""
    event = sample("stripe", "checkout.session.expired.with_lines")
    body = json.loads(event.body)
    listed = body["data"]["object"]["line_items"]
    listed["data"] = [{**listed["data"][0], "id": f"li_{place}", **line} for place, line in enumerate(lines)]
    return shops.load("stripe").observe(as_delivery("stripe", event.topic, body))


def sample_text(stem: str) -> str:
    from tests.unit.shops.samples import EVENTS

    return (EVENTS / f"{stem}.json").read_text()


def woo_line(number: int, **changes) -> dict:
    line = json.loads(sample("woocommerce", "order.created").body)["line_items"][0]
    plain = {"id": number, "product_id": number, "variation_id": 0, "parent_name": None, "meta_data": []}
    return {**line, **plain, "quantity": 1, "total": "10.00", "total_tax": "0.00", **changes}


def woo(*lines: dict, **changes) -> CartSeen:
    return told("woocommerce", "order.created", line_items=list(lines), **changes)[0]


def shopify(*lines: dict, stem: str = "checkouts_update", **changes) -> CartSeen:
    line = json.loads(sample("shopify", stem).body)["line_items"][0]
    numbered = [
        {**line, "key": f"k{n}", "id": n + 1, "variant_id": n + 1, **one} for n, one in enumerate(lines)
    ]
    return told("shopify", stem, line_items=numbered, **changes)[0]


def generic(*items: dict, stem: str = "cart.updated", **changes) -> CartSeen:
    one = {"variant_id": "v", "title": "Tuch", "quantity": 1}
    return told("generic", stem, items=[{**one, **item} for item in items], **changes)[0]


HALF = {
    "woocommerce": lambda: woo(woo_line(7, quantity=0.5, total="6.25")),
    "woocommerce, a string": lambda: woo(woo_line(7, quantity="0.50000", total="6.25")),
    "business_central": lambda: quote({"quantity": 0.5, "amountIncludingTax": 6.25})[0],
    "stripe": lambda: session({"quantity": 0.5, "amount_total": 625})[0],
    "generic": lambda: generic({"quantity": 0.5, "unit_price": "12.50"}),
}


@pytest.mark.parametrize("platform", HALF)
def test_half_of_a_unit_is_a_line_with_its_price(platform):
    seen = HALF[platform]()
    (item,) = seen.items
    assert (item.quantity, item.unit_price, total_of(seen.items)) == (
        Decimal("0.5"),
        Money(1250, "EUR"),
        Money(625, "EUR"),
    )


@pytest.mark.parametrize("quantity", [0, -1, -0.5])
def test_nothing_and_less_is_no_line(quantity):
    assert woo(woo_line(7, quantity=quantity)).items == ()
    assert quote({"quantity": quantity})[0].items == ()


def test_what_is_left_of_a_unit_can_still_be_bought():
    stock = {
        "manage_stock": True,
        "stock_quantity": 0.4,
        "backorders_allowed": False,
        "stock_status": "instock",
    }
    assert told("woocommerce", "product.updated.sold_out", **stock)[0].variants[0].available == 1
    assert (
        told("woocommerce", "product.updated.sold_out", **{**stock, "stock_quantity": 4.9})[0]
        .variants[0]
        .available
        == 4
    )


def test_three_for_ten_cost_ten_together():
    seen = woo(woo_line(7, quantity=3, total="10.00"))
    assert (seen.items[0].unit_price, total_of(seen.items)) == (Money(333, "EUR"), Money(1000, "EUR"))


NAME = "Salz &amp; Pfeffer &#8211; 5&#8243; <small>neu</small>"


def test_names_that_are_kept_as_html_are_read_and_plain_ones_stay():
    assert woo(woo_line(7, name=NAME)).items[0].title == "Salz & Pfeffer – 5″ neu"
    assert generic({"title": NAME, "variant_title": "A &amp; B"}).items[0].variant_title == "A & B"
    assert (
        told("woocommerce", "product.updated.sold_out", name=NAME)[0].variants[0].title
        == "Salz & Pfeffer – 5″ neu"
    )
    for plain in ("AT&amp;T <small>", "5 < 6 & 7", "<3 &lt;"):
        assert shopify({"title": plain, "presentment_title": plain}).items[0].title == plain
        assert quote({"description": plain})[0].items[0].title == plain
        assert session({"description": plain})[0].items[0].title == plain


def test_a_first_name_that_is_kept_as_html_is_read():
    billing = json.loads(sample("woocommerce", "order.created").body)["billing"]
    seen = woo(woo_line(7), billing={**billing, "first_name": "J&uuml;rgen O&#039;Neill"})
    assert seen.contact.first_name == "Jürgen O'Neill"


def test_a_form_of_products_is_read_as_html():
    form = {"checkout_url": "https://shop.example/?wcf_ac_token=abc", "product_names": "Salz &amp; Pfeffer"}
    event = replace(as_delivery("woocommerce", "cartflows.abandoned", form))
    assert shops.load("woocommerce").observe(event)[0].items[0].title == "Salz & Pfeffer"


CHOSEN = [
    {"key": "pa_farbe", "value": "blau", "display_value": "<p>Blau</p>"},
    {"key": "_x", "value": "geheim"},
]


@pytest.mark.parametrize(
    ("line", "variant"),
    [
        ({"name": "Hemd - Blau, M", "parent_name": "Hemd", "variation_id": 9}, "Blau, M"),
        ({"name": "Hemd", "parent_name": "Hemd", "variation_id": 9, "meta_data": CHOSEN}, "Blau"),
        ({"name": "Hemd", "variation_id": 9, "meta_data": dict(enumerate(CHOSEN))}, "Blau"),
        ({"name": "Hemd", "meta_data": CHOSEN}, None),
    ],
)
def test_the_variation_that_was_chosen_is_told(line, variant):
    (item,) = woo(woo_line(7, **json.loads(json.dumps(line)))).items
    assert (item.title, item.variant_title) == ("Hemd", variant)


def test_a_variation_tells_what_tells_it_from_its_siblings():
    attributes = [{"name": "Farbe", "option": "Blau &amp; Rot"}, {"name": "Größe", "option": "M"}]
    (product,) = told("woocommerce", "product.updated.variation", type="variation", attributes=attributes)
    assert product.variants[0].variant_title == "Blau & Rot, M"


BUNDLES = {
    "by the line": ({"id": 5}, {"bundled_by": 5}),
    "a string": ({"id": 5}, {"bundled_by": "5"}),
    "composite": ({"id": 5}, {"composite_parent": 5}),
    "by a key": (
        {"meta_data": [{"key": "_bundle_cart_key", "value": "abc"}]},
        {"meta_data": [{"key": "_bundled_by", "value": "abc"}]},
    ),
    "by the product": ({"product_id": 50}, {"meta_data": [{"key": "_woosb_parent_id", "value": "50"}]}),
}


@pytest.mark.parametrize("kind", BUNDLES)
@pytest.mark.parametrize(("whole", "parts"), [("49.00", "0.00"), ("0.00", "24.50")])
def test_parts_of_a_bundle_are_its_own(kind, whole, parts):
    bundle, part = BUNDLES[kind]
    seen = woo(
        woo_line(5, name="Set", total=whole, **{k: v for k, v in bundle.items() if k != "id"}),
        woo_line(6, name="Tasse", total=parts, **part),
        woo_line(7, name="Teller", total=parts, **part),
    )
    assert [(item.title, item.unit_price) for item in seen.items] == [("Set", Money(4900, "EUR"))]


def test_what_costs_something_beside_what_it_belongs_to_is_a_line():
    wrap = {
        "title": "Verpackung",
        "presentment_title": "Verpackung",
        "price": "3.00",
        "parent_line_key": "k0",
    }
    free = {**wrap, "price": "0.00"}
    assert len(shopify({}, wrap).items) == 2
    assert len(shopify({}, free).items) == 1
    assert len(shopify({}, {**free, "parent_line_key": "k9"}).items) == 2
    assert (
        len(shopify({}, {**free, "parent_line_key": None, "parent_relationship": {"parent_key": "k0"}}).items)
        == 1
    )


MANY = {
    "shopify": lambda n: shopify(*[{}] * n),
    "shopify's cart": lambda n: shopify(*[{}] * n, stem="carts_update"),
    "woocommerce": lambda n: woo(*(woo_line(place + 1) for place in range(n))),
    "business_central": lambda n: quote(*[{}] * n)[0],
    "stripe": lambda n: session(*[{}] * n)[0],
    "generic": lambda n: generic(*({"variant_id": f"v{place}"} for place in range(n))),
}


@pytest.mark.parametrize("platform", MANY)
def test_the_true_number_of_lines_is_known_where_the_list_is_cut(platform):
    for number in (100, 101, 150):
        seen = MANY[platform](number)
        assert (len(seen.items), seen.further) == (100, number - 100)
        cart = Cart("demo", "c", items=seen.items, further=seen.further)
        assert suspect(cart, Person("demo", "p", email="a@b.example")) == (
            "many_lines" if number > 100 else None
        )


@pytest.mark.parametrize(("digits", "whole"), [("19.90000000", 1990), ("19.90500001", 1991)])
def test_digits_beyond_a_currencys_own_are_rounded(digits, whole):
    assert woo(woo_line(7, total=digits)).items[0].unit_price == Money(whole, "EUR")
    assert generic({"unit_price": digits}).items[0].unit_price == Money(whole, "EUR")
    order = told("woocommerce", "order.updated.paid", total="147.10000001")[0]
    assert order.total == Money(14710, "EUR")


@pytest.mark.parametrize("currency", ["BTC", "USDT", "€"])
def test_a_currency_that_nobody_knows_costs_the_prices_and_not_the_order(currency):
    assert told("woocommerce", "order.updated.paid", currency=currency, total="0.00012345")[0].total is None
    seen = woo(woo_line(7, total="0.00012345"), currency=currency, total="0.00012345")
    assert (seen.total, [item.unit_price for item in seen.items]) == (None, [None])


def test_each_platform_tells_where_the_tax_is():
    assert woo(woo_line(7), prices_include_tax=False).taxes == SHOWN_APART
    assert woo(woo_line(7), prices_include_tax=True).taxes == INCLUDED
    assert (quote({})[0].taxes, quote({}, pricesIncludeTax=True)[0].taxes) == (SHOWN_APART, INCLUDED)
    assert quote({"amountIncludingTax": 119, "netAmount": 100})[0].items[0].tax == Money(1900, "EUR")
    assert (shopify({}, taxes_included=False).taxes, shopify({}, taxes_included=True).taxes) == (
        EXCLUDED,
        INCLUDED,
    )
    price = {"id": "p", "product": "prod_1", "tax_behavior": "exclusive"}
    assert session({"price": price})[0].taxes == SHOWN_APART
    assert session({"price": {**price, "tax_behavior": "inclusive"}})[0].taxes == INCLUDED
    assert session({}, {"price": price})[0].taxes is None
    assert (generic({}, prices_include_tax=False).taxes, generic({}).taxes) == (EXCLUDED, None)


def test_the_sum_of_the_goods_is_what_shopify_says_it_is_or_nobodys():
    line = {"price": "20.00", "quantity": 2}
    sums = {"total_price": "44.90", "subtotal_price": "35.00", "total_discounts": "5.00", "total_tax": "0.00"}
    shipped = {**sums, "shipping_lines": [{"price": "9.90"}]}
    assert shopify(line, **shipped).goods == Money(3500, "EUR")
    assert shopify(line, **{**shipped, "total_discounts": "1.00"}).goods is None
    assert shopify(line, **{**sums, "total_price": "35.00"}).goods == Money(3500, "EUR")


STATUSES = {
    "shopify": (
        "products_update",
        "status",
        {"active": False, "unlisted": False, "draft": True, "archived": True},
    ),
    "woocommerce": (
        "product.updated.sold_out",
        "status",
        {"publish": False, "draft": True, "private": True, "pending": True, "trash": True},
    ),
}


@pytest.mark.parametrize("platform", STATUSES)
def test_only_what_is_known_to_be_off_is_gone_and_a_new_word_is_named(platform):
    stem, field, words = STATUSES[platform]
    for word, gone in {**words, "sunny": False}.items():
        product, *strange = told(platform, stem, **{field: word})
        assert isinstance(product, ProductSeen)
        assert product.deleted is gone
        assert [one.word for one in strange] == (["sunny"] if word == "sunny" else [])


def test_a_stock_status_of_a_plugin_is_named_and_sells():
    stock = {"stock_status": "preorder", "manage_stock": False}
    product, strange = told("woocommerce", "product.updated.sold_out", **stock)
    assert product.variants[0].endless
    assert strange == WordUnknown("woocommerce product.stock_status", "preorder")
    assert (
        told("woocommerce", "product.updated.sold_out", **{**stock, "stock_status": "a@b.example"})[1].word
        == "(unreadable)"
    )


def test_a_status_of_an_extension_is_named():
    assert quote({}, status="Lost")[1:] == [WordUnknown("business central quote.status", "lost")]
    assert len(quote({}, status="Sent")) == 1


LANGUAGES = {
    "WPML": {"meta_data": [{"key": "wpml_language", "value": "en"}]},
    "TranslatePress": {"meta_data": [{"key": "trp_language", "value": "en_US"}]},
    "a locale": {"meta_data": [{"key": "x", "value": None}, {"key": "_locale", "value": "en_GB"}]},
    "Polylang": {"lang": "en"},
}


@pytest.mark.parametrize("plugin", LANGUAGES)
def test_an_order_of_woocommerce_speaks_as_its_plugin_says(plugin):
    assert woo(woo_line(7), **LANGUAGES[plugin]).contact.locale.startswith("en")


def test_other_platforms_tell_the_language_too():
    assert shopify({}, customer_locale="en-CA").locale == "en-CA"
    assert generic({}, locale="en").locale == "en"
    assert quote({}, languageCode="ENU")[0].contact.locale == "ENU"
    assert session({})[0].contact.locale == "de"


@pytest.mark.parametrize("named", [{"token": None}, {"token": "t0k3n0123456789abcdef"}])
def test_a_checkout_that_is_gone_is_named_by_its_carts_token(named):
    (seen,) = told("shopify", "checkouts_delete.without_token", cart_token="c4rt0123456789abcdef", **named)
    assert seen.items == ()
    assert "cart:c4rt0123456789abcdef" in seen.refs
