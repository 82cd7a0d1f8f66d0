"""Trials of what goes through all that is kept of somebody or of a shop: tables, raw events, exports, dead letters."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from cartback.domain.desk.entries import TASK, opened
from cartback.domain.people.customer import Person
from cartback.domain.trade.cart import Cart
from cartback.domain.trade.orders import Order
from cartback.ports import Delivery, RowSet
from cartback.store.desk.book import DynamoDesk
from cartback.store.intake.raw import S3Raw
from cartback.store.people.raw_sweeping import RawSweep
from cartback.store.people.sweeping import DeadLetterSweep
from cartback.store.queue import pack
from tests.contracts.scale import Scale, tries
from tests.contracts.stingy import hooked
from tests.contracts.trials_rows import spoken, variants
from tests.fakes.world import START

DAY = timedelta(days=1)


def told(name: str, shop: str = "demo") -> Delivery:
    return Delivery(shop, "told", "told", name, START, "{}")


def to_the_end(sweep: Any, *rest: Any) -> int:
    """Go from cursor to cursor until there is none; gives how many pages there were."""
    cursor, pages = "", 0
    while pages < 300:
        cursor, pages = sweep(cursor, *rest), pages + 1
        if not cursor:
            return pages
    raise AssertionError("it never ends")


@tries("TableSweep.carts")
def every_cart_of_a_shop_is_seen_once_over_all_pages(here: Scale) -> None:
    for shop in ("demo", "demo2"):
        carts = {f"c{n}": Cart(shop, f"c{n}") for n in range(9)}
        here.seeding.save(shop, RowSet(), RowSet(carts=carts, refs={f"r{n}": "c0" for n in range(4)}))
    found: list[Cart] = []

    def page(cursor: str) -> str:
        carts, following = here.sweep.carts("demo", cursor)
        found.extend(carts)
        return following

    to_the_end(page)
    assert sorted((cart.shop, cart.cart_id) for cart in found) == [("demo", f"c{n}") for n in range(9)]


@tries("TableSweep.purge")
def a_shop_is_taken_out_of_every_table_but_for_blocks_and_proofs_and_no_other_shop_is(here: Scale) -> None:
    for shop in ("demo", "demo2"):
        people = {f"p{n}": spoken(Person(shop, f"p{n}"), 2) for n in range(3)}
        carts = {f"c{n}": Cart(shop, f"c{n}") for n in range(40)}
        page = RowSet(
            carts=carts, persons=people, aliases={"h1": "p1"}, stock=variants(30, shop), blocks={"h9": "x"}
        )
        here.seeding.save(shop, RowSet(), page)
        here.seeding_orders.save(shop, {}, {"o1": Order(shop, "o1", placed_at=START, account="h1")})
        for n in range(7):
            DynamoDesk(here.stack.own, "Desk", here.clock).save(opened(shop, TASK, f"Task {n}", START, n))
    to_the_end(lambda cursor: here.sweep.purge("demo", cursor, START + DAY))
    left = {
        key
        for table in ("Carts", "Customers", "Ledger", "Catalogue", "Orders", "Desk")
        for key in here.keys(table)
    }
    assert {key for key in left if key.startswith("demo#")} == {"demo#block#h9"} | {
        f"demo#consent#p{n}" for n in range(3)
    }
    assert len([key for key in left if key.startswith("demo2#")]) == 40 + 3 + 1 + 30 + 1 + 3 + 2 + 7
    ends = {row["expires_at"]["N"] for row in here.stack.rows("Ledger") if row["pk"]["S"].startswith("demo#")}
    assert ends == {str(int((START + DAY).timestamp()))}


@tries("TableSweep.fade", "TableSweep.lasting")
def every_proof_of_a_person_is_given_an_end_once_and_the_others_last(here: Scale) -> None:
    people = {name: spoken(Person("demo", name), 7) for name in ("p1", "p11")}
    here.seeding.save("demo", RowSet(), RowSet(persons=people))
    here.sweep.fade("demo", "p1", START + DAY)
    here.sweep.fade("demo", "p1", START + 2 * DAY)
    ends = [
        row["expires_at"]["N"] for row in here.stack.rows("Ledger") if row["pk"]["S"] == "demo#consent#p1"
    ]
    assert ends == [str(int((START + DAY).timestamp()))] * 7
    lasting = [entry for part in range(5) for entry in here.sweep.lasting(part, 5)]
    assert [entry.person_id for entry in lasting] == ["p11"] * 7


@tries("RawSweep.sweep")
def what_is_unwanted_is_taken_out_of_every_object_of_a_shop(here: Scale) -> None:
    here.kept("demo", *(f"e{n}" for n in range(7)))
    here.kept("demo2", "e1")
    both = [told("e1"), told("e2")]
    S3Raw(here.stack.own, here.stack.refs["RawBucket"], here.clock).keep("demo", "both", both)
    raw = RawSweep(here.clients, here.stack.refs["RawBucket"])
    to_the_end(lambda cursor: raw.sweep("demo", cursor, lambda one: one.key in ("e1", "e6")))
    shelf = S3Raw(here.stack.own, here.stack.refs["RawBucket"], here.clock)
    left = sorted(one.key for one in shelf.between("demo", START - DAY, START + DAY))
    assert left == ["e0", "e2", "e2", "e3", "e4", "e5"]
    assert len(list(shelf.between("demo2", START - DAY, START + DAY))) == 1


@tries("RawSweep.find", "RawSweep.sweep", "S3Raw.keep", "S3Raw.aside")
def only_objects_that_may_be_about_somebody_are_opened_and_no_page_is_left_out(here: Scale) -> None:
    bucket = here.services().refs["RawBucket"]
    kept, raw = S3Raw(here.stack.own, bucket, here.clock), RawSweep(here.clients, bucket)
    for number in range(9):
        kept.keep("demo", f"b{number}", [told(f"e{number}")], {f"h{number % 3}"})
    kept.keep("demo", "before", [told("before")])
    kept.aside(told("aside"))
    kept.keep("demo2", "b", [told("other")], {"h1"})
    read: list[str] = []

    def reading(model: Any, params: Any, **_: Any) -> None:
        read.extend([params["url_path"]] if model.name == "GetObject" else [])

    found: list[str] = []

    def page(cursor: str) -> str:
        events, following = raw.find("demo", cursor, {"h1", "nobody"})
        found.extend(one.key for one in events)
        return following

    with hooked(here.clients, "before-call", reading):
        to_the_end(page)
    assert sorted(found) == ["aside", "before", "e1", "e4", "e7"]
    assert len(set(read)) == 5
    to_the_end(lambda cursor: raw.sweep("demo", cursor, lambda one: one.key in ("e4", "e5", "aside"), {"h1"}))
    left = {one.key for one in kept.between("demo", START - DAY, START + DAY)}
    assert left == {"before", "e0", "e1", "e2", "e3", "e5", "e6", "e7", "e8"}


@tries("RawSweep.empty")
def a_shop_loses_all_of_its_objects_unread_and_its_neighbour_none(here: Scale) -> None:
    raw = RawSweep(here.clients, here.services().refs["RawBucket"])
    for shop in ("demo", "demo2"):
        here.kept(shop, *(f"e{n}" for n in range(7)))
    rounds = 0
    while raw.empty("demo"):
        rounds += 1
        assert rounds < 20
    assert {key.split("/")[0] for key in here.objects()} == {"demo2"}
    assert len(here.objects()) == 7


@tries("RawSweep.keep_part", "RawSweep.parts", "RawSweep.drop_parts")
def parts_of_a_run_come_back_in_order_and_go_without_those_of_others(here: Scale) -> None:
    raw = RawSweep(here.clients, here.services().refs["RawBucket"])
    for number in (2, 10, 1, 0):
        raw.keep_part("demo", "p1", "run", number, f"old {number}")
    for number in (0, 1, 2, 10):
        raw.keep_part("demo", "p1", "run", number, f"{number}")
    raw.keep_part("demo", "p1", "run2", 0, "another run's")
    raw.keep_part("demo", "p11", "run", 0, "another's")
    assert raw.parts("demo", "p1", "run") == ["0", "1", "2", "10"]
    raw.drop_parts("demo", "p1", "run")
    assert raw.parts("demo", "p1", "run") == []
    assert raw.parts("demo", "p1", "run2") == ["another run's"]
    raw.drop_exports("demo", "p1")
    assert here.objects() == {"_exports/demo/p11.parts/run/000000.json"}


@tries("TableSweep.carts_of", "TableSweep.index")
def somebodys_carts_are_found_under_every_row_and_account_of_theirs(here: Scale) -> None:
    carts = {f"c{n}": Cart("demo", f"c{n}", person_id=f"p{n % 3}") for n in range(12)}
    carts |= {f"d{n}": Cart("demo", f"d{n}", person_id="p0", account="h1") for n in range(3)}
    carts["nobodys"] = Cart("demo", "nobodys")
    here.seeding.save("demo", RowSet(), RowSet(carts=carts))
    here.seeding.save(
        "demo2", RowSet(), RowSet(carts={"c1": Cart("demo2", "c1", person_id="p1", account="h1")})
    )
    for key in [key for key in here.keys("Carts") if key.startswith(("demo#cart#c", "demo#cart#d1"))]:
        ask = {
            "TableName": "Carts",
            "Key": {"pk": {"S": key}},
            "ExpressionAttributeNames": {"#owner": "owner"},
        }
        here.stack.own.dynamodb.update_item(**ask, UpdateExpression="REMOVE #owner")
    here.stack.own.dynamodb.delete_item(TableName="Carts", Key={"pk": {"S": "demo#told#d1"}})
    assert here.sweep.carts_of("demo", ["p1"]) == [], "of a release that knew no index"
    to_the_end(here.sweep.index, START)
    whose = [cart.cart_id for cart in here.sweep.carts_of("demo", ["p1", "h1", "nobody", "p1"])]
    assert sorted(whose) == ["c1", "c10", "c4", "c7", "d0", "d1", "d2"]
    scans: list[str] = []
    with hooked(here.clients, "before-call", lambda model, **_: scans.append(model.name)):
        assert here.sweep.index("", START) == ""
    assert "Scan" not in scans, "once is enough"
    moved = here.seeding.read("demo", carts=["c1", "d0"])
    changes = {"c1": {"person_id": "p2"}, "d0": {"account": "h2"}}
    after = RowSet(carts={name: replace(moved.carts[name], **each) for name, each in changes.items()})
    here.seeding.save("demo", moved, after)
    assert sorted(cart.cart_id for cart in here.sweep.carts_of("demo", ["p1"])) == ["c10", "c4", "c7"]
    assert [cart.cart_id for cart in here.sweep.carts_of("demo", ["h2"])] == ["d0"]


@tries("TableSweep.index")
def a_place_of_a_release_that_only_looked_begins_the_entering_at_its_beginning(here: Scale) -> None:
    here.seeding.save(
        "demo", RowSet(), RowSet(carts={f"c{n}": Cart("demo", f"c{n}", person_id="p") for n in range(5)})
    )
    for number in range(5):
        ask = {"Key": {"pk": {"S": f"demo#cart#c{number}"}}, "ExpressionAttributeNames": {"#owner": "owner"}}
        here.stack.own.dynamodb.update_item(TableName="Carts", **ask, UpdateExpression="REMOVE #owner")
    last = max(here.keys("Carts"))
    place = here.sweep.index('{"pk": {"S": "' + last + '"}}', START)
    while place:
        place = here.sweep.index(place, START)
    assert len(here.sweep.carts_of("demo", ["p"])) == 5


@tries("RawSweep.keep_export", "RawSweep.drop_exports")
def exports_are_dropped_for_one_person_or_for_a_whole_shop_and_for_nobody_else(here: Scale) -> None:
    raw = RawSweep(here.clients, here.services().refs["RawBucket"])
    for shop in ("demo", "demo2"):
        for name in ("p1", "p11", "p2", "p3"):
            raw.keep_export(shop, name, "{}")
    raw.drop_exports("demo", "p1")
    others = {f"_exports/demo/{name}.json" for name in ("p11", "p2", "p3")}
    assert {key for key in here.objects() if "/demo/" in key} == others
    raw.drop_exports("demo")
    assert here.objects() == {f"_exports/demo2/{name}.json" for name in ("p1", "p11", "p2", "p3")}


@tries("DeadLetterSweep.sweep")
def every_dead_letter_is_looked_at_and_the_wanted_ones_are_still_there(here: Scale) -> None:
    parking = here.queue("IntakeDlq")
    for number in range(60):
        parking.park(pack(told(f"e{number}")) if number % 2 else f"text {number}", "odd")
    looked: list[str] = []

    def unwanted(delivery: Delivery | None, body: str) -> bool:
        looked.append(body)
        return delivery is not None and int(delivery.key[1:]) >= 30

    DeadLetterSweep(here.clients, here.stack.refs["IntakeDlq"]).sweep(unwanted)
    assert len(set(looked)) == 60
    assert len(here.bodies("IntakeDlq")) == 45
