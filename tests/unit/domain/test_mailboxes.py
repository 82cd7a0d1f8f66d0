"""Which spellings are one mailbox, and at which domains many addresses may be one person's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartback.domain.people import address
from cartback.domain.people.mailboxes import FOLDINGS, LARGE, crowd_of, mailbox


@pytest.mark.parametrize(
    ("spelled", "counted"),
    [
        ("ada@example.com", "ada@example.com"),
        ("ada+shop@example.com", "ada@example.com"),
        ("a.da+1+2@example.com", "a.da@example.com"),
        ("+ada@example.com", "+ada@example.com"),
        ("a.d.a+x@gmail.com", "ada@gmail.com"),
        ("ada@googlemail.com", "ada@gmail.com"),
        ("a.d_a-1@proton.me", "ada1@proton.me"),
        ("ada1@pm.me", "ada1@proton.me"),
        ("Ada_1+x@protonmail.com".lower(), "ada1@proton.me"),
        ("ada-shop@yahoo.com", "ada@yahoo.com"),
        ("ada-1@yahoo.de", "ada@yahoo.de"),
        ("ada@ymail.com", "ada@ymail.com"),
        ("-ada@yahoo.com", "-ada@yahoo.com"),
        ("shop@ada.fastmail.com", "ada@fastmail.com"),
        ("x+y@ada.fastmail.fm", "ada@fastmail.fm"),
        ("shop@mail.ada.fastmail.com", "shop@mail.ada.fastmail.com"),
        ("ada+x@fastmail.com", "ada@fastmail.com"),
        ("ada+x@me.com", "ada@icloud.com"),
        ("a.da@icloud.com", "a.da@icloud.com"),
        ("ada+x@outlook.com", "ada@outlook.com"),
        ("a.da@hotmail.com", "a.da@hotmail.com"),
        ("a.da-x@ya.ru", "adax@yandex.ru"),
        ("...@proton.me", "...@proton.me"),
    ],
)
def test_one_mailbox_is_counted_as_one_however_it_is_spelled(spelled, counted):
    assert mailbox(spelled) == counted


@given(st.emails())
def test_a_mailbox_is_its_own_mailbox(text):
    normal = address.email(text)
    if normal is not None:
        assert mailbox(mailbox(normal)) == mailbox(normal)


def test_no_domain_is_folded_in_two_ways():
    every = [domain for folding in FOLDINGS for domain in folding.like]
    assert len(every) == len(set(every))
    assert all(address.email(f"ada@{domain}") == f"ada@{domain}" for domain in LARGE)


@pytest.mark.parametrize(
    ("email", "crowd"),
    [
        ("a@victim.example", "victim.example"),
        ("a@gmail.com", None),
        ("a@googlemail.com", None),
        ("a@ada.fastmail.com", None),
        ("a@gmx.de", None),
    ],
)
def test_a_domain_that_thousands_share_is_nobodys(email, crowd):
    assert crowd_of(email) == crowd
