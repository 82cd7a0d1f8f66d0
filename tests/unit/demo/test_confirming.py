"""Saying yes to a sign-up: once, and a link that is closed ends the play."""

from __future__ import annotations

import pytest

from local.demo import life as lives
from local.demo import scripts
from local.demo.life import Life
from local.demo.sender import Reply
from local.mail import Message
from tests.unit.demo.shops import START, scene


class Doors:
    """Links that can be looked at and pressed; pressed once, one is closed, and so is one that came too late."""

    def __init__(self) -> None:
        self.pressed: list[str] = []

    def ask(self, method: str, url: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Reply:
        closed = url in self.pressed or url.endswith("late")
        if method == "POST" and not closed:
            self.pressed.append(url)
        return Reply(404 if closed else 200, None, b"")


@pytest.fixture
def doors(monkeypatch: pytest.MonkeyPatch) -> Doors:
    made = Doors()
    monkeypatch.setattr(lives, "ask", made.ask)
    return made


@pytest.fixture
def life() -> Life:
    return scripts.cast(scene(), START, 7)[0]


def question(life: Life, link: str) -> Message:
    html = f'<a href="http://127.0.0.1/c/{link}">'
    return Message("1", START, "a@shop.example", (life.buyer.email,), "?", (), "", html, {}, None)


def test_who_has_said_yes_leaves_the_reminder_alone(life: Life, doors: Doors):
    for _ in ("the question", "its reminder"):
        life.confirms(question(life, "one"))
    assert life.confirmed
    assert doors.pressed == ["http://127.0.0.1/c/one"]


def test_a_question_that_cannot_be_answered_ends_the_play(life: Life, doors: Doors):
    with pytest.raises(RuntimeError, match=r"the confirmation is closed: 404"):
        life.confirms(question(life, "late"))
    assert not life.confirmed
