"""WhatsApp through Meta: one template, held to Meta's own document, what became of it, and what it may not say."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from jsonschema import ValidationError

from cartback import channels, texts
from cartback.channels import whatsapp_answers, whatsapp_events
from cartback.channels.whatsapp_meta import MetaWhatsApp, filled_in
from cartback.domain import claims
from cartback.domain.errors import Refused
from cartback.domain.intake.delivery import ShopKeys
from cartback.domain.language import FORMS
from cartback.domain.messaging.stop_words import STOP, meaning
from cartback.domain.people.suppression import LISTED
from cartback.ports import ADDRESS_REFUSED, Chat, Doubtful, NotSent, Outgoing, Sent, Text
from cartback.texts import brief
from cartback.web.client import Http
from tests.fakes.answer_senders import whatsapp_message, whatsapp_request
from tests.fakes.world import START
from tests.specs.openapi import Spec
from tests.unit.texts.samples import LEAVE, RESTORE, fields
from tests.unit.web.server import Asked, Says, serving

PHONE, TOKEN = "106540352242922", "a-system-users-token"
SPEC = Spec(Path(__file__).parents[2] / "specs" / "whatsapp" / "openapi.json")
JSON = {"content-type": "application/json"}
TAKEN = Says(
    200, {"messaging_product": "whatsapp", "messages": [{"id": "wamid.A", "message_status": "accepted"}]}
)
CHAT = Chat(
    "Hello from Demo! …", "cartback_cart_recovery_reminder", ("Demo", "Leinenhemd"),
    "https://api.example/r/demo.abc", "To my basket", "No more messages",
)  # fmt: skip
MESSAGE = Outgoing(
    "demo", "claim_1-a", "+4915112345678", "+4930123456", "Demo", None, CHAT, "https://api.example/u/demo.x",
    "en", "cart_recovery", "reminder", "marketing", "whatsapp",
)  # fmt: skip


class Safe:
    """The port ``Keys`` with one access."""

    def __init__(self, keys):
        self.keys = keys

    def of(self, name):
        return self.keys if name == "demo/whatsapp" else None


@contextmanager
def meta(*answers):
    """The channel before a Meta on this machine that gives these answers in turn."""
    waiting = list(answers)
    with serving(lambda _: waiting.pop(0) if len(waiting) > 1 else waiting[0]) as server:
        api = {"token": TOKEN, "phone": PHONE, "url": f"{server.url}/v23.0"}
        keys = ShopKeys("whatsapp", ("the app's secret",), api=api)
        yield MetaWhatsApp(lambda: Http(loopback=True), lambda: Safe(keys)), server


def refused(code, status=400):
    words = f"(#{code}) Message to +4915112345678 failed"
    return Says(status, {"error": {"message": words, "type": "OAuthException", "code": code}})


def test_a_template_goes_out_filled_in_with_the_claim_that_its_news_come_back_with():
    with meta(TAKEN) as (way, server):
        assert way.send(MESSAGE) == Sent("wamid.A")
    (asked,) = server.asked
    SPEC.check(asked)
    assert asked.path == f"/v23.0/{PHONE}/messages"
    assert asked.headers["authorization"] == f"Bearer {TOKEN}"
    assert (asked.body["to"], asked.body["biz_opaque_callback_data"]) == ("4915112345678", "claim_1-a")
    assert asked.body["template"]["name"] == "cartback_cart_recovery_reminder"
    body, link, leave = asked.body["template"]["components"]
    assert [each["text"] for each in body["parameters"]] == ["Demo", "Leinenhemd"]
    assert link["parameters"] == [{"type": "text", "text": "demo.abc"}]
    assert meaning(leave["parameters"][0]["payload"]) == STOP


def test_an_answer_has_no_button_to_leave():
    components = filled_in(replace(MESSAGE, leave_url=None), CHAT)["template"]["components"]
    assert [each.get("sub_type") for each in components] == [None, "url"]


def test_what_fills_a_place_has_neither_line_breaks_nor_gaps():
    chat = replace(CHAT, places=("De\nmo", "A\t     shirt", " "))
    (body, *_) = filled_in(MESSAGE, chat)["template"]["components"]
    assert [each["text"] for each in body["parameters"]] == ["De mo", "A shirt", "–"]


def without(name):
    told = filled_in(MESSAGE, CHAT)
    told.pop(name, None)
    return told


def changed(change):
    told = json.loads(json.dumps(filled_in(MESSAGE, CHAT)))
    change(told)
    return told


@pytest.mark.parametrize(
    "broken",
    [
        without("recipient_type"),
        without("template"),
        changed(lambda told: told["template"]["language"].pop("policy")),
        changed(lambda told: told["template"]["components"][0]["parameters"][0].pop("text")),
        changed(lambda told: told["template"]["components"][1].update(sub_type="link")),
        changed(lambda told: told["template"]["components"][1].update(index=0)),
        changed(lambda told: told.update(type="text")),
    ],
    ids=range(7),
)
def test_metas_document_refuses_what_is_not_its_own(broken):
    path = f"/v23.0/{PHONE}/messages"
    SPEC.check(Asked("POST", path, {}, JSON, filled_in(MESSAGE, CHAT)))
    with pytest.raises(ValidationError):
        SPEC.check(Asked("POST", path, {}, JSON, broken))


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (refused(131026), NotSent("not_on_whatsapp", of_address=True)),
        (refused(131049), NotSent("enough_by_metas_count", of_address=True)),
        (refused(131050), NotSent("opted_out", of_address=True, block=LISTED)),
        (refused(132001, 404), NotSent("template_not_approved", of_address=True)),
        (refused(132015), NotSent("template_not_approved", of_address=True)),
        (refused(130429), NotSent("WhatsApp refuses it for now: 130429", 30)),
        (refused(131048), NotSent("WhatsApp refuses it for now: 131048", 3600)),
        (refused(190, 401), NotSent("WhatsApp refuses it: 190")),
        (refused(100), NotSent("WhatsApp refuses it: 100")),
        (refused("131026"), NotSent("WhatsApp answers 400 and says no reason")),
        (Says(400, b"<html>"), NotSent("WhatsApp answers 400 and says no reason")),
        (Says(429, {}, {"retry-after": "7"}), NotSent("127.0.0.1 answers 429", 7)),
        (Says(500, b"oh"), Doubtful("127.0.0.1 answers 500")),
        (Says(200, b"oh"), Doubtful("accepted without a message id")),
        (Says(200, {"messages": []}), Doubtful("accepted without a message id")),
    ],
)
def test_an_answer_is_of_the_number_or_passes_or_is_for_a_person_or_nobody_knows(answer, outcome):
    with meta(answer) as (way, server):
        said = way.send(MESSAGE)
    assert said == outcome
    assert "4915112345678" not in said.reason
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("message", "outcome"),
    [
        (replace(MESSAGE, address="0151"), ADDRESS_REFUSED),
        (replace(MESSAGE, content=Text("hello")), NotSent("Text is no chat")),
    ],
)
def test_what_cannot_go_by_whatsapp_costs_no_request(message, outcome):
    with meta(TAKEN) as (way, server):
        assert way.send(message) == outcome
    assert server.asked == []


@pytest.mark.parametrize(
    "api", [{}, {"token": TOKEN}, {"token": TOKEN, "phone": "1/../2"}, {"token": "", "phone": PHONE}]
)
def test_without_an_access_it_says_how_to_give_one(api):
    way = MetaWhatsApp(Http, lambda: Safe(ShopKeys("whatsapp", ("the app's secret",), api=api)))
    assert way.send(MESSAGE) == NotSent("no access to WhatsApp is known for it: shop whatsapp demo")


# ── what became of it ────────────────────────────────────────────────────────────────────────────────────────────


def status(word, code=None, **more):
    told = {
        "id": "wamid.A", "status": word, "timestamp": str(int(START.timestamp())), "recipient_id": "4915112345678",
        "biz_opaque_callback_data": "claim_1-a", **more,
    }  # fmt: skip
    return told | ({"errors": [{"code": code, "title": "x"}]} if code else {})


def read(*told):
    """The receipts of one request, by the way of the door and the queue."""
    news = whatsapp_answers.statuses(whatsapp_request(statuses=list(told)), START + timedelta(minutes=1))
    assert "4915112345678" not in json.dumps(news)
    kept = {name: {**each, "shop": "demo"} for name, each in news.items()}
    return channels.receipts(kept) if kept else []


@pytest.mark.parametrize(
    ("told", "state", "permanent", "of_message", "listed"),
    [
        (status("sent"), claims.SENT, False, False, False),
        (status("delivered"), claims.DELIVERED, False, False, False),
        (status("read"), claims.DELIVERED, False, False, False),
        (status("failed", 131026), claims.BOUNCED, False, False, False),
        (status("failed", 131049), claims.BOUNCED, False, True, False),
        (status("failed", 131050), claims.REJECTED, False, False, True),
        (status("failed", 131042), claims.BOUNCED, False, True, False),
        (status("failed"), claims.BOUNCED, False, True, False),
    ],
)
def test_a_status_is_news_of_its_claim(told, state, permanent, of_message, listed):
    (receipt,) = read(told)
    assert (receipt.shop, receipt.claim_id, receipt.provider_id) == ("demo", "claim_1-a", "wamid.A")
    assert (receipt.state, receipt.at) == (state, START)
    assert (receipt.permanent, receipt.of_message, receipt.listed) == (permanent, of_message, listed)


def test_all_statuses_of_a_request_are_read_and_each_twice_is_the_same_news():
    one, other = read(status("sent"), status("delivered", biz_opaque_callback_data="claim_2"))
    assert [one.claim_id, other.claim_id] == ["claim_1-a", "claim_2"]
    assert read(status("sent"))[0].key == one.key
    assert one.key != other.key


@pytest.mark.parametrize(
    "told",
    [
        status("warped"),
        status("sent", biz_opaque_callback_data=None),
        status("sent", biz_opaque_callback_data="a b"),
        status("sent", id=5),
        {"status": "sent"},
    ],
)
def test_what_is_no_news_of_ours_is_left(told):
    assert read(told) == []


def test_news_that_the_door_did_not_keep_is_refused():
    with pytest.raises(Refused, match="status of WhatsApp"):
        whatsapp_events.receipts({"whatsapp.0000": {"status": "sent"}})
    assert not whatsapp_events.tells({})
    assert not whatsapp_events.tells({"whatsapp.0000": {}, "Records": []})


def test_a_request_may_tell_of_a_farewell_and_of_a_message_at_once():
    body = whatsapp_request(messages=[whatsapp_message(int(START.timestamp()))], statuses=[status("read")])
    assert len(whatsapp_answers.farewells(body, START)) == 1
    assert len(whatsapp_answers.statuses(body, START)) == 1


# ── the words ────────────────────────────────────────────────────────────────────────────────────────────────────

TEMPLATES = [
    (touch, lang, form)
    for touch in sorted(texts.written("cart_recovery", "chat"))
    for lang in texts.LANGUAGES
    for form in FORMS["de"]
]


@pytest.mark.parametrize(("touch", "lang", "form"), TEMPLATES)
def test_a_template_is_one_that_meta_takes(touch, lang, form):
    """Meta, "Message templates": places in order, none at either end, 1,024 characters, 25 on a button."""
    parts = brief.template("cart_recovery", touch, lang, form)
    assert re.findall(r"\{\{\d\}\}", parts["text"]) == ["{{1}}", "{{2}}"]
    assert not re.search(r"^\W*\{\{|\}\}\W*$", parts["text"])
    assert len(parts["text"]) <= 1_024 - 200
    assert "\n" not in parts["text"]
    for button in (parts["button"], parts["leave"]):
        assert len(button) <= 25
        assert "{{" not in button


@pytest.mark.parametrize(("touch", "lang", "form"), TEMPLATES)
def test_what_is_sent_is_the_template_with_its_places_filled(touch, lang, form):
    given = fields()
    shop = replace(given.shop, form_of_address=form)
    chat = texts.write("chat", "cart_recovery", touch, lang, replace(given, shop=shop))
    parts = brief.template("cart_recovery", touch, lang, form)
    told = parts["text"]
    for number, place in enumerate(chat.places, 1):
        told = told.replace(f"{{{{{number}}}}}", place)
    assert told == chat.text
    assert chat.url == RESTORE
    assert LEAVE not in chat.text
    assert chat.template == brief.template_name("cart_recovery", touch, lang, form)


def test_another_form_of_address_is_another_template():
    names = {brief.template_name("cart_recovery", "reminder", "de", form) for form in FORMS["de"]}
    assert names == {"cartback_cart_recovery_reminder", "cartback_cart_recovery_reminder_du"}
    assert brief.template_name("cart_recovery", "reminder", "en", "du") == "cartback_cart_recovery_reminder"
