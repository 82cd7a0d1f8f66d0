"""No SMS goes out twice, too late, at night, or to whoever left, bought or is gone; and who breaks that is found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cartback import channels
from cartback.domain import gates
from cartback.domain.consent import permission
from cartback.domain.messaging import carriers, send_window
from cartback.ports import Doubtful
from cartback.usecases import sending
from tests.simulation.texting import Season

SEEDS = range(10)


def test_no_sms_breaks_its_word():
    assert [f"seed {seed}: {each}" for seed in SEEDS for each in Season(seed).play().wrong] == []


def test_the_seasons_hold_what_they_ask_about():
    played = [Season(seed).play() for seed in SEEDS]
    reasons = {
        line.data.get("reason")
        for season in played
        for (_, line), _ in season.world.tables.rows["lines"].values()
    }
    assert reasons >= {"due", "doubtful", "opted_out", "carrier_rule", "provider_busy", "quiet_hours"}
    assert {carrier for season in played for carrier, _ in season.taken} == {"aws", "twilio"}
    assert {claim.state for season in played for claim, _ in season.world.tables.rows["claims"].values()} >= {
        "claimed",
        "delivered",
        "bounced",
    }


def _asks_the_other_carrier_where_an_answer_was_lost(patch: Any) -> None:
    once = channels.ByProvider.send

    def again(self: Any, message: Any) -> Any:
        said = once(self, message)
        return once(self, message) if isinstance(said, Doubtful) else said

    patch.setattr(channels.ByProvider, "send", again)


def _knows_no_carriers_rules(patch: Any) -> None:
    patch.setattr(carriers, "cart_rule", lambda channel, phone: None)


def _sends_at_any_hour(patch: Any) -> None:
    patch.setattr(send_window, "legal", lambda *given: ())


def _gives_a_message_no_end(patch: Any) -> None:
    patch.setattr(gates, "_deadline", lambda *given: None)


def _lets_the_carrier_ring_at_night(patch: Any) -> None:
    patch.setattr(gates, "closing", lambda *given: None)


def _reads_no_news(patch: Any) -> None:
    patch.setattr(channels, "receipts", lambda event: [])


def _has_one_sender_for_all_countries(patch: Any) -> None:
    patch.setattr(sending, "countries_of", lambda phone: ())


def _asks_for_another_channels_yes(patch: Any) -> None:
    whole = permission.permission
    patch.setattr(gates, "permission", lambda person, channel, *more: whole(person, "email", *more))


PLANTED = [
    _asks_the_other_carrier_where_an_answer_was_lost,
    _knows_no_carriers_rules,
    _sends_at_any_hour,
    _gives_a_message_no_end,
    _lets_the_carrier_ring_at_night,
    _reads_no_news,
    _has_one_sender_for_all_countries,
    _asks_for_another_channels_yes,
]


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__.strip("_"))
def test_a_planted_bug_is_found(plant: Callable[[Any], None], monkeypatch: pytest.MonkeyPatch):
    plant(monkeypatch)
    assert any(Season(seed).play().wrong for seed in SEEDS)
