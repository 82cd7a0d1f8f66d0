"""What a shop's own words may hold besides words: facts and choices, and no code."""

import pytest

from cartback.domain.wording import template
from cartback.domain.wording.facts import FACTS

GOOD = [
    "Noch da",
    "{{ item.brief }} und mehr",
    "{{item.brief}}",
    '{{ "s" if others > 1 }}',
    '{{ "wartet" if others == 0 else "warten" }}',
    "{{ first_name if first_name else shop.name }}",
    "{% if total %}{{ total }}{% endif %}",
    "{% if others > 2 and not total or links %}a{% elif more %}b{% else %}c{% endif %}",
    "{% if others %}{% if total %}x{% endif %}{% endif %}",
    '{% if basis == "existing_customer" %}x{% endif %}',
    "100 % echt, {kein} Problem",
]
BAD = {
    "{{ item.preis }}": "there is no item.preis",
    "{{ leave_url }}": "there is no leave_url",
    "{{ item.__class__ }}": "there is no item.__class__",
    "{{ ''.__class__.__mro__ }}": "is no part of this language",
    "{{ item.name() }}": "is no part of this language",
    "{{ (others) }}": "is no part of this language",
    "{{ others * 9 }}": "is no part of this language",
    "{{ 9 ** 9 }}": "is no part of this language",
    "{{ item.name | upper }}": "is no part of this language",
    "{{ item['name'] }}": "is no part of this language",
    "{{ 12345678 }}": "is no part of this language",
    '{{ "a\\n" }}': "is no part of this language",
    "{{ others others }}": "stands where nothing can",
    "{{ }}": "something is missing",
    "{{ if }}": "something is missing",
    "{{ links }}": "can be asked for with if",
    '{{ "x" if item.name > 3 }}': "compares numbers only",
    '{{ "x" if others > "3" }}': "compares numbers only",
    "{% for x in items %}x{% endfor %}": "is none of if, elif, else and endif",
    "{% set x = 1 %}": "is no part of this language",
    "{% include 'layouts/email.de.j2' %}": "is none of if",
    "{% block subject %}x{% endblock %}": "is none of if",
    "{% raw %}x{% endraw %}": "is none of if",
    "{%- if total -%}x{%- endif -%}": "is no part of this language",
    "{% if total %}x": "has no {% endif %}",
    "x{% endif %}": "belongs to no {% if",
    "{% if total %}{% else %}{% else %}{% endif %}": "belongs to no {% if",
    "{% if total %}{% else %}{% elif links %}{% endif %}": "belongs to no {% if",
    "{% endif total %}": "belongs to no {% if",
    "{# a comment #}": "belongs to nothing",
    "{{ item.name": "belongs to nothing",
    "item.name }}": "belongs to nothing",
    "{{ {{ item.name }} }}": "belongs to nothing",
    "{{{ others }}}": "belongs to nothing",
    "{{% if total %}x{% endif %}}": "belongs to nothing",
    "{{ '}}' }}": "belongs to nothing",
    "{{ others }}" * 61: "more than 60 places",
    "{{ " + "not " * 50 + " others }}": "is longer than 160",
}


@pytest.mark.parametrize("source", GOOD)
def test_facts_and_choices_can_be_written(source):
    assert template.faults(source, FACTS) == []


@pytest.mark.parametrize("source", BAD)
def test_what_is_no_fact_and_no_choice_is_refused_and_named(source):
    (first, *_) = template.faults(source, FACTS)
    assert BAD[source] in first


def test_an_unknown_fact_is_answered_with_those_that_there_are():
    (line,) = template.faults("{{ item.preis }}", {"others": FACTS["others"], "total": FACTS["total"]})
    assert line == "{{ item.preis }}: there is no item.preis; there are others, total"


def test_every_fault_is_told_at_once():
    assert len(template.faults("{{ a }} {{ b }} {% for c in d %}", FACTS)) == 3


def test_the_words_of_every_branch_are_literal_and_facts_are_dots():
    source = '{% if others > 40 %}nur noch{% else %}noch{% endif %} {{ others }} Paar{{ "e" if others }}'
    assert template.literal(source) == "nur nochnoch … Paare"


def test_the_facts_that_a_text_names_are_known():
    source = '{% if total %}{{ "a" if others > 1 else item.name }}{% endif %}'
    assert template.used(source, FACTS) == {"total", "others", "item.name"}
