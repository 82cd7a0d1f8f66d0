"""Trials of the stores that keep rows: carts, people, the ledger, the lists, what was counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from cartback.domain import claims
from cartback.domain.claims import Claim
from cartback.domain.consent.consent import GRANTED, Consent
from cartback.domain.consent.evidence import fault
from cartback.domain.consent.signup import SignUp
from cartback.domain.deliverability import WINDOW, Tally
from cartback.domain.errors import Conflict
from cartback.domain.goods.catalogue import Stock
from cartback.domain.messaging.due import Due
from cartback.domain.money import Money
from cartback.domain.people import customer
from cartback.domain.people.customer import Person
from cartback.domain.results.audit import KINDS, Audit
from cartback.domain.shop.health import Health, Pulse
from cartback.domain.trade.cart import Cart
from cartback.domain.trade.items import Item
from cartback.domain.trade.orders import Order, erase
from cartback.ports import Begun, Link, RowSet, TimelineEntry
from cartback.store.intake.once import PowertoolsOnce
from cartback.store.messaging.claim_index import DynamoClaimIndex
from cartback.store.messaging.counters import DynamoCounters
from cartback.store.messaging.due import KEPT, DynamoDue
from cartback.store.messaging.standing import DynamoStanding
from cartback.store.people.proofs import ConsentChains
from cartback.store.results.insights import DynamoAudits
from cartback.store.shop.health import DynamoHealth
from cartback.store.shop.refusals import DynamoRefusals
from cartback.store.tables import CARTS_KEPT, LEDGER_KEPT, ORDERS_KEPT
from cartback.subjects.cart import KIND as CART_KIND
from tests.contracts.scale import Scale, tries
from tests.fakes.taking import take_question, take_touch
from tests.fakes.world import START

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LINE = TimelineEntry(START, "decision", {"word": "send"})


def variants(number: int, shop: str = "demo") -> dict[str, Stock]:
    return {f"v{n}": Stock(shop, f"v{n}", levels={"hall": (START, n)}) for n in range(number)}


def spoken(person: Person, times: int) -> Person:
    """Somebody who said so many words, each with its proof."""
    for hours in range(1, times + 1):
        at = START + timedelta(hours=hours)
        word = Consent("email", GRANTED, "double_opt_in", f"form {hours}", at, at, "e1", address_hash="h1")
        person = customer.say(person, word)
    return person


@tries("DynamoRecords.read")
def more_rows_than_a_request_takes_are_all_read_and_none_of_another_shop(here: Scale) -> None:
    rows = variants(130)
    here.seeding.save("demo", RowSet(), RowSet(stock=rows, aliases={f"h{n}": f"p{n}" for n in range(20)}))
    here.seeding.save("demo2", RowSet(), RowSet(stock={"v0": Stock("demo2", "v0")}, aliases={"h0": "other"}))
    page = here.records.read("demo", stock=rows, aliases=[f"h{n}" for n in range(21)])
    assert {name: row.available for name, row in page.stock.items()} == {f"v{n}": n for n in range(130)}
    assert page.aliases == {f"h{n}": f"p{n}" for n in range(20)} | {"h20": None}


@tries("DynamoRecords.read", "DynamoRecords.context")
def what_is_past_its_time_is_not_read_though_nobody_swept_it(here: Scale) -> None:
    carts = {f"c{n}": Cart("demo", f"c{n}") for n in range(3)}
    here.seeding.save("demo", RowSet(), RowSet(carts=carts, refs={"r": "c0"}))
    here.clock.at = START + CARTS_KEPT
    assert here.records.read("demo", carts=carts, refs=["r"]) == RowSet(
        carts=dict.fromkeys(carts), refs={"r": None}
    )
    assert here.records.context("demo", "c0", None, None, CART_KIND).cart is None


@tries("DynamoRecords.save")
def a_purchase_is_kept_with_a_hundred_and_fifty_names_beside_it(here: Scale) -> None:
    """Whoever typed a hundred numbers under somebody's address must not make their order too large to be heard."""
    cart = Cart("demo", "c1", person_id="p1", bought_at=START, status="bought")
    person = spoken(Person("demo", "p1", last_order_at=START), 3)
    names = {f"h{n}": "p1" for n in range(150)}
    after = RowSet(
        carts={"c1": cart}, persons={"p1": person}, aliases=names, refs={"r1": "c1"}, blocks={"h1": "x"}
    )
    here.records.save("demo", RowSet(), after)
    found = here.records.read("demo", carts=["c1"], persons=["p1"], aliases=names, refs=["r1"], blocks=["h1"])
    assert found == replace(
        after,
        carts={"c1": replace(cart, version=1)},
        persons={"p1": replace(person, version=1, fresh_evidence=())},
    )
    assert fault(ConsentChains(here.stack.own, "Ledger").of("demo", "p1"), 3, person.evidence_head) is None


