"""I12: no effect on an outside system happens twice, and none without its approval; and who breaks that is found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from cartback.domain.connectors import effects
from cartback.domain.connectors.effects import Move
from cartback.usecases import act
from cartback.usecases.desk import decide
from tests.simulation.effects import Season, violations

SEEDS = range(60)


def test_no_effect_happens_twice_none_without_its_approval_and_none_is_lost():
    assert violations(SEEDS) == []


def _moves(change: Callable[[Any, tuple[Move, int]], tuple[Move, int]]) -> Callable[[Any], None]:
    def plant(patch: Any) -> None:
        whole = effects.move

        def broken(effect: Any, asked: Any, now: Any) -> tuple[Move, int]:
            return change(effect, whole(effect, asked, now))

        patch.setattr(effects, "move", broken)

    return plant


def _repeats_what_is_doubtful(patch: Any) -> None:
    _moves(lambda effect, found: (Move.CALL, 0) if found[0] in (Move.LOOK, Move.ASK) else found)(patch)


def _takes_a_dead_workers_claim_for_none(patch: Any) -> None:
    _moves(lambda effect, found: (Move.CALL, 0) if effect and effect.state == effects.CLAIMED else found)(
        patch
    )


def _asks_again_what_is_done(patch: Any) -> None:
    _moves(lambda effect, found: (Move.CALL, 0) if found[0] is Move.ANSWER else found)(patch)


def _takes_a_lost_answer_for_a_refusal(patch: Any) -> None:
    whole = effects.settled

    def broken(effect: Any, state: str, *rest: Any, **more: Any) -> Any:
        return whole(effect, effects.RELEASED if state == effects.DOUBTFUL else state, *rest, **more)

    patch.setattr(effects, "settled", broken)


def _looks_and_does_not_listen(patch: Any) -> None:
    whole = act.Act._happened

    def broken(self: Any, case: Any, effect: Any, answer: Any) -> Any:
        if effect.state == effects.DOUBTFUL:
            return self._called(case, effect)
        return whole(self, case, effect, answer)

    patch.setattr(act.Act, "_happened", broken)


def _forgets_to_ask_for_the_approval(patch: Any) -> None:
    patch.setattr(act, "releases", lambda *given: None)


def _approves_whatever_is_shown(patch: Any) -> None:
    patch.setattr(act, "digest", lambda fields: "the same")
    whole = act.releases

    def broken(entry: Any, about: str, target: str, digest: str) -> Any:
        frozen = replace(entry, approval=replace(entry.approval, digest=digest)) if entry else entry
        return whole(frozen, about, target, digest)

    patch.setattr(act, "releases", broken)


def _hears_the_opposite_of_what_a_person_says(patch: Any) -> None:
    whole = decide.Decide._settle

    def broken(self: Any, shop: str, effect_id: str, word: str, now: Any) -> None:
        whole(self, shop, effect_id, "not_happened" if word == "happened" else "happened", now)

    patch.setattr(decide.Decide, "_settle", broken)


def _calls_done_what_nobody_did(patch: Any) -> None:
    _moves(lambda effect, found: (Move.ANSWER, 0) if effect and effect.state == effects.RELEASED else found)(
        patch
    )


def _waits_for_ever(patch: Any) -> None:
    _moves(lambda effect, found: (Move.WAIT, 60) if found[0] in (Move.LOOK, Move.ASK) else found)(patch)


PLANTED = [
    _repeats_what_is_doubtful,
    _takes_a_dead_workers_claim_for_none,
    _asks_again_what_is_done,
    _takes_a_lost_answer_for_a_refusal,
    _looks_and_does_not_listen,
    _forgets_to_ask_for_the_approval,
    _approves_whatever_is_shown,
    _hears_the_opposite_of_what_a_person_says,
    _calls_done_what_nobody_did,
    _waits_for_ever,
]


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__.strip("_"))
def test_a_planted_bug_is_found(plant: Callable[[Any], None], monkeypatch: pytest.MonkeyPatch):
    plant(monkeypatch)
    assert any(Season(seed).play().wrong for seed in SEEDS)
