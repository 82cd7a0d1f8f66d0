"""Trials of what looks after the rest: every cursor and round of erasure, comparison, proofs, lists and audits."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from cartback.domain.claims import SETTLE_WITHIN, UNKNOWN
from cartback.domain.consent.evidence import fault
from cartback.domain.consent.signup import SignUp, request_id_for
from cartback.domain.errors import Refused, TryLater
from cartback.domain.messaging.due import Due
from cartback.domain.money import Money
from cartback.domain.observations import Contact
from cartback.domain.people.customer import Person
from cartback.domain.results.audit import NOBODY_KNOWS
from cartback.domain.shop.service import Change
from cartback.domain.trade.cart import ERASED, OPEN, Cart
from cartback.ports import Delivery, RowSet
from cartback.store import splitting
from cartback.store.intake.raw import S3Raw
from cartback.store.messaging.claim_index import DynamoClaimIndex
from cartback.store.messaging.due import DynamoDue
from cartback.store.people.proofs import ConsentChains
from cartback.store.people.raw_sweeping import RawSweep
from cartback.store.people.sweeping import DeadLetterSweep
from cartback.store.queue import SqsQueue, pack, unpack
from cartback.store.shop.health import DynamoHealth
from cartback.usecases.consent.end_proofs import PARTS
from cartback.usecases.messaging.settle_claims import SettleClaims
from cartback.usecases.people.sweep_erased import AGAIN_AFTER, PROOF_KEPT
from cartback.usecases.results.audit import LookBack
from tests.contracts.scale import Scale, tries
from tests.contracts.stingy import hooked
from tests.contracts.trials_rows import LINE, prepared, spoken
from tests.fakes.taking import take_touch
from tests.fakes.told import SHIRT, Told, ada, cart, order
from tests.fakes.world import START, World, plain_hash

ADA, BOB = "ada@example.com", "bob@example.com"
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def world_on(here: Scale, *shops: str) -> World:
    """A world whose rows are those of the stack."""
    told = Told()
    world = World(clock=here.clock, adapter=told, shops=shops or ("demo",))
    world.told, world.records, world.ledger = told, here.records, here.ledger
    world._wire()
    return world


def sweeping(here: Scale, world: World) -> Any:
    refs = here.services().refs
    return replace(
        world.sweep_erased,
        tables=here.sweep,
        raw=RawSweep(here.clients, refs["RawBucket"]),
        letters=DeadLetterSweep(here.clients, refs["IntakeDlq"]),
    )


def swept(here: Scale, world: World, person_id: str | None) -> list[str]:
    """Play the machine, which keeps nothing but the place; gives the words in order."""
    place, words = "", []
    while not words or words[-1] != "done":
        answer = sweeping(here, world)("demo", person_id, place, lambda: 0)
        place = json.loads(json.dumps(answer["cursor"]))
        words.append(answer["next"])
        if answer["next"] == "wait":
            here.clock.move(seconds=answer["wait_seconds"])
            here.let_go("IntakeDlq")
        assert len(words) < 400
    here.let_go("IntakeDlq")
    return words


def written(here: Scale, world: World, *mails: str) -> None:
    """Keep a raw event and a dead letter about each of these, each in an object of its own."""
    raw = S3Raw(here.stack.own, here.services().refs["RawBucket"], here.clock)
    for number, mail in enumerate(mails):
        one = Delivery("demo", "told", "told", f"{mail}-{number}", START, json.dumps({"mail": mail}))
        world.told.heard[one.key] = None
        raw.keep("demo", f"b{number}", [one])
        here.queue("IntakeDlq").park(pack(one), "odd")


@tries(
    "TableSweep.index",
    "TableSweep.carts_of",
    "RawSweep.sweep",
    "DeadLetterSweep.sweep",
    "TableSweep.fade",
    "RawSweep.drop_exports",
)
def whoever_is_erased_is_in_no_page_of_anything_after_two_rounds(here: Scale) -> None:
    world, alias = world_on(here), plain_hash("demo", f"email:{ADA}")
    person = replace(spoken(Person("demo", "p1", aliases=(alias,)), 7), erased_at=START)
    hers = {f"c{n}": Cart("demo", f"c{n}", person_id="p1", activity_at=START) for n in range(45)}
    others = {f"d{n}": Cart("demo", f"d{n}", person_id="p2") for n in range(3)}
    asked = SignUp("demo", request_id_for("demo", alias), email=ADA, requested_at=START)
    page = RowSet(carts=hers | others, persons={"p1": person}, requests={asked.request_id: asked})
    here.seeding.save("demo", RowSet(), page)
    written(here, world, *[ADA, BOB] * 7)
    keeping = RawSweep(here.stack.own, here.services().refs["RawBucket"])
    for name in ("p1", "p11"):
        keeping.keep_export("demo", name, "{}")
    words = Counter(swept(here, world, "p1"))
    assert (words["wait"], words["done"]) == (1, 1)
    assert here.clock.now() == START + AGAIN_AFTER
    after = here.seeding.read("demo", carts=[*hers, *others])
    assert {cart.status for name, cart in after.carts.items() if name in hers} == {ERASED}
    assert {cart.status for name, cart in after.carts.items() if name in others} == {OPEN}
    assert ADA not in str([row for row in here.stack.rows("Customers") if "#request#" in row["pk"]["S"]])
    names = [one.key for one in S3Raw(here.stack.own, here.stack.refs["RawBucket"], here.clock).between(
        "demo", START - DAY, START + DAY
    )]  # fmt: skip
    letters = [unpack(json.loads(body)).key for body in here.bodies("IntakeDlq")]
    assert sorted(names) == sorted(letters) == sorted(f"{BOB}-{n}" for n in range(1, 14, 2))
    assert {key for key in here.objects() if key.startswith("_exports")} == {"_exports/demo/p11.json"}
    ends = {row["expires_at"]["N"] for row in here.stack.rows("Ledger")}
    assert ends == {str(int((START + PROOF_KEPT).timestamp()))}


@tries("TableSweep.purge", "RawSweep.empty", "DeadLetterSweep.sweep")
def a_shop_that_is_gone_is_in_no_page_of_anything_and_its_neighbour_is(here: Scale) -> None:
    world = world_on(here)
    for shop in ("demo", "demo2"):
        page = RowSet(carts={f"c{n}": Cart(shop, f"c{n}") for n in range(30)}, blocks={"shop": "shop_left"})
        here.seeding.save(shop, RowSet(), page)
        here.kept(shop, *(f"e{n}" for n in range(5)))
    written(here, world, ADA, BOB)
    here.queue("IntakeDlq").park('{"mail": {"tags": {"shop": ["demo2"]}}}', "odd")
    assert Counter(swept(here, world, None))["wait"] == 1
    assert {key.split("#")[0] for key in here.keys("Carts")} == {"demo2"}
    assert len(here.keys("Carts")) == 30
    assert {key.split("/")[0] for key in here.objects()} == {"demo2"}
    assert here.bodies("IntakeDlq") == ['{"mail": {"tags": {"shop": ["demo2"]}}}']


@tries("DynamoHealth.read", "DynamoHealth.keep", "SqsQueue.put")
def a_comparison_goes_on_where_it_stood_and_brings_each_lost_thing_once(here: Scale) -> None:
    world = world_on(here)
    for number in range(19):
        at = START + number * MINUTE
        who = Contact(customer_ref=f"{number}", email=f"b{number}@example.com")
        seen = (
            order(at, contact=who, ref=f"o{number}")
            if number < 11
            else cart(at, SHIRT, ref=f"c{number}", contact=who)
        )
        one = world.told.delivery(f"reconcile:{number}", seen, at=at)
        (world.api.orders if number < 11 else world.api.checkouts).append(
            Change(one.topic, one.key, one.body)
        )
    here.clock.move(hours=1)
    answers = []
    for step in range(40):
        if step == 1:
            world.api.fails = [TryLater("busy")]
        compare = replace(
            world.reconcile,
            book=DynamoHealth(here.clients, "Insights", here.clock),
            queue=SqsQueue(here.clients, here.services().refs["IntakeQueue"]),
        )
        try:
            answers.append(compare("demo"))
        except TryLater:
            continue
        if answers[-1]["next"] == "done":
            break
    assert [answer["next"] for answer in answers] == ["more", "more", "done"]
    assert (answers[-1]["listed"], answers[-1]["gaps"]) == (19, 19)
    brought = Counter(unpack(json.loads(body)).key for body in here.bodies("IntakeQueue"))
    assert brought == dict.fromkeys((f"reconcile:{n}" for n in range(19)), 1)
    health = DynamoHealth(here.stack.own, "Insights", here.clock).read("demo")
    assert (health.until, health.cursors, health.gaps_ever) == (here.clock.now(), {}, 19)


@tries("DynamoHealth.keep")
def a_shop_that_turns_us_away_begins_anew_and_says_why(here: Scale) -> None:
    world = world_on(here)
    book = DynamoHealth(here.clients, "Insights", here.clock)
    world.api.orders = [Change("told", world.told.delivery(f"k{n}", at=START).key, "{}") for n in range(20)]
    compare = replace(world.reconcile, book=book)
    assert compare("demo")["next"] == "more"
    assert book.read("demo").cursors["orders"] == "6"
    world.api.fails = [Refused("no such cursor")]
    with pytest.raises(Refused):
        compare("demo")
    assert (book.read("demo").problem, book.read("demo").cursors) == ("no such cursor", {})
    assert compare("demo")["listed"] == 6


@tries("TableSweep.lasting", "TableSweep.fade")
def within_thirty_days_every_proof_of_somebody_who_is_gone_is_given_its_end(here: Scale) -> None:
    world = world_on(here)
    for shop in ("demo", "demo2"):
        people = {f"p{n}": spoken(Person(shop, f"p{n}"), 2) for n in range(6)}
        here.seeding.save(shop, RowSet(), RowSet(persons=people))
        for name in ("p0", "p1", "p2"):
            here.stack.own.dynamodb.delete_item(
                TableName="Customers", Key={"pk": {"S": f"{shop}#person#{name}"}}
            )
    ending = replace(world.end_proofs, tables=here.sweep)
    ended = 0
    for _ in range(PARTS):
        ended += ending()
        here.clock.move(days=1)
    assert ended == 6
    rows = here.stack.rows("Ledger")
    assert {row["pk"]["S"] for row in rows if "expires_at" in row} == {
        f"{shop}#consent#p{n}" for shop in ("demo", "demo2") for n in range(3)
    }
    assert len([row for row in rows if "expires_at" in row]) == 12


@tries("DynamoDue.until", "DynamoDue.drop")
def every_listed_cart_starts_its_run_or_is_left_out_with_a_reason(here: Scale) -> None:
    world = world_on(here, "demo", "demo2")
    index = DynamoDue(here.clients, "Ledger")
    for shop in world.shops:
        carts = {}
        for number in range(30):
            status = OPEN if number % 3 else "bought"
            carts[f"c{number}"] = Cart(
                shop, f"c{number}", status=status, items=(SHIRT,), activity_at=START - DAY, started_at=START - DAY,
                person_id="p1",
            )  # fmt: skip
            index.put(
                Due(shop, "cart_recovery", f"c{number}", 1, START + number * MINUTE, "p1", Money(1, "EUR"))
            )
        here.seeding.save(shop, RowSet(), RowSet(carts=carts))
    here.clock.move(hours=1)
    starting = replace(world.start_listed, index=index)
    counts = starting()
    assert (counts["started"], counts["dropped"], counts["left"]) == (40, 20, 0)
    assert starting() == {"started": 0, "again": 0, "dropped": 0, "left": 0}
    assert len(world.runs.started) == 40


@tries("DynamoClaimIndex.in_doubt", "DynamoClaimIndex.claimed_on")
def every_claim_of_a_day_is_settled_and_judged_in_more_than_one_batch(here: Scale) -> None:
    world = world_on(here)
    index = DynamoClaimIndex(here.clients, "Ledger", here.clock)
    for number in range(55):
        claim, context = prepared(here, number)
        take_touch(here.seeding_ledger, claim, context, context.person, LINE, [])
    here.clock.at = START + 55 * MINUTE + SETTLE_WITHIN
    assert SettleClaims(index, here.ledger, here.clock, world.metrics, world.desk)() == 55
    claims = [here.ledger.read_claim("demo", f"k{n}") for n in (0, 54)]
    assert {claim.state for claim in claims} == {UNKNOWN}
    audit = LookBack(index, here.records, here.clock)("demo", START.date())
    assert audit.claims == 55
    assert audit.counts[NOBODY_KNOWS] == 55


@tries("ConsentChains.of", "RawSweep.find", "TableSweep.index", "TableSweep.carts_of")
def an_export_holds_everything_of_one_person_and_nothing_of_others(here: Scale) -> None:
    world, alias = world_on(here), plain_hash("demo", f"email:{ADA}")
    person = spoken(Person("demo", "p1", email=ADA, aliases=(alias,)), 6)
    carts = {f"c{n}": Cart("demo", f"c{n}", person_id=f"p{1 + n % 2}") for n in range(12)}
    here.seeding.save("demo", RowSet(), RowSet(carts=carts, persons={"p1": person}))
    for name in carts:
        for hours in range(3):
            here.ledger.note("demo", f"cart#{name}", replace(LINE, at=START + timedelta(hours=hours)))
    written(here, world, *[ADA, BOB] * 3)
    export = replace(
        world.export,
        tables=here.sweep,
        proofs=ConsentChains(here.clients, "Ledger"),
        raw=RawSweep(here.clients, here.services().refs["RawBucket"]),
    )
    told = export("demo", "p1")
    assert sorted(each["cart"]["cart_id"] for each in told["carts"]) == sorted(
        f"c{n}" for n in range(0, 12, 2)
    )
    assert {len(each["story"]) for each in told["carts"]} == {3}
    assert (len(told["consents"]), len(told["events_of_the_shop"])) == (6, 3)


class Crash(BaseException):
    """The process is gone."""


@tries("DynamoRecords.save", "DynamoRecords.read")
def a_save_that_was_torn_between_transactions_is_made_good_by_the_next_try(here: Scale) -> None:
    """The smallest transactions: two writes each. The process dies after each of them in turn."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(splitting, "MOST_WRITES", 2)
        whole, transactions = told_of(here, "demo", dies_after=None)
        assert transactions >= 8
        for number in range(transactions):
            assert told_of(here, f"demo{number}", dies_after=number)[0] == whole, number


