"""The port ``Ledger``: each condition of a claim alone, what a claim writes, and what becomes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from cartback.domain import claims
from cartback.domain.claims import Claim
from cartback.domain.context import Context
from cartback.domain.errors import Conflict
from cartback.domain.messaging.reminders import Reminder
from cartback.domain.people import customer
from cartback.domain.people.customer import Person
from cartback.domain.trade.cart import Cart, give_up
from cartback.domain.trade.items import Item
from cartback.ports import Link, RowSet, TimelineEntry
from cartback.store.tables import LAPSED_LINKS_KEPT, LEDGER_KEPT
from cartback.subjects.cart import KIND as CART_KIND
from tests.fakes.taking import take_touch
from tests.fakes.world import START

CART = Cart("demo", "c1", items=(Item("v1", "Hemd"),), person_id="p1", activity_at=START)
ADA = Person("demo", "p1", email="ada@example.com", email_hash="h1")
CLAIM = Claim("demo", "k1", "c1", 1, "reminder", "email", "p1", "h1", "email/explicit", 3, START)
LINE = TimelineEntry(START, "decision", {"word": "send", "reason": "due – pünktlich"})


def link(kind="restore", token_hash="t1", days=30):
    return Link(
        "demo", token_hash, kind, "c1", 1, "p1", "email", "reminder", "k1", START + timedelta(days=days), "de"
    )


LINKS = (link(),)


def closing(cart: Cart) -> RowSet:
    """The row that closes with a mark."""
    return RowSet(carts={cart.cart_id: cart})


class Prepared:
    """A cart and a person in the tables, and a claim that only has to be taken."""

    def __init__(self, room) -> None:
        self.room, self.ledger = room, room.ledger
        room.records.save("demo", RowSet(), RowSet(carts={"c1": CART}, persons={"p1": ADA}))
        self.context = room.records.context("demo", "c1", "p1", None, CART_KIND)

    def take(self, claim=CLAIM, line=LINE, links=LINKS):
        counted = customer.sent(self.context.person, START)
        return take_touch(self.ledger, claim, self.reminded(), counted, line, links)

    def reminded(self) -> Context:
        """The context with the message counted among those of its cart."""
        return replace(self.context, about=replace(self.context.cart, reminders=(Reminder("k1", START),)))

    def now(self) -> Context:
        return self.room.records.context("demo", "c1", "p1", None, CART_KIND)

    def everything(self):
        """All that a claim writes."""
        claim = self.ledger.read_claim("demo", "k1")
        return claim, self.now(), self.ledger.story("demo", "cart#c1"), self.ledger.look("demo", "t1")


@pytest.fixture
def prepared(room) -> Prepared:
    return Prepared(room)


def test_a_claim_is_written_with_the_budget_the_line_and_the_links(prepared):
    assert prepared.take() is None
    claim, context, story, kept = prepared.everything()
    assert (claim, story, kept) == (CLAIM, [LINE], link())
    assert (context.person.sends, context.person.version) == ((START,), 2)
    assert context.cart == replace(prepared.reminded().cart, version=prepared.context.cart.version + 1)


def change_cart(prepared):
    cart = prepared.now().cart
    prepared.room.records.save(
        "demo", RowSet(carts={"c1": cart}), RowSet(carts={"c1": replace(cart, stage="checkout")})
    )


def change_person(prepared):
    person = prepared.context.person
    left = customer.opt_out(person, ["email"], "a link", START)
    prepared.room.records.save("demo", RowSet(persons={"p1": person}), RowSet(persons={"p1": left}))


def block(prepared, who):
    prepared.room.records.save("demo", RowSet(), RowSet(blocks={who: "bounced"}))


CONDITIONS = {
    "the claim was taken before": (lambda prepared: prepared.take(links=()), "claimed_before"),
    "the address is blocked": (lambda prepared: block(prepared, "h1"), "blocked"),
    "the shop is blocked": (lambda prepared: block(prepared, "shop"), "blocked"),
    "the cart changed": (change_cart, "changed"),
    "the person changed": (change_person, "changed"),
}


@pytest.mark.parametrize("name", CONDITIONS)
def test_nothing_is_written_when_one_condition_of_a_claim_fails(prepared, name):
    spoil, why = CONDITIONS[name]
    spoil(prepared)
    before = prepared.everything()
    assert (
        prepared.take(
            line=TimelineEntry(START, "decision", {"word": "again"}), links=(link(token_hash="t2"),)
        )
        == why
    )
    assert prepared.everything() == before
    assert prepared.ledger.look("demo", "t2") is None


def test_an_older_claim_outweighs_a_block_and_a_block_outweighs_a_change(prepared):
    prepared.take()
    assert prepared.take() == "claimed_before"
    block(prepared, "h1")
    assert prepared.take() == "claimed_before"
    assert prepared.take(replace(CLAIM, claim_id="k2")) == "blocked"


@pytest.mark.parametrize("because", ["bounced_often", "suppressed"])
def test_a_block_that_ends_by_itself_stands_in_the_persons_row_and_not_in_the_addresss(prepared, because):
    """Earlier versions wrote it into both; whether it still holds, the person's row says that was decided on."""
    prepared.room.records.save("demo", RowSet(), RowSet(blocks={"h1": because}))
    assert prepared.take() is None


