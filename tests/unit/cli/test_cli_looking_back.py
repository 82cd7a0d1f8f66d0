"""``cartback audit`` and ``cartback replay``, and every word that they and ``why`` may have to say."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import Result

import cartback as package
from cartback.domain import claims
from cartback.domain.claims import Claim
from cartback.domain.context import Context
from cartback.domain.people.customer import Person
from cartback.domain.results.audit import KINDS
from cartback.domain.trade.cart import Cart
from cartback.domain.trade.items import Item
from cartback.domain.trade.purchases import Purchase
from cartback.ports import Delivery, RowSet, TimelineEntry
from cartback.ports.rows import BLOCKED
from cartback.store.messaging.ledger import CLAIMED_BEFORE, WARMING_UP
from cli import words
from cli.stack import Stack
from tests.fakes.taking import take_touch
from tests.laws.reading import properties
from tests.unit.cli.conftest import NOW
from tests.unit.settings.shop import document

Cartback = Callable[..., Result]


@pytest.fixture
def kept(stack: Stack) -> Stack:
    """The stack with the indexes, the table and the bucket that looking back needs."""
    given = properties("Ledger")
    for index in given["GlobalSecondaryIndexes"]:
        stack.clients.dynamodb.update_table(
            TableName="LedgerTable",
            AttributeDefinitions=given["AttributeDefinitions"],
            GlobalSecondaryIndexUpdates=[{"Create": index}],
        )
    stack.clients.dynamodb.create_table(
        TableName="InsightsTable",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=properties("Insights")["KeySchema"],
        AttributeDefinitions=properties("Insights")["AttributeDefinitions"],
    )
    stack.clients.s3.create_bucket(
        Bucket="raw", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    stack.outputs.update(InsightsTable="InsightsTable", RawBucket="raw")
    stack.book().add(document(), "anna")
    return stack


def claimed(stack: Stack, state: str, **known: object) -> None:
    """One message of yesterday, to somebody of whom this is known."""
    at = NOW - timedelta(days=1)
    cart = Cart("lamp-shop", "c1", items=(Item("v1", "Lamp"),), person_id="p1", started_at=at, activity_at=at)
    person = Person(
        "lamp-shop", "p1", email="erika@kundin.example", email_hash="h1", cart_ids=("c1",), **known
    )
    empty = RowSet(carts={"c1": None}, persons={"p1": None})
    stack.records().save("lamp-shop", empty, RowSet(carts={"c1": cart}, persons={"p1": person}))
    page = stack.records().read("lamp-shop", carts=["c1"], persons=["p1"])
    claim = Claim("lamp-shop", "k1", "c1", 1, "reminder", "email", "p1", "h1", "email/x", 1, at)
    line = TimelineEntry(
        at, "decision", {"word": "send", "reason": "due", "touch": "reminder", "claim_id": "k1"}
    )
    context = Context(page.carts["c1"], page.persons["p1"])
    assert take_touch(stack.ledger(), claim, context, page.persons["p1"], line, []) is None
    stack.ledger().mark(claim, claims.settle(claim, state, at))


def test_a_day_without_messages_is_a_good_day(cartback: Cartback, kept: Stack) -> None:
    done = cartback("audit", "lamp-shop")
    assert done.exit_code == 0, done.stderr
    assert "0 messages claimed" in done.stdout


def test_a_broken_promise_is_told_and_ends_with_1(cartback: Cartback, kept: Stack) -> None:
    bought_at = NOW - timedelta(days=1, hours=-0.5)
    claimed(kept, claims.SENT, purchases=(Purchase(bought_at, NOW - timedelta(days=1, hours=2)),))
    done = cartback("audit", "lamp-shop", "--json")
    told = json.loads(done.stdout)
    assert done.exit_code == 1
    assert (told["broken"], told["counts"]["after_purchase"], told["kept"]) == (2, 1, False)
    assert {each["kind"] for each in told["findings"]} == {"after_purchase", "without_basis"}
    assert (
        "verschickt nach einem Kauf, den wir kannten" in cartback("audit", "lamp-shop", "--lang", "de").stdout
    )


def test_what_the_night_kept_is_shown_until_somebody_wants_to_look_anew(
    cartback: Cartback, kept: Stack
) -> None:
    claimed(kept, claims.UNKNOWN)
    day = (NOW - timedelta(days=1)).date()
    kept.audits().keep(replace(kept.look_back()("lamp-shop", day), claims=77))
    assert json.loads(cartback("audit", "lamp-shop", "--json").stdout)["claims"] == 77
    anew = json.loads(cartback("audit", "lamp-shop", "--fresh", "--json").stdout)
    assert (anew["claims"], anew["counts"]["unknown"]) == (1, 1)


def test_a_message_of_which_nobody_knows_is_told_by_why_and_by_the_cart(
    cartback: Cartback, kept: Stack
) -> None:
    claimed(kept, claims.UNKNOWN)
    for line in (["why", "lamp-shop", "p1"], ["cart", "show", "lamp-shop", "c1"]):
        assert "message reminder (email): nobody knows whether it went out" in cartback(*line).stdout
    (message,) = json.loads(cartback("why", "lamp-shop", "p1", "--json").stdout)["messages"]
    assert (message["data"]["state"], message["data"]["claim_id"]) == ("unknown", "k1")


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (["audit", "nobody"], 1),
        (["audit", "lamp-shop", "--day", "yesterday"], 2),
        (["replay", "nobody", "--from", "2026-02-28", "--to", "2026-03-01"], 1),
        (["replay", "lamp-shop", "--from", "2026-02-28", "--to", "noon"], 2),
        (["replay", "lamp-shop", "--from", "2026-03-01", "--to", "2026-02-28"], 1),
        (["replay", "lamp-shop", "--from", "2026-01-01", "--to", "2026-02-28"], 1),
    ],
)
def test_a_line_that_makes_no_sense_is_refused(
    cartback: Cartback, kept: Stack, line: list[str], code: int
) -> None:
    assert cartback(*line).exit_code == code


def test_a_replay_queues_what_was_kept_and_a_dry_run_only_tells(cartback: Cartback, kept: Stack) -> None:
    at = NOW - timedelta(hours=20)
    deliveries = [Delivery("lamp-shop", "shopify", "carts/update", f"e{n}", at, "{}") for n in range(3)]
    kept.replay().shelf.keep("lamp-shop", "batch", deliveries)  # type: ignore[attr-defined]
    span = ["--from", "2026-02-28", "--to", "2026-03-01T00:00+00:00"]
    assert "3 events would be queued" in cartback("replay", "lamp-shop", *span, "--dry-run").stdout
    told = json.loads(cartback("replay", "lamp-shop", *span, "--force", "--json").stdout)
    assert (told["events"], told["topics"], told["queued"]) == (3, {"carts/update": 3}, True)
    url = kept["IntakeQueueUrl"]
    messages = kept.clients.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    envelopes = [json.loads(message["Body"]) for message in messages]
    assert {each["key"] for each in envelopes} == {"e0", "e1", "e2"}
    assert {(each["replayed"], each["generation"]) for each in envelopes} == {(True, NOW.isoformat())}


# ── words ────────────────────────────────────────────────────────────────────────────────────────────────────────


def constants_returned_by(module: str, function: str) -> set[str]:
    """The words that a function of the package can give back."""
    tree = ast.parse((Path(package.__path__[0]) / module).read_text())
    (found,) = (
        node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == function
    )
    return {
        node.value
        for statement in ast.walk(found)
        if isinstance(statement, ast.Return) and statement.value is not None
        for node in ast.walk(statement.value)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_every_reason_against_a_message_that_is_given_as_a_word_has_plain_words() -> None:
    said = {BLOCKED, CLAIMED_BEFORE, WARMING_UP}  # what has changed is decided on again, and never kept
    assert said <= words.known_reasons()
    basis = constants_returned_by("domain/consent/consent.py", "basis_for")
    assert {"no_basis", "opted_out"} <= basis
    assert basis <= words.known_reasons()


def test_every_status_of_a_cart_and_every_reason_of_a_block_has_plain_words() -> None:
    closed = {"bought", "emptied", "given_up", "erased"}
    assert closed | {"bounced", "complained", "opted_out", "shop_left"} <= words.known_reasons()


def test_every_state_of_a_claim_and_every_finding_of_an_audit_has_words_in_both_languages() -> None:
    states = {value for name, value in vars(claims).items() if name.isupper() and isinstance(value, str)}
    assert states == words.known_states()
    assert set(KINDS) == words.known_findings()
    for word in states:
        assert words.state(word, "en") != words.state(word, "de")
    for kind in KINDS:
        assert words.finding(kind, "en") != words.finding(kind, "de")
