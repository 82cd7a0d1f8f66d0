"""How a deadline is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cartback.domain.deadlines import Deadline
from cartback.texts import LANGUAGES
from cartback.texts.deadlines import spoken

ENDS = datetime(2026, 3, 6, 17, 0, tzinfo=UTC)


def told(zone: str, lang: str) -> str:
    return spoken(Deadline.until(ENDS, zone, ENDS - timedelta(days=1)), lang)


@pytest.mark.parametrize(
    ("zone", "lang", "words"),
    [
        ("Europe/Berlin", "de", "Freitag, 6. März, 18:00 Uhr (Zeit in Berlin)"),
        ("America/New_York", "en", "Friday, 6 March, 12:00 (New York time)"),
        ("Asia/Tokyo", "en", "Saturday, 7 March, 02:00 (Tokyo time)"),
    ],
)
def test_a_deadline_is_told_with_the_day_the_hour_and_the_place_of_the_reader(zone, lang, words):
    assert told(zone, lang) == words


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_deadline_can_be_told_in_every_language_of_the_texts(lang):
    assert "Berlin" in told("Europe/Berlin", lang)
