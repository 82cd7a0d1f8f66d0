"""Finding somebody in a text, by hashes alone: an erasure has nothing else left to look for them with."""

from __future__ import annotations

import json
from time import process_time

import pytest

from cartback.domain.naming import names

KNOWN = {"#email:ada@example.com", "#phone:+4915112345678"}


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
        "not JSON, but it ends with ada@example.com.",
        "a" * 9_000 + " ada@example.com",
    ],
)
def test_whoever_is_named_is_found_wherever_it_stands(text: str):
    assert names(text, KNOWN, hashed)


@pytest.mark.parametrize(
    "text", ["", "{}", "eva@example.com", "xada@example.com", "ada@example.com.evil.example", "@", "a@b@c"]
)
def test_whoever_is_not_named_is_not_found(text: str):
    assert not names(text, KNOWN, hashed)


@pytest.mark.parametrize("note", ["a" * 60_000, "a@" * 30_000, "a." * 30_000, "0 " * 30_000, "é" * 60_000])
def test_a_shoppers_note_of_any_length_holds_up_no_erasure(note: str):
    """The time grows with the length and not with its square: a sweep that ran into its time-out would never end."""
    began = process_time()
    assert not names(json.dumps({"customer_note": note}), KNOWN, hashed)
    assert process_time() - began < 2
