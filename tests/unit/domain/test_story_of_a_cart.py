"""The story that a cart's row tells, and which generation was bought when: exact, step by step."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from cartback.domain.money import Money
from cartback.domain.observations import Contact
from cartback.domain.trade import cart as carts
from cartback.domain.trade.cart import BOUGHT, EMPTIED, GIVEN_UP, OPEN, REOPEN_AFTER, Cart
from cartback.domain.trade.cart_owner import identify
from tests.unit.domain.test_cart import CUP, NEW, SHIRT, at, bought, fold, holds

SECOND = timedelta(seconds=1)
HEARD = at(999)


def story(cart: Cart) -> list[tuple[str, object, int]]:
    return [(step.what, step.at, step.generation) for step in cart.history]


def ordered(cart: Cart, minutes: float, ref: str = "o1", heard=HEARD) -> Cart:
    return carts.order(cart, bought(minutes, ref), f"order {ref}", heard)


def test_a_cart_tells_each_step_once_with_its_instant_and_its_generation():
    cart = fold(
        [holds(0, SHIRT), holds(1, SHIRT), holds(2, SHIRT, CUP), holds(3, SHIRT, CUP, stage="checkout")]
    )
    cart = carts.announce(identify(cart, "p1", at(4), "e"), True, "e")
    cart = fold([holds(10), holds(20, CUP)], cart)
    cart = carts.give_up(
        ordered(fold([holds(40, SHIRT)], ordered(cart, 30)), 32, "o2"), at(50), "all_sent", "run"
    )
    assert story(cart) == [
        ("changed", at(0), 1),
        ("changed", at(2), 1),
        ("checkout", at(3), 1),
        ("identified", at(4), 1),
        ("opened", at(3), 1),
        ("emptied", at(10), 1),
        ("opened_again", at(20), 2),
        ("bought", at(30), 2),
        ("opened_again", at(40), 3),
        ("bought_before", at(32), 3),
        ("given_up", at(50), 3),
    ]


def test_a_new_cart_begins_in_its_first_generation_as_a_mere_cart():
    assert (NEW.version, NEW.generation, NEW.stage, NEW.status, NEW.bought_generation) == (
        0,
        1,
        "cart",
        OPEN,
        0,
    )


def test_a_cart_that_was_never_filled_is_emptied_without_a_word():
    cart = fold([holds(5)])
    assert (cart.status, cart.closed_at, cart.closed_because, story(cart)) == (EMPTIED, at(5), "emptied", [])


def test_a_closed_cart_that_is_emptied_stays_as_it_was_closed():
    cart = fold([holds(30)], ordered(fold([holds(0, SHIRT)]), 10))
    assert (cart.status, cart.closed_at, cart.activity_at) == (BOUGHT, at(10), at(30))
    echo = fold([holds(12)], ordered(fold([holds(0, SHIRT)]), 10))
    assert (echo.items, echo.activity_at, echo.content_from) == ((SHIRT,), at(12), "cart")


# ── purchases ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_purchase_closes_the_cart_and_is_remembered_from_when_we_heard_of_it():
    cart = ordered(fold([holds(0, SHIRT)]), 10)
    assert (cart.status, cart.closed_at, cart.closed_because) == (BOUGHT, at(10), "bought")
    assert (cart.bought_at, cart.bought_generation, cart.bought_recorded_at) == (at(10), 1, HEARD)
    assert cart.order_refs == ("o1",)


def test_a_second_order_of_a_bought_cart_moves_its_end_and_not_when_we_first_knew():
    cart = ordered(ordered(fold([holds(0, SHIRT)]), 10), 20, "o2", HEARD + SECOND)
    assert (cart.closed_at, cart.bought_at, cart.order_refs) == (at(20), at(20), ("o1", "o2"))
    assert (cart.bought_generation, cart.bought_recorded_at) == (1, HEARD)
    assert story(cart) == [("changed", at(0), 1), ("bought", at(10), 1)]


@pytest.mark.parametrize("minutes", [9, 10])
def test_an_older_order_adds_its_name_and_nothing_else(minutes):
    cart = ordered(fold([holds(0, SHIRT)]), 10)
    again = ordered(cart, minutes, "o0", HEARD + SECOND)
    assert again == replace(cart, order_refs=("o1", "o0"))


def test_an_order_that_comes_late_leaves_the_shopping_since_then_to_the_next_generation():
    cart = ordered(fold([holds(0, SHIRT), holds(60, CUP)]), 10)
    assert (cart.status, cart.generation, cart.started_at) == (OPEN, 2, at(60))
    assert (cart.closed_at, cart.closed_because, cart.opened_by) == (None, None, None)
    assert (cart.bought_generation, cart.bought_recorded_at) == (1, HEARD)
    assert story(cart)[-2:] == [("bought", at(10), 1), ("opened_again", at(60), 2)]


def test_an_order_from_before_this_generation_began_belongs_to_the_one_before():
    emptied = fold([holds(0, SHIRT), holds(30), holds(60, CUP)])
    cart = ordered(emptied, 10)
    assert (emptied.generation, cart.status, cart.generation, cart.items) == (2, OPEN, 2, (CUP,))
    assert (cart.bought_generation, cart.bought_recorded_at) == (1, HEARD)
    assert story(cart)[-1] == ("bought_before", at(10), 2)


def test_an_order_from_before_a_closed_generation_opens_nothing():
    cart = ordered(carts.give_up(fold([holds(0, SHIRT), holds(60, CUP)]), at(99), "all_sent", "run"), 10)
    assert (cart.status, cart.generation, cart.closed_because) == (GIVEN_UP, 1, "all_sent")
    assert story(cart)[-1][0] == "bought_before"


def test_what_was_touched_to_the_very_end_of_an_echo_is_the_purchase_and_a_second_later_it_is_new():
    echo = REOPEN_AFTER / timedelta(minutes=1)
    touched = fold([holds(0, SHIRT), holds(10 + echo, CUP)])
    assert ordered(touched, 10).status == BOUGHT
    assert ordered(fold([holds(10 + echo + 1 / 60, CUP)], touched), 10).generation == 2
    sold = ordered(fold([holds(0, SHIRT)]), 10)
    assert fold([holds(10 + echo, CUP)], sold).status == BOUGHT
    assert fold([holds(10 + echo + 1 / 60, CUP)], sold).status == OPEN


def test_a_generation_that_began_within_the_echo_of_an_order_is_the_one_that_was_bought():
    cart = fold([holds(0, SHIRT), holds(11), holds(12, CUP), holds(60, SHIRT)])
    late = ordered(cart, 10)
    assert (cart.generation, late.generation, late.bought_generation) == (2, 3, 2)


def test_a_checkout_that_says_it_is_complete_is_a_purchase_of_that_instant():
    cart = fold([holds(0, SHIRT), holds(5, SHIRT, source="checkout", completed_at=at(6))])
    assert (cart.status, cart.bought_at, cart.order_refs) == (BOUGHT, at(6), ())


def test_an_order_brings_the_names_under_which_its_cart_is_known():
    seen = replace(bought(10), refs=("cart:c1", "checkout:k"))
    assert carts.order(fold([holds(0, SHIRT)]), seen, "e").refs == ("cart:c1", "checkout:k")


# ── content ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_content_of_the_instant_at_which_a_cart_was_given_up_opens_nothing():
    cart = carts.give_up(fold([holds(0, SHIRT)]), at(100), "all_sent", "run")
    assert fold([holds(100, CUP)], cart).status == GIVEN_UP


def test_of_two_words_of_one_instant_the_source_decides_and_of_one_source_the_later():
    by_source = [holds(5, SHIRT, source="cart"), holds(5, CUP, source="checkout")]
    assert fold(by_source).items == fold(by_source[::-1]).items == (CUP,)
    assert fold([holds(5, SHIRT), holds(5, CUP)]).items == (CUP,)


def test_a_language_that_is_known_is_kept_where_the_shop_says_none():
    told = holds(0, SHIRT, contact=Contact(locale="de"))
    assert fold([told, holds(1, CUP)]).locale == "de"


def test_who_is_named_again_was_named_last():
    cart = identify(identify(NEW, "p1", at(1), "e"), "p1", at(5), "e")
    assert (cart.identified_at, len(cart.history)) == (at(5), 1)
    assert identify(cart, "p2", at(3), "late").person_id == "p1"
    assert identify(cart, "p2", at(5), "as late").person_id == "p2"


@pytest.mark.parametrize(("first", "then"), [("https://a.example/1", None), (None, "https://a.example/1")])
def test_a_way_back_is_kept_and_taken_up_whichever_word_carries_it(first, then):
    told = [holds(0, SHIRT, restore_url=first), holds(1, CUP, restore_url=then)]
    assert fold(told).restore_url == "https://a.example/1"


def test_an_erased_cart_says_that_and_in_which_generation():
    cart = carts.erase(fold([holds(0, SHIRT), holds(5), holds(6, CUP)]), at(9), "erasure")
    assert (cart.generation, cart.closed_at, cart.closed_because) == (2, at(9), "erased")
    assert story(cart) == [("erased", at(9), 2)]


# ── two rows of one cart ─────────────────────────────────────────────────────────────────────────────────────────


def other(*seen, **changes) -> Cart:
    return replace(fold(seen), cart_id="c2", **changes)


def test_a_row_that_joins_brings_its_newer_content_with_all_that_belongs_to_it():
    total = Money(1250, "EUR")
    newer = other(holds(5, CUP, source="checkout", total=total, stage="checkout"))
    joined = carts.absorb(fold([holds(0, SHIRT)]), newer, "join")
    assert (joined.items, joined.total, joined.activity_at) == ((CUP,), total, at(5))
    assert (joined.content_from, joined.stage) == ("checkout", "checkout")
    assert story(joined)[-1] == ("joined", at(5), 1)


@pytest.mark.parametrize("seen", [[holds(0, CUP)], [holds(-5, CUP)], [holds(0, CUP), holds(9)]])
def test_a_row_that_joins_with_content_as_old_or_none_takes_nothing(seen):
    joined = carts.absorb(fold([holds(0, SHIRT)]), other(*seen), "join")
    assert (joined.items, joined.activity_at, joined.stage) == ((SHIRT,), at(0), "cart")


def test_a_row_without_content_takes_that_of_the_one_that_joins():
    assert carts.absorb(NEW, other(holds(3, CUP)), "join").items == (CUP,)


def test_a_row_that_joins_brings_its_purchase_and_the_last_order_of_it():
    sold = other(holds(0, CUP), bought(3, "o1"), bought(4, "o2"))
    joined = carts.absorb(fold([holds(1, SHIRT)]), sold, "join", HEARD)
    assert (joined.status, joined.bought_at, joined.order_refs) == (BOUGHT, at(4), ("o2",))
    assert joined.bought_recorded_at == HEARD
    nameless = other(holds(0, CUP, source="checkout", completed_at=at(2)))
    assert carts.absorb(fold([holds(1, SHIRT)]), nameless, "join").order_refs == ()


@pytest.mark.parametrize(
    ("one", "two", "joined_at"),
    [
        (NEW, ordered(replace(NEW, cart_id="c2"), 4), at(4)),
        (fold([holds(1, SHIRT)]), replace(NEW, cart_id="c2"), at(1)),
    ],
    ids=["only bought", "nothing known"],
)
def test_joining_is_told_at_the_best_instant_that_is_known(one, two, joined_at):
    assert story(carts.absorb(one, two, "join"))[-1] == ("joined", joined_at, 1)


@pytest.mark.parametrize(
    ("mine", "theirs", "whose"),
    [
        (("p1", 5), (None, None), ("p1", 5)),
        (("p1", 5), ("p2", 5), ("p1", 5)),
        (("p1", 5), ("p2", 6), ("p2", 6)),
        (("p1", None), ("p2", 6), ("p2", 6)),
        (("p1", 5), ("p2", None), ("p1", 5)),
        ((None, None), ("p2", None), ("p2", None)),
    ],
)
def test_a_joined_cart_is_of_the_person_who_was_named_last(mine, theirs, whose):
    def of(person_id, minutes) -> dict:
        return {"person_id": person_id, "identified_at": None if minutes is None else at(minutes)}

    joined = carts.absorb(replace(NEW, **of(*mine)), replace(NEW, cart_id="c2", **of(*theirs)), "join")
    assert {"person_id": joined.person_id, "identified_at": joined.identified_at} == of(*whose)


@pytest.mark.parametrize(
    ("stages", "kept"),
    [(("cart", "checkout"), "theirs"), (("checkout", "cart"), "mine"), (("checkout", "checkout"), "mine")],
)
def test_of_two_ways_back_that_of_a_checkout_is_the_better_one(stages, kept):
    mine = replace(NEW, stage=stages[0], restore_url="mine")
    theirs = replace(NEW, cart_id="c2", stage=stages[1], restore_url="theirs")
    assert carts.absorb(mine, theirs, "join").restore_url == kept
    assert carts.absorb(mine, replace(theirs, restore_url=None), "join").restore_url == "mine"
    assert carts.absorb(replace(mine, restore_url=None), theirs, "join").restore_url == "theirs"


# ── what happens once ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_checkout_is_told_once():
    cart = fold([holds(0, SHIRT, stage="checkout"), holds(1, SHIRT, stage="checkout")])
    assert [what for what, _, _ in story(cart)] == ["checkout", "changed"]


def test_a_checkout_without_a_way_back_takes_the_carts():
    told = [
        holds(0, SHIRT, source="checkout", stage="checkout"),
        holds(1, SHIRT, restore_url="https://a.example/c"),
    ]
    assert fold(told).restore_url == "https://a.example/c"


def test_an_order_that_comes_after_the_cart_was_emptied_is_its_purchase():
    cart = ordered(fold([holds(0, SHIRT), holds(60)]), 10)
    assert (cart.status, cart.generation, cart.bought_generation) == (BOUGHT, 1, 1)


def test_since_when_a_generation_was_known_to_be_bought_does_not_change_with_a_later_word():
    cart = fold([holds(60, CUP)], ordered(fold([holds(0, SHIRT)]), 10))
    again = ordered(cart, 30, "o2", HEARD + SECOND)
    assert (again.generation, again.bought_generation, again.bought_recorded_at) == (2, 1, HEARD)


def test_a_cart_that_is_opened_again_is_closed_no_more():
    cart = fold([holds(101, CUP)], carts.give_up(fold([holds(0, SHIRT)]), at(100), "all_sent", "run"))
    assert (cart.status, cart.closed_at, cart.closed_because, cart.started_at) == (OPEN, None, None, at(101))
