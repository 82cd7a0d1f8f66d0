"""A flow's card says what is true: of its facts, its subject, its machine and its page."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from cartback.domain.facts import CATALOGUE
from cartback.domain.flows import INTERNAL, LAWS, MARKETING, RANKS, Flow
from cartback.flows import all_flows, rules
from cartback.subjects import all_kinds
from cartback.usecases.look import END
from docs.write_flows import schema, written
from tests.laws.reading import PACKAGE, ROOT, machine, syntax, under

every_card = pytest.mark.parametrize("card", all_flows(), ids=lambda card: card.name)


def test_what_the_docs_say_of_flows_and_their_options_is_made_from_the_cards():
    assert {path: path.read_text() for path in written()} == written(), "make docs"


def test_the_schema_of_the_flows_takes_what_the_settings_take():
    Draft202012Validator.check_schema(schema(all_flows()))
    judge = Draft202012Validator(schema(all_flows()))
    for card in all_flows():
        told = {option.name: option.told(option.default) for option in card.options}
        for good in ([card.name], {card.name: True}, {card.name: {"on": False, **told}}):
            assert judge.is_valid(good), good
        assert not judge.is_valid({card.name: {"on": True, "no_such_option": 1}})
        assert not judge.is_valid({card.name: "yes"})


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


@every_card
def test_an_option_says_what_it_is_for_and_its_default_would_be_taken(card: Flow):
    names = [option.name for option in card.options]
    assert len(set(names)) == len(names)
    for option in card.options:
        at = f"option {option.name} of {card.name}"
        assert re.fullmatch(r"[a-z][a-z0-9_]{0,39}", option.name), at
        assert option.name not in {"on", "since"}, f"{at}: a switch is no option"
        assert option.says.endswith("."), at
        assert option.read(option.told(option.default)) == option.default, at
        Draft202012Validator(option.schema).validate(option.told(option.default))


@every_card
def test_an_option_is_read_by_the_rules_of_its_flow(card: Flow):
    """An option that nobody reads promises something: its constant is used beside the card."""
    tree = syntax(PACKAGE / "flows" / f"{card.name}.py")
    read = {
        ast.unparse(call.args[1])
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and ast.unparse(call.func).endswith(".option") and len(call.args) == 2
    }
    module = rules(card.name)
    assert {option.name for option in card.options} == {getattr(module, name).name for name in read}


def _told_somewhere() -> set[str]:
    """The facts that product code tells: words of the catalogue that stand as values outside of it and of the flows."""
    places = [PACKAGE / room for room in ("domain", "subjects", "usecases")]
    return {
        node.value
        for path in (path for place in places for path in under(place) if path.name != "facts.py")
        for node in ast.walk(syntax(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in CATALOGUE
    }


@every_card
def test_a_card_starts_on_facts_that_somebody_tells(card: Flow):
    untold = set(card.starts_on) - _told_somewhere()
    assert not untold, f"{card.name} starts on {sorted(untold)}, which nothing in the house can tell"


def _contradiction(card: Flow, states: dict[str, Any]) -> str:
    """In what a machine does other than its card says; "" if in nothing."""
    told = json.dumps(states)
    named = set(re.findall(r'"step": "([a-z0-9_]+)"', told)) - {END}
    sends = "${touch}" in told
    if card.steps and named and named != set(card.steps):
        return f"{card.name} has the steps {sorted(card.steps)} on its card, its machine {sorted(named)}"
    if card.law == INTERNAL and sends:
        return f"{card.name} is internal by its card, and its machine writes to people"
    if card.law != INTERNAL and not sends:
        return f"{card.name} is {card.law} by its card, and its machine writes to nobody"
    return ""


@every_card
def test_a_card_says_what_its_machine_does(card: Flow):
    assert not _contradiction(card, machine(ROOT / "statemachines" / f"{card.name}.asl.json"))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"steps": ("confirm",)}, "has the steps ['confirm'] on its card, its machine ['confirm', 'remind']"),
        ({"law": INTERNAL}, "is internal by its card, and its machine writes to people"),
    ],
)
def test_a_card_that_contradicts_its_machine_is_found_with_both_named(change: dict, says: str):
    card = Flow("hello", ("cart.opened",), "cart", "cart_id", "say hello", steps=("confirm", "remind"))
    states = {"A": {"Arguments": {"FunctionName": "${touch}", "Payload": {"step": "confirm"}}}}
    states["B"] = {"Arguments": {"FunctionName": "${touch}", "Payload": {"step": "remind"}}}
    assert _contradiction(card, states) == ""
    assert says in _contradiction(replace(card, **change), states)
    assert "writes to nobody" in _contradiction(card, {})
