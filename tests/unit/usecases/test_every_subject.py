"""Every kind of subject is explained, exported and erased: a kind that arrives says here how, or fails."""

from __future__ import annotations

import json

import pytest

from cartback import subjects
from cartback.domain.observations import ParcelSeen, ReturnSeen
from cartback.domain.subject import Subject
from cartback.domain.trade import sale
from cartback.ports import TimelineEntry
from cli.story import told_of
from tests.fakes.told import SHIRT, Told, cart, order
from tests.fakes.world import START, World
from tests.unit.usecases.test_privacy import sweep, the_person
from tests.unit.usecases.test_sign_up import HERE

every_kind = pytest.mark.parametrize("kind", subjects.names())
OF_NOBODY = {"level"}
"""Kinds whose rows hold nobody and are nobody's: an answer and an erasure have nothing to do with them."""


class Life:
    """Ada, who signed up, left a cart, bought, has a parcel and sends something back."""

    def __init__(self) -> None:
        told = Told()
        self.world = world = World(adapter=told)
        world.subscribe("demo", {"email": ["ada@example.com"], "topics": ["news"]}, HERE)
        (asked,) = world.bus.named("subscription.requested")
        world.deliver(told.delivery("c", cart(START, SHIRT), at=START))
        world.deliver(told.delivery("o", order(START, ref="o1"), at=START))
        world.deliver(told.delivery("p", ParcelSeen("o1", "d1", START, sale.SHIPPED), at=START))
        world.deliver(told.delivery("r", ReturnSeen("o1", "r1", START, "requested"), at=START))
        self.person = the_person(world)
        self.subjects = {
            "cart": Subject("cart", self.person.cart_ids[0]),
            "signup": Subject("signup", str(asked.data["request_id"])),
            "order": Subject("order", "o1"),
            "parcel": Subject("parcel", "o1/d1"),
            "return": Subject("return", "o1/r1"),
            "person": Subject("person", self.person.person_id),
            "level": Subject("level", "v1/8"),
        }

    def decided(self, kind: str) -> str:
        """Keep a decision to send about the subject of this kind,; gives the claim's name."""
        about, claim_id = self.subjects[kind], f"claim-of-{kind}"
        said = {"word": "send", "reason": "due", "touch": "hello", "claim_id": claim_id}
        self.world.ledger.note("demo", about.timeline, TimelineEntry(START, "decision", said))
        return claim_id


@every_kind
def test_a_kind_is_in_the_life_that_these_trials_look_at(kind):
    assert kind in Life().subjects, f"say here what a {kind} of Ada's is called, or that it is nobody's"


@every_kind
def test_what_was_decided_about_a_subject_of_any_kind_can_be_explained(kind):
    life = Life()
    claim_id = life.decided(kind)
    story = told_of("demo", life.subjects[kind], life.world.ledger, "en")
    assert claim_id in {moment.data.get("claim_id") for moment in story}


@every_kind
def test_an_answer_to_somebody_holds_what_was_decided_about_each_kind_of_theirs_and_of_nobody_elses(kind):
    life = Life()
    claim_id = life.decided(kind)
    document = json.dumps(life.world.export("demo", life.person.person_id))
    assert (claim_id in document) == (kind not in OF_NOBODY)


@every_kind
def test_after_an_erasure_no_row_of_any_kind_names_the_person(kind):
    life = Life()
    life.world.erase_person.by_id("demo", life.person.person_id)
    sweep(life.world, life.person.person_id)
    left = repr(
        [
            row
            for table in ("carts", "persons", "requests", "orders")
            for row, _ in life.world.tables.rows.get(table, {}).values()
        ]
    )
    assert "ada@example.com" not in left
    assert "Ada" not in left
    known = subjects.kind(kind)
    rows = life.world.tables.rows.get(known.part, {})
    if kind in ("cart", "order"):
        assert rows, "the mark of what was forgotten stays"
        assert all(known.view(row).person_id is None for row, _ in rows.values())


def test_what_is_nobodys_holds_nobody():
    assert set(subjects.names()) >= OF_NOBODY
    assert not {kind.part for kind in subjects.with_people()} & {
        subjects.kind(name).part for name in OF_NOBODY
    }