def told_of(here: Scale, shop: str, dies_after: int | None) -> tuple[Any, int]:
    """Somebody leaves a cart, turns out to be known by another name, buys and is forgotten; gives what is kept."""
    world = world_on(here, shop)
    one, two = ada(customer_ref=None, phone="+4915112345678"), ada(customer_ref="7")
    events = [
        (cart(START, SHIRT, ref="cart:c1", contact=one, refs=("cart:c1", "checkout:k1")), "e1"),
        (cart(START + MINUTE, SHIRT, ref="cart:c2", contact=ada(customer_ref="7", email=None)), "e2"),
        (order(START + 2 * MINUTE, "cart:c1", contact=two), "e3"),
    ]
    count, died = 0, False

    def passing(model: Any, **_: Any) -> None:
        nonlocal count, died
        if model.name in ("TransactWriteItems", "PutItem"):
            if not died and count == dies_after:
                died = True
                raise Crash
            count += 1

    with hooked(here.clients, "before-call", passing):
        for seen, key in events:
            delivery = world.told.delivery(key, seen, shop=shop, at=START)
            try:
                world.deliver(delivery)
            except Crash:
                world.deliver(delivery)
    return kept_of(here, shop), count


def kept_of(here: Scale, shop: str) -> Any:
    """What there is of a shop, but for names that its own name goes into, and how often a row was written."""
    page = here.seeding.read(
        shop,
        refs=["cart:c1", "checkout:k1", "cart:c2"],
        aliases=[plain_hash(shop, name) for name in (f"email:{ADA}", "phone:+4915112345678", "customer:7")],
    )
    carts = here.seeding.read(shop, carts=sorted({one for one in page.refs.values() if one})).carts
    owners = sorted(
        {one for one in page.aliases.values() if one} | {cart.person_id for cart in carts.values()}
    )
    people = here.seeding.read(shop, persons=owners).persons
    for person in list(people.values()):
        if person.merged_into and person.merged_into not in people:
            people.update(here.seeding.read(shop, persons=[person.merged_into]).persons)
    proofs = ConsentChains(here.stack.own, "Ledger")
    return (
        sorted((cart.status, cart.bought_at, len(cart.items)) for cart in carts.values()),
        sorted(
            (str(person.last_order_at), person.merged_into is None, len(person.aliases), len(person.cart_ids),
             fault(proofs.of(shop, name), person.evidence_length, person.evidence_head))
            for name, person in people.items()
        ),
        [to is not None for to in (*page.refs.values(), *page.aliases.values())],
    )  # fmt: skip
