"""Answers to messages: signed by the provider, read as a farewell or left alone, and effective for the person."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import timedelta

import pytest

from cartback.channels import twilio_answers, whatsapp_answers
from cartback.domain.errors import Refused
from cartback.domain.observations import ConsentSeen, Contact, CustomerErased
from tests.fakes.told import SHIRT, Told, ada, cart
from tests.fakes.world import START, World, plain_hash

URL = "https://api.example/receipts/twilio/demo?x=1"
NUMBER = "+4915112345678"


def form(url=URL, token="token", **fields) -> tuple[bytes, str]:
    from urllib.parse import urlencode

    told = url + "".join(name + fields[name] for name in sorted(fields))
    mac = hmac.new(token.encode(), told.encode(), hashlib.sha1).digest()
    return urlencode(fields).encode(), base64.b64encode(mac).decode()


def answer(body="STOP", **more) -> dict[str, str]:
    return {"MessageSid": "SM1", "From": NUMBER, "Body": body, **more}


def test_a_request_that_twilio_signed_is_read_field_by_field_the_empty_ones_too():
    body, signature = form(**answer("Stöp", NumMedia=""))
    assert twilio_answers.fields_of(URL, body, signature, ["old", "token"]) == answer("Stöp", NumMedia="")


def test_twilio_may_sign_the_url_with_its_default_port():
    body, signature = form(URL.replace("api.example", "api.example:443"), **answer())
    assert twilio_answers.fields_of(URL, body, signature, ["token"])["Body"] == "STOP"


@pytest.mark.parametrize("forged", [{"token": "other"}, {"url": "https://evil.example/"}])
def test_what_somebody_else_signed_is_refused(forged):
    body, signature = form(**forged, **answer())
    with pytest.raises(Refused) as refused:
        twilio_answers.fields_of(URL, body, signature, ["token"])
    assert refused.value.status == 403


@pytest.mark.parametrize("signature", ["", "ä", "AAAA"])
def test_a_changed_form_or_a_broken_signature_is_refused(signature):
    with pytest.raises(Refused):
        twilio_answers.fields_of(URL, form(**answer())[0], signature, ["token"])


@pytest.mark.parametrize(
    ("fields", "channel"),
    [
        (answer(), "sms"),
        (answer("whatever", OptOutType="STOP"), "sms"),
        (answer("Abmelden", From=f"whatsapp:{NUMBER}"), "whatsapp"),
    ],
)
def test_a_farewell_by_message_is_one_for_its_channel(fields, channel):
    [seen] = twilio_answers.observed(fields, START)
    [said] = seen.contact.consents
    assert (seen.contact.phone, said.channel, said.granted, said.sticky) == (NUMBER, channel, False, True)


@pytest.mark.parametrize("fields", [answer("When does it come?"), answer(From="12345"), answer("START")])
def test_any_other_answer_changes_nothing(fields):
    assert twilio_answers.observed(fields, START) == []


def test_an_incoming_message_without_its_names_is_refused():
    with pytest.raises(Refused, match="MessageSid"):
        twilio_answers.observed({"Body": "STOP"}, START)


def request(**value) -> bytes:
    return json.dumps({"entry": [{"changes": [{"field": "messages", "value": value}]}]}).encode()


AT = str(int(START.timestamp()))
WORD = {"id": "wamid.1", "from": NUMBER[1:], "timestamp": AT, "type": "text", "text": {"body": "Stopp"}}
BUTTON = {
    "id": "wamid.2",
    "from": NUMBER[1:],
    "timestamp": AT,
    "type": "button",
    "button": {"text": "Stop promotions"},
}
REPLY = {
    **WORD,
    "type": "interactive",
    "interactive": {"type": "button_reply", "button_reply": {"title": "STOP"}},
}
SWITCH = {"wa_id": NUMBER[1:], "category": "marketing_messages", "value": "stop", "timestamp": AT}


def test_what_meta_signed_passes_and_nothing_else():
    body = request(messages=[WORD])
    mac = hmac.new(b"app", body, hashlib.sha256).hexdigest()
    whatsapp_answers.verify(body, f"sha256={mac}", ["old", "app"])
    for signature in (mac, f"sha256={'0' * 64}", "", "ä"):
        with pytest.raises(Refused) as refused:
            whatsapp_answers.verify(body, signature, ["app"])
        assert refused.value.status == 403


@pytest.mark.parametrize(
    "value",
    [{"messages": [WORD]}, {"messages": [BUTTON]}, {"messages": [REPLY]}, {"user_preferences": [SWITCH]}],
)
def test_a_word_a_button_and_the_switch_of_whatsapp_are_farewells(value):
    [seen] = whatsapp_answers.observed(request(**value), START + timedelta(days=1))
    [said] = seen.contact.consents
    assert (seen.contact.phone, said.channel, said.granted, said.at) == (NUMBER, "whatsapp", False, START)


@pytest.mark.parametrize(
    "value",
    [
        {"messages": [{**WORD, "text": {"body": "Hallo"}}]},
        {"messages": [{**WORD, "type": "image"}]},
        {"messages": [{**WORD, "from": None}]},
        {"user_preferences": [{**SWITCH, "value": "resume"}]},
        {"statuses": [{"id": "wamid.1", "status": "read"}]},
    ],
)
def test_other_news_of_whatsapp_changes_nothing(value):
    assert whatsapp_answers.observed(request(**value), START) == []


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"entry": [1]}', request(messages=[{"type": "text"}])])
def test_a_request_of_another_shape_is_refused(body):
    with pytest.raises(Refused):
        whatsapp_answers.observed(body, START)


# ── the effect ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def world(told: Told) -> World:
    return World(adapter=told)


def farewell(world: World, told: Told, at=START, **fields) -> None:
    told.heard.pop("stop", None)
    world.deliver(told.delivery("stop", *twilio_answers.observed(answer(**fields), at), at=at))


def people(world: World):
    return [row for row, _ in world.tables.rows["persons"].values()]


def states(world: World) -> dict[str, str]:
    return {name: word.state for person in people(world) for name, word in person.consents.items()}


@pytest.mark.parametrize(("sender", "left"), [(NUMBER, "sms"), (f"whatsapp:{NUMBER}", "whatsapp")])
def test_a_stop_by_message_ends_its_channel_and_no_other(world, told, sender, left):
    channels = ("email", "sms", "whatsapp")
    agreed = tuple(ConsentSeen(c, True, START, "double_opt_in", "form", sticky=True) for c in channels)
    world.deliver(
        told.delivery("e1", cart(START, SHIRT, contact=ada(phone=NUMBER, consents=agreed)), at=START)
    )
    farewell(world, told, START + timedelta(seconds=1), From=sender)
    assert states(world) == {c: "withdrawn" if c == left else "granted" for c in ("email", "sms", "whatsapp")}
    assert [fact.data["channel"] for fact in world.bus.named("consent.withdrawn")] == [left]


def test_a_stop_of_somebody_we_have_not_met_outlives_the_older_consent_that_comes_after_it(world, told):
    farewell(world, told, START + timedelta(hours=1))
    assert all(person.phone is None for person in people(world))
    agreed = (ConsentSeen("sms", True, START, "double_opt_in", "form", sticky=True),)
    world.deliver(
        told.delivery("e1", cart(START, SHIRT, contact=ada(phone=NUMBER, consents=agreed)), at=START)
    )
    assert states(world)["sms"] == "withdrawn"


def test_the_block_list_keeps_hashes_only_and_survives_an_erasure(world, told):
    world.deliver(told.delivery("e1", cart(START, SHIRT, contact=ada(phone=NUMBER)), at=START))
    refusal = ConsentSeen("email", False, START, "explicit", "form", sticky=True)
    world.deliver(told.delivery("e2", cart(START, SHIRT, contact=ada(consents=(refusal,))), at=START))
    world.deliver(told.delivery("x", CustomerErased(Contact(email="ada@example.com"), START), at=START))
    blocks = world.tables.rows["blocks"]
    assert blocks == {("demo", plain_hash("demo", "email:ada@example.com")): ("opted_out", None)}
    assert all(expires_at is None for _, expires_at in blocks.values())
