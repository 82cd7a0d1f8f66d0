"""Finding somebody in a text, by hashes alone: an erasure has nothing else left to look for them with."""

from __future__ import annotations

import json
from time import process_time

import pytest

from cartback.domain.people.pii_match import names

KNOWN = {"#email:ada@example.com", "#phone:+4915112345678"}


def test_a_mark_that_may_stand_within_an_address_is_found_there_too():
    assert names(json.dumps({"note": "write to o'neil@example.com"}), {"#email:o'neil@example.com"}, hashed)


def test_a_number_of_italy_keeps_its_zero():
    assert names(json.dumps({"note": "06 1234 5678"}), {"#phone:+390612345678"}, hashed)


def hashed(alias: str) -> str:
    return f"#{alias}"


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"email": "Ada@Example.com"}),
        json.dumps({"note": "write to <ada@example.com>, please"}),
        json.dumps({"deep": [{"inner": 'mailto:ada@example.com?subject="hi"'}]}),
        json.dumps({"ada@example.com": 1}),
        json.dumps({"phone": "+49 151 12345678"}),
        json.dumps({"landing_site": "/?utm=x&email=ada%40example.com&name=a"}),
        json.dumps({"landing_site": "/newsletter/ada%40example.com/done"}),
        json.dumps({"note": "ada&#64;example.com or ada&commat;example.com"}),
        json.dumps({"note": "I am ada+lamps@example.com"}),
        json.dumps({"name": "it's|ada@example.com|"}),
        json.dumps({"note": "call me +49 1511 2345678 after five"}),
        json.dumps({"note": "call me +49 (0)151 12345678, or 12 times"}),
        json.dumps({"note": "0049/151/12345678"}),
        json.dumps({"link": "https://x.example/?tel=%2B4915112345678&a=1"}),
        json.dumps({"note": "Tel. 0151 12345678 10 Uhr"}),
        json.dumps({"phone": "(0151) 123-456-78"}),
        json.dumps({"wa_id": "4915112345678"}),
        json.dumps({"phone": 4915112345678}),
        "not JSON, but it ends with ada@example.com.",
        "a" * 9_000 + " ada@example.com",
    ],
)
def test_whoever_is_named_is_found_wherever_it_stands(text: str):
    assert names(text, KNOWN, hashed)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "eva@example.com",
        "xada@example.com",
        "ada@example.com.evil.example",
        "@",
        "a@b@c",
        "bada%40example.com",
        "+49 151 1234567",
        "+49 151 123456789",
        "id 949151123456780",
        "0151 1234567",
        "1512345678",
    ],
)
def test_whoever_is_not_named_is_not_found(text: str):
    assert not names(text, KNOWN, hashed)


@pytest.mark.parametrize(
    "note",
    [
        "a" * 60_000,
        "a@" * 30_000,
        "a." * 30_000,
        "0 " * 30_000,
        "é" * 60_000,
        "+4" * 30_000,
        "01 " * 20_000,
        "%40" * 20_000,
        "00" * 30_000,
        "1" * 60_000,
        "&#64;" * 10_000,
        "+49 1 " * 10_000,
    ],
)
def test_a_shoppers_note_of_any_length_holds_up_no_erasure(note: str):
    """The time grows with the length and not with its square: a sweep that ran into its time-out would never end."""
    began = process_time()
    assert not names(json.dumps({"customer_note": note}), KNOWN, hashed)
    assert process_time() - began < 2