def test_another_shops_block_or_claim_is_no_obstacle(prepared):
    prepared.room.records.save("other", RowSet(), RowSet(blocks={"h1": "bounced", "shop": "shop_left"}))
    assert prepared.ledger.read_claim("other", "k1") is None
    assert prepared.take() is None
    assert prepared.ledger.read_claim("other", "k1") is None


@pytest.mark.parametrize(
    "state", [claims.CLAIMED, claims.SENT, claims.UNKNOWN, claims.DELIVERED, claims.BOUNCED]
)
def test_a_claim_in_any_state_but_released_bars_a_second_one(prepared, state):
    prepared.take()
    prepared.ledger.mark(CLAIM, replace(CLAIM, state=state))
    prepared.context = prepared.now()
    assert prepared.take() == "claimed_before"


def test_a_release_gives_claim_and_budget_back_and_a_new_claim_is_possible(prepared):
    prepared.take()
    person = prepared.now().person
    released = replace(CLAIM, state=claims.RELEASED, because="Throttling")
    prepared.ledger.release(CLAIM, released, customer.unsent(person, START))
    assert prepared.ledger.read_claim("demo", "k1") == released
    prepared.context = prepared.now()
    assert prepared.context.person.sends == ()
    assert prepared.take() is None
    assert prepared.ledger.read_claim("demo", "k1").state == claims.CLAIMED


def test_a_release_of_a_claim_that_was_settled_meanwhile_writes_nothing(prepared):
    prepared.take()
    prepared.ledger.mark(CLAIM, replace(CLAIM, state=claims.SENT))
    before = prepared.everything()
    with pytest.raises(Conflict):
        prepared.ledger.release(
            CLAIM, replace(CLAIM, state=claims.RELEASED), replace(before[1].person, sends=())
        )
    assert prepared.everything() == before


def test_a_release_with_an_older_person_writes_nothing(prepared):
    prepared.take()
    before = prepared.everything()
    with pytest.raises(Conflict):
        prepared.ledger.release(CLAIM, replace(CLAIM, state=claims.RELEASED), prepared.context.person)
    assert prepared.everything() == before


def test_a_mark_over_another_state_than_the_one_that_was_read_is_a_conflict(prepared):
    prepared.take()
    bounced = replace(CLAIM, state=claims.BOUNCED)
    prepared.ledger.mark(CLAIM, bounced)
    with pytest.raises(Conflict):
        prepared.ledger.mark(CLAIM, replace(CLAIM, state=claims.SENT))
    assert prepared.ledger.read_claim("demo", "k1") == bounced


