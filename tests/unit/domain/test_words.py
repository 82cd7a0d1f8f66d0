"""Facts, names and languages."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from cartback.domain.facts import CATALOGUE, schema, tell
from cartback.domain.flows import execution_name
from cartback.domain.hashes import short
from cartback.domain.language import OFFERED, accepted, first_spoken, of_page
from tests.fakes.world import START

VALUES = {
    "id": "x1",
    "word": "reminder",
    "count": 3,
    "time": START,
    "currency": "EUR",
    "amount": -5,
    "flag": False,
}


def told(name: str, *same, leave_out=frozenset(), at=START):
    fields = {key: VALUES[kind] for key, kind in CATALOGUE[name].fields.items() if key not in leave_out}
    return tell(name, "demo", at, *same, **fields)


@pytest.mark.parametrize("name", CATALOGUE)
@pytest.mark.parametrize("sparse", [False, True])
def test_a_fact_fits_its_published_schema_with_and_without_what_is_optional(name, sparse):
    fact = told(name, leave_out=CATALOGUE[name].optional if sparse else frozenset())
    detail = json.loads(json.dumps(fact.as_detail()))
    Draft202012Validator(schema(name), format_checker=FormatChecker()).validate(detail)


@pytest.mark.parametrize("name", CATALOGUE)
def test_a_fact_that_promises_too_much_or_too_little_is_not_told(name):
    with pytest.raises(ValueError, match="unknown"):
        tell(name, "demo", START, **{**VALUES, "email": "ada@example.com"})
    needed = set(CATALOGUE[name].fields) - CATALOGUE[name].optional
    with pytest.raises(ValueError, match="missing"):
        told(name, leave_out=needed)


def test_the_same_fact_has_the_same_id_whenever_it_is_told():
    assert told("cart.opened", 1).fact_id == told("cart.opened", 1, at=START + timedelta(days=1)).fact_id
    assert told("cart.opened", 1).fact_id != told("cart.opened", 2).fact_id


@given(
    st.lists(st.text(st.characters(exclude_characters="\x1f"), max_size=5), min_size=1, max_size=4), st.data()
)
def test_parts_that_are_cut_differently_have_different_names(parts, data):
    place = data.draw(st.integers(0, len(parts) - 1))
    joined = [*parts[:place], "".join(parts[place : place + 2]), *parts[place + 2 :]]
    assert (short(*parts) == short(*joined)) == (parts == joined)


@pytest.mark.parametrize("flow", ["cart_recovery", "double_opt_in", "a" * 40])
def test_the_name_of_a_run_is_one_that_step_functions_takes(flow):
    name = execution_name(flow, "a-shop-with-a-name-of-forty-characters-xx", "ü" * 500, 10**9)
    assert len(name) <= 80
    assert name.replace("-", "").isalnum()
    assert name.isascii()


@pytest.mark.parametrize(
    ("header", "tags"),
    [
        ("de-AT,de;q=0.9,en;q=0.6", ["de-AT", "de", "en"]),
        ("en;q=0.1,de;q=0.9", ["de", "en"]),
        ("en;q=x,de", ["de"]),
        (None, [""]),
    ],
)
def test_languages_are_read_in_the_order_of_the_browsers_preference(header, tags):
    assert accepted(header) == tags


@given(st.none() | st.text(max_size=60), st.none() | st.text(max_size=20), st.none() | st.text(max_size=20))
def test_a_page_always_speaks_a_language_that_there_is(header, query, link):
    assert of_page(query, link, header) in OFFERED


def test_the_switch_comes_before_the_message_and_the_message_before_the_browser():
    assert of_page("en", "de", "de") == "en"
    assert of_page(None, "de", "en") == "de"
    assert of_page("fr", None, "de-CH") == "de"
    assert first_spoken(["EN_gb"], ("de", "en"), "de") == "en"


def test_half_a_character_in_an_id_is_still_a_name():
    assert short("cart", "\ud800") != short("cart", "\udfff")
