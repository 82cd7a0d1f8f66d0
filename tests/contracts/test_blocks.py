"""What stops a whole shop, on the real tables: sixteen rows that say the same, of which a claim checks one."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from cartback.domain.claims import Claim
from cartback.domain.consent.signup import SignUp
from cartback.domain.context import Context
from cartback.domain.errors import Conflict
from cartback.domain.people.customer import Person, sent
from cartback.domain.trade.cart import Cart
from cartback.ports import RowSet, TimelineEntry
from cartback.store.blocks import SHARDS, SHOP_WIDE
from cartback.store.messaging.ledger import DynamoLedger
from cartback.store.tables import Tables
from cartback.store.trade.records import DynamoRecords
from cartback.subjects.cart import KIND as CART_KIND
from tests.contracts.conftest import Room
from tests.fakes.taking import take_question, take_touch
from tests.fakes.world import START, HandClock

LINE = TimelineEntry(START, "decision", {"word": "send"})
CARTS = [f"c{number}" for number in range(24)]


@pytest.fixture
def dynamo(stack) -> Room:
    """The real tables alone: the fake knows of no shards."""
    clock = HandClock()
    records = DynamoRecords(stack.clients, stack.tables, clock)
    return Room(records, DynamoLedger(stack.clients, stack.tables, clock), clock)


def stop(room, where: str, because: str | None) -> None:
    before = room.records.read("demo", blocks=[where])
    room.records.save("demo", before, RowSet(blocks={where: because}))


def rows(stack) -> list[str]:
    """The reasons in the rows of blocks."""
    return [row["to"]["S"] for row in stack.rows("Customers") if "#block#" in row["pk"]["S"]]


def claim_of(touch: str, name: str, cart_id: str = "", person_id: str = "") -> Claim:
    return Claim("demo", f"k-{name}", cart_id, 1, touch, "email", person_id, f"h-{name}", "e", 1, START)


def take(room, cart_id: str) -> str | None:
    """Claim a message of a cart and a person of its own."""
    cart, person = Cart("demo", cart_id, person_id=f"p-{cart_id}"), Person("demo", f"p-{cart_id}")
    known = room.records.read("demo", carts=[cart_id])
    if known.carts[cart_id] is None:
        room.records.save("demo", known, RowSet(carts={cart_id: cart}, persons={person.person_id: person}))
    context = room.records.context("demo", cart_id, person.person_id, None, CART_KIND)
    claim = claim_of("reminder", cart_id, cart_id, person.person_id)
    return take_touch(room.ledger, claim, context, sent(context.person, START), LINE, [])


def answer(room, request_id: str) -> str | None:
    """Claim the answer to a request."""
    known = room.records.read("demo", requests=[request_id])
    if known.requests[request_id] is None:
        room.records.save("demo", known, RowSet(requests={request_id: SignUp("demo", request_id)}))
        known = room.records.read("demo", requests=[request_id])
    claim = claim_of("confirm", request_id)
    return take_question(room.ledger, claim, known.requests[request_id], LINE, [])


@pytest.mark.parametrize("where", SHOP_WIDE)
def test_whatever_cart_is_asked_about_a_stopped_shop_is_stopped_and_lets_go_as_a_whole(room, where):
    stop(room, where, "because")
    assert room.records.read("demo", blocks=[where]).blocks == {where: "because"}
    assert {room.records.context("demo", cart, None, None, CART_KIND).shop_block for cart in CARTS} == {
        "because"
    }
    assert {take(room, cart) for cart in CARTS} == {"blocked"}
    stop(room, where, None)
    assert room.records.read("demo", blocks=[where]).blocks == {where: None}
    assert {room.records.context("demo", cart, None, None, CART_KIND).shop_block for cart in CARTS} == {None}
    assert {take(room, cart) for cart in CARTS} == {None}


def test_whoever_asked_for_an_answer_gets_none_of_a_shop_that_left(room):
    stop(room, "shop", "shop_left")
    assert {answer(room, request) for request in CARTS} == {"blocked"}
    stop(room, "shop", None)
    assert {answer(room, request) for request in CARTS} == {None}


@pytest.mark.parametrize("where", SHOP_WIDE)
def test_a_new_reason_replaces_the_old_one_everywhere_and_a_lifted_one_leaves_nothing(dynamo, stack, where):
    stop(dynamo, where, "first")
    dynamo.records.save("demo", RowSet(), RowSet(blocks={where: "second"}))
    assert rows(stack) == ["second"] * SHARDS
    dynamo.records.save("demo", RowSet(blocks={where: "second"}), RowSet(blocks={where: None}))
    assert rows(stack) == []


def test_an_address_has_one_row(dynamo, stack):
    stop(dynamo, "h1", "bounced")
    assert rows(stack) == ["bounced"]


def test_a_shop_is_stopped_with_all_that_was_folded_beside_it_or_not_at_all(dynamo, stack):
    take(dynamo, "c1")
    overtaken = RowSet(carts={"c1": Cart("demo", "c1", version=7)}, blocks={"shop": "shop_left"})
    with pytest.raises(Conflict):
        dynamo.records.save("demo", RowSet(), overtaken)
    assert rows(stack) == []


class Listening:
    """DynamoDB that only writes down which rows it is asked for."""

    def __init__(self) -> None:
        self.touched: list[set[str]] = []
        self.read: set[str] = set()

    def transact_write_items(self, TransactItems):  # noqa: N803 (DynamoDB's own name)
        actions = [action for write in TransactItems for action in write.values()]
        keys = [action.get("Key") or action["Item"] for action in actions]
        self.touched.append({key["pk"]["S"] for key in keys})

    def batch_get_item(self, RequestItems):  # noqa: N803
        self.read = {key["pk"]["S"] for part in RequestItems.values() for key in part["Keys"]}
        return {"Responses": {}}


def listening() -> tuple[Listening, Room]:
    heard, clock = Listening(), HandClock()
    clients = SimpleNamespace(dynamodb=heard)
    return heard, Room(DynamoRecords(clients, Tables(), clock), DynamoLedger(clients, Tables(), clock), clock)


def rows_of_claim(name: str) -> set[str]:
    """The rows that the claim of a cart of this name touches."""
    heard, room = listening()
    person = Person("demo", f"p-{name}")
    claim = claim_of("reminder", name, name, person.person_id)
    take_touch(room.ledger, claim, Context(Cart("demo", name), person), person, LINE, [])
    return heard.touched[0]


def rows_of_answer(name: str) -> set[str]:
    """The rows that the claim of the answer to a request of this name touches."""
    heard, room = listening()
    claim = replace(claim_of("confirm", name, name), kind="signup")
    take_question(room.ledger, claim, SignUp("demo", name), LINE, [])
    return heard.touched[0]


@pytest.mark.parametrize("rows_of", [rows_of_claim, rows_of_answer])
def test_claims_of_two_people_hardly_ever_meet_in_a_row(rows_of):
    """A row that all claims of a shop touch is in 200 of 200, one of sixteen in 13 or so."""
    names = [f"c{number}" for number in range(200)]
    met = Counter(row for name in names for row in rows_of(name))
    assert met.most_common(1)[0][1] <= 0.15 * len(names), met.most_common(3)


@given(cart_id=st.text(min_size=1, max_size=40, alphabet=st.characters(codec="utf-8")))
def test_whatever_a_cart_is_called_its_claim_checks_rows_that_leaving_writes_and_reading_sees(cart_id):
    heard, room = listening()
    room.records.save("demo", RowSet(), RowSet(blocks=dict.fromkeys(SHOP_WIDE, "because")))
    checked = rows_of_claim(cart_id) & heard.touched[0]
    assert len(checked) == len(SHOP_WIDE)
    room.records.context("demo", cart_id, None, None, CART_KIND)
    assert heard.read & heard.touched[0] == checked
    assert len(rows_of_answer(cart_id) & heard.touched[0]) == 1


class Crowded:
    """DynamoDB while claims are under way: the first transactions meet one of them and are cancelled."""

    def __init__(self, client, times: int, reason: str = "TransactionConflict") -> None:
        self.client, self.times, self.reason, self.asked = client, times, reason, 0

    def __getattr__(self, name: str):
        return getattr(self.client, name)

    def transact_write_items(self, **ask):
        self.asked += 1
        if self.asked <= self.times:
            reasons = [{"Code": "None"} for _ in ask["TransactItems"]]
            reasons[-1] = {"Code": self.reason}
            error = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons}
            raise ClientError(error, "TransactWriteItems")
        return self.client.transact_write_items(**ask)


def crowded(stack, times: int, reason: str = "TransactionConflict") -> tuple[Crowded, DynamoRecords]:
    client = Crowded(stack.clients.dynamodb, times, reason)
    return client, DynamoRecords(SimpleNamespace(dynamodb=client), stack.tables, HandClock())


@pytest.mark.answered
def test_a_shop_is_stopped_although_its_claims_are_always_in_the_way(stack):
    client, records = crowded(stack, times=20)
    records.save("demo", RowSet(), RowSet(blocks={"shop": "shop_left"}))
    assert (client.asked, rows(stack)) == (21, ["shop_left"] * SHARDS)


@pytest.mark.answered
def test_nobody_tries_for_ever_and_then_nothing_is_written(stack):
    client, records = crowded(stack, times=10_000)
    with pytest.raises(Conflict):
        records.save("demo", RowSet(), RowSet(blocks={"shop": "shop_left"}))
    assert client.asked < 100
    assert rows(stack) == []


@pytest.mark.answered
@pytest.mark.parametrize(
    ("after", "reason"),
    [
        (RowSet(blocks={"shop": "shop_left"}), "ConditionalCheckFailed"),
        (RowSet(blocks={"h1": "bounced", "h2": "bounced"}), "TransactionConflict"),
    ],
)
def test_a_row_that_was_overtaken_is_read_again_and_not_tried_again(stack, after, reason):
    client, records = crowded(stack, times=1, reason=reason)
    with pytest.raises(Conflict):
        records.save("demo", RowSet(), after)
    assert client.asked == 1
