"""Whatever comes from outside is understood or refused. The long form: ``make fuzz CASES=1000000``."""

from __future__ import annotations

from random import Random

import pytest

from cartback.domain.intake import page_token
from cartback.domain.language import OFFERED
from cartback.shops import shopify
from tests.fuzz import mutations
from tests.fuzz.__main__ import main
from tests.fuzz.parsers import parsers, run

SEED, CASES = 1, 6_000


@pytest.mark.timeout(600)  # minutes only where many share a machine
@pytest.mark.parametrize("name", parsers())
def test_no_input_of_a_parser_makes_anything_but_a_refusal(name):
    accepted, found = run(name, SEED, range(CASES))
    assert found == [], f"make fuzz ONLY={name} SEED={SEED} FROM=<number> CASES=1"
    assert accepted > 0 or name == "webhook:business_central"


def test_a_parser_that_there_is_not_is_no_parser_that_holds(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["tests.fuzz", "--only", "shopify"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "webhook:shopify" in capsys.readouterr().err


def test_a_case_is_the_same_whenever_it_is_tried():
    twice = [mutations.body(Random("1/x/7"), '{"a": [1, "b"]}') for _ in range(2)]
    assert twice[0] == twice[1]


def test_a_parser_that_lets_a_bug_out_is_found(monkeypatch):
    monkeypatch.setattr("tests.fuzz.parsers.of_page", lambda *_: OFFERED[9])
    _, found = run("languages", SEED, range(50))
    assert found[0][1].startswith("IndexError")


def test_a_page_that_is_let_in_with_a_forged_token_is_found(monkeypatch):
    monkeypatch.setattr(page_token, "_signed", lambda *_: True)
    _, found = run("pages", SEED, range(500))
    assert "a forged token was let in" in found[0][1]


def test_a_door_that_lets_a_forgery_in_is_found(monkeypatch):
    monkeypatch.setattr(shopify, "_signed", lambda *_: True)
    _, found = run("webhook:shopify", SEED, range(200))
    assert "forged: True" in found[0][1]
