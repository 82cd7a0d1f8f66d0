"""The truth table of docs/shops.md, cell by cell before the real intake: the page says what the code does."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from cartback.domain.intake.responses import path_word
from tests.fakes.platform_senders import business_central_body, cartflows_form
from tests.unit.shops.doorway import NEW, NOW, OLD, OTHER, SENDERS, SIGNATURES, Sending, doorway

PAGE = Path(__file__).parents[3] / "docs" / "shops.md"
_FAR = {"shopify": 73 * 60, "generic": 6, "shopware": 5 * 60 + 1, "stripe": 6}


def _table() -> dict[tuple[str, str], int]:
    """The cells of the page's truth table by what is wrong and who sends."""
    section = PAGE.read_text().partition("## Who is let in")[2].partition("\n## ")[0]
    rows = [
        [cell.strip().strip("`") for cell in line.strip("| \n").split("|")]
        for line in section.splitlines()
        if line.startswith("|") and not line.startswith("| ---")
    ]
    senders = rows[0][1:]
    return {
        (row[0], sender): int(re.match(r"\d+", cell)[0])
        for row in rows[1:]
        for sender, cell in zip(senders, row[1:], strict=True)
    }


def _unproven(sender: str, proof: str | None) -> Sending:
    """The sender's good request with another proof in the place of its own; None for none."""
    good = SENDERS[sender]()
    if sender in SIGNATURES:
        return good.but(headers={SIGNATURES[sender]: proof})
    if sender == "cartflows":
        return good.but(word=proof or "")
    return good.but(body=business_central_body(proof))


def _changed(sender: str) -> Sending:
    good = SENDERS[sender]()
    if sender == "cartflows":
        return good.but(body=cartflows_form(first_name="Mallory"))
    if sender == "business_central":
        return good.but(body=good.body.replace(b"updated", b"deleted"))
    return good.but(body=good.body + b" ")


def _dated(sender: str, sign: int) -> Sending:
    return SENDERS[sender](at=NOW + sign * timedelta(minutes=_FAR.get(sender, 60)))


CASES = {
    "good": lambda sender: SENDERS[sender](),
    "signed with the old secret of a rotation": lambda sender: SENDERS[sender](OLD),
    "wrong secret": lambda sender: SENDERS[sender](OTHER),
    "changed body": _changed,
    "no proof": lambda sender: _unproven(sender, None),
    "malformed proof": lambda sender: _unproven(sender, "größe,\x00=%%%"),
    "sent again": lambda sender: SENDERS[sender](),
    "too old": lambda sender: _dated(sender, -1),
    "from the future": lambda sender: _dated(sender, 1),
    "meant for another shop": lambda sender: SENDERS[sender]().but(shop="anders"),
    "unknown shop": lambda sender: SENDERS[sender]().but(shop="niemand"),
    "good proof, nonsense inside": lambda sender: SENDERS[sender](body=b"nonsense"),
}


def test_the_page_has_a_row_for_every_case_and_a_column_for_every_sender():
    assert set(_table()) == {(case, sender) for case in CASES for sender in SENDERS}


@pytest.mark.parametrize("sender", SENDERS)
@pytest.mark.parametrize("case", CASES)
def test_the_intake_answers_as_the_page_says(case, sender):
    door = doorway(sender)
    if case == "sent again":
        door.take(CASES[case](sender))
        door.clock.move(seconds=30)
    answer = door.take(CASES[case](sender))
    assert answer.status == _table()[case, sender]
    if answer.status == 401:
        assert answer.line == "signature missing or wrong"
    assert len(door.queue.deliveries) == (answer.status == 202) + (case == "sent again")


@pytest.mark.parametrize("sender", SENDERS)
def test_what_is_sent_again_has_the_key_of_the_first(sender):
    door = doorway(sender)
    for _ in range(2):
        door.take(SENDERS[sender]())
        door.clock.move(seconds=30)
    first, second = door.queue.deliveries
    assert (first.topic, first.key, first.body) == (second.topic, second.key, second.body)


@pytest.mark.parametrize("sender", SENDERS)
def test_an_old_secret_lets_nobody_in_once_it_is_retired(sender):
    door = doorway(sender)
    door.know("werkhof", NEW)
    assert door.take(SENDERS[sender](OLD)).status == 401


@pytest.mark.parametrize("sender", SENDERS)
def test_an_empty_secret_proves_nothing(sender):
    door = doorway(sender)
    door.know("werkhof", "")
    empty = SENDERS[sender]("whsec_" if sender == "generic" else "")
    assert door.take(empty).status == 401
    assert door.queue.deliveries == []


@pytest.mark.parametrize("sender", SENDERS)
def test_a_shop_that_is_unknown_cannot_be_told_from_one_whose_secret_is(sender):
    """Whatever a stranger tries: two shops of every kind and none at all answer alike."""
    door = doorway(sender)
    for kind in SENDERS:
        tried = SENDERS[kind]("whsec_" + "c3Ry" * 8)
        tried = tried.but(word=path_word("a stranger's") if tried.word else "")
        asked = (tried, tried.but(method="PATCH", word="x", query="validationToken=1"), tried.but(body=b""))
        for sending in asked:
            answers = {str(door.take(sending.but(shop=shop))) for shop in ("werkhof", "anders", "niemand")}
            assert len(answers) == 1


@pytest.mark.parametrize("shop", ["werkhof", "niemand", "..", "a" * 100])
@pytest.mark.parametrize("sender", SENDERS)
def test_the_ping_of_woocommerce_is_welcome_everywhere_and_does_nothing(sender, shop):
    door = doorway(sender)
    kind = "application/x-www-form-urlencoded; charset=UTF-8"
    answer = door.take(Sending(b"webhook_id=17", {"content-type": kind}, shop=shop))
    assert answer.status == 200
    assert door.queue.deliveries == []


@pytest.mark.parametrize(
    "body", [b"webhook_id=", b"webhook_id=1&x=2", b"webhook_id=1\n", b" webhook_id=1", b"{}"]
)
def test_what_only_resembles_a_ping_is_a_stranger(body):
    door = doorway("woocommerce")
    assert door.take(Sending(body, {"content-type": "application/x-www-form-urlencoded"})).status == 401
    assert door.take(Sending(b"webhook_id=1", {"content-type": "application/json"})).status == 401


def test_a_secret_that_is_seconds_old_is_looked_up_once_more(monkeypatch):
    door = doorway("stripe")
    newer = door.keys.by_shop["anders"]
    monkeypatch.setattr(door.keys, "again", lambda shop: newer if shop == "werkhof" else None)
    assert door.take(SENDERS["stripe"](OTHER)).status == 202
    assert door.take(SENDERS["stripe"](OTHER).but(shop="niemand")).status == 401
