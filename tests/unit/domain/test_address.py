"""Addresses: one normal form, and nothing that could end a header."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartback.domain.people.address import LONGEST, email, phone


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("Ada@Example.COM", "ada@example.com"),
        ("  ada+cart@example.com ", "ada+cart@example.com"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("ada@straße.example", "ada@xn--strae-oqa.example"),
        ("ada@STRASSE.example", "ada@strasse.example"),
        ("ada@σίσυφος.example", "ada@xn--kxa6ajbbmh.example"),
        ("ada@bücher。example", "ada@xn--bcher-kva.example"),
        ("o'brien@example.co.uk", "o'brien@example.co.uk"),
    ],
)
def test_an_address_has_one_normal_form(text, normal):
    assert email(text) == normal


INJECTIONS = [
    "ada@example.com\r\nBcc: eve@example.com",
    "ada@example.com\nBcc: eve@example.com",
    "ada\r@example.com",
    "ada@example.com,eve@example.com",
    "ada@example.com;eve@example.com",
    "Ada <ada@example.com>",
    '"ada\r\n"@example.com',
    '"ada"@example.com',
    "ada@[127.0.0.1]",
    "ada@example.com\x00",
    "ada@exam\u2028ple.com",
    "ada@example",
    "ada@example.c",
    "ada..b@example.com",
    ".ada@example.com",
    "ada.@example.com",
    "@example.com",
    "ada@",
    "ada@-example.com",
    "ada@" + "x" * 64 + ".com",
    "a" * 65 + "@example.com",
    "=?x@b.example",
    "=?utf-8?q?ada?=@example.com",
    "ada@" + "x." * 130 + "com",
    "ada@" + "ü." * 60 + "com",
    "ada@ex\u200dample.com",
    "ada@<ß>.com",
    "",
    None,
    5,
    ["ada@example.com"],
]


@pytest.mark.parametrize("text", INJECTIONS, ids=range(len(INJECTIONS)))
def test_what_we_would_not_put_into_a_header_is_no_address(text):
    assert email(text) is None


hostile = st.text(st.sampled_from("aÄ.@-\r\n\t\x00<>,;:\"' \u2028İß１。%"), max_size=40)


@given(
    st.text()
    | hostile
    | hostile.map(lambda text: f"{text}@example.com")
    | hostile.map(lambda text: f"ada@{text}.de")
)
def test_the_normal_form_is_printable_ascii_in_one_line_and_its_own_normal_form(text):
    normal = email(text)
    if normal is not None:
        assert normal.isascii()
        assert normal.isprintable()
        assert not set(normal) & set(' <>,;:"()[]\\')
        assert normal.count("@") == 1
        assert len(normal) <= LONGEST
        assert email(normal) == normal


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("+49 151 123-456 78", "+4915112345678"),
        ("0049 (151) 12345678", "+4915112345678"),
        ("+49 (0) 151 12345678", "+4915112345678"),
        ("0049(0)151/12345678", "+4915112345678"),
        ("+49\u2011151\u201112345678", "+4915112345678"),
        ("+49\u00a0151 12345678", "+4915112345678"),
        ("(0)151 12345678", None),
        ("015112345678", None),
        ("+0151123456", None),
        ("+49151\r\n12345678x", None),
        ("+٤٩١٥١١٢٣٤٥٦٧٨", None),
        ("+" + "9" * 16, None),
        (None, None),
    ],
)
def test_a_number_is_e164_or_nothing(text, normal):
    assert phone(text) == normal
