"""``cartback consent``: the proof as the operator sees it, and what becomes of it when somebody meddles."""

from __future__ import annotations

import json

import pytest

from cartback import texts
from cartback.domain.consent.consent import GRANTED, WITHDRAWN, Consent
from cartback.domain.consent.evidence import Circumstances
from cartback.domain.people import customer
from cartback.domain.people.customer import Person
from cartback.ports import RowSet
from cartback.store.shop.settings import face
from cartback.usecases.messaging.links import version_of
from cli.stack import Stack
from tests.unit.cli.conftest import NOW
from tests.unit.settings.shop import document

HOW = Circumstances(
    wording="I agree.", wording_version="v1", confirmed_at=NOW, ip="203.0.113.7", page="a form"
)


@pytest.fixture
def proven(stack: Stack) -> Stack:
    stack.book().add(document(), "anna")
    person = Person("lamp-shop", "p1", email="erika@example.com", email_hash="h1")
    person = customer.say(
        person, Consent("email", GRANTED, "double_opt_in", "a form", NOW, NOW, "e1", purpose="news"), HOW
    )
    person = customer.say(person, Consent("email", WITHDRAWN, "opt_out", "leave", NOW, NOW, "e2"))
    stack.records().save("lamp-shop", RowSet(), RowSet(persons={"p1": person}))
    return stack


def rows(stack: Stack):
    return [
        row
        for row in stack.clients.dynamodb.scan(TableName="LedgerTable")["Items"]
        if row["pk"]["S"] == "lamp-shop#consent#p1"
    ]


def test_every_word_is_shown_with_what_its_proof_lacks_and_no_machine_of_anybody(proven, cartback):
    shown = cartback("consent", "show", "lamp-shop", "p1", "--json")
    first, second = json.loads(shown.output)["words"]
    assert (first["purpose"], first["state"], first["wording"]) == ("news", "granted", "I agree.")
    assert first["lacks"] == ["requested_at", "user_agent", "message"]
    assert second["lacks"] == []
    assert "203.0.113.7" not in shown.output


def test_an_untouched_proof_is_whole(proven, cartback):
    assert "2 entries" in cartback("consent", "verify", "lamp-shop", "p1").output


def test_a_changed_entry_is_found_and_ends_in_an_error(proven, cartback):
    row = rows(proven)[0]
    row["body"]["S"] = row["body"]["S"].replace("I agree.", "I agree to all.")
    proven.clients.dynamodb.put_item(TableName="LedgerTable", Item=row)
    told = cartback("consent", "verify", "lamp-shop", "p1")
    assert told.exit_code == 1
    assert "entry 1 was changed" in told.stderr


def test_a_deleted_entry_is_found(proven, cartback):
    row = rows(proven)[1]
    proven.clients.dynamodb.delete_item(
        TableName="LedgerTable", Key={name: row[name] for name in ("pk", "sk")}
    )
    assert cartback("consent", "verify", "lamp-shop", "p1").exit_code == 1


def test_nobody_by_that_id_is_refused(proven, cartback):
    told = cartback("consent", "show", "lamp-shop", "p9")
    assert (told.exit_code, "knows nobody" in told.stderr) == (1, True)


def test_the_words_for_the_shops_own_form_are_those_that_will_be_kept_as_evidence(proven, cartback):
    proven.book().edit("lamp-shop", {"policy.caps.per_day": 1, "policy.caps.per_week": 3}, "anna")
    told = json.loads(cartback("consent", "wording", "lamp-shop", "--topic", "news", "--json").stdout)
    shop = face(proven.book().show("lamp-shop"))
    for each in told:
        assert each["wording"] == texts.wording(each["language"], shop, ("news",))
        assert each["version"] == version_of(each["wording"])
    assert [each["language"] for each in told] == ["de", "en"]
    assert "at most 1 a day, 3 in 7 days" in cartback("consent", "wording", "lamp-shop").stdout


def test_there_are_no_words_for_what_is_no_topic(proven, cartback):
    done = cartback("consent", "wording", "lamp-shop", "--topic", "gossip")
    assert done.exit_code == 2
    assert done.stderr == "cartback: --topic: must be one of cart_reminders, offers, news\n"
