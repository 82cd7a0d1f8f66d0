"""What generic events mean, and that the published schema and the code say the same."""

from __future__ import annotations

import copy
import itertools
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest

from cartback import shops
from cartback.domain.errors import Refused
from cartback.domain.intake import payload_reader
from cartback.domain.money import Money
from cartback.domain.observations import ConsentSeen
from cartback.shops import generic
from tests.unit.shops import samples
from tests.unit.shops.judging import Judge

SCHEMA_FILE = Path(__file__).parents[3] / "docs/events/generic.schema.json"
SCHEMA = json.loads(SCHEMA_FILE.read_text())
FORMATS = jsonschema.FormatChecker(formats=())


@FORMATS.checks("date-time", raises=ValueError)
def _exists(text):
    return not isinstance(text, str) or bool(datetime.fromisoformat(text))


# What is yet to come is dated ahead by right.
_DATED = r'(?<!"eta": )(?<!"due_at": )(?<!"expected_at": )"2026-1[0-9]-[0-9]{2}T'
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA, format_checker=FORMATS)
JUDGE = Judge(SCHEMA, format_checker=FORMATS)
FILES = samples.files("generic")
each_file = pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])

GONE = object()
VALUES = [
    GONE, None, True, False, 0, 1, -1, 1.0, 1.5, 100_000, 10**10, -(10**10), 10**40, "", " ", "x", "X", "DE", "EUR",
    "1", "19.90", "-1", "1,5", "1e3", "٣", "a\r\nb", "\u202e", "\u00a0",
    "a@example.com", "de_DE", "de-", "http://shop.example.com", "https://shop.example.com", "https://a b", "https://",
    "https://u:p@shop.example.com/", 'https://shop.example.com/"', "2026-11-20T18:04:12Z", "2026-11-20T18:04:12",
    "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z", "1899-01-01T00:00:00Z", "email", "explicit", "cart.updated",
    [], [None], ["x"], [""], [{}], ["x"] * 21, [[]], {}, {"x": 1}, {"id": None}, {"id": "1"}, {"email": ""},
]  # fmt: skip


def places(value, path=()):
    """Every path into a document, its root left out."""
    # All members of a list are read alike: the first one stands for them.
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value[:1]):
        yield (*path, key)
        if isinstance(inner, dict | list):
            yield from places(inner, (*path, key))


def stretched(value):
    """A string or list at and beyond each length that the schema knows."""
    if isinstance(value, str):
        for longest in (40, 100, 120, 128, 200, 300, 320, 2048):
            for start in ("a", "https://shop.example.com/"):
                yield from (start.ljust(longest, "a")[:longest], start.ljust(longest + 1, "a")[: longest + 1])
    elif isinstance(value, list) and value:
        for most in (20, 100, 2000):
            yield from (value[:1] * most, value[:1] * (most + 1))


def at(document, path):
    """What is at this path."""
    for key in path:
        document = document[key]
    return document


def apart(document, path):
    """A copy that may be changed at this path: copies on the way to it, the same beside it."""
    document = copy.copy(document)
    if path:
        document[path[0]] = apart(document[path[0]], path[1:])
    return document


def damaged(document):
    """The document with each single damage that we know of at each place."""
    for path in places(document):
        for value in (*VALUES, *stretched(at(document, path))):
            broken = apart(document, path[:-1])
            holder = at(broken, path[:-1])
            if value is GONE:
                del holder[path[-1]]
            else:
                holder[path[-1]] = value
            yield path, value, broken
    for path in [(), *(path for path in places(document))]:
        extended = apart(document, path)
        holder = at(extended, path)
        if isinstance(holder, dict):
            holder["unheard_of"] = 1
            yield path, "one field more", extended


def understood(document):
    topic = document.get("type")
    if not isinstance(topic, str):
        return False
    try:
        return generic.observe(samples.as_delivery("generic", topic, document)) is not None
    except Refused:
        return False


def test_the_published_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["properties"]["type"]["enum"] == list(generic.TOPICS)


@each_file
def test_every_sample_is_valid_by_the_published_schema(file):
    VALIDATOR.validate(json.loads(file.read_text()))


@each_file
def test_schema_and_code_agree_on_every_single_damage_to_a_sample(file):
    verdicts = set()
    for path, value, document in damaged(json.loads(file.read_text())):
        valid = JUDGE.is_valid(document)
        verdicts.add(valid)
        assert understood(document) == valid, f"{path} = {str(value)[:99]!r}: the schema says {valid}"
    assert verdicts == {True, False}


@each_file
def test_the_quick_judge_says_what_the_thorough_one_says(file):
    for path, value, document in itertools.islice(damaged(json.loads(file.read_text())), 0, None, 97):
        valid = VALIDATOR.is_valid(document)
        assert JUDGE.is_valid(document) == valid, f"{path} = {str(value)[:99]!r}: {valid}"


def test_every_field_of_the_schema_is_in_a_sample_and_every_object_is_closed():
    shown = {key for file in FILES for path in places(json.loads(file.read_text())) for key in path}
    named = set()

    def walk(node):
        if isinstance(node, list):
            for member in node:
                walk(member)
        elif isinstance(node, dict):
            if node.get("type") == "object":
                named.update(node["properties"])
                assert node["additionalProperties"] is False
            for member in node.values():
                walk(member)

    walk(SCHEMA)
    assert named <= shown