@tries("DynamoRecords.save")
def more_people_and_carts_than_a_transaction_holds_are_all_kept(here: Scale) -> None:
    people = {f"p{n}": spoken(Person("demo", f"p{n}"), 2) for n in range(45)}
    carts = {f"c{n}": Cart("demo", f"c{n}", person_id=f"p{n}") for n in range(45)}
    here.records.save("demo", RowSet(), RowSet(carts=carts, persons=people, stock=variants(30)))
    found = here.seeding.read("demo", carts=carts, persons=people, stock=variants(30))
    assert all([*found.carts.values(), *found.persons.values(), *found.stock.values()])
    assert len(here.stack.rows("Ledger")) == 90


@tries("DynamoRecords.save")
def rows_that_are_too_heavy_for_one_transaction_are_all_kept(here: Scale) -> None:
    """Twelve rows that no packing makes shorter, of 390 kB each: 4.7 MB."""
    from random import Random

    noise = Random(1)
    carts = {}
    for number in range(12):
        items = tuple(Item(f"v{n}", noise.randbytes(900).hex()) for n in range(350))
        carts[f"c{number}"] = Cart("demo", f"c{number}", items=items)
    here.records.save("demo", RowSet(), RowSet(carts=carts))
    assert here.keys("Carts") == {f"demo#cart#{name}" for name in carts}


@tries("DynamoRecords.save")
def a_row_that_somebody_else_changed_is_never_overwritten_however_large_the_save(here: Scale) -> None:
    rows = variants(120)
    here.seeding.save("demo", RowSet(), RowSet(stock={"v119": rows["v119"]}))
    assert here.records.read("demo", stock=["v119"]).stock["v119"].version == 1
    with pytest.raises(Conflict):
        here.records.save("demo", RowSet(), RowSet(stock=rows))
    assert here.seeding.read("demo", stock=["v119"]).stock["v119"].version == 1


@tries("DynamoRecords.context")
def a_dossier_has_every_variant_of_a_long_cart_and_the_last_of_a_chain_of_people(here: Scale) -> None:
    items = tuple(Item(f"v{n}", f"Hemd {n}") for n in range(120))
    people = {f"p{n}": Person("demo", f"p{n}", merged_into=f"p{n + 1}") for n in range(5)}
    people["p5"] = Person("demo", "p5", email="ada@example.com")
    cart = Cart("demo", "c1", items=items, person_id="p0")
    here.seeding.save("demo", RowSet(), RowSet(carts={"c1": cart}, persons=people, stock=variants(120)))
    context = here.records.context("demo", "c1", "p9", ["v0", "v999"], CART_KIND)
    assert (context.person.person_id, len(context.stock)) == ("p5", 120)


def orders(number: int, shop: str = "demo", **given) -> dict[str, Order]:
    made = {f"o{n}": START + n * HOUR for n in range(number)}
    return {ref: Order(shop, ref, placed_at=at, account="ada", **given) for ref, at in made.items()}


@tries("DynamoOrders.read", "DynamoOrders.save", "DynamoOrders.of_names")
def more_orders_than_a_request_takes_are_all_kept_and_found_by_whose_they_are(here: Scale) -> None:
    rows = orders(130)
    here.orders.save("demo", {}, rows)
    here.seeding_orders.save("demo2", {}, orders(1, "demo2"))
    kept = {ref: replace(row, version=1) for ref, row in rows.items()}
    assert here.orders.read("demo", [*rows, "o999"]) == {**kept, "o999": None}
    assert here.orders.of_names("demo", ["nobody", "ada", "ada"]) == list(kept.values())
    here.clock.at = START + ORDERS_KEPT + 99 * HOUR
    assert [row.order_ref for row in here.orders.of_names("demo", ["ada"])] == [
        f"o{n}" for n in range(100, 130)
    ]


