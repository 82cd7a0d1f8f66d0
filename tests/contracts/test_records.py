"""The port ``Records``: versions, all or nothing, pointers, time to live, and shops that never meet."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from cartback.domain.consent.consent import Consent
from cartback.domain.errors import Conflict
from cartback.domain.goods.catalogue import Product, Stock
from cartback.domain.money import Money
from cartback.domain.people.customer import Person
from cartback.domain.trade.cart import Cart
from cartback.domain.trade.items import Item
from cartback.ports import RowSet
from cartback.store.codec import decode, encode, packed
from cartback.store.tables import CARTS_KEPT, CATALOGUE_KEPT, PEOPLE_KEPT
from cartback.subjects.cart import KIND as CART_KIND
from cartback.subjects.level import KIND as LEVEL_KIND
from tests.fakes.world import START

SHIRT = Item(
    "v1", "Hemd „Größe M“ 🧵", quantity=2, unit_price=Money(5990, "EUR"), image_url="https://a.example/b"
)
CART = Cart("demo", "c1", items=(SHIRT,), activity_at=START, started_at=START, seen={"cart": START})
CONSENT = Consent("email", "granted", "explicit", "a form", START, START, "e1")
ADA = Person(
    "demo", "p1", email="ada@example.com", consents={"email": CONSENT}, sends=(START,), aliases=("h1",)
)
STOCK = Stock("demo", "v1", levels={"hall": (START, 3), "attic": (START, None)})


def saved(room, shop="demo", **parts):
    """Save rows that were not there before; gives the page as it is then read."""
    room.records.save(shop, RowSet(), RowSet(**parts))
    return room.records.read(shop, **{name: list(rows) for name, rows in parts.items()})


def test_what_was_saved_is_read_again_one_version_on(room):
    page = saved(
        room,
        carts={"c1": CART},
        persons={"p1": ADA},
        stock={"v1": STOCK},
        refs={"cart:c1": "c1"},
        aliases={"h1": "p1"},
        inventory={"i1": "v1"},
        blocks={"h9": "bounced"},
    )
    assert page == RowSet(
        carts={"c1": replace(CART, version=1)},
        persons={"p1": replace(ADA, version=1)},
        stock={"v1": replace(STOCK, version=1)},
        refs={"cart:c1": "c1"},
        aliases={"h1": "p1"},
        inventory={"i1": "v1"},
        blocks={"h9": "bounced"},
    )


def test_what_is_not_there_is_read_as_none_and_said_so(room):
    page = room.records.read("demo", carts=["x"], persons=["x"], refs=["x"], aliases=["x"], stock=["x"])
    assert page == RowSet(
        carts={"x": None}, persons={"x": None}, refs={"x": None}, aliases={"x": None}, stock={"x": None}
    )


def test_a_row_that_changed_since_it_was_read_is_not_overwritten(room):
    page = saved(room, carts={"c1": CART})
    newer = replace(page.carts["c1"], stage="checkout")
    room.records.save("demo", page, RowSet(carts={"c1": newer}))
    with pytest.raises(Conflict):
        room.records.save("demo", page, RowSet(carts={"c1": replace(page.carts["c1"], device="phone")}))
    assert room.records.read("demo", carts=["c1"]).carts["c1"] == replace(newer, version=2)


def test_a_new_row_does_not_overwrite_one_that_somebody_else_made(room):
    saved(room, persons={"p1": ADA})
    with pytest.raises(Conflict):
        room.records.save("demo", RowSet(), RowSet(persons={"p1": replace(ADA, email=None)}))
    assert room.records.read("demo", persons=["p1"]).persons["p1"].email == "ada@example.com"


@pytest.mark.parametrize("stale", ["carts", "persons", "refs", "aliases", "stock", "inventory"])
def test_a_save_is_all_or_nothing_whichever_part_was_overtaken(room, stale):
    parts = {
        "carts": {"c1": CART},
        "persons": {"p1": ADA},
        "stock": {"v1": STOCK},
        "refs": {"r1": "c1"},
        "aliases": {"h1": "p1"},
        "inventory": {"i1": "v1"},
    }
    other = {"refs": {"r1": "c9"}, "aliases": {"h1": "p9"}, "inventory": {"i1": "v9"}}
    saved(room, **{stale: other.get(stale, parts[stale])})
    wanted = {name: list(rows) for name, rows in parts.items()}
    before = room.records.read("demo", **wanted)
    with pytest.raises(Conflict):
        room.records.save("demo", RowSet(), RowSet(**parts, blocks={"h1": "bounced"}))
    assert room.records.read("demo", **wanted) == before
    assert room.records.read("demo", blocks=["h1"]).blocks == {"h1": None}


def test_rows_that_do_not_differ_are_not_written(room):
    page = saved(room, carts={"c1": CART}, refs={"r1": "c1"})
    room.records.save("demo", page, RowSet(carts=dict(page.carts), refs=dict(page.refs)))
    assert room.records.read("demo", carts=["c1"]).carts["c1"].version == 1


def test_a_pointer_is_moved_only_from_where_it_was_read_to_point(room):
    before = saved(room, refs={"r1": "c1"})
    room.records.save("demo", before, RowSet(refs={"r1": "c2"}))
    with pytest.raises(Conflict):
        room.records.save("demo", before, RowSet(refs={"r1": "c3"}))
    assert room.records.read("demo", refs=["r1"]).refs == {"r1": "c2"}


def test_a_pointer_that_already_points_there_may_be_written_again(room):
    saved(room, refs={"r1": "c1"})
    room.records.save("demo", RowSet(), RowSet(refs={"r1": "c1"}))
    assert room.records.read("demo", refs=["r1"]).refs == {"r1": "c1"}


def test_a_pointer_is_taken_away_wherever_it_points(room):
    before = saved(room, aliases={"h1": "p1"})
    room.records.save("demo", RowSet(aliases={"h1": "p0"}), RowSet(aliases={"h1": None}))
    assert before.aliases == {"h1": "p1"}
    assert room.records.read("demo", aliases=["h1"]).aliases == {"h1": None}


@pytest.mark.parametrize(
    ("part", "row", "kept"),
    [
        ("carts", CART, CARTS_KEPT),
        ("persons", ADA, PEOPLE_KEPT),
        ("stock", STOCK, CATALOGUE_KEPT),
        ("refs", "c1", CARTS_KEPT),
        ("aliases", "p1", PEOPLE_KEPT),
        ("inventory", "v1", CATALOGUE_KEPT),
    ],
)
def test_an_expired_row_is_unreadable_although_nobody_swept_it(room, part, row, kept):
    name = {"carts": "c1", "persons": "p1"}.get(part, "x")
    saved(room, **{part: {name: row}})
    room.clock.at = START + kept - timedelta(seconds=1)
    assert getattr(room.records.read("demo", **{part: [name]}), part)[name] is not None
    room.clock.at = START + kept
    assert getattr(room.records.read("demo", **{part: [name]}), part)[name] is None


def test_a_block_never_expires(room):
    saved(room, blocks={"h1": "opted_out"})
    room.clock.move(days=10_000)
    assert room.records.read("demo", blocks=["h1"]).blocks == {"h1": "opted_out"}


def test_a_new_row_may_take_the_place_of_an_expired_one(room):
    saved(room, carts={"c1": CART})
    room.clock.at = START + CARTS_KEPT
    room.records.save("demo", RowSet(), RowSet(carts={"c1": replace(CART, device="phone")}))
    assert room.records.read("demo", carts=["c1"]).carts["c1"].device == "phone"


def test_one_shop_never_reads_or_writes_anothers_rows(room):
    saved(
        room,
        carts={"c1": CART},
        persons={"p1": ADA},
        refs={"r1": "c1"},
        blocks={"shop": "left"},
        stock={"v1": STOCK},
    )
    wanted = {"carts": ["c1"], "persons": ["p1"], "refs": ["r1"], "blocks": ["shop"], "stock": ["v1"]}
    theirs = room.records.read("other", **wanted)
    assert all(
        row is None
        for part in ("carts", "persons", "refs", "blocks", "stock")
        for row in getattr(theirs, part).values()
    )
    room.records.save("other", RowSet(), RowSet(carts={"c1": replace(CART, shop="other", device="phone")}))
    assert room.records.read("demo", carts=["c1"]).carts["c1"].device is None


def test_more_rows_than_one_request_holds_are_all_read(room):
    names = [f"v{number}" for number in range(230)]
    rows = {name: replace(STOCK, variant_id=name) for name in names}
    room.records.save("demo", RowSet(), RowSet(stock=rows))
    assert {row.variant_id for row in room.records.read("demo", stock=names).stock.values()} == set(names)


def test_a_dossier_holds_cart_person_and_the_stock_of_its_items(room):
    saved(room, carts={"c1": replace(CART, person_id="p1")}, persons={"p1": ADA}, stock={"v1": STOCK})
    for person_id, variants in (("p1", ["v1"]), (None, []), ("wrong", ["v7"])):
        context = room.records.context("demo", "c1", person_id, variants, CART_KIND)
        assert (context.cart.cart_id, context.person.person_id) == ("c1", "p1")
        assert context.stock["v1"].available == 3


def test_a_dossier_without_stock_reads_none(room):
    saved(room, carts={"c1": CART}, stock={"v1": STOCK})
    assert room.records.context("demo", "c1", None, None, CART_KIND).stock == {}


def test_a_dossier_about_a_level_of_stock_holds_its_variant_and_the_product_of_that(room):
    saved(
        room,
        stock={"v1": Stock("demo", "v1", product_id="p1")},
        products={"p1": Product("demo", "p1", on_sale=True)},
    )
    context = room.records.context("demo", "v1/15", None, None, LEVEL_KIND)
    assert (context.about.stock.variant_id, context.about.limit) == ("v1", "15")
    assert context.products["p1"].on_sale
    assert room.records.context("demo", "v2/15", None, None, LEVEL_KIND).about is None
    assert room.records.context("other", "v1/15", None, None, LEVEL_KIND).about is None


def test_a_dossier_follows_people_who_were_merged_to_the_end(room):
    people = {
        "p1": Person("demo", "p1", merged_into="p2"),
        "p2": Person("demo", "p2", merged_into="p3"),
        "p3": replace(ADA, person_id="p3"),
    }
    saved(room, carts={"c1": replace(CART, person_id="p1")}, persons=people)
    for guess in ("p1", "p3", None):
        assert room.records.context("demo", "c1", guess, None, CART_KIND).person.person_id == "p3"


def test_a_dossier_of_an_unknown_cart_holds_nobody(room):
    saved(room, persons={"p1": ADA})
    context = room.records.context("demo", "c1", "p1", ["v1"], CART_KIND)
    assert (context.cart, context.person) == (None, None)


def test_a_dossier_never_crosses_shops(room):
    saved(room, carts={"c1": replace(CART, person_id="p1")}, persons={"p1": ADA})
    assert room.records.context("other", "c1", "p1", ["v1"], CART_KIND).cart is None


def test_a_product_leads_to_its_variants_and_is_guarded_like_every_row(room):
    shirt = Product("demo", "p1", variants=("v1", "v2"), gone_at=START, said_at=START)
    page = saved(room, products={"p1": shirt}, stock={"v1": STOCK})
    assert page.products["p1"] == replace(shirt, version=1)
    assert room.records.read("other", products=["p1"]).products == {"p1": None}
    grown = replace(page.products["p1"], variants=("v1", "v2", "v3"))
    room.records.save("demo", page, RowSet(products={"p1": grown}))
    with pytest.raises(Conflict):
        room.records.save("demo", page, RowSet(products={"p1": replace(page.products["p1"], gone_at=None)}))
    assert room.records.read("demo", products=["p1"]).products["p1"] == replace(grown, version=2)


def test_a_long_row_is_packed_and_a_short_one_can_be_read_by_anybody():
    """A unit of writing is a kilobyte; what is shorter anyway stays plain for whoever looks at the table."""
    long = replace(CART, items=tuple(replace(SHIRT, variant_id=f"v{number}") for number in range(20)))
    assert set(packed(STOCK)) == {"S"}
    assert set(packed(long)) == {"B"}
    assert len(packed(long)["B"]) < len(encode(long)["S"]) / 4
    assert decode(Stock, {"body": packed(STOCK)}) == STOCK
    assert decode(Cart, {"body": packed(long)}) == decode(Cart, {"body": encode(long)}) == long
