"""No message goes two ways: three channels that refuse, are busy and leave us in doubt, runs that are woken twice and
die between sending and marking, senders that come and go. What left is asked of the providers.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from cartback.domain.claims import EffectKey
from cartback.domain.errors import Conflict, Refused, TryLater
from cartback.domain.messaging.timing import Caps
from cartback.domain.policy import Touch
from cartback.ports import ADDRESS_REFUSED, Doubtful, NotSent
from cartback.usecases.messaging import send_message
from tests.unit.usecases.test_falls import Ways

HOUR = timedelta(hours=1)
TOUCHES = (
    Touch("reminder", HOUR, "sms"),
    Touch("answers", 6 * HOUR, "whatsapp"),
    Touch("last_note", 24 * HOUR),
)
SEEDS = range(40)


class Season:
    """One cart through three touches. ``left`` counts what providers took by touch, ``by`` which channels did."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        caps = Caps(9, 9, 9, timedelta(0))
        self.ways = Ways(touches=TOUCHES, ladder=("sms", "whatsapp", "email"), caps=caps)
        self.left: Counter[str] = Counter()
        self.by: Counter[str] = Counter()
        for name, way in (
            ("sms", self.ways.sms),
            ("whatsapp", self.ways.whatsapp),
            ("email", self.ways.mail),
        ):
            way.send = self._carrying(name, way.send)
        mark = self.ways.world.ledger.mark

        def marking(*given: Any, **more: Any) -> Any:
            if self.draw.random() < 0.15:
                raise TryLater("died between sending and marking")
            return mark(*given, **more)

        self.ways.world.ledger.mark = marking

    def _carrying(self, name: str, send: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def carried(message: Any) -> Any:
            fate = self.draw.random()
            if fate < 0.25:
                return self.draw.choice((ADDRESS_REFUSED, NotSent("not approved")))
            if fate < 0.35:
                return NotSent("busy", after_seconds=60)
            if fate < 0.5:
                if self.draw.random() < 0.5:
                    self._took(name, message)
                return Doubtful("no answer")
            self._took(name, message)
            return send(message)

        return carried

    def _took(self, name: str, message: Any) -> None:
        self.left[message.touch] += 1
        self.by[name] += 1

    def play(self) -> Season:
        for _ in range(20):
            before = dict(self.ways.known)
            if self.draw.random() < 0.2:
                face = self.ways.world.settings.faces["demo"]
                senders = {"sms": "Haus Demo", "whatsapp": "+4930123456"}
                self.ways.world.settings.faces["demo"] = replace(
                    face, senders=senders if self.draw.random() < 0.5 else {}
                )
            try:
                word = self.ways.wake()
            except (TryLater, Conflict, Refused):
                word = "wait"
            if self.draw.random() < 0.3:
                self.ways.known = before  # the answer was lost: the same step is asked for again
            elif word == "stop":
                break
            self.ways.world.clock.move(hours=self.draw.choice((0.1, 3, 9)))
        return self


def violations(seeds: range) -> list[str]:
    """The messages that left more than once."""
    return [
        f"seed {seed}: {touch} left {times} times"
        for seed in seeds
        for touch, times in Season(seed).play().left.items()
        if times > 1
    ]


def test_no_message_goes_two_ways_or_twice():
    assert violations(SEEDS) == []


def test_the_seasons_hold_what_they_ask_about():
    played = [Season(seed).play() for seed in range(20)]
    assert {name for season in played for name in season.by} == {"sms", "whatsapp", "email"}
    lines = [line for season in played for (_, line), _ in season.ways.world.tables.rows["lines"].values()]
    assert any(line.kind == "fell" for line in lines)
    assert {line.data.get("reason") for line in lines} >= {
        "due",
        "doubtful",
        "claimed_before",
        "provider_busy",
    }


def _names_each_way_by_itself(patch: Any) -> None:
    whole = send_message.claim_for

    def broken(*given: Any) -> Any:
        claim = whole(*given)
        key = EffectKey(claim.shop, claim.of_flow, claim.subject, claim.touch, claim.channel)
        return replace(claim, claim_id=key.claim_id)

    patch.setattr(send_message, "claim_for", broken)


def _takes_doubt_for_a_refusal(patch: Any) -> None:
    patch.setattr(send_message, "Doubtful", type("Never", (), {}))
    patch.setattr(send_message, "NotSent", (NotSent, Doubtful))
    patch.setattr(Doubtful, "after_seconds", None, raising=False)
    patch.setattr(Doubtful, "of_address", False, raising=False)
    patch.setattr(Doubtful, "block", "", raising=False)


PLANTED = [_names_each_way_by_itself, _takes_doubt_for_a_refusal]


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__.strip("_"))
def test_a_planted_bug_is_found(plant: Callable[[Any], None], monkeypatch: pytest.MonkeyPatch):
    plant(monkeypatch)
    assert violations(SEEDS)
