"""What providers tell of short messages: which news settle a claim, which silence the number, which say nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from botocore.session import Session

from cartback import channels
from cartback.channels import sms_aws_events, sms_twilio_events
from cartback.domain import claims
from cartback.domain.errors import Refused
from tests.fakes.world import START

AT = datetime(2026, 3, 2, 11, 0, 1, tzinfo=UTC)
CONTEXT = {"shop": "demo", "claim": "c1", "flow": "cart_recovery", "touch": "reminder", "lang": "de"}


def aws(kind: str, **changes) -> dict:
    """An event as the user guide shows it."""
    return {
        "eventType": kind,
        "eventVersion": "1.0",
        "eventTimestamp": int(AT.timestamp() * 1000),
        "isFinal": True,
        "originationPhoneNumber": "+12065550152",
        "destinationPhoneNumber": "+4915112345678",
        "isInternationalSend": False,
        "messageId": "862a8790",
        "messageRequestTimestamp": int(AT.timestamp() * 1000) - 300,
        "messageEncoding": "GSM",
        "messageType": "PROMOTIONAL",
        "messageStatus": kind.removeprefix("TEXT_"),
        "messageStatusDescription": "as it says",
        "context": CONTEXT,
        "totalMessageParts": 1,
        "totalMessagePrice": 0.09582,
        "totalCarrierFee": 0.0,
        **changes,
    }


def twilio(status: str, error: str = "", **changes) -> dict:
    """A callback as ``twilio_answers`` keeps it, with the shop that the door adds."""
    told = {
        "sid": "SM1",
        "status": status,
        "error": error,
        "claim": "c1",
        "at": AT.isoformat(),
        "shop": "demo",
    }
    return {"twilio": told | changes}


FATES = [
    ("sent", claims.SENT, False, False, False, [aws("TEXT_SENT"), aws("TEXT_QUEUED"), aws("TEXT_PENDING")]),
    ("with a carrier", claims.SENT, False, False, False, [aws("TEXT_SUCCESSFUL"), twilio("sent"), twilio("queued")]),
    ("delivered", claims.DELIVERED, False, False, False, [aws("TEXT_DELIVERED"), twilio("delivered"), twilio("read")]),
    ("no such number", claims.BOUNCED, True, False, False, [aws("TEXT_INVALID"), twilio("undelivered", "30005")]),
    ("a landline", claims.BOUNCED, True, False, False, [twilio("undelivered", "30006"), twilio("failed", "21614")]),
    ("blocked by its owner", claims.BOUNCED, True, False, False, [aws("TEXT_BLOCKED"), twilio("undelivered", "30004")]),
    ("switched off", claims.BOUNCED, False, False, False, [aws("TEXT_UNREACHABLE"), twilio("undelivered", "30003")]),
    ("filtered", claims.BOUNCED, False, True, False, [aws("TEXT_SPAM"), twilio("undelivered", "30007")]),
    ("kept back", claims.BOUNCED, False, True, False, [aws("TEXT_CARRIER_BLOCKED")]),
    ("too late", claims.BOUNCED, False, True, False, [aws("TEXT_TTL_EXPIRED"), twilio("failed", "30036")]),
    ("of no known cause", claims.BOUNCED, False, True, False, [twilio("undelivered", "30008"), twilio("failed", "9")]),
    ("listed", claims.REJECTED, False, False, True, [aws("TEXT_PROTECT_BLOCKED"), twilio("failed", "21610")]),
    ("called off", claims.REJECTED, False, False, False, [twilio("canceled")]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("state", "permanent", "of_message", "listed", "event"),
    [(*fate[1:5], event) for fate in FATES for event in fate[5]],
)
def test_each_fate_of_a_message_says_what_it_is_for_claim_and_number(
    state, permanent, of_message, listed, event
):
    (receipt,) = channels.receipts(event)
    assert (receipt.shop, receipt.claim_id, receipt.at) == ("demo", "c1", AT)
    assert (receipt.state, receipt.permanent, receipt.of_message, receipt.listed) == (
        state,
        permanent,
        of_message,
        listed,
    )
    assert receipt.provider_id in ("862a8790", "SM1")
    assert "4915112345678" not in repr(receipt)


@pytest.mark.parametrize(
    "event",
    [
        aws("TEXT_UNKNOWN"),
        aws("TEXT_SOMETHING_NEW"),
        aws("TEXT_DELIVERED", context={}),
        aws("TEXT_DELIVERED", context={"claim": "c1"}),
        aws("TEXT_DELIVERED", context=None),
        aws("MEDIA_DELIVERED"),
        twilio("something_new"),
    ],
)
def test_what_says_nothing_of_a_message_of_ours_gives_no_receipt(event):
    assert channels.receipts(event) == []


def test_an_event_is_read_alike_from_eventbridge():
    told = {"version": "0", "source": "aws.sms-voice", "detail-type": "Text Message Delivery Status Updated"}
    assert channels.receipts({**told, "detail": aws("TEXT_DELIVERED")}) == channels.receipts(
        aws("TEXT_DELIVERED")
    )


@pytest.mark.parametrize(
    "event",
    [
        aws("TEXT_DELIVERED", eventTimestamp="soon"),
        aws("TEXT_DELIVERED", eventTimestamp=10**30),
        {name: value for name, value in aws("TEXT_DELIVERED").items() if name != "messageId"},
        twilio("delivered", at="soon"),
        {"twilio": {"status": "delivered"}},
        {"twilio": ["delivered"]},
    ],
)
def test_news_of_ours_in_another_shape_is_put_aside(event):
    with pytest.raises(Refused):
        channels.receipts(event)


def test_news_is_named_by_the_message_and_what_it_says_so_that_a_repeated_one_counts_once():
    said = [
        aws("TEXT_SENT"),
        aws("TEXT_DELIVERED"),
        twilio("sent"),
        twilio("failed", "30003"),
        twilio("failed", "30005"),
    ]
    keys = [channels.receipts(event)[0].key for event in said]
    assert len(set(keys)) == len(said)
    later = {"eventTimestamp": int((AT + timedelta(hours=1)).timestamp() * 1000)}
    assert channels.receipts(aws("TEXT_SENT", **later))[0].key == keys[0]


def test_every_type_of_event_of_the_service_has_a_meaning():
    """Of the service's own list; a new one is seen here when botocore brings it."""
    listed = Session().get_service_model("pinpoint-sms-voice-v2").shape_for("EventType").enum
    assert {kind for kind in listed if kind.startswith("TEXT_")} - {"TEXT_ALL"} == set(
        sms_aws_events.MEANINGS
    )


def test_every_state_of_twilios_list_has_a_meaning_or_is_of_messages_that_come_in():
    from tests.unit.channels.test_sms_twilio import SPEC

    listed = set(SPEC.schemas["message_enum_status"]["enum"])
    assert listed - set(sms_twilio_events.STATES) == {"failed", "undelivered", "receiving", "received"}


def test_the_moment_of_a_callback_is_when_it_reached_us():
    assert AT > START
    assert channels.receipts(twilio("delivered"))[0].at == AT
