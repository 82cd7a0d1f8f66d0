"""What somebody agrees to: which messages will come, and how often at most (CON-5)."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from cartback import texts
from cartback.domain.consent.consent import TOPICS
from cartback.domain.consent.frequency import Frequency, promised
from cartback.domain.errors import Refused
from cartback.domain.messaging.timing import Caps
from cartback.domain.shop.presets import PRESETS
from cartback.domain.shop.settings import ShopSettings
from cartback.store.shop.settings import face
from cartback.usecases.messaging.links import version_of
from tests.fakes.world import a_policy
from tests.unit.settings.shop import document
from tests.unit.texts.samples import SHOP

NAMES = {
    "de": ("Erinnerungen an meinen Warenkorb", "Angebote", "Neuigkeiten"),
    "en": ("reminders of my basket", "offers", "news"),
}


def numbers(lang: str, frequency: Frequency, *topics: str) -> list[str]:
    return re.findall(r"\d+", texts.wording(lang, replace(SHOP, frequency=frequency), topics or TOPICS))


@pytest.mark.parametrize("lang", texts.LANGUAGES)
def test_a_sign_up_says_which_messages_will_come_and_no_others(lang):
    for place, topic in enumerate(TOPICS):
        said = texts.wording(lang, SHOP, [topic])
        assert [name in said for name in NAMES[lang]] == [place == other for other in range(3)]


@pytest.mark.parametrize("lang", texts.LANGUAGES)
def test_a_sign_up_says_how_many_messages_will_come_at_most(lang):
    assert numbers(lang, Frequency(3, 2, 4, 8)) == ["3", "2", "4", "7", "8", "30"]
    assert numbers(lang, Frequency(2, 1, 5, 9), "news") == ["1", "5", "7", "9", "30"]


@pytest.mark.parametrize(
    ("frequency", "said"),
    [
        (Frequency(3, 2, 4, 8), ((1, 2), (7, 4), (30, 8))),
        (Frequency(3, 4, 4, 8), ((7, 4), (30, 8))),
        (Frequency(3, 2, 8, 8), ((1, 2), (30, 8))),
        (Frequency(3, 1, 1, 1), ((30, 1),)),
        (Frequency(3, 0, 0, 0), ((30, 0),)),
    ],
)
def test_a_limit_that_a_longer_one_keeps_anyway_is_not_said(frequency, said):
    assert frequency.limits() == said


def test_what_is_promised_are_the_caps_and_the_cadence_of_the_shop():
    policy = a_policy(caps=Caps(1, 3, 5), touches=PRESETS["simple"].touches)
    assert promised(policy) == Frequency(1, 1, 3, 5)
    caps = {"per_day": 1, "per_week": 2, "per_month": 6}
    settings = ShopSettings.parse(document(policy={"preset": "peak", "caps": caps}))
    assert face(settings).frequency == Frequency(2, 1, 2, 6)


@pytest.mark.parametrize("lang", texts.LANGUAGES)
def test_other_caps_make_another_version_of_the_wording(lang):
    often, seldom = (replace(SHOP, frequency=Frequency(3, 2, 4, most)) for most in (8, 5))
    versions = {version_of(texts.wording(lang, shop, TOPICS)) for shop in (often, seldom)}
    assert len(versions) == 2


@pytest.mark.parametrize("topics", [(), ("service",), ("joined",), ("within_7",)])
def test_there_is_no_wording_for_what_is_no_topic(topics):
    with pytest.raises(Refused, match="no words for"):
        texts.wording("de", SHOP, topics)
