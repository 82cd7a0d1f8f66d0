"""Every kind of subject, over the folder: a further one is held to the same on arrival."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta

import pytest

from cartback import flows, subjects
from cartback.domain.channels import ADDRESS_OF
from cartback.domain.consent import signup
from cartback.domain.consent.signup import SignUp
from cartback.domain.context import Context
from cartback.domain.decision import Decision
from cartback.domain.flows import INTERNAL, LAWS, MARKETING, RANKS, subject_of
from cartback.domain.goods.catalogue import Stock
from cartback.domain.goods.levels import Crossing
from cartback.domain.people.awaited import Lapse
from cartback.domain.people.customer import Person
from cartback.domain.subject import Kind, Subject
from cartback.domain.trade.cart import Cart
from cartback.domain.trade.items import Item
from cartback.domain.trade.order_parts import PartOf
from cartback.domain.trade.orders import Order
from cartback.domain.trade.parcels import Parcel
from cartback.domain.trade.returns import Return
from cartback.ports import RowSet
from cartback.subjects.level import Level
from tests.fakes.world import START, a_policy

ORDER = Order("demo", "s1", placed_at=START, person_id="p1", items=(Item("v1", "Hemd"), Item("v1", "Hemd")))
ROWS = {
    "level": Level(
        Stock("demo", "s1", levels={"": (START, 8)}, crossings={"8": Crossing(True, 1, START)}), "8"
    ),
    "cart": Cart("demo", "s1", items=(Item("v1", "Hemd"),), person_id="p1", activity_at=START),
    "order": ORDER,
    "parcel": PartOf(ORDER, "d1", Parcel(state="shipped", shipped_at=START)),
    "return": PartOf(ORDER, "r1", Return(state="requested", requested_at=START)),
    "person": Person("demo", "s1", lapse=Lapse(1, "s1", START)),
    "signup": SignUp("demo", "s1", generation=1, state=signup.PENDING, email="ada@example.com"),
}
"""A live row of each kind, in its first generation."""

every_kind = pytest.mark.parametrize("kind", subjects.all_kinds(), ids=lambda kind: kind.name)
closable_kind = pytest.mark.parametrize(
    "kind",
    [kind for kind in subjects.all_kinds() if kind.closable(ROWS[kind.name], 1)],
    ids=lambda kind: kind.name,
)
every_flow = pytest.mark.parametrize("name", flows.names())
every_flow_to_people = pytest.mark.parametrize(
    "name", [flow.name for flow in flows.all_flows() if flow.law != INTERNAL]
)


@every_kind
def test_a_kind_is_called_like_its_file_and_has_a_place_among_the_rows(kind: Kind):
    assert subjects.kind(kind.name) is kind
    assert kind.part in {field.name for field in fields(RowSet)}
    assert kind.name in ROWS, "give a live row of it here"
    assert Subject(kind.name, "s1").timeline.endswith("#s1")


def test_no_two_kinds_share_their_timelines_nor_rows_that_a_flow_may_write():
    kinds = subjects.all_kinds()
    written = [kind.part for kind in kinds if kind.closable(ROWS[kind.name], 1)]
    assert all([kind.part for kind in kinds].count(part) == 1 for part in written)
    assert len({Subject(kind.name, "s1").timeline for kind in kinds}) == len(kinds)


def test_a_kind_that_there_is_not_is_a_bug():
    with pytest.raises(KeyError):
        subjects.kind("nonsense")


@every_kind
def test_a_live_subject_is_not_over_and_another_generation_of_it_is(kind: Kind):
    row = ROWS[kind.name]
    assert kind.ended(row, 1) is None
    assert kind.ended(row, 2)
    assert kind.view(row).generation == 1


@closable_kind
def test_what_a_flow_lets_go_of_is_over_and_let_go_of_once(kind: Kind):
    row = ROWS[kind.name]
    assert not kind.closable(row, 2)
    closed = kind.closed(row, START, "all_sent", "run-1", None)
    assert kind.ended(closed, 1)
    assert not kind.closable(closed, 1)


@pytest.mark.parametrize("part", [kind.part for kind in subjects.with_people()])
def test_an_erasure_takes_the_person_out_of_each_kind_that_holds_people(part: str):
    (kind,) = (kind for kind in subjects.with_people() if kind.part == part)
    (name,) = (each.name for each in subjects.all_kinds() if each.part == part)
    assert kind.of_person(Person("demo", "p1")) == ()
    gone = kind.erased(ROWS[name], START, "erasure")
    assert kind.view(gone).person_id is None
    assert "ada" not in repr(gone)


def test_what_no_flow_lets_go_of_is_what_the_shop_or_the_buyer_alone_says():
    assert {kind.name for kind in subjects.all_kinds() if not kind.closable(ROWS[kind.name], 1)} == {
        "level",
        "order",
        "parcel",
        "person",
        "return",
    }


# ── levels of stock ──────────────────────────────────────────────────────────────────────────────────────────────


def a_level(limit: str = "8", **changes: object) -> Level:
    return Level(replace(ROWS["level"].stock, **changes), limit)


def test_a_level_is_a_part_of_its_variants_row_whatever_the_variant_is_called():
    kind = subjects.kind("level")
    assert kind.row_of("shirt/blue/15") == "shirt/blue"
    assert kind.seen(a_level().stock, "shirt/blue/15").limit == "15"


@pytest.mark.parametrize(
    ("level", "why"),
    [
        (a_level(deleted=True), "not_sold"),
        (a_level(endless=True), "not_counted"),
        (a_level(levels={"": (START, None)}), "not_counted"),
        (a_level(crossings={"8": Crossing(False, 1, START)}), "restocked"),
        (a_level(crossings={"8": Crossing(True, 2, START)}), "low_again"),
        (a_level("15"), "low_again"),
        (a_level(), None),
    ],
)
def test_a_level_is_over_when_there_is_enough_again_or_nothing_is_sold_or_counted(
    level: Level, why: str | None
):
    assert subjects.kind("level").ended(level, 1) == why


def test_a_decision_about_a_level_reads_its_variant_and_the_product_of_that():
    view = subjects.kind("level").view(a_level(product_id="p1"))
    assert (view.generation, view.variants, view.products) == (1, ("s1",), ("p1",))


def test_a_run_about_a_part_is_called_by_the_whole_and_the_part():
    card = replace(flows.rules("cart_recovery").FLOW, id_field="variant_id", part_field="limit")
    assert subject_of(card, {"variant_id": "v1", "limit": 8, "generation": 2}) == ("v1/8", 2)


# ── flows about them ─────────────────────────────────────────────────────────────────────────────────────────────


@every_flow
def test_a_card_names_a_kind_that_there_is_a_law_a_rank_and_who_answers_for_it(name: str):
    card = flows.rules(name).FLOW
    assert card.name == name
    assert subjects.kind(card.kind)
    assert (card.law in LAWS, card.rank in RANKS) == (True, True)
    assert bool(card.topic) == (card.law == MARKETING), "what is advertised needs a consent to something"
    told = (card.purpose, card.area, card.title, card.owner, card.builder, card.reviewer, card.it, card.kpi)
    assert all(told), "a card says who does what, and by which figure the flow is judged"


@every_flow_to_people
def test_a_plan_has_the_steps_of_the_card_on_channels_that_have_addresses(name: str):
    rules = flows.rules(name)
    plan = rules.plan(a_policy(), {"email"})
    steps = [step.name for step in plan.touches]
    assert not rules.FLOW.steps or steps == list(rules.FLOW.steps)
    assert len(set(steps)) == len(steps) > 0
    assert {step.channel for step in plan.touches} <= set(ADDRESS_OF)


@every_flow_to_people
def test_what_is_advertised_can_be_left_in_each_message(name: str):
    rules = flows.rules(name)
    kinds = {wish.kind for wish in rules.LINKS}
    assert ("leave" in kinds) == (rules.FLOW.law == MARKETING)


def test_a_flow_that_there_is_not_is_a_bug():
    with pytest.raises(KeyError):
        flows.rules("nonsense")
    for name in ("nonsense", "cart_recovery"):
        with pytest.raises(KeyError):
            flows.internal(name)


def test_a_row_that_waits_for_an_answer_is_asked_about_until_its_time_is_over():
    rules = flows.rules("double_opt_in")
    asked = replace(
        ROWS["signup"],
        address_hash="h1",
        requested_at=START,
        expires_at=START + signup.LIFETIME,
    )
    plan, context = rules.plan(a_policy(), {"email"}), Context(asked, None)

    def decide(position: int, hours: int) -> Decision:
        return rules.decide(context, plan, position, 1, a_policy(), START + timedelta(hours=hours))

    assert (decide(0, 0).word, decide(0, 0).reason) == ("send", "asked")
    assert (decide(2, 48).word, decide(2, 48).reason) == ("stop", "not_confirmed")
    assert rules.following(context, plan, 0, a_policy(), START) == START + timedelta(hours=24)
    assert rules.following(context, plan, 1, a_policy(), START) == START + timedelta(hours=48)
    assert rules.following(context, plan, 2, a_policy(), START) is None
