"""Who may tell us what people answer: the providers' signatures case by case, and what becomes of what they tell."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from cartback import wiring
from cartback.channels import answer_line, answered
from cartback.domain.errors import Refused, TryLater
from cartback.domain.intake.responses import Answer, Visit, path_word
from cartback.domain.messaging.opt_out_reply import ANSWERS
from cartback.domain.observations import ConsentSeen, Contact, CustomerErased
from cartback.ports import ShopKeys
from cartback.store.queue import pack, unpack
from cartback.usecases.intake.receive_answer import LARGEST_BODY, ReceiveAnswer
from tests.fakes.answer_senders import NUMBER, answer, meta, twilio, whatsapp_message, whatsapp_request
from tests.fakes.told import SHIRT, Told, ada, cart
from tests.fakes.world import START, DictKeys, HandClock, ListQueue, World

NEW, OLD, OTHER = "the-new-token-of-demo", "the-old-token-of-demo", "the-token-of-somebody"
HOST, OWN = "api1.execute-api.example", "https://carts.example"
CHANNELS = ("sms", "whatsapp")


class House:
    """The door, with a shop whose secret is being rotated and another shop that has one of its own."""

    def __init__(self) -> None:
        self.keys, self.queue, self.clock = DictKeys(), ListQueue(), HandClock()
        for channel in CHANNELS:
            self.keys.by_shop[f"demo/{channel}"] = ShopKeys(channel, (NEW, OLD))
            self.keys.by_shop[f"anders/{channel}"] = ShopKeys(channel, (OTHER,))
        self.take = ReceiveAnswer(self.keys, self.queue, self.clock, answer_line, OWN)

    def __call__(self, channel: str, visit: Visit, shop: str = "demo") -> Answer:
        return self.take(shop, channel, visit, HOST, f"/answers/{shop}/{channel}")


@pytest.fixture
def house() -> House:
    return House()


def sms(token: str = NEW, url: str = f"https://{HOST}/answers/demo/sms", **fields: str) -> Visit:
    body, headers = twilio(url, token, **(fields or answer()))
    return Visit("POST", "", "", headers, body)


def whatsapp(secret: str = NEW, body: bytes | None = None) -> Visit:
    told = whatsapp_request(messages=[whatsapp_message(int(START.timestamp()))]) if body is None else body
    return Visit("POST", "", "", meta(told, secret), told)


VISITS = {"sms": sms, "whatsapp": whatsapp}
PROOFS = {"sms": "x-twilio-signature", "whatsapp": "x-hub-signature-256"}


def but(visit: Visit, channel: str, proof: str | None) -> Visit:
    """The same visit with another proof, or none."""
    headers = {name: value for name, value in visit.headers.items() if name != PROOFS[channel]}
    return replace(visit, headers=headers if proof is None else {**headers, PROOFS[channel]: proof})


def _without_last(channel: str) -> Visit:
    visit = VISITS[channel]()
    return but(visit, channel, visit.headers[PROOFS[channel]][:-1])


# What is wrong, and how such a visit looks; None is the one that is right.
CASES = {
    "signed by the newest secret": (200, lambda channel: VISITS[channel]()),
    "signed by the one before": (200, lambda channel: VISITS[channel](OLD)),
    "signed by another shop's": (403, lambda channel: VISITS[channel](OTHER)),
    "signed by nothing": (403, lambda channel: VISITS[channel]("")),
    "signed by the stand-in for nobody": (403, lambda channel: VISITS[channel]("the secret of no shop")),
    "without a signature": (403, lambda channel: but(VISITS[channel](), channel, None)),
    "with an empty signature": (403, lambda channel: but(VISITS[channel](), channel, "")),
    "with half a character": (403, lambda channel: but(VISITS[channel](), channel, "sha256=\udce4")),
    "with a signature cut short": (403, _without_last),
    "with the secret itself": (403, lambda channel: but(VISITS[channel](), channel, NEW)),
    "with another body": (
        403,
        lambda channel: replace(VISITS[channel](), body=VISITS[channel]().body + b"&x=1"),
    ),
}


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("name", CASES)
def test_only_what_a_providers_own_secret_signed_is_heard(house: House, name: str, channel: str):
    status, visit = CASES[name]
    assert house(channel, visit(channel)).status == status
    assert len(house.queue.deliveries) == (status == 200)


@pytest.mark.parametrize(
    ("url", "status"),
    [
        (f"https://{HOST}/answers/demo/sms", 200),
        (f"https://{HOST}:443/answers/demo/sms", 200),
        (f"{OWN}/answers/demo/sms", 200),
        (f"https://{HOST}/answers/anders/sms", 403),
        (f"https://{HOST}/answers/demo/sms?x=1", 403),
        (f"http://{HOST}/answers/demo/sms", 403),
        ("https://evil.example/answers/demo/sms", 403),
    ],
)
def test_twilio_signs_the_address_that_it_was_given_and_ours_are_two(house: House, url: str, status: int):
    assert house("sms", sms(url=url)).status == status


def test_a_query_is_part_of_what_twilio_signs(house: House):
    visit = replace(sms(url=f"{OWN}/answers/demo/sms?from=fallback"), query="from=fallback")
    assert house("sms", visit).status == 200


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("shop", ["nobody", "UPPER", "", "../x", "demo\n", "demo/sms"])
def test_a_shop_that_is_not_there_is_answered_like_a_wrong_signature(house: House, shop: str, channel: str):
    for visit in (VISITS[channel](), VISITS[channel]("the secret of no shop"), _without_last(channel)):
        wrong = house(channel, _without_last(channel))
        assert house(channel, visit, shop) == wrong
    assert house.queue.deliveries == []


@pytest.mark.parametrize("channel", ["email", "", "Sms", "twilio"])
def test_a_channel_on_which_nobody_answers_is_not_found(house: House, channel: str):
    assert house(channel, sms()).status == 404


def test_the_secret_of_one_channel_vouches_for_no_other(house: House):
    house.keys.by_shop["demo/sms"] = ShopKeys("sms", (OTHER,))
    assert house("sms", sms(NEW)).status == 403
    assert house("whatsapp", whatsapp(NEW)).status == 200


def test_a_secret_that_is_seconds_old_counts(house: House):
    newer = ShopKeys("sms", (OTHER, NEW))
    house.keys.again = lambda name: newer
    assert house("sms", sms(OTHER)).status == 200
    del house.keys.by_shop["demo/sms"]
    assert house("sms", sms(OTHER)).status == 200


@pytest.mark.parametrize(
    ("visit", "channel", "says"),
    [
        (sms(From=NUMBER, Body="STOP"), "sms", "MessageSid: missing"),
        (sms(MessageSid="SM1", Body="STOP"), "sms", "From: missing"),
        (sms(MessageSid="SM1", From=NUMBER), "sms", "Body: missing"),
        (whatsapp(body=b'{"object": "x"}'), "whatsapp", "entry: missing"),
        (whatsapp(body=whatsapp_request(messages=[{"type": "text"}])), "whatsapp", "text: missing"),
        (whatsapp(body=b"no JSON"), "whatsapp", "not a request of WhatsApp"),
    ],
)
def test_what_is_signed_and_of_another_shape_is_refused_by_the_name_of_the_field(
    house: House, visit: Visit, channel: str, says: str
):
    told = house(channel, visit)
    assert told.status == 400
    assert told.line.startswith(says)
    assert house.queue.deliveries == []


def test_a_body_that_is_no_form_or_too_large_is_refused_whoever_the_shop_is(house: House):
    for shop in ("demo", "nobody"):
        assert house("sms", replace(sms(), body=b"\xff"), shop).status == 400
        assert house("sms", replace(sms(), body=b"x" * (LARGEST_BODY + 1)), shop).status == 413


@pytest.mark.parametrize(
    ("channel", "visit", "said"),
    [
        ("sms", sms(), Answer(200, "<Response/>", "text/xml", exact=True)),
        ("whatsapp", whatsapp(), Answer(200, "heard")),
    ],
)
def test_the_provider_hears_what_it_waits_for_and_sends_nothing_of_its_own(
    house: House, channel: str, visit: Visit, said: Answer
):
    assert house(channel, visit) == said


@pytest.mark.parametrize(
    ("channel", "visit"),
    [
        ("sms", sms(**answer("Where is my parcel? I live at Musterweg 7"))),
        (
            "whatsapp",
            whatsapp(body=whatsapp_request(messages=[{"id": "w", "type": "reaction", "from": "1"}])),
        ),
        ("whatsapp", whatsapp(body=whatsapp_request(statuses=[{"id": "wamid.1", "status": "read"}]))),
    ],
)
def test_what_is_no_farewell_is_answered_and_not_kept(house: House, channel: str, visit: Visit):
    assert house(channel, visit).status == 200
    assert house.queue.deliveries == []


def test_of_a_farewell_only_who_when_and_by_which_message_is_kept(house: House):
    house("sms", sms(**answer("Abmelden", ProfileName="Ada", FromCity="Leipzig")))
    (delivery,) = house.queue.deliveries
    assert unpack(json.loads(pack(delivery))) == delivery
    assert (delivery.shop, delivery.platform, delivery.key) == ("demo", ANSWERS, "sms:SM1")
    assert json.loads(delivery.body) == [
        {"channel": "sms", "number": NUMBER, "at": START.isoformat(), "source": "twilio SM1"}
    ]


def test_a_queue_that_cannot_be_reached_is_told_so_that_the_provider_sends_again(house: House):
    def put(delivery) -> None:
        raise TryLater("the queue is tired")

    house.queue.put = put
    assert house("sms", sms()).status == 503


# ── Meta's handshake ─────────────────────────────────────────────────────────────────────────────────────────────


def handshake(token: str, mode: str = "subscribe", challenge: str = "1158201444") -> Visit:
    query = f"hub.mode={mode}&hub.challenge={challenge}&hub.verify_token={token}"
    return Visit("GET", "", query, {}, b"")


def test_meta_hears_its_own_challenge_when_it_knows_the_token(house: House):
    for secret in (NEW, OLD):
        assert house("whatsapp", handshake(path_word(secret))) == Answer(200, "1158201444", exact=True)
    assert house.queue.deliveries == []


@pytest.mark.parametrize(
    ("visit", "status"),
    [
        (handshake(path_word(OTHER)), 403),
        (handshake(NEW), 403),
        (handshake(""), 403),
        (Visit("GET", "", "", {}, b""), 403),
        (handshake(path_word(NEW), mode="unsubscribe"), 400),
        (handshake(path_word(NEW), challenge=""), 400),
        (handshake(path_word(NEW), challenge="%3Cscript%3E"), 400),
        (replace(handshake(path_word(NEW)), query="a&" * 30), 400),
    ],
)
def test_any_other_handshake_is_refused(house: House, visit: Visit, status: int):
    assert house("whatsapp", visit).status == status
    assert house("whatsapp", visit, "nobody").status in (403, status)


def test_a_shop_that_is_not_there_shakes_no_hands(house: House):
    assert house("whatsapp", handshake(path_word("the secret of no shop")), "nobody").status == 403


# ── the effect ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_raw_farewell_of_somebody_who_is_forgotten_is_swept_with_the_rest():
    told = Told()
    world = World(adapter=lambda platform: wiring.source(platform) if platform == ANSWERS else told)
    house = House()
    house.clock.at = START
    house("sms", sms())
    world.deliver(*house.queue.deliveries)
    assert NUMBER in str(world.raw.batches)
    erased = CustomerErased(Contact(phone=NUMBER), START + timedelta(hours=1))
    world.deliver(told.delivery("x", erased, at=START + timedelta(hours=1)))
    [(person, _)] = world.tables.rows["persons"].values()
    answer = {"cursor": "", "next": "more"}
    while answer["next"] != "done":
        answer = world.sweep_erased("demo", person.person_id, answer["cursor"])
    assert NUMBER not in str(world.raw.batches)
    assert NUMBER not in str(world.tables.rows)


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_farewell_that_was_let_in_ends_its_channel_once_however_often_it_is_told(channel: str):
    told = Told()
    world = World(adapter=lambda platform: wiring.source(platform) if platform == ANSWERS else told)
    agreed = tuple(ConsentSeen(each, True, START, "double_opt_in", "form", sticky=True) for each in CHANNELS)
    whose = ada(phone=NUMBER, consents=agreed)
    world.deliver(told.delivery("e1", cart(START, SHIRT, contact=whose), at=START))
    beats = list(world.health.beats)
    house = House()
    house.clock.at = START + timedelta(seconds=1)
    later = whatsapp(body=whatsapp_request(messages=[whatsapp_message(int(START.timestamp()) + 1)]))
    for _ in range(2):
        assert house(channel, {"sms": sms(), "whatsapp": later}[channel]).status == 200
    for delivery in house.queue.deliveries:
        world.deliver(delivery)
    [person] = [row for row, _ in world.tables.rows["persons"].values() if row.email]
    states = {name: word.state for name, word in person.consents.items() if name in CHANNELS}
    assert states == {each: "withdrawn" if each == channel else "granted" for each in CHANNELS}
    assert len(world.bus.named("consent.withdrawn")) == 1
    assert world.health.beats == beats, "people who answer say nothing of how well the shop is heard"


def test_every_file_that_hears_answers_is_found_by_the_channel_that_it_names():
    assert set(answered()) == set(CHANNELS)
    with pytest.raises(Refused):
        answer_line("email")
