"""Who says stop has left; who says more than that has something to say."""

from __future__ import annotations

import pytest

from cartback.domain.messaging.stop_words import HELP, START, STOP, meaning


@pytest.mark.parametrize(
    "body",
    ["STOP", " stop ", "Stop!", "StopAll", "UNSUBSCRIBE", "cancel", "END", "quit", "revoke", "OPTOUT", "Opt out.",
     "stopp", "ABMELDEN", "Abbestellen", "keine  Werbung", "\uff33\uff34\uff2f\uff30",
     "Stop\u200b", "\u200eSTOP\u200f", "\ufeffstopp"],
)  # fmt: skip
def test_a_whole_answer_that_is_a_stop_word_is_a_farewell(body):
    assert meaning(body) == STOP


@pytest.mark.parametrize(
    "body", ["", "please stop the delivery", "do not stop", "stop?no", "Wann ist Ende?", "halt"]
)
def test_an_answer_that_says_more_is_for_a_person_to_read(body):
    assert meaning(body) is None


@pytest.mark.parametrize(("body", "means"), [("Start", START), ("HILFE", HELP), ("help", HELP)])
def test_the_carriers_other_words_are_told_apart(body, means):
    assert meaning(body) == means
