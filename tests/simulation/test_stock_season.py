"""``low_stock`` in seasons of a shop that reorders: one order per time that stock got low, none that two people had not
approved or nobody needs any more; and who breaks that is found.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from cartback.domain.claims import EffectKey
from cartback.domain.connectors import effects
from cartback.domain.connectors.effects import Move
from cartback.domain.goods import catalogue, levels
from cartback.flows import low_stock
from cartback.usecases import ask
from cartback.usecases.propose import Propose
from tests.simulation.stock_season import Season, violations

SEEDS = range(40)


def test_an_order_leaves_once_for_each_time_that_stock_got_low_if_two_people_approved_and_it_is_needed():
    assert violations(SEEDS) == []


def test_a_season_has_what_it_is_there_to_try():
    played = [Season(seed).play() for seed in SEEDS]
    assert sum(len(season.here.orders) for season in played) > 20
    assert sum(len(season.here.alerts) for season in played) > 60
    reasons = {
        word for season in played for name in ("v1/8", "v2/8", "v1/15") for word in season.here.why(name)
    }
    assert {("stop", "restocked"), ("stop", "supply_on_its_way"), ("stop", "not_sold")} <= reasons
    assert {("stop", "low_again"), ("stop", "ordered_before"), ("act", "effect_unsettled")} <= reasons


# ── planted bugs ─────────────────────────────────────────────────────────────────────────────────────────────────


def _forgets_the_second_pair_of_eyes(patch: Any) -> None:
    whole = ask.Ask.__call__
    patch.setattr(ask.Ask, "__call__", lambda self, task: whole(self, {**task, "four_eyes": False}))


def _takes_silence_for_a_yes(patch: Any) -> None:
    whole = ask.Ask.__call__
    patch.setattr(ask.Ask, "__call__", lambda self, task: whole(self, {**task, "default": "approved"}))


def _orders_whatever_was_approved(patch: Any) -> None:
    patch.setattr(Propose, "_is_under_way", lambda *given: True)


def _forgets(reason: str) -> Callable[[Any], None]:
    whole = low_stock._why_not

    def broken(*given: Any) -> Any:
        why = whole(*given)
        return None if why == reason else why

    return lambda patch: patch.setattr(low_stock, "_why_not", broken)


def _forgets_what_is_on_its_way(patch: Any) -> None:
    _forgets("supply_on_its_way")(patch)


def _orders_what_the_shop_sells_no_more(patch: Any) -> None:
    _forgets("not_sold")(patch)


def _flutters(patch: Any) -> None:
    patch.setattr(levels, "margin", lambda limit: 0)


def _believes_late_news(patch: Any) -> None:
    whole = catalogue.count
    patch.setattr(
        catalogue,
        "count",
        lambda stock, seen, limits: whole(replace(stock, levels={}), seen, limits),
    )


def _tells_one_crossing_from_another_by_nothing(patch: Any) -> None:
    whole = EffectKey.claim_id.fget

    def broken(self: EffectKey) -> str:
        return whole(replace(self, subject=replace(self.subject, generation=1)))

    patch.setattr(EffectKey, "claim_id", property(broken))


def _orders_anew_at_each_call(patch: Any) -> None:
    patch.setattr(effects, "move", lambda effect, asked, now: (Move.CALL, 0))


def _repeats_what_is_doubtful(patch: Any) -> None:
    whole = effects.move

    def broken(effect: Any, asked: Any, now: Any) -> tuple[Move, int]:
        found = whole(effect, asked, now)
        return (Move.CALL, 0) if found[0] is Move.ASK else found

    patch.setattr(effects, "move", broken)


def _looks_at_one_tier_for_both(patch: Any) -> None:
    patch.setattr(low_stock, "step_at", lambda about, policy: "order")


PLANTED = [
    _forgets_the_second_pair_of_eyes,
    _takes_silence_for_a_yes,
    _orders_whatever_was_approved,
    _forgets_what_is_on_its_way,
    _orders_what_the_shop_sells_no_more,
    _flutters,
    _believes_late_news,
    _tells_one_crossing_from_another_by_nothing,
    _orders_anew_at_each_call,
    _repeats_what_is_doubtful,
    _looks_at_one_tier_for_both,
]


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__.strip("_"))
def test_a_planted_bug_is_found(plant: Callable[[Any], None], monkeypatch: pytest.MonkeyPatch):
    plant(monkeypatch)
    assert any(Season(seed).play().wrong for seed in SEEDS)
