"""SMS through AWS End User Messaging: one request, held to botocore's model of it, four kinds of outcome."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cache

import pytest
from botocore import exceptions as aws
from botocore.session import Session
from botocore.stub import Stubber

from cartback.channels.one_request import ONE_REQUEST
from cartback.channels.sms_aws import AwsSms
from cartback.domain.flows import TRANSACTIONAL
from cartback.domain.people.suppression import GONE, LISTED
from cartback.ports import ADDRESS_REFUSED, Card, Doubtful, NotSent, Sent, Text
from tests.fakes.world import START, HandClock
from tests.unit.channels.provider import MESSAGE, Provider

SMS = replace(
    MESSAGE,
    address="+4915112345678",
    sender="Lumen Koeln",
    content=Text("Lumen: Nora ist noch im Warenkorb: https://l.example/r/x"),
    channel="sms",
    leave_url=None,
)
ASKED = {
    "DestinationPhoneNumber": "+4915112345678",
    "OriginationIdentity": "LumenKoeln",
    "MessageBody": SMS.text,
    "MessageType": "PROMOTIONAL",
    "ConfigurationSetName": "texts",
    "MaxPrice": "0.30",
    "Context": {
        "shop": "lumen",
        "claim": "claim_1-a",
        "flow": "cart_recovery",
        "touch": "reminder",
        "lang": "de",
    },
}


@cache
def client_of(config=ONE_REQUEST, url=None):
    session = Session()
    session.set_credentials("test", "test")
    return session.create_client(
        "pinpoint-sms-voice-v2", region_name="eu-central-1", config=config, endpoint_url=url
    )


@pytest.fixture
def service():
    """The channel, and a stub that holds each request and answer to the service's own model."""
    client = client_of()
    with Stubber(client) as stub:
        yield AwsSms("texts", "0.30", HandClock, lambda: None, client), stub


def test_a_message_says_whose_it_is_and_what_it_may_cost_and_comes_back_with_its_id(service):
    sms, stub = service
    stub.add_response("send_text_message", {"MessageId": "m-1"}, ASKED)
    assert sms.send(SMS) == Sent("m-1")


def test_an_answer_to_what_somebody_did_is_no_promotion(service):
    sms, stub = service
    stub.add_response("send_text_message", {"MessageId": "m-1"}, ASKED | {"MessageType": "TRANSACTIONAL"})
    assert sms.send(replace(SMS, kind=TRANSACTIONAL)) == Sent("m-1")


@pytest.mark.parametrize(
    ("left", "ttl"),
    [(timedelta(seconds=5), 5), (timedelta(hours=2), 7200), (timedelta(days=9), 259_200)],
)
def test_it_lies_at_a_carrier_no_longer_than_it_may_arrive(service, left, ttl):
    sms, stub = service
    stub.add_response("send_text_message", {"MessageId": "m-1"}, ASKED | {"TimeToLive": ttl})
    assert sms.send(replace(SMS, deadline=START + left)) == Sent("m-1")


def test_what_can_only_arrive_too_late_is_decided_about_again(service):
    sms, _ = service
    late = replace(SMS, deadline=START + timedelta(seconds=4))
    assert sms.send(late) == NotSent("past its deadline", after_seconds=60)


def test_without_a_limit_of_price_none_is_told():
    client = client_of()
    with Stubber(client) as stub:
        stub.add_response(
            "send_text_message",
            {"MessageId": "m-1"},
            {name: value for name, value in ASKED.items() if name != "MaxPrice"},
        )
        assert AwsSms("texts", "", HandClock, lambda: None, client).send(SMS) == Sent("m-1")


@pytest.mark.parametrize(
    "broken",
    [
        {"DestinationPhoneNumber": 4915112345678},
        {"MessageType": ["PROMOTIONAL"]},
        {"Context": {"shop": 1}},
        {"TimeToLive": "3600"},
        {"ClaimId": "claim_1-a"},
    ],
)
def test_the_services_model_refuses_what_is_not_its_own(broken):
    with pytest.raises(aws.ParamValidationError):
        client_of().send_text_message(**(ASKED | broken))


def refusal(stub, code, status=400, **told):
    stub.add_client_error(
        "send_text_message",
        code,
        "Not to +4915112345678",
        status,
        modeled_fields=None if code == "SomethingNew" else {"Message": "Not to +4915112345678", **told},
    )


