"""The dearest mistake is a mail after the purchase: whatever is odd in an order, it ends what an order ends."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from cartback import shops
from cartback.domain.errors import Refused
from cartback.domain.observations import CartSeen, Fetch, Observation, OrderSeen
from tests.unit.shops import samples
from tests.unit.shops.test_hostile import changed, places

ODD = (None, [], {}, [[]], True, -1, 0.5, 10**40, "\x00 odd \ud800", "9" * 3000)


def _told(platform: str, file: Path, document: object) -> tuple[list[Observation], bool]:
    """What a delivery or a fetched document says, and whether it was refused."""
    adapter = shops.load(platform)
    try:
        if file.parent.name == "fetched":
            return adapter.fetched(_wanted(file), [json.dumps(document)]), False
        topic = samples.topic_of(adapter, file)
        return adapter.observe(samples.as_delivery(platform, topic, document)) or [], False
    except Refused as refused:
        return list(refused.despite), True


def _wanted(file: Path) -> Fetch:
    kind = file.stem.partition(".")[0]
    return Fetch(kind, f"{kind}/1", samples.RECEIVED_AT)


def _names(seen: list[Observation]) -> set[str]:
    """By what purchases are known: references of carts, and whoever bought."""
    found: set[str] = set()
    for one in seen:
        if isinstance(one, OrderSeen):
            found |= {*one.refs, *one.contact.aliases(), *one.beside}
        elif isinstance(one, CartSeen) and one.completed_at is not None:
            found |= {*one.refs, *one.contact.aliases()}
    return found


def _over(seen: list[Observation]) -> set[str]:
    """Carts of which nothing is left to be reminded of."""
    return {ref for one in seen if isinstance(one, CartSeen) and not one.items for ref in one.refs}


def _purchases() -> list[tuple[str, Path]]:
    every = [
        (platform, file)
        for platform in shops.platforms()
        for folder in (samples.EVENTS / platform, samples.EVENTS / platform / "fetched")
        for file in sorted(folder.glob("*.json"))
    ]
    return [
        (name, file) for name, file in every if _names(_told(name, file, json.loads(file.read_text()))[0])
    ]


PURCHASES = _purchases()


def test_every_platform_has_purchases_among_its_samples():
    assert {platform for platform, _ in PURCHASES} == set(shops.platforms())


@pytest.mark.parametrize(("platform", "file"), PURCHASES, ids=[f"{p}/{f.stem}" for p, f in PURCHASES])
def test_whatever_single_field_of_a_purchase_is_odd_it_is_known_by_what_is_left(platform, file):
    document = json.loads(file.read_text())
    names = _names(_told(platform, file, document)[0])
    refusals = 0
    for path in places(document):
        if not path or path[-1] == "completed_at":
            continue  # without it a checkout is none that was completed
        for odd in ODD:
            damaged = changed(document, path, odd)
            seen, refused = _told(platform, file, damaged)
            refusals += refused
            if not (_names(seen) | _over(seen)) & names:
                text = json.dumps(damaged).lower()
                assert not {name for name in names if name.partition(":")[2] in text}, (path, odd)
    assert refusals


INSTANTS = [
    ("shopify", "orders_create", ("created_at",)),
    ("shopify", "checkouts_update.completed", ("completed_at",)),
    ("woocommerce", "order.updated.paid", ("date_created_gmt",)),
    ("shopware", "checkout.order.placed", ("data", "payload", "order", "orderDateTime")),
    ("stripe", "checkout.session.completed", ("created",)),
    ("stripe", "invoice.paid", ("created",)),
    ("generic", "order.placed", ("data", "placed_at")),
    ("business_central", "fetched/salesOrders.open", ("orderDate",)),
]


@pytest.mark.parametrize(
    ("platform", "stem", "path"), INSTANTS, ids=[f"{p}/{stem}" for p, stem, _ in INSTANTS]
)
@pytest.mark.parametrize("odd", [["yesterday"], {}, True])
def test_an_order_without_a_readable_instant_was_placed_when_it_came(platform, stem, path, odd):
    file = samples.EVENTS / platform / f"{stem}.json"
    seen, refused = _told(platform, file, changed(json.loads(file.read_text()), path, odd))
    (order,) = seen
    assert refused
    assert (order.order_ref, order.placed_at) == (None, samples.RECEIVED_AT)


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "1e99999999999999999999", "9" * 5000])
def test_a_number_that_is_none_does_not_hide_a_purchase(number):
    for platform, stem in (("generic", "order.placed"), ("shopify", "orders_create")):
        sample = samples.sample(platform, stem)
        body = sample.body.rstrip()[:-1] + f', "note_attributes": {number}}}'
        with pytest.raises(Refused) as refused:
            shops.load(platform).observe(replace(sample, body=body))
        assert _names(list(refused.value.despite)) & _names(samples.observe(platform, stem))


def test_what_is_no_purchase_is_none_for_being_odd():
    draft = json.loads(samples.sample("woocommerce", "order.created").body) | {"total": "much"}
    form = draft | {"status": "auto-draft"}
    checkout = json.loads(samples.sample("shopify", "checkouts_update").body) | {"phone": 5}
    setup = json.loads(samples.sample("stripe", "checkout.session.completed.setup").body)
    renewal = json.loads(samples.sample("stripe", "invoice.paid.renewal").body)
    charge = json.loads(samples.sample("stripe", "charge.succeeded.renewal").body)
    del setup["data"]["object"]["livemode"]
    for event in (renewal, charge):
        event["object"] = "v2.core.event"
    for platform, stem, document in (
        ("woocommerce", "order.created", draft),
        ("woocommerce", "order.created", form),
        ("shopify", "checkouts_update", checkout),
        ("stripe", "checkout.session.completed.setup", setup),
        ("stripe", "invoice.paid.renewal", renewal),
        ("stripe", "charge.succeeded.renewal", charge),
    ):
        file = samples.EVENTS / platform / f"{stem}.json"
        assert _told(platform, file, document)[0] == []
