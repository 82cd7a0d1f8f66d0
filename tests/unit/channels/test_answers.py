"""Answers to messages: signed by the provider, read as a farewell or left alone, and effective for the person."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta

import pytest

from cartback.channels import twilio_answers, whatsapp_answers
from cartback.domain.errors import Refused
from cartback.domain.messaging.opt_out_reply import ANSWERS, TOPIC, observe, packed
from cartback.domain.observations import ConsentSeen, Contact, CustomerErased, CustomerSeen
from cartback.ports import Delivery
from tests.fakes.answer_senders import NUMBER, answer, twilio, whatsapp_message, whatsapp_request
from tests.fakes.told import SHIRT, Told, ada, cart
from tests.fakes.world import START, World, plain_hash

URL = "https://api.example/answers/demo/sms?x=1"


def form(url=URL, token="token", **fields) -> tuple[bytes, str]:
    body, headers = twilio(url, token, **fields)
    return body, headers["x-twilio-signature"]


def observed(farewells) -> list[CustomerSeen]:
    """What the worker makes of what the door let in."""
    return observe(Delivery("demo", ANSWERS, TOPIC, "k", START, packed(farewells)))


def test_a_request_that_twilio_signed_is_read_field_by_field_the_empty_ones_too():
    body, signature = form(**answer("Stöp", NumMedia=""))
    assert twilio_answers.fields_of([URL], body, signature, ["old", "token"]) == answer("Stöp", NumMedia="")


def test_twilio_may_sign_the_url_with_its_default_port():
    body, signature = form(URL.replace("api.example", "api.example:443"), **answer())
    assert twilio_answers.fields_of([URL], body, signature, ["token"])["Body"] == "STOP"


@pytest.mark.parametrize(
    ("ours", "signed"),
    [
        ("https://api.example:1234/a?x=1", "https://api.example/a?x=1"),
        ("https://api.example:1234/a?x=1", "https://api.example:1234/a?x=1"),
        ("https://api.example:443/a", "https://api.example/a"),
        ("https://api.example/a", "https://api.example:443/a"),
        ("http://localhost:4566/a", "http://localhost/a"),
        ("https://[2001:db8::1]:8443/a", "https://[2001:db8::1]/a"),
    ],
)
def test_twilio_may_sign_the_url_with_and_without_any_port(ours, signed):
    body, signature = form(signed, **answer())
    assert twilio_answers.fields_of([ours], body, signature, ["token"])["Body"] == "STOP"


@pytest.mark.parametrize(
    "foreign", ["https://api.example:1235/a", "https://api.example:80/a", "http://api.example/a"]
)
def test_no_other_port_and_no_other_scheme_is_tried(foreign):
    body, signature = form(foreign, **answer())
    with pytest.raises(Refused, match="signature"):
        twilio_answers.fields_of(["https://api.example:1234/a"], body, signature, ["token"])


@pytest.mark.parametrize("forged", [{"token": "other"}, {"url": "https://evil.example/"}])
def test_what_somebody_else_signed_is_refused(forged):
    body, signature = form(**forged, **answer())
    with pytest.raises(Refused) as refused:
        twilio_answers.fields_of([URL], body, signature, ["token"])
    assert refused.value.status == 403


@pytest.mark.parametrize("signature", ["", "ä", "AAAA"])
def test_a_changed_form_or_a_broken_signature_is_refused(signature):
    with pytest.raises(Refused):
        twilio_answers.fields_of([URL], form(**answer())[0], signature, ["token"])


@pytest.mark.parametrize(
    ("fields", "channel"),
    [
        (answer(), "sms"),
        (answer("whatever", OptOutType="STOP"), "sms"),
        (answer("Abmelden", From=f"whatsapp:{NUMBER}"), "whatsapp"),
    ],
)
def test_a_farewell_by_message_is_one_for_its_channel(fields, channel):
    [seen] = observed(twilio_answers.farewells(fields, START))
    [said] = seen.contact.consents
    assert (seen.contact.phone, said.channel, said.granted, said.sticky) == (NUMBER, channel, False, True)


def test_an_opt_out_that_twilio_recognised_needs_no_words():
    fields = {name: value for name, value in answer(OptOutType="STOP").items() if name != "Body"}
    assert len(twilio_answers.farewells(fields, START)) == 1


@pytest.mark.parametrize("fields", [answer("When does it come?"), answer(From="12345"), answer("START")])
def test_any_other_answer_changes_nothing(fields):
    assert twilio_answers.farewells(fields, START) == []


@pytest.mark.parametrize("missing", ["MessageSid", "From", "Body"])
def test_an_incoming_message_without_one_of_its_fields_is_refused_by_that_fields_name(missing):
    fields = {name: value for name, value in answer().items() if name != missing}
    with pytest.raises(Refused, match=f"^{missing}: missing") as refused:
        twilio_answers.farewells(fields, START)
    assert refused.value.status == 400


AT = str(int(START.timestamp()))
WORD = whatsapp_message(int(AT))
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
    body = whatsapp_request(messages=[WORD])
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
    [seen] = observed(whatsapp_answers.farewells(whatsapp_request(**value), START + timedelta(days=1)))
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
    assert whatsapp_answers.farewells(whatsapp_request(**value), START) == []


LOST = {
    "code": 131000,
    "title": "Something went wrong",
    "error_data": {"details": "Unsupported webhook payload"},
}
UNKNOWN = {"code": 131051, "title": "Message type unknown"}
EMPTY = {"id": "wamid.9", "from": NUMBER[1:], "timestamp": AT}


@pytest.mark.parametrize(
    "value",
    [
        *({"messages": [{**EMPTY, "type": kind}], "errors": [LOST]} for kind in ("interactive", "button", "text")),
        *({"messages": [{**EMPTY, "type": kind, "errors": [UNKNOWN]}]} for kind in ("unsupported", "interactive")),
        {"messages": [{**EMPTY, "type": "interactive", "interactive": {"type": "list_reply"}}]},
        {"messages": [{**EMPTY, "type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": {}}}]},
        {"messages": [{**EMPTY, "type": "reaction", "reaction": {"message_id": "wamid.1"}}]},
        {"messages": [{**EMPTY, "type": "order", "order": {"catalog_id": "1", "product_items": []}}]},
        {"messages": [{**EMPTY, "type": "system", "system": {"type": "user_changed_number", "wa_id": "49151000000"}}]},
        {"messages": [{"id": "wamid.8", "type": "system", "system": {"type": "user_changed_user_id"}}]},
        {"messages": [{**EMPTY, "type": "location"}, {"id": "wamid.7", "type": "contacts"}]},
        {"errors": [LOST]},
    ],
)  # fmt: skip
def test_what_holds_no_words_is_acknowledged_and_does_not_hide_a_farewell_beside_it(value):
    assert whatsapp_answers.farewells(whatsapp_request(**value), START) == []
    both = value | {"user_preferences": [SWITCH]}
    assert len(whatsapp_answers.farewells(whatsapp_request(**both), START)) == 1


def pressed(kind: str, **reply: str) -> dict:
    return {**WORD, "type": "interactive", "interactive": {"type": kind, kind: reply}}


@pytest.mark.parametrize(
    "message",
    [
        pressed("button_reply", id="no", title="Keine Werbung"),
        pressed("button_reply", id="STOP", title="No more of this"),
        pressed("list_reply", id="7", title="Abmelden", description="No mails"),
        pressed("list_reply", id="unsubscribe", title="Leave us"),
        {**WORD, "type": "button", "button": {"payload": "stop", "text": "Das reicht"}},
        {**WORD, "type": "button", "button": {"payload": "opt-out"}},
    ],
)
def test_a_row_of_a_list_and_what_stands_behind_a_button_may_be_a_farewell(message):
    [left] = whatsapp_answers.farewells(whatsapp_request(messages=[message]), START)
    assert left.number == NUMBER


USER, PARENT = "US.13491208655302741918", "US.ENT.11815799212886844830"
NAMELESS = {name: told for name, told in WORD.items() if name != "from"}


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ({"user_preferences": [{**SWITCH, "wa_id": None, "user_id": USER}]}, [USER]),
        ({"messages": [{**NAMELESS, "from_user_id": USER}]}, [USER]),
        ({"messages": [{**NAMELESS, "from_user_id": USER, "from_parent_user_id": PARENT}]}, [USER, PARENT]),
        ({"messages": [{**WORD, "from_user_id": USER}]}, [NUMBER, USER]),
        ({"messages": [NAMELESS], "contacts": [{"profile": {"name": "A"}, "user_id": USER}]}, [USER]),
        ({"messages": [NAMELESS], "contacts": [{"wa_id": NUMBER[1:], "user_id": USER}]}, [NUMBER, USER]),
        ({"messages": [NAMELESS], "contacts": [{"user_id": USER}, {"user_id": PARENT}]}, []),
        ({"messages": [{**NAMELESS, "from_user_id": "ada"}]}, []),
    ],
)
def test_who_shows_a_user_id_leaves_under_it_and_under_every_other_name(value, names):
    left = whatsapp_answers.farewells(whatsapp_request(**value), START)
    assert [one.number or one.user for one in left] == names
    assert [seen.contact.phone or seen.contact.whatsapp_user for seen in observed(left)] == names
    assert len({one.source for one in left}) == min(len(names), 1)


def test_twilio_may_name_somebody_on_whatsapp_by_their_user_id():
    [left] = twilio_answers.farewells(answer(From=f"whatsapp:{USER}"), START)
    assert (left.channel, left.number, left.user) == ("whatsapp", None, USER)
    assert twilio_answers.farewells(answer(From=USER), START) == []


@pytest.mark.parametrize("soon", [None, "", "soon", [], "9" * 30, 10**30])
def test_a_farewell_at_no_readable_time_is_one_of_now(soon):
    [left] = whatsapp_answers.farewells(whatsapp_request(messages=[{**WORD, "timestamp": soon}]), START)
    assert left.at == START


@pytest.mark.parametrize(
    "odd", [{"type": "text"}, {**WORD, "text": None}, {**REPLY, "interactive": 5}, [], None]
)
def test_an_odd_message_of_whatsapp_does_not_keep_a_farewell_beside_it_from_being_heard(odd):
    for messages in ([odd, WORD], [WORD, odd]):
        assert len(whatsapp_answers.farewells(whatsapp_request(messages=messages), START)) == 1
    with pytest.raises(Refused):
        whatsapp_answers.farewells(whatsapp_request(messages=[odd]), START)


def test_a_field_that_whatsapp_always_sends_is_missed_by_its_name():
    with pytest.raises(Refused, match=r"^changes: missing"):
        whatsapp_answers.farewells(b'{"entry": [{}]}', START)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[1]",
        '{"a": 1}',
        '[{"channel": "sms", "number": "ada", "at": "2026-03-02T10:00:00+00:00", "source": "x"}]',
        '[{"channel": "sms", "number": "+4915112345678", "at": "2026-03-02T10:00:00", "source": "x"}]',
        '[{"channel": "whatsapp", "user": "ada", "at": "2026-03-02T10:00:00+00:00", "source": "x"}]',
    ],
)
def test_a_delivery_that_holds_no_farewells_is_refused(body):
    with pytest.raises(Refused, match="no farewells in the delivery"):
        observe(Delivery("demo", ANSWERS, TOPIC, "k", START, body))


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff", b"[" * 40, b"[]", b"{}", b'{"entry": [1]}', whatsapp_request(messages=[{"type": "text"}])],
)
def test_a_request_of_another_shape_is_refused(body):
    with pytest.raises(Refused):
        whatsapp_answers.farewells(body, START)


# ── the effect ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def world(told: Told) -> World:
    return World(adapter=told)


def farewell(world: World, told: Told, at=START, **fields) -> None:
    told.heard.pop("stop", None)
    world.deliver(told.delivery("stop", *observed(twilio_answers.farewells(answer(**fields), at)), at=at))


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


@pytest.mark.parametrize(
    ("channel", "alias"), [("email", "email:ada@example.com"), ("sms", f"phone:{NUMBER}")]
)
def test_the_block_of_an_address_and_of_a_number_keeps_a_hash_only_and_survives_an_erasure(
    world, told, channel, alias
):
    whose = ada(phone=NUMBER)
    world.deliver(told.delivery("e1", cart(START, SHIRT, contact=whose), at=START))
    refusal = ConsentSeen(channel, False, START, "explicit", "form", sticky=True)
    again = ada(phone=NUMBER, consents=(refusal,))
    world.deliver(told.delivery("e2", cart(START, SHIRT, contact=again), at=START))
    erased = CustomerErased(Contact(email="ada@example.com", phone=NUMBER), START)
    world.deliver(told.delivery("x", erased, at=START))
    blocks = world.tables.rows["blocks"]
    assert blocks[("demo", plain_hash("demo", alias))] == ("opted_out", None)
    assert NUMBER not in str(blocks)
    assert "@" not in str(blocks)
    assert all(person.phone is None and person.email is None for person in people(world))


def test_a_number_that_said_stop_before_its_erasure_gets_nothing_when_it_comes_back(world, told):
    agreed = (ConsentSeen("sms", True, START, "double_opt_in", "form", sticky=True),)
    whose = ada(phone=NUMBER, consents=agreed)
    world.deliver(told.delivery("e1", cart(START, SHIRT, contact=whose), at=START))
    farewell(world, told, START + timedelta(seconds=1))
    erased = CustomerErased(Contact(customer_ref="1", phone=NUMBER), START + timedelta(seconds=2))
    world.deliver(told.delivery("x", erased, at=START + timedelta(seconds=2)))
    back = ada(customer_ref="2", email="other@example.com", phone=NUMBER, consents=agreed)
    world.deliver(
        told.delivery("e3", cart(START + timedelta(days=1), SHIRT, ref="cart:c2", contact=back), at=START)
    )
    [person] = [person for person in people(world) if person.phone == NUMBER and person.email]
    assert person.address_hash("sms") == plain_hash("demo", f"phone:{NUMBER}")
    page = world.records.read("demo", blocks=[person.address_hash("sms")])
    assert page.blocks[person.address_hash("sms")] == "opted_out"


def test_a_stop_under_a_user_id_outlives_an_older_consent_that_comes_with_it_later(world, told):
    [left] = whatsapp_answers.farewells(
        whatsapp_request(user_preferences=[{**SWITCH, "wa_id": None, "user_id": USER}]), START
    )
    world.deliver(told.delivery("stop", *observed([left]), at=START))
    ((_, alias),) = world.tables.rows["aliases"]
    assert alias == plain_hash("demo", f"whatsapp:{USER}")
    agreed = (ConsentSeen("whatsapp", True, START - timedelta(days=1), "double_opt_in", "form", sticky=True),)
    known = Contact(whatsapp_user=USER, consents=agreed)
    world.deliver(told.delivery("e1", CustomerSeen(known, START), at=START))
    assert states(world)["whatsapp"] == "withdrawn"
    assert USER not in str(world.tables.rows)
