"""Winback goes to nobody who bought, waits for an answer or left, and once per lapse; and who breaks that is found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from cartback.domain import gates
from cartback.domain.claims import EffectKey
from cartback.domain.consent.permission import Permission
from cartback.domain.people import awaited, tickets
from cartback.domain.people.customer import Person
from cartback.domain.trade import lapse
from cartback.flows import winback
from cartback.usecases.intake import fold_awaited
from cartback.usecases.messaging import send_message
from cartback.usecases.people.tell_awaited import TellAwaited
from tests.fakes.memory import MemoryLedger
from tests.simulation.lapsing import Season, violations

SEEDS = range(30)


def test_nobody_is_written_to_wrongly_or_twice_and_nobody_who_stayed_away_is_forgotten():
    assert violations(SEEDS) == []


def test_the_seasons_hold_what_they_ask_about():
    played = [Season(seed).play() for seed in range(20)]
    reasons = {
        line.data.get("reason")
        for season in played
        for (_, line), _ in season.world.tables.rows["lines"].values()
    }
    assert reasons >= {"due", "bought_since", "ticket_open", "return_open", "opted_out", "doubtful"}
    assert any(
        row.merged_into for season in played for row, _ in season.world.tables.rows["persons"].values()
    )


def _without(*asked: Callable[..., Any]) -> Callable[[Any], None]:
    def plant(patch: Any) -> None:
        patch.setattr(winback, "GATES", tuple(gate for gate in winback.GATES if gate not in asked))

    plant.__name__ = f"does not ask {asked[0].__name__}"
    return plant


def _hears_no_refusal(patch: Any) -> None:
    def broken(person: Person, *given: Any) -> Permission:
        return Permission(next(iter(person.consents.values()), None))

    patch.setattr(gates, "permission", broken)


def _forgets_the_tickets_of_the_merged_row(patch: Any) -> None:
    whole = tickets.united

    def broken(one: Any, other: Any, now: Any = None) -> Any:
        return whole(one, other, now) if now is not None else tuple(one)

    patch.setattr(tickets, "united", broken)


def _opens_closed_tickets_again_or_never_opens_any(patch: Any) -> None:
    patch.setattr(tickets, "told", lambda known, word, now: (replace(word, is_open=False),))


def _never_looks_again(patch: Any) -> None:
    whole = lapse.lapsed
    patch.setattr(lapse, "lapsed", lambda *given: replace(whole(*given), again_at=None))


def _loses_the_entries_of_the_merged_row(patch: Any) -> None:
    patch.setattr(awaited, "united_waits", lambda one, other: tuple(one))


def _takes_the_entry_for_the_truth(patch: Any) -> None:
    patch.setattr(lapse, "last_bought", lambda person, orders: lapse.history(orders).first_at)


def _does_not_remember_what_it_told(patch: Any) -> None:
    whole = TellAwaited._saved

    def broken(self: Any, before: Person, after: Person) -> bool:
        return whole(self, before, replace(after, lapse=before.lapse))

    patch.setattr(TellAwaited, "_saved", broken)


def _lists_nobody_who_was_listed_before(patch: Any) -> None:
    patch.setattr(
        fold_awaited, "waiting_for", lambda waits, fact, until, now: any(one.fact == fact for one in waits)
    )
    patch.setattr(TellAwaited, "_told", lambda *given: False)


def _claims_without_conditions(patch: Any) -> None:
    patch.setattr(send_message, "guards_of", lambda *given: [])
    patch.setattr(MemoryLedger, "_as_read", lambda *given: True)


def _names_a_message_by_the_hour(patch: Any) -> None:
    whole = send_message.claim_for
    numbers = iter(range(10**6))

    def broken(*given: Any) -> Any:
        claim = whole(*given)
        key = EffectKey(claim.shop, claim.of_flow, claim.subject, f"{claim.touch}{next(numbers)}", "email")
        return replace(claim, claim_id=key.claim_id)

    patch.setattr(send_message, "claim_for", broken)


PLANTED = [
    _without(winback.bought_nothing_since),
    _without(winback.waits_for_no_answer),
    _without(winback.sends_nothing_back),
    _hears_no_refusal,
    _forgets_the_tickets_of_the_merged_row,
    _opens_closed_tickets_again_or_never_opens_any,
    _never_looks_again,
    _loses_the_entries_of_the_merged_row,
    _takes_the_entry_for_the_truth,
    _does_not_remember_what_it_told,
    _lists_nobody_who_was_listed_before,
    _claims_without_conditions,
    _names_a_message_by_the_hour,
]


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__.strip("_").replace(" ", "_"))
def test_a_planted_bug_is_found(plant: Callable[[Any], None], monkeypatch: pytest.MonkeyPatch):
    plant(monkeypatch)
    assert any(Season(seed).play().wrong for seed in range(60))