@pytest.mark.parametrize(
    ("code", "status", "told", "outcome"),
    [
        (
            "ConflictException",
            400,
            {"Reason": "DESTINATION_PHONE_NUMBER_OPTED_OUT"},
            NotSent("opted_out", of_address=True, block=LISTED),
        ),
        (
            "ConflictException",
            400,
            {"Reason": "DESTINATION_PHONE_NUMBER_BLOCKED_BY_PROTECT_NUMBER_OVERRIDE"},
            NotSent("opted_out", of_address=True, block=LISTED),
        ),
        (
            "ConflictException",
            400,
            {"Reason": "NO_ORIGINATION_IDENTITIES_FOUND"},
            NotSent("ConflictException NO_ORIGINATION_IDENTITIES_FOUND"),
        ),
        (
            "ValidationException",
            400,
            {"Reason": "COUNTRY_NOT_ENABLED"},
            NotSent("country_blocked", of_address=True),
        ),
        (
            "ValidationException",
            400,
            {"Reason": "PRICE_OVER_THRESHOLD"},
            NotSent("too_dear", of_address=True),
        ),
        (
            "ValidationException",
            400,
            {
                "Reason": "INVALID_PARAMETER",
                "Fields": [{"Name": "DestinationPhoneNumber", "Message": "not a number"}],
            },
            NotSent("address_refused", of_address=True, block=GONE),
        ),
        (
            "ValidationException",
            400,
            {
                "Reason": "INVALID_PARAMETER",
                "Fields": [{"Name": "OriginationIdentity", "Message": "no"}],
            },
            NotSent("ValidationException INVALID_PARAMETER"),
        ),
        ("ThrottlingException", 429, {}, NotSent("ThrottlingException", 10)),
        (
            "ServiceQuotaExceededException",
            402,
            {"Reason": "MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT"},
            NotSent("ServiceQuotaExceededException MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT", 3600),
        ),
        (
            "AccessDeniedException",
            403,
            {"Reason": "INSUFFICIENT_ACCOUNT_REPUTATION"},
            NotSent("AccessDeniedException INSUFFICIENT_ACCOUNT_REPUTATION"),
        ),
        ("InternalServerException", 500, {}, Doubtful("InternalServerException")),
        ("SomethingNew", 503, {}, Doubtful("SomethingNew")),
    ],
)
def test_a_refusal_is_of_the_number_or_passes_or_is_for_a_person_or_nobody_knows(
    service, code, status, told, outcome
):
    sms, stub = service
    refusal(stub, code, status, **told)
    said = sms.send(SMS)
    assert said == outcome
    assert "4915112345678" not in said.reason


def test_every_reason_that_is_taken_for_the_numbers_is_one_of_the_services():
    from cartback.channels.sms_aws import _OF_NUMBER

    model = Session().get_service_model("pinpoint-sms-voice-v2")
    known = {
        reason
        for name in ("ConflictExceptionReason", "ValidationExceptionReason")
        for reason in model.shape_for(name).enum
    }
    assert set(_OF_NUMBER) <= known


@pytest.mark.parametrize("number", ["015112345678", "+49 151 12345678", "ada@example.com", ""])
def test_a_number_that_is_none_costs_no_request(service, number):
    sms, _ = service
    assert sms.send(replace(SMS, address=number)) == ADDRESS_REFUSED


@pytest.mark.parametrize("content", [Card("a", "b", "https://x.example"), Text("a" * 1601)])
def test_what_is_no_text_is_for_a_person_to_see(service, content):
    sms, _ = service
    said = sms.send(replace(SMS, content=content))
    assert isinstance(said, NotSent)
    assert said.after_seconds is None


def test_a_stack_that_was_not_given_identities_sends_none_and_says_why():
    said = AwsSms("", "0.30", HandClock, lambda: None).send(SMS)
    assert said == NotSent("this stack sends no SMS through AWS: deploy it with SmsIdentities")


@pytest.mark.parametrize(
    "answer", [None, (500, "InternalServerException", "", 0), (429, "Throttling", "", 0)]
)
def test_a_send_is_one_request_whatever_comes_back(answer):
    with Provider(answer) as provider:
        sms = AwsSms("texts", "0.30", HandClock, lambda: None, client_of(url=provider.url))
        assert not isinstance(sms.send(SMS), Sent)
        assert len(provider.requests) == 1
        assert provider.requests[0] == ASKED


def test_an_answer_that_never_comes_is_doubtful():
    with Provider(None) as provider:
        sms = AwsSms("texts", "0.30", HandClock, lambda: None, client_of(url=provider.url))
        assert sms.send(SMS) == Doubtful("ConnectionClosedError")


def test_a_service_that_cannot_be_reached_was_sent_nothing():
    sms = AwsSms("texts", "0.30", HandClock, lambda: None, client_of(url="http://127.0.0.1:9"))
    assert sms.send(SMS) == NotSent("not connected: EndpointConnectionError", after_seconds=60)