@tries("DynamoOrders.save")
def an_order_that_somebody_else_changed_is_not_overwritten_and_those_before_it_stay(here: Scale) -> None:
    rows = orders(3)
    here.seeding_orders.save("demo", {}, {"o2": replace(rows["o2"], shipped=True)})
    with pytest.raises(Conflict):
        here.orders.save("demo", {}, rows)
    found = here.seeding_orders.read("demo", rows)
    assert [row.version for row in found.values()] == [1, 1, 1]
    later = {"o2": replace(found["o2"], test=True)}
    here.orders.save("demo", found, later)
    with pytest.raises(Conflict):
        here.orders.save("demo", found, {"o2": replace(found["o2"], paid=True)})


@tries("DynamoOrders.save")
def the_names_of_an_order_go_with_it_when_it_is_forgotten(here: Scale) -> None:
    rows = orders(60, address_hash="box")
    here.seeding_orders.save("demo", {}, rows)
    before = here.seeding_orders.read("demo", rows)
    here.orders.save("demo", before, {ref: erase(row, START) for ref, row in before.items()})
    assert here.orders.of_names("demo", ["ada", "box"]) == []
    assert here.keys("Orders") == {f"demo#order#{ref}" for ref in rows}


def prepared(here: Scale, number: int, shop: str = "demo", ceiling: int | None = None):
    """A cart and a person, and a claim that only has to be taken."""
    cart, person = Cart(shop, f"c{number}", person_id=f"p{number}"), Person(shop, f"p{number}")
    here.seeding.save(shop, RowSet(), RowSet(carts={cart.cart_id: cart}, persons={person.person_id: person}))
    at = START + timedelta(minutes=number)
    claim = Claim(
        shop, f"k{number}", cart.cart_id, 1, "reminder", "email", person.person_id, f"h{number}", "e", 1, at,
        ceiling=ceiling,
    )  # fmt: skip
    return claim, here.seeding.context(shop, cart.cart_id, person.person_id, None, CART_KIND)


def links(number: int) -> list[Link]:
    return [
        Link("demo", f"t{n}", "restore", "c1", 1, "p1", "email", "reminder", "k1", START + 30 * DAY, "de")
        for n in range(number)
    ]


@tries("DynamoLedger.claim", "DynamoLedger.read_claim", "DynamoLedger.look", "DynamoLedger.follow")
def a_claim_is_taken_once_with_all_its_links(here: Scale) -> None:
    claim, context = prepared(here, 1, ceiling=5)

    def take() -> str | None:
        counted = customer.sent(context.person, START)
        return take_touch(here.ledger, claim, context, counted, LINE, links(9))

    assert (take(), take()) == (None, "claimed_before")
    assert here.ledger.read_claim("demo", "k1") == claim
    assert [here.ledger.look("demo", f"t{n}").uses for n in range(9)] == [0] * 9
    assert [here.ledger.follow("demo", "t8", START).uses for _ in range(2)] == [1, 2]
    assert here.ledger.read_claim("demo2", "k1") is here.ledger.look("demo2", "t8") is None
    here.clock.at = START + LEDGER_KEPT + HOUR
    assert here.ledger.read_claim("demo", "k1") is here.ledger.look("demo", "t8") is None


@tries("DynamoLedger.release", "DynamoLedger.mark")
def a_claim_goes_through_its_states_and_each_only_from_the_one_before(here: Scale) -> None:
    claim, context = prepared(here, 1)
    take_touch(here.ledger, claim, context, customer.sent(context.person, START), LINE, [])
    person = here.seeding.read("demo", persons=["p1"]).persons["p1"]
    released = replace(claim, state=claims.RELEASED)
    here.ledger.release(claim, released, customer.unsent(person, START))
    with pytest.raises(Conflict):
        here.ledger.mark(claim, replace(claim, state=claims.SENT))
    closing = RowSet(carts=here.seeding.read("demo", carts=["c1"]).carts)
    here.ledger.mark(released, replace(claim, state=claims.UNKNOWN), closing)
    assert here.ledger.read_claim("demo", "k1").state == claims.UNKNOWN
    request = SignUp("demo", "r1")
    here.seeding.save("demo", RowSet(), RowSet(requests={"r1": request}))
    alone = replace(claim, claim_id="k2", cart_id="r1", kind="signup")
    assert take_question(here.ledger, alone, replace(request, version=2), LINE, []) == "changed"
    assert take_question(here.ledger, alone, replace(request, version=1), LINE, links(3)) is None


