"""Edges of small rules: lines that complete each other, the longest address, answers, and what an audit must see."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from cartback.domain.claims import RELEASED, SENT, UNKNOWN, Claim
from cartback.domain.intake.responses import Answer, opens, path_word
from cartback.domain.money import Money
from cartback.domain.people import address
from cartback.domain.people.customer import Person
from cartback.domain.results.audit import (
    AFTER_OPT_OUT,
    AFTER_PURCHASE,
    DUPLICATE,
    IN_FLIGHT,
    NOBODY_KNOWS,
    SIMULTANEOUS,
    WITHOUT_BASIS,
    Evidence,
    audit,
)
from cartback.domain.trade.cart import Cart, Step
from cartback.domain.trade.items import Item, completed, total_of
from cartback.domain.trade.purchases import Purchase
from tests.fakes.world import START

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
BARE = Item("v1", "Hemd")
FULL = Item(
    "v1", "Hemd", variant_title="Blau", unit_price=Money(5990, "EUR"),
    image_url="https://demo.example/1.jpg", url="https://demo.example/hemd",
)  # fmt: skip


def test_a_line_takes_from_another_telling_what_it_does_not_say_itself():
    assert completed((BARE,), (FULL,)) == (FULL,)
    assert completed((FULL,), (BARE,)) == (FULL,)
    own = replace(
        FULL,
        variant_title="Rot",
        unit_price=Money(1, "EUR"),
        image_url="https://x.example/2",
        url="https://x.example",
    )
    assert completed((own,), (FULL,)) == (own,)
    assert completed((BARE,), (replace(FULL, variant_id="v2"),)) == (BARE,)
    assert BARE.quantity == 1


def test_lines_have_no_sum_where_one_has_no_price_or_another_currency():
    dollars = replace(FULL, variant_id="v2", unit_price=Money(5, "USD"))
    assert total_of((replace(FULL, quantity=2),)) == Money(11980, "EUR")
    assert [total_of(lines) for lines in ((FULL, BARE), (FULL, dollars), (BARE,), ())] == [None] * 4


def test_the_longest_address_has_254_characters():
    local, domain = "x" * 64, f"{'a' * 62}.{'a' * 61}.{'a' * 61}.de"
    longest = f"{local}@{domain}"
    assert (len(longest), address.email(longest)) == (254, longest)
    assert address.email(f"{local}@a{domain}") is None
    # Unicode is shorter than what goes over the wire.
    assert address.email(f"{local}@{'a' * 62}.{'a' * 61}.{'ü' * 57}.de") is None
    assert address.email("nobody") is None


def test_an_answer_is_a_line_unless_its_reader_compares_bytes():
    assert Answer(200, "ok").body == "ok\n"
    assert Answer(200, "ok", exact=True).body == "ok"


def test_no_word_opens_where_there_is_no_secret():
    assert opens(path_word("s1"), ["s0", "s1"])
    assert not opens(path_word(""), [""])
    assert not opens("\ud800", ["s1"])


# ── the audit ────────────────────────────────────────────────────────────────────────────────────────────────────

CLAIM = Claim(
    "demo", "k1", "c1", 1, "reminder", "email", "p1", "h1", "email/explicit", 1, START + HOUR, state=SENT
)
CART = Cart("demo", "c1", started_at=START)


def found(claim=CLAIM, cart=CART, person=None, also=()) -> dict[str, int]:
    evidence = [Evidence(claim, cart, person), *(Evidence(one, cart, person) for one in also)]
    told = audit("demo", START.date(), evidence, START + 2 * HOUR)
    return {kind: count for kind, count in told.counts.items() if count}


def bought(known_at, placed_at=START, generation=1) -> Cart:
    return replace(CART, bought_at=placed_at, bought_generation=generation, bought_recorded_at=known_at)


@pytest.mark.parametrize(
    ("cart", "kinds"),
    [
        (bought(START), {AFTER_PURCHASE: 1}),
        (bought(CLAIM.claimed_at - SIMULTANEOUS - SECOND), {AFTER_PURCHASE: 1}),
        (bought(CLAIM.claimed_at - SIMULTANEOUS), {IN_FLIGHT: 1}),
        (bought(START, generation=2), {AFTER_PURCHASE: 1}),
        (replace(bought(START), generation=2, bought_generation=1), {AFTER_PURCHASE: 1}),
        (bought(START, generation=0), {}),
        (None, {}),
    ],
    ids=["known long", "known 31 s", "known 30 s", "a later one", "opened since", "an older one", "no cart"],
)
def test_a_message_after_the_purchase_of_its_cart_is_found_without_its_person(cart, kinds):
    assert timedelta(seconds=30) == SIMULTANEOUS
    assert found(cart=cart) == kinds


def test_a_purchase_by_the_person_counts_from_the_instant_at_which_the_cart_was_begun():
    for placed_at, kinds in ((START, {AFTER_PURCHASE: 1}), (START - SECOND, {})):
        person = Person("demo", "p1", purchases=(Purchase(placed_at, START),), erased_at=None)
        assert found(person=person, claim=replace(CLAIM, purpose="service")) == kinds


def test_a_message_that_nobody_knows_of_is_counted_once_it_is_called_unknown():
    assert found(claim=replace(CLAIM, state=UNKNOWN)) == {NOBODY_KNOWS: 1}


def test_a_message_after_the_cart_was_erased_is_one_after_a_refusal():
    erased = Cart("demo", "c1", status="erased", closed_at=START)
    assert found(cart=erased) == {AFTER_OPT_OUT: 1}
    assert found(cart=replace(erased, closed_at=None)) == {}


def test_findings_are_told_the_gravest_first_and_then_by_their_time():
    later, second = replace(CLAIM, claimed_at=CLAIM.claimed_at + HOUR), replace(CLAIM, touch="answers")
    unknown = replace(CLAIM, touch="last_note", state=UNKNOWN)
    evidence = [
        Evidence(unknown, None, None),
        *(Evidence(one, bought(START), None) for one in (later, second)),
    ]
    told = audit("demo", START.date(), evidence, START + 9 * HOUR)
    assert [(finding.kind, finding.claimed_at) for finding in told.findings] == [
        (AFTER_PURCHASE, second.claimed_at),
        (AFTER_PURCHASE, later.claimed_at),
        (NOBODY_KNOWS, unknown.claimed_at),
    ]
    assert (told.claims, told.accepted, told.broken) == (3, 2, 2)


def test_a_generation_that_is_over_began_with_its_first_step():
    over = replace(
        CART,
        generation=2,
        started_at=START + 9 * HOUR,
        history=tuple(Step(START + n * HOUR, "x", "e", 1) for n in (3, 1)),
    )
    agreed = Person("demo", "p1", purchases=(Purchase(START + HOUR, START + HOUR),))
    late = replace(CLAIM, purpose="service", claimed_at=START + 5 * HOUR)
    assert found(claim=late, cart=over, person=agreed) == {AFTER_PURCHASE: 1}
    assert found(claim=late, cart=replace(over, history=()), person=agreed) == {}


def test_somebody_who_never_said_a_word_was_written_to_without_a_basis():
    assert found(person=Person("demo", "p1")) == {WITHOUT_BASIS: 1}


def test_a_claim_that_was_given_back_doubles_nothing():
    second = replace(CLAIM, claim_id="k2")
    assert found(also=[second]) == {DUPLICATE: 1}
    assert found(also=[replace(second, state=RELEASED)]) == {}
    assert found(also=[replace(second, touch="answers")]) == {}
