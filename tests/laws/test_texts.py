"""Laws over the folder of texts: a new touch or language is tested when its file arrives."""

from pathlib import Path

import pytest
from jinja2 import Environment

from cartback import texts
from cartback.domain.shop.presets import PRESETS
from cartback.flows import all_flows
from cartback.texts.folder import ROOT
from tests.unit.texts.samples import VIEW, Read, fields, question

WORDS = sorted(path for path in ROOT.rglob("*.??.j2") if path.name.split(".")[-2] in texts.LANGUAGES)
FLOWS = [flow.name for flow in all_flows()]
MAILS = [
    (flow, touch, lang) for flow in FLOWS for touch in sorted(texts.written(flow)) for lang in texts.LANGUAGES
]
NEEDED = {"subject", "preheader", "headline", "intro", "button", "after"}

# Urgency that we cannot know to be true (CONFLICTS-5), and praise that nobody gave.
UNTRUE = (
    "läuft ab", "nur noch", "letzte chance", "fast weg", "beliebt", "bewertung", "rabatt",
    "garantiert", "solange der vorrat", "mitternacht", "noch heute", "endet bald", "stunden übrig", "countdown",
    "expires", "hurry", "only", "last chance", "selling fast", "popular", "review", "discount",
    "guarantee", "while stocks", "midnight", "ends soon", "hours left", "deadline",
)  # fmt: skip


def facts(flow: str):
    """Good fields for a mail of this flow."""
    return fields() if flow == "cart_recovery" else question()


def blocks(path: Path) -> set[str]:
    return set(Environment(autoescape=True).from_string(path.read_text(encoding="utf-8")).blocks)


def test_every_touch_of_every_preset_has_an_e_mail_in_every_language():
    wanted = {touch.name for preset in PRESETS.values() for touch in preset.touches}
    have = texts.written("cart_recovery")
    assert {touch: have.get(touch) for touch in wanted} == dict.fromkeys(wanted, frozenset(texts.LANGUAGES))


def test_german_and_english_are_spoken():
    assert {"de", "en"} <= set(texts.LANGUAGES)


@pytest.mark.parametrize("path", WORDS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_text_has_the_same_blocks_in_every_language(path):
    stem, lang = path.name.split(".")[:-2], path.name.split(".")[-2]
    others = [path.with_name(".".join([*stem, other, "j2"])) for other in texts.LANGUAGES if other != lang]
    assert {other.name: blocks(other) for other in others} == {other.name: blocks(path) for other in others}


@pytest.mark.parametrize("path", WORDS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_text_holds_words_and_no_markup(path):
    assert "<" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(("flow", "touch", "lang"), MAILS)
def test_every_mail_can_be_written_and_says_what_a_mail_needs(flow, touch, lang):
    assert blocks(ROOT / flow / f"{touch}.email.{lang}.j2") >= NEEDED
    subject, html, text = texts.email(flow, touch, lang, facts(flow))
    page = Read(html)
    assert page.values("lang", "html") == [lang]
    for part in (page.shown, text):
        assert "{{" not in part
        assert "None" not in part
        assert ("Erika" if flow == "cart_recovery" else "Lumen & Holz") in part
    assert subject


@pytest.mark.parametrize(("flow", "touch", "lang"), MAILS)
def test_no_mail_promises_what_nobody_can_know(flow, touch, lang):
    subject, _, text = texts.email(flow, touch, lang, facts(flow))
    told = f"{subject} {text}".lower()
    assert [word for word in UNTRUE if word in told] == []


def test_the_last_note_says_that_it_is_the_last():
    for lang, words in (("de", "unsere letzte Nachricht"), ("en", "our last message")):
        assert words in texts.email("cart_recovery", "last_note", lang, fields())[2]


@pytest.mark.parametrize("name", sorted({path.name.split(".")[0] for path in ROOT.glob("pages/*.j2")}))
def test_every_page_exists_in_every_language(name):
    given = {"shop": fields().shop, "wording": "Ja.", "view": VIEW if name == "prefs" else None}
    shown = {lang: Read(texts.page(name, lang, given)).shown for lang in texts.LANGUAGES}
    assert len(set(shown.values())) == len(texts.LANGUAGES)