@tries("DynamoLedger.note", "DynamoLedger.story")
def a_long_story_is_told_whole_and_in_order_without_what_is_over(here: Scale) -> None:
    told = [TimelineEntry(START + n * HOUR, "decision", {"n": str(n)}) for n in range(12)]
    for line in (*reversed(told), told[3]):
        here.ledger.note("demo", "cart#c1", line)
    here.ledger.note("demo", "cart#c11", LINE)
    assert here.ledger.story("demo", "cart#c1") == told
    here.clock.at = START + LEDGER_KEPT + 5 * HOUR
    assert here.ledger.story("demo", "cart#c1") == told[6:]


@tries("DynamoClaimIndex.in_doubt", "DynamoClaimIndex.claimed_on")
def every_claim_of_a_day_is_found_and_those_in_doubt_of_all_shops(here: Scale) -> None:
    index = DynamoClaimIndex(here.clients, "Ledger", here.clock)
    taken = []
    for number, shop in enumerate(["demo"] * 9 + ["demo2"]):
        claim, context = prepared(here, number, shop)
        take_touch(here.ledger, claim, context, context.person, LINE, [])
        taken.append(claim)
    here.ledger.mark(taken[3], replace(taken[3], state=claims.SENT))
    on = [claim.claim_id for claim in index.claimed_on("demo", START.date())]
    assert on == [f"k{n}" for n in range(9)]
    doubtful = [claim.claim_id for claim in index.in_doubt(taken[8].claimed_at)]
    assert sorted(doubtful) == [f"k{n}" for n in range(8) if n != 3]
    assert len(list(index.in_doubt(START + DAY))) == 9
    here.clock.at = taken[5].claimed_at + LEDGER_KEPT
    assert len(list(index.claimed_on("demo", START.date()))) == 3


@tries("DynamoDue.put", "DynamoDue.until", "DynamoDue.drop")
def everything_that_is_due_is_found_and_dropped_and_nothing_else(here: Scale) -> None:
    index = DynamoDue(here.clients, "Ledger")
    dues = [
        Due("demo", "cart_recovery", f"c{n}", 1, START + n * timedelta(minutes=1), "p1", Money(4900, "EUR"))
        for n in range(60)
    ]
    foreign = replace(dues[0], shop="demo2")
    for due in (*dues, foreign):
        index.put(due)
    now = dues[49].due_at
    assert index.until("demo", now) == dues[:50]
    index.drop([*dues[:50], *dues[:3]])
    assert index.until("demo", START + DAY) == dues[50:]
    assert index.until("demo2", now) == [foreign]
    assert index.until("demo", dues[54].due_at + KEPT) == dues[55:]


@tries("PowertoolsOnce.begin", "PowertoolsOnce.complete", "PowertoolsOnce.abandon")
def each_of_many_events_is_begun_once_and_done_or_given_back(here: Scale) -> None:
    once = PowertoolsOnce(here.clients, "Idempotency", timedelta(seconds=900))
    keys = [f"k{n}" for n in range(130)]
    assert once.begin(keys) == Begun(frozenset(keys), frozenset(), frozenset())
    once.complete(keys[:60])
    once.abandon(keys[60:100])
    assert once.begin(keys) == Begun(frozenset(keys[60:100]), frozenset(keys[:60]), frozenset(keys[100:]))


@tries("ConsentChains.of")
def a_long_chain_of_proofs_is_read_whole_and_of_one_person_alone(here: Scale) -> None:
    one, other = spoken(Person("demo", "p1"), 12), spoken(Person("demo", "p11"), 2)
    here.seeding.save("demo", RowSet(), RowSet(persons={"p1": one, "p11": other}))
    found = ConsentChains(here.clients, "Ledger").of("demo", "p1")
    assert (len(found), fault(found, 12, one.evidence_head)) == (12, None)
    assert ConsentChains(here.clients, "Ledger").of("demo2", "p1") == []


