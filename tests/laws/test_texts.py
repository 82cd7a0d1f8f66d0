"""Laws over the folder of texts: a new touch or language is tested when its file arrives."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from jinja2 import Environment

from cartback import texts
from cartback.domain.channels import CONTENT_OF
from cartback.domain.language import DU, FORMS, SIE, tongue
from cartback.domain.shop.presets import PRESETS
from cartback.domain.subject import ORDER, PERSON, SIGNUP
from cartback.domain.wording.facts import FACTS
from cartback.domain.wording.parts import PARTS, named
from cartback.domain.wording.tone import addresses_somebody, in_another_form, untrue
from cartback.flows import all_flows, rules
from cartback.texts import brief, house, judging
from cartback.texts.folder import ROOT
from cartback.texts.pages import NAMELESS
from tests.unit.texts.samples import VIEW, Read, bought, fields, question

WORDS = sorted(path for path in ROOT.rglob("*.??.j2") if path.name.split(".")[-2] in texts.LANGUAGES)
FLOWS = [flow.name for flow in all_flows()]
MAILS = [
    (flow, touch, lang) for flow in FLOWS for touch in sorted(texts.written(flow)) for lang in texts.LANGUAGES
]
GERMAN = [path for path in WORDS if path.name.split(".")[-2] == "de"]
NEEDED = {"subject", "preheader", "headline", "intro", "button", "after"}


def facts(flow: str):
    """Good fields for a mail of this flow."""
    kind = rules(flow).FLOW.kind
    without_goods = {"about": kind, "items": (), "total": None} if kind == PERSON else {}
    if kind == ORDER:
        return bought()
    return question() if kind == SIGNUP else fields(**without_goods)


def blocks(path: Path) -> set[str]:
    return set(Environment(autoescape=True).from_string(path.read_text(encoding="utf-8")).blocks)


def sources(path: Path) -> dict[str, str]:
    """The words of each block as they stand in the file; of a file that there is not, none."""
    words = path.read_text(encoding="utf-8") if path.is_file() else ""
    return dict(re.findall(r"{% block (\w+) %}\n?(.*?){% endblock %}", words, re.DOTALL))


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


@pytest.mark.parametrize("path", GERMAN, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_german_text_says_sie_and_says_du_where_a_shop_does(path):
    usual, familiar = sources(path), sources(path.with_name(path.name.replace(".de.", ".de-du.")))
    assert [name for name, words in usual.items() if in_another_form(words, SIE)] == []
    assert [name for name, words in familiar.items() if in_another_form(words, DU)] == []
    spoken = {name for name, words in usual.items() if addresses_somebody(words)}
    missing = spoken - familiar.keys() if path.name.split(".")[0] not in NAMELESS else set()
    assert missing == set(), f"{path.stem}-du.j2 lacks these blocks"
    assert familiar.keys() <= usual.keys()


def test_a_familiar_text_stands_beside_its_usual_one():
    alone = [
        path
        for path in ROOT.rglob("*.de-du.j2")
        if path.with_name(path.name.replace("-du", "")) not in GERMAN
    ]
    assert alone == []


@pytest.mark.parametrize("form", FORMS["de"])
@pytest.mark.parametrize(("flow", "touch"), sorted({(flow, touch) for flow, touch, _ in MAILS}))
def test_a_mail_speaks_to_somebody_in_one_form_from_greeting_to_footer(flow, touch, form):
    given = facts(flow)
    shop = replace(given.shop, form_of_address=form)
    subject, html, text = texts.email(flow, touch, "de", replace(given, shop=shop))
    for part in (subject, text, Read(html).shown):
        assert in_another_form(part, form) is None


@pytest.mark.parametrize(("flow", "touch", "lang"), MAILS)
def test_every_mail_can_be_written_and_says_what_a_mail_needs(flow, touch, lang):
    assert blocks(ROOT / flow / f"{touch}.email.{lang}.j2") >= NEEDED
    subject, html, text = texts.email(flow, touch, lang, facts(flow))
    page = Read(html)
    assert page.values("lang", "html") == [lang]
    for part in (page.shown, text):
        assert "{{" not in part
        assert "None" not in part
        assert "Lumen & Holz" in part
    assert subject


BRIEF = [
    (kind, flow, touch, lang)
    for kind in brief.BLOCKS
    for flow in FLOWS
    for touch in sorted(texts.written(flow, kind))
    for lang in texts.LANGUAGES
]


@pytest.mark.parametrize("form", FORMS["de"])
@pytest.mark.parametrize(("kind", "flow", "touch", "lang"), BRIEF)
def test_every_message_without_a_layout_can_be_written_says_how_to_leave_and_promises_nothing(
    kind, flow, touch, lang, form
):
    given = facts(flow)
    shop = replace(given.shop, form_of_address=form)
    said = texts.write(kind, flow, touch, lang, replace(given, shop=shop))
    assert "{{" not in said.text
    assert "None" not in said.text
    assert untrue(said.text) is None
    assert lang != "de" or in_another_form(said.text, form) is None
    if given.leave_url and "leave" not in brief.BLOCKS[kind]:
        assert given.leave_url in said.text
    elif given.leave_url:
        assert said.leave
    for path in ROOT.glob(f"{flow}/{touch}.{texts.folder.SPELT[kind]}.{lang}.j2"):
        assert blocks(path) == set(brief.BLOCKS[kind])


def test_every_touch_of_every_preset_has_a_text_for_the_channel_that_it_names():
    for preset in PRESETS.values():
        for touch in preset.touches:
            have = texts.written("cart_recovery", CONTENT_OF[touch.channel])
            assert have.get(touch.name) == frozenset(texts.LANGUAGES), (preset.name, touch)


@pytest.mark.parametrize(("flow", "touch", "lang"), MAILS)
def test_no_mail_promises_what_nobody_can_know(flow, touch, lang):
    subject, _, text = texts.email(flow, touch, lang, facts(flow))
    assert untrue(f"{subject} {text}") is None


@pytest.mark.parametrize("name", house.names())
def test_a_shop_can_begin_its_own_words_with_any_text_of_ours_which_obeys_the_same_laws(name):
    """A fact that is new in a text stands in ``domain.wording.facts``, a new kind of fields in ``texts.sampling``."""
    for form in FORMS.get(named(name).lang, ("",)):
        text = replace(named(name), spoken=tongue(named(name).lang, form))
        parts = house.parts(text)
        assert {"subject", "preheader", "headline", "paragraphs", "button", "closing"} <= parts.keys()
        assert judging.faults(text, parts, fields().shop) == []


def test_the_page_about_texts_says_of_each_part_and_fact_what_it_is():
    page = (ROOT.parents[3] / "docs/texts.md").read_text(encoding="utf-8")
    for name, part in PARTS.items():
        paragraphs = "exactly 3" if part.exactly else str(part.paragraphs)
        assert re.search(rf"\| `{name}` \|.*\| {paragraphs} \| {part.longest:,} \|", page), name
    for name, fact in FACTS.items():
        assert f"| `{name}` | {fact.says}{'' if fact.always else ', not always'} |" in page


def test_the_last_note_says_that_it_is_the_last():
    for lang, words in (("de", "unsere letzte Nachricht"), ("en", "our last message")):
        assert words in texts.email("cart_recovery", "last_note", lang, fields())[2]


@pytest.mark.parametrize("name", sorted({path.name.split(".")[0] for path in ROOT.glob("pages/*.j2")}))
def test_every_page_exists_in_every_language(name):
    given = {"shop": fields().shop, "wording": "Ja.", "view": VIEW if name == "prefs" else None}
    shown = {lang: Read(texts.page(name, lang, given)).shown for lang in texts.LANGUAGES}
    assert len(set(shown.values())) == len(texts.LANGUAGES)
