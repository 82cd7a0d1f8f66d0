"""The ready-made cadences. They stand apart from the policy, because only who writes settings chooses among them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from cartback.domain.policy import Touch


@dataclass(frozen=True, slots=True)
class Preset:
    """A ready-made cadence. ``silence`` is how long a cart must be quiet to count as abandoned."""

    name: str
    touches: tuple[Touch, ...]
    silence: timedelta = timedelta(minutes=30)
    since: str = "activity"


def _preset(name: str, *touches: Touch, silence: int = 30, since: str = "activity") -> Preset:
    return Preset(name, touches, timedelta(minutes=silence), since)


def _at(hours: float, name: str, channel: str = "email") -> Touch:
    return Touch(name, timedelta(hours=hours), channel)


PRESETS = {
    preset.name: preset
    for preset in (
        _preset("standard", _at(1, "reminder"), _at(24, "answers"), _at(72, "last_note")),
        # SEQ-1: one e-mail an hour after the cart was made.
        _preset("basic", _at(1, "reminder"), since="creation"),
        # SEQ-2: e-mail, SMS, WhatsApp; its fourth step is an advertisement, not a message.
        _preset(
            "multichannel", _at(1, "reminder"), _at(6, "answers", "sms"), _at(24, "last_note", "whatsapp")
        ),
        # SEQ-3: reminder; reviews and answers; the last step, which may carry an incentive.
        _preset("three_step", _at(2, "reminder"), _at(24, "answers"), _at(72, "last_note")),
        # SEQ-4: a helping hand within the hour, structure the next day, one last sparing hint.
        _preset("gentle", _at(0.75, "reminder"), _at(24, "answers"), _at(96, "last_note")),
        # SEQ-5: one reminder the next day.
        _preset("simple", _at(24, "reminder")),
        # SEQ-6: big sales days; 15 minutes is the settlement of CONFLICTS-1.
        _preset("peak", _at(0.25, "reminder"), _at(20, "last_note"), silence=10),
    )
}
