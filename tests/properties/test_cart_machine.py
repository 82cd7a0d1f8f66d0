"""A cart against a reference that remembers all news and works out the state from scratch."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from cartback.domain.observations import CartSeen, OrderSeen
from cartback.domain.trade import cart as carts
from cartback.domain.trade.cart import ERASED, REOPEN_AFTER, Cart
from cartback.domain.trade.items import Item
from tests.fakes.world import START

LONG_AGO = datetime.min.replace(tzinfo=START.tzinfo)
items = st.sampled_from([(Item("v1", "Hemd"),), (Item("v1", "Hemd"), Item("v2", "Tasse")), ()])


class CartMachine(RuleBasedStateMachine):
    """News comes late, doubled and by two clocks; time and the operator go on in between."""

    @initialize()
    def start(self) -> None:
        self.cart = Cart("demo", "c1")
        self.now = START
        self.content: dict[tuple[datetime, str], tuple[Item, ...]] = {}
        self.bought: datetime | None = None
        self.shut = LONG_AGO
        self.erased = False
        self.generation = 1
        self.announced: list[int] = []

    def newest(self) -> tuple[tuple[datetime, str], tuple[Item, ...]] | None:
        return max(self.content.items(), default=None, key=lambda said: said[0])

    def open(self) -> bool:
        """Whether the reference calls the cart open: something in it that is newer than what shut it."""
        newest = self.newest()
        return not self.erased and newest is not None and bool(newest[1]) and newest[0][0] > self.shut

    @rule(minutes=st.integers(1, 30))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(ago=st.integers(0, 90), source=st.sampled_from(["cart", "checkout"]), held=items)
    def the_shop_tells_what_it_holds(self, ago: int, source: str, held: tuple[Item, ...]) -> None:
        at = self.now - timedelta(minutes=ago)
        held = self.content.get((at, source), held)  # the same instant of the same clock is the same news
        self.cart = carts.see(self.cart, CartSeen(("r",), at, source, held), "e")
        if not self.erased:
            self.content[at, source] = held

    @rule(ago=st.integers(0, 90))
    def the_shop_tells_of_an_order(self, ago: int) -> None:
        at = self.now - timedelta(minutes=ago)
        self.cart = carts.order(self.cart, OrderSeen(("r",), f"o{at}", at, at), "e")
        if self.erased or (self.bought is not None and at <= self.bought):
            return
        self.bought = at
        newest = self.newest()
        if newest is None or not newest[1] or newest[0][0] <= at + REOPEN_AFTER:
            self.shut = at + REOPEN_AFTER

    @rule()
    def somebody_gives_it_up(self) -> None:
        fresh = self.newest() is None and self.bought is None and self.shut == LONG_AGO and not self.erased
        if self.open() or fresh:
            self.shut = self.now
        self.cart = carts.give_up(self.cart, self.now, "all_sent", "run")

    @rule(reachable=st.booleans())
    def it_is_announced(self, reachable: bool) -> None:
        before = self.cart.opened_by
        self.cart = carts.announce(self.cart, reachable, "e")
        if self.cart.opened_by != before:
            assert reachable
            assert self.open()
            self.announced.append(self.cart.generation)

    @precondition(lambda self: not self.erased)
    @rule(odds=st.integers(0, 9))
    def the_person_is_erased(self, odds: int) -> None:
        if odds == 0:
            self.cart = carts.erase(self.cart, self.now, "e")
            self.erased = True

    @invariant()
    def it_is_open_exactly_when_the_reference_says_so(self) -> None:
        assert self.cart.is_open == self.open()

    @invariant()
    def an_open_cart_holds_the_newest_content(self) -> None:
        if self.open():
            (at, _), held = self.newest()
            assert (self.cart.items, self.cart.activity_at) == (held, at)

    @invariant()
    def a_generation_never_shrinks_and_is_announced_at_most_once(self) -> None:
        assert self.cart.generation >= self.generation
        self.generation = self.cart.generation
        assert len(self.announced) == len(set(self.announced))

    @invariant()
    def an_erased_cart_holds_nothing(self) -> None:
        if self.erased:
            assert (self.cart.status, self.cart.items, self.cart.person_id) == (ERASED, (), None)


CartMachine.TestCase.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
test_a_cart_keeps_step_with_its_reference = CartMachine.TestCase
