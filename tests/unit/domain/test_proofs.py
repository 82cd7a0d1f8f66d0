"""One way to compare a proof, for every sender."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable

import pytest

from cartback.channels import twilio_answers, whatsapp_answers
from cartback.domain.errors import Refused
from cartback.domain.intake.page_token import granted
from cartback.domain.intake.signatures import proven
from tests.fakes.answer_senders import answer, meta, twilio, whatsapp_request
from tests.fakes.pages import claims_of, sealed
from tests.fakes.world import START
from tests.laws.reading import FUNCTIONS, PACKAGE, name_of, under
from tests.unit.shops.doorway import NEW, SENDERS, doorway


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


def _good_answers() -> list[Callable[[], object]]:
    url, message = "https://api.example/answers/demo/sms", whatsapp_request()
    form, signed = twilio(url, "token", **answer())
    claims = sealed(claims_of("demo", START), NEW)
    return [
        lambda: twilio_answers.fields_of([url], form, signed["x-twilio-signature"], ["token"]),
        lambda: whatsapp_answers.verify(message, meta(message, "s")["x-hub-signature-256"], ["s"]),
        lambda: granted(claims, "demo", (NEW,), START),
    ]


@pytest.mark.parametrize("sender", SENDERS)
def test_no_sender_is_let_in_but_by_the_one_comparison(sender: str, monkeypatch):
    assert doorway(sender).take(SENDERS[sender]()).status in (200, 202)
    monkeypatch.setattr(hmac, "compare_digest", lambda *_: False)
    assert doorway(sender).take(SENDERS[sender]()).status == 401


def test_no_answer_and_no_page_is_let_in_but_by_the_one_comparison(monkeypatch):
    for good in _good_answers():
        good()
    monkeypatch.setattr(hmac, "compare_digest", lambda *_: False)
    for good in _good_answers():
        with pytest.raises(Refused) as refused:
            good()
        assert refused.value.status in (401, 403)


def test_nobody_compares_proofs_in_another_way():
    comparing = {
        name_of(path)
        for path in (*under(PACKAGE), *under(FUNCTIONS))
        if "compare_digest" in path.read_text(encoding="utf-8")
    }
    assert comparing == {name_of(PACKAGE / "domain" / "intake" / "signatures.py")}