def test_the_schemas_patterns_are_the_codes_patterns():
    published = set(re.findall(r'"pattern": ("(?:[^"\\]|\\.)*")', SCHEMA_FILE.read_text()))
    texts = {json.loads(pattern) for pattern in published}
    ours = (
        payload_reader.INSTANT,
        payload_reader.IDENTIFIER,
        payload_reader.AMOUNT,
        payload_reader.CURRENCY,
        payload_reader.LOCALE,
        payload_reader.COUNTRY,
        payload_reader.LINK,
        payload_reader.EVIDENCE,
    )
    assert {f"^{pattern.pattern}$" for pattern in ours} <= texts


def one(stem):
    (seen,) = samples.observe("generic", stem)
    return seen


def with_data(stem, **changes):
    delivery = samples.sample("generic", stem)
    event = json.loads(delivery.body)
    event["data"] |= changes
    return generic.observe(samples.as_delivery("generic", delivery.topic, event))


def test_a_cart_tells_everything_at_once():
    cart = one("cart.updated")
    assert (cart.refs, cart.source, cart.stage, cart.device) == (("cart:c-5512",), "cart", "cart", "mobile")
    assert cart.at == datetime(2026, 11, 20, 18, 4, 12, tzinfo=UTC)
    assert cart.total == Money(15945, "EUR")
    assert [(item.variant_id, item.quantity, item.unit_price) for item in cart.items] == [
        ("BECHER-BLAU", 2, Money(2490, "EUR")),
        ("DECKE-140", 1, Money(10965, "EUR")),
    ]
    assert cart.contact.aliases() == (
        "customer:K-1007",
        "email:lena.musterfrau@example.com",
        "phone:+4915112345678",
    )
    assert cart.restore_url == "https://shop.example.com/cart/restore?c=c-5512"


def test_a_consent_is_a_dated_record_of_the_shop():
    at = datetime(2026, 10, 2, 7, 14, 51, tzinfo=UTC)
    assert one("cart.updated").contact.consents == (
        ConsentSeen("email", True, at, "double_opt_in", "newsletter form, wording 3", sticky=True),
        ConsentSeen("sms", False, at, "explicit", "customer account", sticky=True),
    )


def test_a_checkout_joins_its_cart():
    checkout = one("checkout.updated")
    assert checkout.refs == ("checkout:k-88", "cart:c-5513")
    assert (checkout.source, checkout.total) == ("checkout", Money(9840, "JPY"))


def test_an_emptied_cart_is_a_cart_without_items():
    assert one("cart.updated.emptied").items == ()


def test_an_order_ends_carts_by_reference_and_by_person():
    order = one("order.placed")
    assert (order.refs, order.order_ref, order.paid) == (("checkout:k-87", "cart:c-5512"), "2026-1042", False)
    assert one("order.placed.by_telephone").contact.aliases() == ("phone:+4915112345678",)
    assert one("order.paid").paid
    assert with_data("order.paid", paid=False)[0].paid


def test_a_cancelled_order_without_an_instant_was_cancelled_by_the_event():
    assert one("order.cancelled").cancelled_at == datetime(2026, 11, 21, 8, 2, 10, tzinfo=UTC)
    (order,) = with_data("order.cancelled", cancelled_at=None)
    assert order.cancelled_at == order.at


def test_a_record_that_names_nobody_says_nothing():
    for stem in ("customer.updated", "customer.erased"):
        assert with_data(stem, id=None, email="not an address", phone="0341 1234") == []


def test_stock_that_is_not_counted_is_told_as_such_and_not_by_leaving_it_out():
    assert (one("stock.updated").available, one("stock.updated").location) == (3, "Leipzig-1")
    uncounted = one("stock.updated.not_counted")
    assert (uncounted.available, uncounted.location) == (None, "all")


def test_a_product_tells_its_variants_with_prices():
    product = one("product.updated")
    assert [variant.price for variant in product.variants] == [Money(2490, "EUR")] * 2
    assert [variant.endless for variant in product.variants] == [False, True]


def test_a_misspelt_field_is_named_and_a_strange_name_is_not_quoted():
    with pytest.raises(Refused, match="data has an unknown field restor_url"):
        with_data("cart.updated", restor_url="https://shop.example.com")
    with pytest.raises(Refused) as refused:
        with_data("cart.updated", **{"lena@example.com": 1})
    assert refused.value.reason == "data has an unknown field of another name"


def test_the_type_of_the_body_is_the_topic_of_the_delivery():
    body = samples.sample("generic", "shop.left").body
    with pytest.raises(Refused, match=r"type must be one of customer\.erased"):
        generic.observe(samples.as_delivery("generic", "customer.erased", body))


def test_the_adapter_of_the_registry_is_this_one():
    assert shops.load("generic") is generic


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_clock_that_runs_ahead_dates_news_later_than_when_they_came(file):
    ahead = re.sub(_DATED, '"2199-01-01T', file.read_text())
    event = samples.as_delivery("generic", json.loads(ahead)["type"], ahead)
    for seen in shops.load("generic").observe(event):
        assert "2199" not in repr(seen)
        assert repr(event.received_at) in repr(seen)


def test_a_clock_that_runs_ahead_by_a_time_zone_is_believed():
    body = json.loads(samples.sample("generic", "cart.updated").body) | {"at": "2026-11-21T11:59:00Z"}
    (seen,) = shops.load("generic").observe(samples.as_delivery("generic", "cart.updated", body))
    assert seen.at == datetime(2026, 11, 21, 11, 59, tzinfo=UTC)
