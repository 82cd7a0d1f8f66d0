"""The guide "add a subject" is true: its kind is read, owned, guarded and told like those that there are."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from cartback import subjects
from cartback.domain.claims import Claim
from cartback.domain.flows import Flow
from cartback.domain.money import Money
from cartback.domain.people.person import Person
from cartback.domain.subject import Kind, Subject
from cartback.domain.trade.orders import Order, Refund
from cartback.domain.trade.part_names import part_id
from cartback.ports import RowSet, TimelineEntry
from cartback.usecases.messaging.claiming import guards_of
from tests.fakes.world import START, World

ROOT = Path(__file__).parents[3]
GUIDE = (ROOT / "docs" / "guides" / "add_a_subject.md").read_text()
NAME = part_id("shop/1", "f/1")
ORDER = Order(
    "demo",
    "shop/1",
    placed_at=START,
    person_id="p1",
    refunds={"f/1": Refund(START + timedelta(days=1), Money(900, "EUR"))},
)


@pytest.fixture
def refund(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kind]:
    """The kind of the guide, as if its file lay among the others."""
    (code,) = re.findall(r"^```python\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
    (tmp_path / "refund.py").write_text(code)
    monkeypatch.setattr(subjects, "__path__", [*subjects.__path__, str(tmp_path)])
    caches = (subjects.kind, subjects.with_people, subjects._files)
    for cache in caches:
        cache.cache_clear()
    yield subjects.kind("refund")
    monkeypatch.undo()
    for cache in caches:
        cache.cache_clear()
    sys.modules.pop("cartback.subjects.refund", None)


@pytest.fixture
def world() -> World:
    world = World()
    people = {
        "p1": Person("demo", "p1", merged_into="p2"),
        "p2": Person("demo", "p2", email="ada@example.com", email_hash="h1"),
    }
    world.records.save("demo", RowSet(), RowSet(persons=people))
    world.orders.save("demo", {}, {"shop/1": ORDER})
    return world


def test_the_guides_kind_is_among_the_others_and_keeps_their_laws(refund: Kind):
    assert refund in subjects.all_kinds()
    row = refund.seen(ORDER, NAME)
    assert row is not None
    assert (refund.ended(row, 1), refund.ended(row, 2)) == (None, "reopened_since")
    assert refund.view(row).worth == Money(900, "EUR")
    assert not refund.closable(row, 1)
    assert refund.ended(replace(row, order=replace(ORDER, joined="o2")), 1) == "joined"


def test_a_decision_about_the_guides_kind_reads_the_part_and_its_owner_and_nothing_where_there_is_none(
    refund: Kind, world: World
):
    context = world.records.context("demo", NAME, None, None, refund)
    assert (context.about.ref, context.person.person_id) == ("f/1", "p2")
    assert world.records.context("demo", part_id("shop/1", "f/2"), None, None, refund).about is None
    assert world.records.context("demo", part_id("shop/2", "f/1"), None, None, refund).about is None


def test_a_claim_about_the_guides_kind_holds_only_while_the_order_is_as_it_was_read(
    refund: Kind, world: World
):
    context = world.records.context("demo", NAME, None, None, refund)
    about = Subject(refund.name, NAME)
    claim = Claim(
        "demo", "k1", about.id, 1, "ask", "email", "p2", "h1", "service", 1, START, flow="f", kind=about.kind
    )
    card = Flow("f", ("refund.issued",), refund.name, "payment_ref", "ask what went wrong")
    guards = guards_of(claim, card, refund, context, RowSet())
    read = world.orders.read("demo", ["shop/1"])
    world.orders.save("demo", read, {"shop/1": replace(read["shop/1"], shipped=True)})
    line = TimelineEntry(START, "decision", {"word": "send"})
    assert world.ledger.claim(claim, guards, RowSet(), line) == "changed"
    again = world.records.context("demo", NAME, None, None, refund)
    assert world.ledger.claim(claim, guards_of(claim, card, refund, again, RowSet()), RowSet(), line) is None
    assert world.ledger.story("demo", f"refund#{NAME}") == [line]


def test_every_place_that_the_guide_names_is_there():
    named = set(re.findall(r"`((?:layers|tests|docs|local|events)/[\w/.]+)`", GUIDE))
    assert len(named) > 8
    assert {place for place in named if "refund" not in place and not (ROOT / place).exists()} == set()
