"""A flow's card says what is true: of its facts, its subject, its machine and its page."""

from __future__ import annotations

import pytest

from cartback.domain.facts import CATALOGUE
from cartback.domain.flows import INTERNAL, LAWS, MARKETING, RANKS, Flow
from cartback.flows import all_flows
from cartback.subjects import all_kinds
from docs.write_flows import FILE, written
from tests.laws.reading import ROOT

every_card = pytest.mark.parametrize("card", all_flows(), ids=lambda card: card.name)


def test_the_catalogue_of_the_docs_is_made_from_the_cards():
    assert FILE.read_text() == written(), "make docs"


@every_card
def test_a_card_starts_on_facts_that_name_its_subject(card: Flow):
    assert card.starts_on
    for fact in card.starts_on:
        for said in filter(None, (card.id_field, card.part_field)):
            assert said in CATALOGUE[fact].fields, f"{fact} does not say {said}"


@every_card
def test_a_card_is_about_a_kind_that_there_is(card: Flow):
    assert card.kind in {kind.name for kind in all_kinds()}


@every_card
def test_a_card_has_a_machine_and_a_page_of_its_name(card: Flow):
    assert (ROOT / "statemachines" / f"{card.name}.asl.json").is_file()
    assert (ROOT / "docs" / "flows" / f"{card.name}.md").is_file()


@every_card
def test_a_card_says_under_which_law_it_writes_and_what_a_consent_must_cover(card: Flow):
    assert card.law in LAWS
    assert bool(card.topic) == (card.law == MARKETING)
    assert card.rank in RANKS or card.law == INTERNAL


@every_card
def test_a_card_is_found_judged_and_answered_for(card: Flow):
    told = (card.area, card.title, card.purpose, card.kpi, card.owner, card.builder, card.reviewer, card.it)
    assert all(told)
