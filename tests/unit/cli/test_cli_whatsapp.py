"""``cartback shop whatsapp`` and what ``doctor`` says of templates, before a Meta in memory."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from typer.testing import Result

from cartback.channels.whatsapp_meta import API
from cartback.domain.shop.calls import Call, Key, Reply
from cli import stack as stacks
from cli.commands import doctor
from cli.mail_records import GOOD, MUST
from cli.stack import Stack
from tests.unit.cli.test_cli_doctor import DOMAIN, ZONE, Ses, Zone
from tests.unit.settings.shop import document

type Cartback = Callable[..., Result]

TOKEN, BUSINESS = "a-system-users-token-of-meta", "102290129340398"
LINE = ("shop", "whatsapp", "lamp-shop")
ACCESS = ("--phone", "106540352242922", "--business", BUSINESS, "--secret-file", "-")


@dataclass
class Meta:
    """The way out to Meta (``ports.Http``): which templates a business has by name and language, and every call."""

    states: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    asked: list[Call] = field(default_factory=list)

    def send(self, call: Call) -> Reply:
        """Answer as Meta does."""
        self.asked.append(call)
        assert call.url.partition("?")[0] == f"{API}/{BUSINESS}/message_templates"
        assert call.access == Key("authorization", f"Bearer {TOKEN}")
        if call.method == "POST":
            told = json.loads(call.body)
            self.states[told["name"], told["language"]] = {"status": "PENDING"}
            return Reply(200, {}, json.dumps({"id": "1", "status": "PENDING", "category": "MARKETING"}))
        rows = [{"name": name, "language": lang, **told} for (name, lang), told in self.states.items()]
        return Reply(200, {}, json.dumps({"data": rows}))

    @property
    def handed_in(self) -> list[dict[str, Any]]:
        """The templates that somebody asked approval for."""
        return [json.loads(one.body) for one in self.asked if one.method == "POST"]


@pytest.fixture
def meta(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Meta:
    """A shop that writes by WhatsApp, and the Meta that it has its access at."""
    made = Meta()
    told = document(
        sender={"name": "Lampen", "address": f"hallo@{DOMAIN}"}, senders={"whatsapp": "+4930123456"}
    )
    stack.book().add(told, "tester")
    monkeypatch.setattr(stacks, "Http", lambda **_: made)
    return made


def test_templates_are_handed_in_once_and_their_states_are_shown(cartback: Cartback, meta: Meta):
    first = cartback(*LINE, *ACCESS, "--json", typed=TOKEN)
    assert TOKEN not in first.output
    states = json.loads(first.output)
    assert {one["state"] for one in states} == {"MISSING"}
    assert {one["lang"] for one in states} == {"de", "en"}
    meta.states[states[0]["name"], states[0]["lang"]] = {"status": "REJECTED", "rejected_reason": "SCAM"}
    shown = cartback(*LINE, "--hand-in").output
    assert shown.count("pending") == len(meta.handed_in) == len(states) - 1
    assert "SCAM" in shown
    assert cartback(*LINE, "--hand-in").exit_code == 0
    assert len(meta.handed_in) == len(states) - 1, "what Meta has is not handed in again"


def test_what_is_handed_in_has_words_with_places_and_buttons_that_lead_back_and_leave(
    cartback: Cartback, meta: Meta
):
    cartback(*LINE, *ACCESS, "--hand-in", typed=TOKEN)
    for one in meta.handed_in:
        body, buttons = one["components"]
        assert one["category"] == "MARKETING"
        assert "{{1}}" in body["text"]
        assert "{{2}}" in body["text"]
        link, leave = buttons["buttons"]
        assert (link["type"], link["url"]) == ("URL", "https://api.example/r/{{1}}")
        assert leave["type"] == "QUICK_REPLY"


def test_without_an_access_it_says_how_to_give_one_and_a_wrong_one_by_field(cartback: Cartback, meta: Meta):
    assert "--business" in cartback(*LINE).stderr
    wrong = cartback(*LINE, "--phone", "+49", "--business", "x", "--secret-file", "-", typed="short")
    assert [name for name in ("token", "phone", "business") if f"{name}: must" not in wrong.stderr] == []
    assert meta.asked == []


@pytest.mark.parametrize(
    ("told", "state", "words"),
    [
        ({"status": "APPROVED"}, GOOD, "approved every template"),
        ({"status": "REJECTED", "rejected_reason": "TAG_CONTENT_MISMATCH"}, MUST, "tag_content_mismatch"),
        ({"status": "PAUSED"}, MUST, "is paused"),
    ],
)
def test_doctor_says_how_the_templates_stand(
    cartback: Cartback,
    stack: Stack,
    meta: Meta,
    insights: None,
    monkeypatch: pytest.MonkeyPatch,
    told: dict[str, str],
    state: str,
    words: str,
):
    monkeypatch.setattr(doctor, "resolver", lambda: Zone(ZONE))
    monkeypatch.setitem(vars(stack.clients), "sesv2", Ses())
    ((at_first, why),) = _found(cartback, "WhatsApp")
    assert at_first == MUST
    assert "shop whatsapp lamp-shop" in why
    cartback(*LINE, *ACCESS, "--hand-in", typed=TOKEN)
    for known in meta.states.values():
        known.clear()
        known.update(told)
    found = _found(cartback, "WhatsApp")
    assert {each[0] for each in found} == {state}
    assert all(words in each[1] for each in found)


def _found(cartback: Cartback, about: str) -> list[tuple[str, str]]:
    told = json.loads(cartback("doctor", "lamp-shop", "--json").stdout)
    return [(each["state"], each["says"]) for each in told if each["about"] == about]
