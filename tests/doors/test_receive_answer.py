"""/answers/{shop}/{channel}: a farewell by message goes the whole way, from the provider's request to the row."""

from __future__ import annotations

import base64
import json

import pytest

from cartback.domain.intake.responses import path_word
from tests.doors.house import SHOP, checkout, sample
from tests.fakes.answer_senders import NUMBER, answer, meta, twilio, whatsapp_message, whatsapp_request

TOKEN, HOST = "the-token-of-the-lamp-shop", "api1.execute-api.eu-central-1.amazonaws.com"
CHANNELS = ("sms", "whatsapp")


@pytest.fixture
def house(house):
    """The house, whose shop hears answers."""
    prefix = house.stack.environment("ReceiveAnswer")["ANSWER_SECRET_PREFIX"]
    for channel in CHANNELS:
        value = json.dumps({"platform": channel, "secrets": [TOKEN]})
        house.stack.clients.secretsmanager.create_secret(Name=f"{prefix}{SHOP}/{channel}", SecretString=value)
    return house


def call(house, channel: str, body: bytes = b"", headers=None, *, query: str = "", shop: str = SHOP):
    """Send a request as API Gateway would pass it on."""
    event = sample("receive_answer.handshake" if query else "receive_answer")
    event["rawPath"], event["rawQueryString"] = f"/answers/{shop}/{channel}", query
    event["pathParameters"] = {"shop": shop, "channel": channel}
    event["requestContext"]["domainName"] = HOST
    event["headers"] = {name.title(): value for name, value in (headers or {}).items()}
    event["body"], event["isBase64Encoded"] = base64.b64encode(body).decode(), True
    return house.call("receive_answer", event)


def signed(house, channel: str, token: str = TOKEN) -> tuple[bytes, dict[str, str]]:
    if channel == "sms":
        return twilio(f"https://{HOST}/answers/{SHOP}/sms", token, **answer())
    body = whatsapp_request(messages=[whatsapp_message(int(house.now.timestamp()))])
    return body, meta(body, token)


def agreed() -> list[dict[str, object]]:
    said = {"granted": True, "at": "2026-01-01T00:00:00Z", "basis": "double_opt_in", "source": "form"}
    return [{"channel": channel, **said} for channel in CHANNELS]


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_farewell_by_message_is_told_as_a_consent_that_was_withdrawn(house, channel):
    customer = {"email": "ada@example.com", "phone": NUMBER, "locale": "de", "consents": agreed()}
    house.tell(checkout(customer=customer), "m1")
    house.heard()
    answered = call(house, channel, *signed(house, channel))
    assert answered["statusCode"] == 200
    assert answered["body"] == {"sms": "<Response/>", "whatsapp": "heard\n"}[channel]
    assert answered["headers"]["content-type"].startswith(
        {"sms": "text/xml", "whatsapp": "text/plain"}[channel]
    )
    assert house.work_off() == []
    (withdrawn,) = house.heard()
    assert (withdrawn["fact"], withdrawn["data"]["channel"]) == ("consent.withdrawn", channel)
    assert NUMBER not in json.dumps(withdrawn)


def test_a_provider_that_tells_it_again_changes_nothing_more(house):
    for _ in range(2):
        assert call(house, "sms", *signed(house, "sms"))["statusCode"] == 200
        assert house.work_off() == []
        told = house.heard()
    assert told == []
    assert house.parked() == []


@pytest.mark.parametrize("channel", CHANNELS)
def test_what_somebody_else_signed_is_refused_in_one_line_and_nothing_is_kept(house, channel):
    answered = call(house, channel, *signed(house, channel, "the-token-of-somebody"))
    assert (answered["statusCode"], answered["body"]) == (403, "signature missing or wrong\n")
    assert call(house, channel, *signed(house, channel), shop="nobody") == answered
    assert house.stack.messages("IntakeQueue") == []


def test_meta_shakes_hands_with_the_word_that_the_operator_was_told(house):
    query = f"hub.mode=subscribe&hub.challenge=77&hub.verify_token={path_word(TOKEN)}"
    answered = call(house, "whatsapp", query=query)
    assert (answered["statusCode"], answered["body"]) == (200, "77")
    assert answered["headers"]["x-content-type-options"] == "nosniff"
    assert call(house, "whatsapp", query=query[:-1])["statusCode"] == 403


def test_while_the_queue_cannot_be_reached_the_provider_is_asked_to_send_again(house):
    house.unreachable("SQS")
    assert call(house, "sms", *signed(house, "sms"))["statusCode"] == 503
