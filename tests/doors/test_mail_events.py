"""What SES tells of our mails, through the same queue: it settles claims and stops what has to stop."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from cartback.domain import claims
from cartback.store.messaging.ledger import DynamoLedger
from cartback.store.trade.records import DynamoRecords
from tests.doors.house import SHOP
from tests.doors.test_tasks import first_touch, touch
from tests.fakes.world import HandClock

PARTS = {
    "Send": ("send", {}),
    "Delivery": ("delivery", {"timestamp": "2026-03-02T11:00:09.000Z"}),
    "Bounce": ("bounce", {"bounceType": "Permanent", "bounceSubType": "General", "feedbackId": "f-1"}),
    "SoftBounce": (
        "bounce",
        {"bounceType": "Transient", "bounceSubType": "MailboxFull", "feedbackId": "f-2"},
    ),
    "Complaint": ("complaint", {"complaintFeedbackType": "abuse", "feedbackId": "f-3"}),
    "Reject": ("reject", {"reason": "Bad content"}),
}


def news(kind: str, claim_id: str, shop: str = SHOP) -> str:
    """One event as SES publishes it through SNS with raw delivery."""
    name, part = PARTS[kind]
    mail = {
        "messageId": "0100-1",
        "timestamp": "2026-03-02T11:00:05.000Z",
        "destination": ["ada@example.com"],
        "tags": {"shop": [shop], "claim": [claim_id], "ses:configuration-set": ["ConfigurationSet"]},
    }
    return json.dumps({"eventType": kind.removeprefix("Soft"), "mail": mail, name: part})


@pytest.fixture
def sent(house):
    """A house that has just sent its first mail; gives the id of its claim."""
    first_touch(house)
    house.heard()
    (row,) = [row for row in house.stack.rows("Ledger") if "#claim#" in row["pk"]["S"]]
    return house, row["pk"]["S"].rpartition("#")[2]


def state(house, claim_id: str) -> str:
    ledger = DynamoLedger(house.stack.clients, house.stack.tables, HandClock(house.now))
    return ledger.read_claim(SHOP, claim_id).state


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        (["Send"], claims.SENT),
        (["Delivery"], claims.DELIVERED),
        (["Delivery", "Send"], claims.DELIVERED),
        (["Bounce", "Delivery"], claims.BOUNCED),
        (["Complaint", "Delivery", "Bounce"], claims.COMPLAINED),
        (["Reject"], claims.REJECTED),
    ],
)
def test_news_settles_the_claim_in_whatever_order_it_comes(sent, kinds, expected):
    house, claim_id = sent
    for kind in kinds:
        assert house.apply([news(kind, claim_id)]) == []
    assert state(house, claim_id) == expected


@pytest.mark.parametrize(
    ("kind", "because"),
    [("Bounce", "bounced"), ("Complaint", "complained"), ("SoftBounce", None), ("Delivery", None)],
)
def test_a_hard_bounce_or_a_complaint_blocks_person_and_address_and_nothing_else_does(sent, kind, because):
    house, claim_id = sent
    assert house.apply([news(kind, claim_id), news(kind, claim_id)]) == []
    rows = house.stack.rows("Customers")
    (person,) = [json.loads(row["body"]["S"]) for row in rows if "#person#" in row["pk"]["S"]]
    assert person.get("blocked") == because
    blocks = [row["to"]["S"] for row in rows if "#block#" in row["pk"]["S"]]
    assert blocks == ([because] if because else [])


def test_news_is_told_as_a_fact_under_the_same_id_each_time(sent):
    house, claim_id = sent
    house.apply([news("Delivery", claim_id)])
    house.apply([news("Delivery", claim_id)])
    told = [fact for fact in house.heard() if fact["fact"] == "message.delivered"]
    assert len(told) == 2
    assert len({fact["id"] for fact in told}) == 1
    assert "ada" not in json.dumps(told)


def test_news_of_a_claim_that_is_not_ours_is_counted_and_left(sent, capsys):
    house, claim_id = sent
    assert house.apply([news("Bounce", "nobody"), news("Bounce", claim_id, shop="other")]) == []
    assert capsys.readouterr().out.count('"ReceiptsUnknown"') >= 2
    assert state(house, claim_id) == claims.SENT


@pytest.mark.parametrize(
    "body",
    [
        '{"eventType": "Open", "mail": {}}',
        '{"eventType": "Delivery", "mail": {"messageId": "1", "timestamp": "2026-03-02T11:00:05.000Z"}}',
        "Successfully validated SNS topic for Amazon SES event publishing.",
    ],
)
def test_what_says_nothing_of_a_claim_is_passed_over(house, body):
    assert house.apply([body]) == []
    assert house.parked() == []


@pytest.mark.parametrize(
    "event",
    [
        {"eventType": "Bounce", "mail": "x"},
        {"eventType": "Bounce", "mail": {"tags": {"shop": [], "claim": []}}},
        {"eventType": "Bounce", "mail": {"tags": {"shop": ["s"], "claim": ["c"]}}},
        {
            "eventType": "Bounce",
            "mail": {"messageId": "1", "timestamp": "soon", "tags": {"shop": ["s"], "claim": ["c"]}},
        },
    ],
)
def test_an_event_of_ses_of_another_shape_is_parked_or_passed_over_and_the_queue_goes_on(house, event):
    assert house.apply([json.dumps(event), news("Send", "nobody")]) == []


def test_news_comes_back_while_the_tables_cannot_be_reached(sent):
    house, claim_id = sent
    house.unreachable("DYNAMODB")
    assert house.apply([news("Bounce", claim_id)]) == [0]
    house.extra.clear()
    assert house.apply([news("Bounce", claim_id)]) == []
    assert state(house, claim_id) == claims.BOUNCED


def test_after_a_complaint_nothing_more_is_sent(sent):
    house, claim_id = sent
    house.apply([news("Complaint", claim_id)])
    house.now += timedelta(days=1)
    answer = touch(house, house.known)
    assert answer["next"] == "stop"
    assert len(house.mails()) == 1
    records = DynamoRecords(house.stack.clients, house.stack.tables, HandClock(house.now))
    assert records.read(SHOP, blocks=["shop"]).blocks == {"shop": None}
