"""What a proof keeps of an address that was typed somewhere: nothing."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartback.domain.consent.consent import GRANTED, Consent
from cartback.domain.consent.evidence import Circumstances, fault, seal_of, shown
from cartback.domain.consent.sparing import place_of, without_addresses
from cartback.domain.people import customer
from cartback.domain.people.customer import Person
from tests.fakes.world import START

SPELT = [
    "zilpzalp@canary.example",
    "zilpzalp%40canary.example",
    "zilpzalp&#64;canary.example",
    "zilpzalp&#x40;canary.example",
]


@pytest.mark.parametrize("address", SPELT)
@pytest.mark.parametrize("around", ["{}", "mail {} now", "<{}>", "a={}&b=1", "'{}',x", "mailto:{}?subject=x"])
def test_no_spelling_of_an_address_is_left_in_a_text(address, around):
    left = without_addresses(around.format(address))
    assert "zilpzalp" not in left
    assert "canary" not in left
    assert without_addresses(left) == left


@pytest.mark.parametrize(
    "text",
    [
        "sign-up 1f2e",
        "leave_link/9a",
        "orders/create:event:1",
        "Mozilla/5.0 (X11; Linux)",
        "Ja, 100 % & mehr.",
    ],
)
def test_a_text_without_an_address_stays_as_it_is(text):
    assert without_addresses(text) == text


@pytest.mark.parametrize(
    ("page", "place"),
    [
        (
            "https://lampen.example/newsletter?email=zilpzalp%40canary.example&name=Kanari",
            "https://lampen.example/newsletter",
        ),
        ("https://lampen.example/newsletter#zilpzalp@canary.example", "https://lampen.example/newsletter"),
        ("https://zilpzalp:x@lampen.example/a", "https://lampen.example/a"),
        ("https://lampen.example/zilpzalp%40canary.example/x", "https://lampen.example"),
        ("https://lampen.example/zilpzalp%2540canary.example", "https://lampen.example"),
        ("http://localhost:8080/form", "http://localhost:8080/form"),
        ("https://[bad/", "…"),
        ("preference centre", "preference centre"),
    ],
)
def test_of_a_page_only_the_place_is_kept(page, place):
    assert place_of(page) == place


@given(
    st.text(max_size=80) | st.sampled_from(SPELT),
    st.sampled_from([one.name for one in fields(Circumstances) if "_at" not in one.name]),
)
def test_whatever_is_said_no_text_of_an_entry_holds_an_at_sign(text, name):
    how = replace(Circumstances(), **{name: f"{text} zilpzalp@canary.example"})
    word = Consent(
        "email", GRANTED, "explicit", f"form of {text}@x", START, START, f"{text}@e", address_hash="h1"
    )
    person = customer.say(Person("demo", "p1"), word, how)
    (entry,) = person.fresh_evidence
    assert "@" not in repr(entry)
    assert "zilpzalp" not in repr(entry.how)
    assert fault([entry], person.evidence_length, person.evidence_head) is None


def test_an_entry_of_before_is_shown_without_what_it_should_not_have_kept():
    word = Consent("email", GRANTED, "explicit", "a form", START, START, "e", address_hash="h1")
    (entry,) = customer.say(Person("demo", "p1"), word).fresh_evidence
    old = replace(entry, how=Circumstances(page="https://lampen.example/n?email=zilpzalp@canary.example"))
    old = replace(old, seal=seal_of(old))
    assert shown(old).how.page == "https://lampen.example/n"
    assert (shown(old).seal, shown(old).said_at) == (old.seal, old.said_at)