def test_a_mark_of_a_claim_that_is_not_there_is_a_conflict(prepared):
    with pytest.raises(Conflict):
        prepared.ledger.mark(CLAIM, replace(CLAIM, state=claims.SENT))
    assert prepared.ledger.read_claim("demo", "k1") is None


def test_the_cart_closes_with_the_mark_of_the_last_message(prepared):
    prepared.take()
    closed = give_up(prepared.now().cart, START, "all_sent", "run")
    prepared.ledger.mark(CLAIM, replace(CLAIM, state=claims.SENT), closing(closed))
    claim, context, *_ = prepared.everything()
    assert (claim.state, context.cart) == (claims.SENT, replace(closed, version=closed.version + 1))


def test_neither_mark_nor_closing_is_written_if_the_cart_changed(prepared):
    prepared.take()
    closed = give_up(prepared.now().cart, START, "all_sent", "run")
    change_cart(prepared)
    before = prepared.everything()
    with pytest.raises(Conflict):
        prepared.ledger.mark(CLAIM, replace(CLAIM, state=claims.SENT), closing(closed))
    assert prepared.everything() == before


def test_neither_mark_nor_closing_is_written_if_the_claim_was_settled(prepared):
    prepared.take()
    prepared.ledger.mark(CLAIM, replace(CLAIM, state=claims.DELIVERED))
    before = prepared.everything()
    with pytest.raises(Conflict):
        prepared.ledger.mark(
            CLAIM,
            replace(CLAIM, state=claims.SENT),
            closing(give_up(prepared.context.cart, START, "all_sent", "run")),
        )
    assert prepared.everything() == before


def test_a_story_is_told_oldest_first_and_each_line_once(room):
    late, early = (
        TimelineEntry(START + timedelta(hours=1), "started", {"run": "r"}),
        TimelineEntry(START, "clicked", {"touch": "é"}),
    )
    for line in (late, early, late):
        room.ledger.note("demo", "cart#c1", line)
    assert room.ledger.story("demo", "cart#c1") == [early, late]


def test_two_lines_of_one_instant_are_both_kept(room):
    lines = [TimelineEntry(START, "decision", {"reason": reason}) for reason in ("a", "b")]
    for line in lines:
        room.ledger.note("demo", "cart#c1", line)
    assert sorted(room.ledger.story("demo", "cart#c1"), key=str) == lines


def test_a_story_belongs_to_one_subject_of_one_shop(room):
    room.ledger.note("demo", "cart#c1", LINE)
    assert room.ledger.story("demo", "cart#c2") == []
    assert room.ledger.story("other", "cart#c1") == []


def test_lines_and_claims_are_forgotten_in_time(prepared):
    prepared.take()
    prepared.room.clock.at = START + LEDGER_KEPT
    assert prepared.ledger.story("demo", "cart#c1") == []
    assert prepared.ledger.read_claim("demo", "k1") is None


def test_looking_at_a_link_counts_nothing_and_following_counts_each_use(prepared):
    prepared.take()
    assert prepared.ledger.look("demo", "t1").uses == 0
    assert [prepared.ledger.follow("demo", "t1", START).uses for _ in range(2)] == [1, 2]
    assert prepared.ledger.look("demo", "t1").uses == 2


def test_a_link_is_unknown_to_other_shops_and_under_other_hashes(prepared):
    prepared.take()
    for shop, token_hash in (("other", "t1"), ("demo", "t2")):
        assert prepared.ledger.look(shop, token_hash) is None
        assert prepared.ledger.follow(shop, token_hash, START) is None


def test_an_expired_link_is_remembered_with_its_end_for_a_while_and_then_not_found(prepared):
    prepared.take(links=(link(days=1),))
    prepared.room.clock.move(days=1)
    assert prepared.ledger.look("demo", "t1").expires_at == START + timedelta(days=1)
    prepared.room.clock.move(days=LAPSED_LINKS_KEPT.days)
    assert prepared.ledger.look("demo", "t1") is None
