"""One way to compare a proof, for every sender."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from cartback.domain.proofs import proven
from tests.laws.reading import FUNCTIONS, PACKAGE, name_of, under


def proof(secret: str) -> bytes:
    return hmac.new(secret.encode(), b"told", hashlib.sha256).hexdigest().encode()


RIGHT = proof("rose").decode()


def test_any_of_the_secrets_may_have_made_any_of_the_texts():
    assert proven(["rose", "tulip"], [RIGHT], proof)
    assert proven(["tulip", "rose"], ["no", RIGHT], proof)
    assert proven((secret for secret in ("tulip", "rose")), (text for text in (RIGHT, "no")), proof)


@pytest.mark.parametrize("text", ["", RIGHT[:-1], RIGHT + "0", RIGHT.upper(), "ä", "\ud800", "\x00"])
def test_another_text_is_no_proof(text):
    assert not proven(["rose", "tulip"], [text], proof)


def test_without_a_text_or_a_secret_nothing_is_proven():
    assert not proven(["rose"], [], proof)
    assert not proven([], [RIGHT], proof)


def test_an_empty_secret_proves_nothing_since_anybody_has_it():
    assert not proven(["", "tulip"], [proof("").decode()], proof)
    assert not proven([b""], ["proof"], lambda secret: b"proof")


def test_every_secret_and_text_is_compared_whatever_matched_before():
    asked = []
    assert proven(["rose", "tulip", "daisy"], [RIGHT], lambda secret: asked.append(secret) or proof(secret))
    assert asked == ["rose", "tulip", "daisy"]


def test_nobody_compares_proofs_in_another_way():
    comparing = {
        name_of(path)
        for path in (*under(PACKAGE), *under(FUNCTIONS))
        if "compare_digest" in path.read_text(encoding="utf-8")
    }
    assert comparing == {name_of(PACKAGE / "domain" / "proofs.py")}
