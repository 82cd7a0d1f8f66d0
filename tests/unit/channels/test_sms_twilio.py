"""SMS through Twilio: one request, held to Twilio's own document, and four kinds of outcome."""

from __future__ import annotations

import base64
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from jsonschema import ValidationError

from cartback.channels.sms_twilio import _OF_NUMBER, TwilioSms
from cartback.domain.intake.delivery import ShopKeys
from cartback.domain.people.suppression import GONE, LISTED
from cartback.ports import ADDRESS_REFUSED, Doubtful, Mail, NotSent, Sent
from cartback.web.client import Http
from tests.fakes.world import START, HandClock
from tests.specs.openapi import FORM, Spec
from tests.unit.channels.test_sms_aws import SMS
from tests.unit.web.server import Asked, Says, serving

ACCOUNT, TOKEN = "AC" + "0" * 31 + "1", "a-token-of-twilio-that-signs"
SERVICE = "MG" + "0" * 31 + "2"
SPEC = Spec(Path(__file__).parents[2] / "specs" / "twilio" / "openapi.json")
TAKEN = Says(201, {"sid": "SM1", "status": "queued", "error_code": None})


class Safe:
    """The port ``Keys`` with one access."""

    def __init__(self, keys):
        self.keys = keys

    def of(self, name):
        return self.keys if name == "lumen/sms" else None


@contextmanager
def twilio(*answers):
    """The channel before a Twilio on this machine that gives these answers in turn."""
    waiting = list(answers)
    with serving(lambda _: waiting.pop(0) if len(waiting) > 1 else waiting[0]) as server:
        keys = ShopKeys("sms", (TOKEN, "the-token-before"), api={"account": ACCOUNT, "url": server.url})
        made = TwilioSms("https://api.example/", lambda: Http(loopback=True), lambda: Safe(keys), HandClock)
        yield made, server


def refused(code):
    return Says(400, {"code": code, "message": "to +4915112345678", "status": 400})


def test_a_message_goes_out_in_the_shops_own_account_and_says_where_its_news_belong():
    with twilio(TAKEN) as (sms, server):
        assert sms.send(SMS) == Sent("SM1")
    (asked,) = server.asked
    SPEC.check(asked)
    assert asked.path == f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    pair = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
    assert asked.headers["authorization"] == f"Basic {pair}"
    assert asked.body == {
        "To": ["+4915112345678"],
        "From": ["Lumen Koeln"],
        "Body": [SMS.text],
        "StatusCallback": ["https://api.example/answers/lumen/sms?claim=claim_1-a"],
        "SmartEncoded": ["false"],
    }


def test_a_messaging_service_chooses_the_number():
    with twilio(TAKEN) as (sms, server):
        sms.send(replace(SMS, sender=SERVICE))
    SPEC.check(server.asked[0])
    assert server.asked[0].body["MessagingServiceSid"] == [SERVICE]
    assert "From" not in server.asked[0].body


@pytest.mark.parametrize(
    ("left", "seconds"),
    [(timedelta(seconds=5), "5"), (timedelta(hours=2), "7200"), (timedelta(days=9), "36000")],
)
def test_it_waits_at_twilio_no_longer_than_it_may_arrive(left, seconds):
    with twilio(TAKEN) as (sms, server):
        sms.send(replace(SMS, deadline=START + left))
    SPEC.check(server.asked[0])
    assert server.asked[0].body["ValidityPeriod"] == [seconds]


def test_what_can_only_arrive_too_late_is_decided_about_again():
    with twilio(TAKEN) as (sms, server):
        late = replace(SMS, deadline=START + timedelta(seconds=4))
        assert sms.send(late) == NotSent("past its deadline", after_seconds=60)
    assert server.asked == []


POSTED = {"To": ["+4915112345678"], "Body": ["x"]}


