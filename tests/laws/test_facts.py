"""Facts are promises to subscribers: each has a schema, published as it is."""

from __future__ import annotations

import re

import pytest
from jsonschema import Draft202012Validator

from cartback.domain.facts import CATALOGUE, schema
from docs.write_facts import FOLDER, written

_PEOPLE = re.compile(r"name|mail|phone|address|street|city|zip", re.IGNORECASE)
every_fact = pytest.mark.parametrize("name", sorted(CATALOGUE))


@every_fact
def test_a_fact_is_a_noun_and_a_past_participle(name: str):
    assert re.fullmatch(r"[a-z]+\.[a-z]+(_[a-z]+)?", name)


@every_fact
def test_a_fact_has_a_schema_that_forbids_what_it_does_not_name(name: str):
    Draft202012Validator.check_schema(schema(name))
    assert schema(name)["additionalProperties"] is False
    assert schema(name)["properties"]["data"]["additionalProperties"] is False


@every_fact
def test_a_fact_says_what_it_means_and_is_about_one_of_its_fields(name: str):
    kind = CATALOGUE[name]
    assert kind.says.endswith(".")
    assert kind.subject in kind.fields or kind.subject == "shop"
    assert kind.optional <= set(kind.fields)


@every_fact
def test_a_fact_carries_ids_and_never_people(name: str):
    assert not [field for field in CATALOGUE[name].fields if _PEOPLE.search(field)]


def test_the_published_schemas_are_those_of_the_code():
    published = {path.name: path.read_text() for path in FOLDER.glob("*.json")}
    assert published == written(), "run `make docs`"
