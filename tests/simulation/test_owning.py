"""No message names a thing that its reader bought since it lies in the cart; and who breaks that is found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from cartback.domain.people import identity
from cartback.domain.trade import bought_lines, left_over, purchases
from cartback.flows import cart_recovery
from tests.simulation.owning import Season, violations

SEEDS = range(12)


def test_no_message_names_what_its_reader_owns_by_a_later_order():
    assert violations(SEEDS) == []


def test_the_seasons_hold_what_they_ask_about():
    played = [Season(seed).play() for seed in SEEDS]
    reasons = {
        line.data.get("reason")
        for season in played
        for (_, line), _ in season.world.tables.rows["lines"].values()
    }
    assert reasons >= {"due", "owned", "bought_elsewhere", "bought_recently"}
    assert {1, 2, 3} <= {number for season in played for number in season.named}


def _asks_nobody_what_was_bought(patch: Any) -> None:
    patch.setattr(bought_lines, "owned_by", lambda *given: None)


def _takes_the_carts_age_for_its_lines(patch: Any) -> None:
    patch.setattr(bought_lines, "since", lambda cart, item: cart.started_at)


def _forgets_the_age_of_lines_where_a_cart_is_filled_on(patch: Any) -> None:
    patch.setattr(bought_lines, "aged", lambda before, after, at: replace(after, since={}))


def _remembers_orders_without_their_lines(patch: Any) -> None:
    patch.setattr(purchases, "_lined", lambda purchase, told, now: replace(purchase, lines=()))


def _names_what_is_left_and_what_is_owned(patch: Any) -> None:
    whole = left_over.left_over

    def broken(cart: Any, person: Any, stock: Any) -> Any:
        found = whole(cart, person, stock)
        return replace(found, left=(*found.left, *found.owned)) if found.left else found

    patch.setattr(cart_recovery, "left_over", broken)


def _does_not_hear_what_the_account_bought(patch: Any) -> None:
    patch.setattr(identity, "last_purchase", lambda person: None)
    patch.setattr(cart_recovery, "last_purchase", lambda person: None)
    patch.setattr(
        cart_recovery, "left_over", lambda cart, person, stock: left_over.left_over(cart, None, stock)
    )


PLANTED = [
    _asks_nobody_what_was_bought,
    _takes_the_carts_age_for_its_lines,
    _forgets_the_age_of_lines_where_a_cart_is_filled_on,
    _remembers_orders_without_their_lines,
    _names_what_is_left_and_what_is_owned,
    _does_not_hear_what_the_account_bought,
]


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__.strip("_"))
def test_a_planted_bug_is_found(plant: Callable[[Any], None], monkeypatch: pytest.MonkeyPatch):
    plant(monkeypatch)
    assert any(Season(seed).play().wrong for seed in SEEDS)