@pytest.mark.parametrize(
    ("path", "form"),
    [
        (f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json", {"Body": ["x"]}),
        (f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json", POSTED | {"ValidityPeriod": ["soon"]}),
        (f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json", POSTED | {"StatusCallbackUrl": ["https://x"]}),
        (f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json", POSTED | {"MessagingServiceSid": ["MG1"]}),
        (f"/2010-04-01/Accounts/{ACCOUNT}/SMS/Messages.json", POSTED),
    ],
)
def test_twilios_document_refuses_what_is_not_its_own(path, form):
    SPEC.check(
        Asked("POST", f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json", {}, {"content-type": FORM}, POSTED)
    )
    with pytest.raises(ValidationError):
        SPEC.check(Asked("POST", path, {}, {"content-type": FORM}, form))


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (refused(21610), NotSent("opted_out", of_address=True, block=LISTED)),
        (refused(21211), NotSent("address_refused", of_address=True, block=GONE)),
        (refused(21614), NotSent("address_refused", of_address=True, block=GONE)),
        (refused(21408), NotSent("country_blocked", of_address=True)),
        (refused(21606), NotSent("Twilio refuses it: 21606")),
        (refused("21610"), NotSent("Twilio refuses it and says no reason")),
        (Says(400, b"<html>"), NotSent("Twilio refuses it and says no reason")),
        (Says(400, [1]), NotSent("Twilio refuses it and says no reason")),
        (Says(401, {"code": 20003}), NotSent("127.0.0.1 answers 401")),
        (Says(404, {"code": 20404}), NotSent("127.0.0.1 answers 404")),
        (Says(429, {"code": 20429}), NotSent("127.0.0.1 answers 429", 10)),
        (Says(429, {}, {"retry-after": "7"}), NotSent("127.0.0.1 answers 429", 7)),
        (Says(302, b"", {"location": "/elsewhere"}), NotSent("127.0.0.1 redirects")),
        (Says(500, b"oh"), Doubtful("127.0.0.1 answers 500")),
        (Says(502, b"oh"), Doubtful("127.0.0.1 answers 502")),
        (Says(201, b"oh"), Doubtful("accepted without a message id")),
        (Says(201, {"sid": 5}), Doubtful("accepted without a message id")),
    ],
)
def test_an_answer_is_of_the_number_or_passes_or_is_for_a_person_or_nobody_knows(answer, outcome):
    with twilio(answer) as (sms, server):
        said = sms.send(SMS)
    assert said == outcome
    assert "4915112345678" not in said.reason
    assert len(server.asked) == 1


def test_a_twilio_that_cannot_be_reached_was_sent_nothing():
    keys = ShopKeys("sms", (TOKEN,), api={"account": ACCOUNT, "url": "http://127.0.0.1:9"})
    sms = TwilioSms("https://api.example", lambda: Http(loopback=True), lambda: Safe(keys), HandClock)
    said = sms.send(SMS)
    assert isinstance(said, NotSent)
    assert said.after_seconds


@pytest.mark.parametrize(
    "keys",
    [
        None,
        ShopKeys("sms", (TOKEN,)),
        ShopKeys("sms", (), api={"account": ACCOUNT}),
        ShopKeys("sms", (TOKEN,), api={"account": "AC1/../../x"}),
    ],
)
def test_without_an_access_it_says_how_to_give_one(keys):
    sms = TwilioSms("https://api.example", Http, lambda: Safe(keys), HandClock)
    said = sms.send(SMS)
    assert said == NotSent("no access to Twilio is known for it: shop answers lumen sms --account AC…")


@pytest.mark.parametrize(
    ("message", "outcome"),
    [
        (replace(SMS, address="0151"), ADDRESS_REFUSED),
        (replace(SMS, content=Mail("a", "b", "c")), NotSent("Mail is no text")),
    ],
)
def test_what_cannot_go_by_sms_costs_no_request(message, outcome):
    with twilio(TAKEN) as (sms, server):
        assert sms.send(message) == outcome
    assert server.asked == []


def test_an_opt_out_rests_and_a_number_that_is_none_is_never_tried_again():
    assert {said.block for said in _OF_NUMBER.values()} == {GONE, LISTED, ""}
