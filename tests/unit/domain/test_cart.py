"""The life of a cart: whatever comes doubled, late or in any order, the row ends up the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartback.domain.money import Money
from cartback.domain.observations import CartSeen, Contact, OrderSeen
from cartback.domain.trade import cart as carts
from cartback.domain.trade.cart import (
    BOUGHT,
    EMPTIED,
    ERASED,
    GIVEN_UP,
    HISTORY_LENGTH,
    OPEN,
    REOPEN_AFTER,
    Cart,
)
from cartback.domain.trade.cart_owner import identify
from cartback.domain.trade.items import Item
from tests.fakes.world import START

MINUTE = timedelta(minutes=1)
NEW = Cart("demo", "c1")
SHIRT, CUP = Item("v1", "Hemd"), Item("v2", "Tasse")


def at(minutes: float) -> datetime:
    return START + minutes * MINUTE


def holds(minutes: float, *items: Item, source: str = "cart", **more) -> CartSeen:
    return CartSeen(("cart:c1",), at(minutes), source, items, **more)


def bought(minutes: float, ref: str = "o1") -> OrderSeen:
    return OrderSeen(("cart:c1",), ref, at(minutes), at(minutes))


def fold(seen, cart: Cart = NEW) -> Cart:
    for number, one in enumerate(seen):
        step = carts.order if isinstance(one, OrderSeen) else carts.see
        cart = step(cart, one, f"e{number}")
    return cart


def protected(cart: Cart) -> tuple:
    """What must not depend on the order of news. Once closed, bought and emptied only differ in what was seen last."""
    closed = "closed" if cart.bought_at is not None and cart.status in (BOUGHT, EMPTIED) else cart.status
    items = cart.items if cart.is_open else None
    return cart.is_open, closed, items, cart.activity_at, cart.content_from, cart.bought_at, cart.stage


@st.composite
def stories(draw):
    """News of one cart by two clocks. No two words of one clock have one instant: such a tie has no order to keep."""
    news = []
    for source in ("cart", "checkout"):
        for minutes in draw(st.lists(st.integers(0, 30), max_size=4, unique=True)):
            items = draw(st.sampled_from([(SHIRT,), (SHIRT, CUP), (CUP,), ()]))
            completed = (
                draw(st.sampled_from([None, None, None, at(minutes)])) if source == "checkout" else None
            )
            news.append(holds(minutes, *items, source=source, stage=source, completed_at=completed))
    orders = draw(st.lists(st.integers(0, 30), max_size=2, unique=True))
    return [*news, *(bought(minutes, f"o{minutes}") for minutes in orders)]


@given(stories().flatmap(lambda news: st.tuples(st.just(news), st.permutations(news), st.permutations(news))))
def test_any_order_of_news_ends_in_the_same_cart(orders):
    _, one, other = orders
    assert protected(fold(one)) == protected(fold(other))


@given(stories().flatmap(lambda news: st.tuples(st.permutations(news), st.permutations([*news, *news]))))
def test_doubled_news_ends_in_the_same_cart(orders):
    once, twice = orders
    assert protected(fold(once)) == protected(fold(twice))


@given(stories(), st.data())
def test_a_late_older_event_never_overwrites_a_newer_state(news, data):
    cart = fold(news)
    if cart.activity_at is None:
        return
    late = data.draw(st.integers(1, 40))
    older = CartSeen(("cart:c1",), cart.activity_at - late * MINUTE, "cart", (Item("v9", "alt"),))
    after = carts.see(cart, older, "late")
    assert (after.items, after.status, after.activity_at) == (cart.items, cart.status, cart.activity_at)


@given(stories(), st.integers(0, 30))
def test_an_order_closes_every_cart_that_nobody_touched_after_it(news, minutes):
    cart = fold([*news, bought(minutes)])
    if cart.activity_at is None or cart.activity_at <= at(minutes) + REOPEN_AFTER:
        assert not cart.is_open


def test_content_after_the_purchase_opens_a_new_generation_and_echoes_of_the_purchase_do_not():
    cart = fold([holds(0, SHIRT), bought(10), holds(14, SHIRT)])
    assert (cart.status, cart.generation) == (BOUGHT, 1)
    cart = carts.see(cart, holds(16, CUP), "later")
    assert (cart.status, cart.generation, cart.items, cart.started_at) == (OPEN, 2, (CUP,), at(16))


def test_an_order_that_comes_late_closes_the_generation_it_was_made_of_and_keeps_the_next_one_open():
    cart = fold([holds(0, SHIRT), holds(60, CUP), bought(10)])
    assert (cart.status, cart.generation, cart.bought_at, cart.started_at) == (OPEN, 2, at(10), at(60))


def test_a_completed_checkout_that_comes_late_is_still_a_purchase():
    newer = holds(5, SHIRT, source="checkout")
    older = holds(3, SHIRT, source="checkout", completed_at=at(3))
    assert fold([newer, older]).status == BOUGHT


@pytest.mark.parametrize("news", [[0, 1, 2], [0, 2, 1], [2, 0, 1], [2, 1, 0], [1, 2]])
def test_a_finished_checkout_opens_nothing_however_late_it_is_told_again(news):
    told = [
        holds(0, SHIRT, source="checkout"),
        bought(3),
        holds(60, SHIRT, source="checkout", completed_at=at(3)),
    ]
    cart = fold(told[number] for number in news)
    assert (cart.status, cart.generation, cart.bought_at) == (BOUGHT, 1, at(3))


@pytest.mark.parametrize("news", [[0, 1, 2], [0, 2, 1], [1, 0, 2], [2, 1, 0], [2, 1], [1, 2, 2]])
def test_a_document_that_can_be_bought_but_once_stays_bought_when_it_is_edited(news):
    told = [
        holds(0, SHIRT, once=True),
        holds(10, SHIRT, once=True, completed_at=at(10)),
        holds(90, SHIRT, CUP, once=True),
    ]
    cart = fold(told[number] for number in news)
    assert (cart.status, cart.generation, cart.bought_at) == (BOUGHT, 1, at(10))


def test_an_order_of_what_cannot_be_filled_again_closes_it_whatever_its_date_says():
    order = replace(bought(-600), once=True)
    for news in ([holds(0, SHIRT), order], [order, holds(0, SHIRT, once=True)]):
        assert fold(news).status == BOUGHT


def test_an_emptied_cart_is_closed_and_content_opens_the_next_generation():
    cart = fold([holds(0, SHIRT), holds(5)])
    assert (cart.status, cart.is_open, cart.closed_because) == (EMPTIED, False, "emptied")
    assert fold([holds(6, CUP)], cart).generation == 2
    assert fold([holds(4, CUP)], cart).status == EMPTIED


def test_a_cart_that_was_given_up_and_emptied_was_not_gone_on_filling_when_its_order_is_told_late():
    """What happens after the order is the next generation, as if the order had been told in time."""
    given_up = carts.give_up(fold([holds(0, SHIRT)]), at(20), "all_sent", "run")
    late = fold([holds(19, SHIRT), holds(20, source="checkout"), bought(10), holds(30, CUP)], given_up)
    in_time = fold([bought(10), holds(19, SHIRT), holds(20, source="checkout"), holds(30, CUP)], given_up)
    assert (late.status, late.items, late.bought_at) == (in_time.status, in_time.items, in_time.bought_at)
    emptied = fold([holds(20, source="checkout")], given_up)
    assert (emptied.status, emptied.items) == (GIVEN_UP, ())
    assert fold([bought(10)], emptied).status == BOUGHT


def test_a_cart_that_was_given_up_opens_again_only_for_what_happened_afterwards():
    cart = carts.give_up(fold([holds(0, SHIRT)]), at(100), "all_sent", "run")
    assert (cart.status, cart.closed_because) == (GIVEN_UP, "all_sent")
    assert fold([holds(90, CUP)], cart).status == GIVEN_UP
    again = fold([holds(101, CUP)], cart)
    assert (again.status, again.generation, again.opened_by) == (OPEN, 2, None)
    assert fold([bought(50)], cart).status == BOUGHT


@pytest.mark.parametrize("closing", [bought(1), holds(1)], ids=["bought", "emptied"])
def test_giving_up_a_closed_cart_changes_nothing(closing):
    cart = fold([holds(0, SHIRT), closing])
    assert carts.give_up(cart, at(9), "all_sent", "run") is cart


def test_an_erased_cart_holds_nobody_and_nothing_and_stays_so():
    cart = carts.erase(identify(fold([holds(0, SHIRT), bought(3)]), "p1", at(0), "e"), at(9), "erasure")
    assert (cart.status, cart.items, cart.person_id, cart.refs, cart.restore_url) == (
        ERASED,
        (),
        None,
        (),
        None,
    )
    for change in (holds(20, CUP), bought(20)):
        assert fold([change], cart) == cart
    assert identify(cart, "p1", at(20), "e") == cart
    assert carts.announce(cart, True, "e") == cart


def test_each_generation_is_announced_once_and_only_to_somebody():
    cart = fold([holds(0, SHIRT)])
    assert carts.announce(cart, False, "e1").opened_by is None
    opened = carts.announce(cart, True, "e2")
    assert opened.opened_by == "e2"
    assert carts.announce(opened, True, "e3") is opened
    assert carts.announce(fold([holds(5)], opened), True, "e4").opened_by == "e2"
    again = carts.announce(fold([holds(5), holds(9, CUP)], opened), True, "e5")
    assert (again.generation, again.opened_by) == (2, "e5")


def test_an_empty_cart_is_announced_to_nobody():
    assert carts.announce(fold([holds(0)]), True, "e").opened_by is None


names = st.lists(
    st.tuples(st.integers(0, 20), st.sampled_from(["p1", "p2", "p3"])),
    min_size=1,
    max_size=5,
    unique_by=lambda said: said[0],
)


@given(names.flatmap(lambda said: st.tuples(st.just(said), st.permutations(said))))
def test_a_cart_belongs_to_whom_the_shop_named_last_in_whatever_order_we_hear_it(orders):
    said, mixed = orders
    cart = NEW
    for minutes, person_id in mixed:
        cart = identify(cart, person_id, at(minutes), "e")
    assert cart.person_id == max(said)[1]


def test_two_rows_of_one_cart_become_one_and_the_purchase_of_either_counts():
    open_one = replace(fold([holds(0, SHIRT)]), opened_by="e0", person_id="p1", identified_at=at(0))
    other = replace(fold([holds(2, CUP, source="checkout"), bought(3)]), cart_id="c2", refs=("checkout:k",))
    one = carts.absorb(open_one, other, "join")
    assert (one.status, one.cart_id, one.opened_by, one.person_id) == (BOUGHT, "c1", "e0", "p1")
    assert one.refs == ("cart:c1", "checkout:k")


def test_two_rows_of_one_cart_hold_the_newer_content_and_the_person_named_last():
    older = identify(fold([holds(0, SHIRT)]), "p1", at(0), "e")
    newer = identify(replace(fold([holds(5, CUP, source="checkout")]), cart_id="c2"), "p2", at(5), "e")
    for one, other in ((older, newer), (newer, older)):
        joined = carts.absorb(one, other, "join")
        assert (joined.items, joined.activity_at, joined.person_id) == ((CUP,), at(5), "p2")


def test_older_news_fills_gaps_and_takes_nothing():
    cart = fold([holds(5, SHIRT, restore_url="https://a.example/new", device="phone")])
    late = replace(
        holds(1, CUP, restore_url="https://a.example/old"),
        refs=("cart:c1", "token:t"),
        contact=Contact(locale="de"),
    )
    cart = carts.see(cart, late, "late")
    assert (cart.refs, cart.locale, cart.device) == (("cart:c1", "token:t"), "de", "phone")
    assert (cart.restore_url, cart.items) == ("https://a.example/new", (SHIRT,))


def test_the_story_of_a_cart_is_long_but_not_endless():
    cart = fold([holds(minutes, (SHIRT, CUP)[minutes % 2]) for minutes in range(HISTORY_LENGTH * 2)])
    assert len(cart.history) == HISTORY_LENGTH
    assert cart.history[-1].at == at(HISTORY_LENGTH * 2 - 1)


def test_the_same_reference_of_the_same_shop_names_the_same_cart_and_of_no_other():
    assert carts.cart_id_for("demo", "cart:1") == carts.cart_id_for("demo", "cart:1")
    assert (
        len({carts.cart_id_for(shop, ref) for shop in ("demo", "other") for ref in ("cart:1", "cart:2")}) == 4
    )


def test_a_cart_event_without_prices_does_not_forget_what_the_checkout_told():
    priced = Item("v1", "Leinenhemd", unit_price=Money(5990, "EUR"), image_url="https://demo.example/h.jpg")
    bare = Item("v1", "Leinenhemd", quantity=2)
    checkout = CartSeen(("c",), START, "checkout", (priced,), stage="checkout", total=Money(5990, "EUR"))
    later = CartSeen(("c",), START + timedelta(minutes=1), "cart", (bare,))
    for tellings in ((checkout, later), (later, checkout)):
        cart = Cart("demo", "1")
        for seen in tellings:
            cart = carts.see(cart, seen, "e")
        assert (cart.items[0].unit_price, cart.items[0].quantity) == (Money(5990, "EUR"), 2)
    assert carts.see(carts.see(Cart("demo", "1"), checkout, "a"), later, "b").total == Money(11980, "EUR")