@tries("DynamoStanding.add", "DynamoStanding.lately", "DynamoStanding.reset")
def every_day_of_the_window_counts_and_all_of_them_are_forgotten(here: Scale) -> None:
    standing = DynamoStanding(here.clients, "Insights")
    for days in range(WINDOW.days + 3):
        standing.add("demo", START - days * DAY, Tally(10, 2, 1))
    standing.add("demo2", START, Tally(1, 1, 1))
    counted = WINDOW.days + 1
    assert standing.lately("demo", START) == Tally(10 * counted, 2 * counted, counted)
    standing.reset("demo", START)
    assert (standing.lately("demo", START), standing.lately("demo2", START)) == (Tally(), Tally(1, 1, 1))


@tries("DynamoHealth.read", "DynamoHealth.keep", "DynamoHealth.pulse", "DynamoHealth.beat")
def a_shops_health_and_its_pulse_are_kept_apart_and_apart_from_other_shops(here: Scale) -> None:
    book = DynamoHealth(here.clients, "Insights", here.clock)
    health = Health("demo", cursors={f"list{n}": "x" * 50 for n in range(9)}, gaps=3)
    book.keep(health)
    book.beat("demo", START)
    assert (book.read("demo"), book.pulse("demo")) == (health, Pulse(START, 0))
    assert book.read("demo2") is book.pulse("demo2") is None


@tries("DynamoHealth.note", "DynamoHealth.strangers")
def every_stranger_is_counted_and_listed_until_it_was_not_heard_for_a_month(here: Scale) -> None:
    book = DynamoHealth(here.clients, "Insights", here.clock)
    for number in range(6):
        book.note("demo", "link", f"host{number}.example", number + 1)
        here.clock.move(minutes=1)
    book.note("demo2", "link", "other.example", 1)
    here.clock.move(days=20)
    book.note("demo", "link", "host0.example", 2)
    heard = {one.name: (one.kind, one.count) for one in book.strangers("demo")}
    assert heard == {"host0.example": ("link", 3)} | {
        f"host{n}.example": ("link", n + 1) for n in range(1, 6)
    }
    assert [one.name for one in book.strangers("demo")][:2] == ["host0.example", "host5.example"]
    here.clock.move(days=11)
    assert [(one.name, one.first_at) for one in book.strangers("demo")] == [("host0.example", START)]


@tries("DynamoRefusals.refused", "DynamoRefusals.lately")
def refusals_of_the_last_hour_are_summed_and_those_of_other_shops_and_hours_are_not(here: Scale) -> None:
    for minutes in (0, 40, 50, 90, 100, 110):
        here.clock.at = START + timedelta(minutes=minutes)
        book = DynamoRefusals(here.clients, "Insights", here.clock)
        book.refused("demo")
        DynamoRefusals(here.clients, "Insights", here.clock).refused("demo2")
    assert (book.lately("demo"), book.lately("demo2"), book.lately("demo3")) == (4, 4, 0)


@tries("DynamoHealth.first")
def what_is_told_once_is_told_by_the_first_of_many_in_each_shop(here: Scale) -> None:
    book = DynamoHealth(here.clients, "Insights", here.clock)
    for cause, is_first in (("a", True), ("b", False), ("a", True)):
        assert {book.first("demo", f"d{n}", cause) for n in range(5)} == {is_first}
    assert book.first("demo2", "d0", "b")


@tries("DynamoAudits.keep", "DynamoAudits.read")
def each_day_has_its_audit_until_it_is_over(here: Scale) -> None:
    book = DynamoAudits(here.clients, "Insights", here.clock)
    for days in range(3):
        at = START - days * DAY
        book.keep(Audit("demo", at.date(), at, days, 0, dict.fromkeys(KINDS, 0), ()))
    assert [book.read("demo", (START - days * DAY).date()).claims for days in range(3)] == [0, 1, 2]
    assert book.read("demo2", START.date()) is None
    here.clock.at = START + LEDGER_KEPT
    assert book.read("demo", START.date()) is None


@tries("DynamoCounters.count")
def a_count_grows_by_one_each_time_and_begins_anew_with_its_window(here: Scale) -> None:
    counters = DynamoCounters(here.clients, "Ledger", here.clock)
    assert [counters.count("demo", "a", HOUR) for _ in range(12)] == list(range(1, 13))
    assert counters.count("demo2", "a", HOUR) == counters.count("demo", "ab", HOUR) == 1
    here.clock.move(hours=1)
    assert counters.count("demo", "a", HOUR) == 1
