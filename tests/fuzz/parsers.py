"""The parsers of outside bytes. Each is given a ``Random`` and tries one bad input; what must not be, it raises.

Allowed is an answer, ``Refused`` and ``TryLater``; everything else that comes out is a finding.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random
from urllib.parse import parse_qsl

from cartback import shops
from cartback.channels import answer_line, answered, ses_events, twilio_answers, whatsapp_answers
from cartback.domain.errors import Refused, TryLater
from cartback.domain.intake.responses import Visit
from cartback.domain.language import OFFERED, of_page
from cartback.domain.messaging import opt_out_reply
from cartback.domain.observations import OrderSeen
from cartback.domain.people import address
from cartback.domain.shop.settings import ShopSettings
from cartback.ports import Delivery, Link, ShopKeys
from cartback.store.queue import pack, unpack
from cartback.usecases.intake.receive_answer import ReceiveAnswer
from cartback.usecases.messaging import links
from cartback.usecases.messaging.open_link import allowed, with_utm
from cartback.usecases.receive_webhook import ReceiveWebhook
from tests.fakes.answer_senders import answer, meta, twilio, whatsapp_message, whatsapp_request
from tests.fakes.pages import claims_of, sealed
from tests.fakes.world import START, DictKeys, HandClock, ListQueue, World, a_face
from tests.fuzz import mutations
from tests.fuzz.mails import envelopes, words
from tests.fuzz.senders import SECRETS, proof, signed
from tests.unit.settings.shop import document
from tests.unit.shops import samples

Parser = Callable[[Random], None]


@cache
def _samples(platform: str) -> list[tuple[str, str]]:
    adapter = shops.load(platform)
    return [(samples.topic_of(adapter, file), file.read_text()) for file in samples.files(platform)]


def _clock(platform: str) -> HandClock:
    """The time at which the samples are fresh: some platforms date the body itself."""
    dated = re.search(r'"timestamp": ?(\d{10})\b', _samples(platform)[0][1])
    return HandClock(datetime.fromtimestamp(int(dated[1]), UTC) if dated else samples.RECEIVED_AT)


def webhook(platform: str) -> Parser:
    """The whole intake of a platform: no 5xx, and nothing is let in whose proof does not fit."""
    keys, queue = DictKeys(), ListQueue()
    secret = SECRETS.get(platform, "nobody knows")
    keys.by_shop["demo"] = ShopKeys(platform, (secret,), {"secret": secret})
    clock = _clock(platform)
    receive = ReceiveWebhook(keys, queue, clock, shops.load)

    def attempt(random: Random) -> None:
        topic, good = random.choice(_samples(platform))
        kind = {"content-type": "application/json"}
        mode = random.randrange(4)
        sent = mutations.body(random, good) if mode == 0 else good.encode()
        headers = {**kind, **signed(platform, sent, topic, clock.now())}
        if mode == 0 and random.random() < 0.3:
            headers["content-type"] = mutations.text(random, "application/json")
        if mode == 1:
            sent = _other(random, sent)
        if mode == 2:
            headers[proof(headers)] = _another_proof(random, headers[proof(headers)])
        if mode == 3:
            name = random.choice(sorted(headers))
            headers[name] = mutations.text(random, headers[name])
        queue.deliveries.clear()
        _judge(receive("demo", sent, headers), forged=mode in (1, 2))

    return attempt


def _other(random: Random, body: bytes) -> bytes:
    changed = mutations.raw(random, body)
    return changed if changed != body else body + b" "


def _another_proof(random: Random, good: str) -> str:
    """A proof that is not the good one, nor holds it: senders may give several at once."""
    changed = mutations.text(random, good)
    parts = good.replace(",", " ").split()
    strongest = max(parts, key=len)
    return changed if strongest not in changed else "AAAA"


def _judge(answer, forged: bool) -> None:
    line = answer.body
    if answer.status >= 500 or (forged and answer.status < 400):
        raise AssertionError(f"answered {answer.status}, forged: {forged}")
    if len(line) > 300 or "\n" in line.strip("\n"):
        raise AssertionError("more than one line")
    if answer.status >= 400:
        raise Refused("turned away", answer.status)


def observe(platform: str) -> Parser:
    """What lies behind the door: a signed body of any shape is understood or refused."""

    def attempt(random: Random) -> None:
        topic, good = random.choice(_samples(platform))
        bad = mutations.body(random, good).decode("utf-8", "replace")
        headers = {name: mutations.text(random, text) for name, text in samples.HEADERS.items()}
        shops.load(platform).observe(
            Delivery(
                "demo",
                platform,
                topic,
                "k",
                samples.RECEIVED_AT,
                bad,
                headers if random.random() < 0.2 else {},
            )
        )

    return attempt


SES = json.dumps(
    {
        "eventType": "Bounce",
        "mail": {
            "timestamp": "2026-03-02T11:00:05.000Z",
            "messageId": "0100-1",
            "destination": ["ada@example.com"],
            "tags": {"shop": ["demo"], "claim": ["c1"], "ses:configuration-set": ["s"]},
        },
        "bounce": {
            "bounceType": "Permanent",
            "bounceSubType": "General",
            "timestamp": "2026-03-02T11:00:05.000Z",
        },
    }
)


def mail_events(random: Random) -> None:
    """Events of SES: a receipt with an instant in a zone, or nothing."""
    event = mutations.document(random, json.loads(SES))
    if not isinstance(event, dict):
        return
    if random.random() < 0.5:
        event["eventType"] = random.choice(
            ("Send", "Delivery", "Complaint", "Reject", "Rendering Failure", "Open")
        )
    for receipt in ses_events.receipts(event):
        if receipt.at.tzinfo is None or not receipt.key:
            raise AssertionError("a receipt without a zone or a name")


def answers(random: Random) -> None:
    """What people answer to short messages, as Twilio and WhatsApp tell it, behind the signature."""
    number, body = mutations.text(random, "+4915112345678"), mutations.text(random, "STOP")
    seen = twilio_answers.farewells({"MessageSid": "SM1", "From": number, "Body": body}, START)
    message = {"id": "w1", "from": number, "timestamp": "1772445600", "type": "text", "text": {"body": body}}
    value = {"messages": [message], "user_preferences": [{"wa_id": number, "value": "stop"}]}
    request = {"entry": [{"changes": [{"field": "messages", "value": value}]}]}
    seen += whatsapp_answers.farewells(json.dumps(mutations.document(random, request)).encode(), START)
    for each in opt_out_reply.observe(
        Delivery("demo", opt_out_reply.ANSWERS, "", "k", START, opt_out_reply.packed(seen))
    ):
        if any(word.granted for word in each.contact.consents) or address.phone(each.contact.phone) is None:
            raise AssertionError("an answer that agrees, or of nobody")


def answer_door(channel: str) -> Parser:
    """The whole way in of answers: no 5xx, and nothing is let in whose proof does not fit."""
    keys, queue = DictKeys(), ListQueue()
    keys.by_shop[f"demo/{channel}"] = ShopKeys(channel, ("nobody knows",))
    receive = ReceiveAnswer(keys, queue, HandClock(), answer_line)
    host, path = "api.example", f"/answers/demo/{channel}"

    def attempt(random: Random) -> None:
        if channel == "sms":
            # A form cannot hold half a character: nobody could have signed it.
            said = mutations.text(random, "STOP").encode("utf-8", "replace").decode()
            told, headers = twilio(f"https://{host}{path}", "nobody knows", **answer(said))
        else:
            said = mutations.document(random, whatsapp_message(1772445600))
            told = whatsapp_request(messages=[said])
            headers = meta(told, "nobody knows")
        forged = random.random() < 0.5
        if forged and random.random() < 0.5:
            changed = _other(random, told)
            # Twilio signs names and values, not bytes: another spelling of the same form is as good.
            forged = channel != "sms" or _signed_of(changed) != _signed_of(told)
            told = changed
        elif forged:
            headers[proof(headers)] = _another_proof(random, headers[proof(headers)])
        said = receive("demo", channel, Visit("POST", "", "", headers, told), host, path)
        _judge(said, forged)

    return attempt


def _signed_of(form: bytes) -> str:
    pairs = sorted(set(parse_qsl(form.decode("utf-8", "replace"), keep_blank_values=True)))
    return "".join(name + value for name, value in pairs)


def pages() -> Parser:
    """What browsers send: kept is only what is signed for this cart, and what is kept the worker understands."""
    world = World()
    world.keys.by_shop["demo"] = ShopKeys("generic", (SECRETS["generic"],))
    files = sorted((samples.EVENTS / "browser").glob("*.json"))
    good = sealed(claims_of("demo", START, cart="c-5512"), SECRETS["generic"])

    def attempt(random: Random) -> None:
        event = json.loads(random.choice(files).read_text()) | {"token": good}
        forged = random.random() < 0.4
        if forged:
            event["token"] = _other_token(random, good)
        text = json.dumps(event)
        whole = forged or random.random() < 0.2
        world.queue.deliveries.clear()
        world.tables.rows["counts"].clear()
        world.collect(
            "demo",
            "https://demo.example",
            "text/plain",
            text.encode() if whole else mutations.body(random, text),
        )
        if forged:
            raise AssertionError("a forged token was let in")
        (delivery,) = world.queue.deliveries
        for seen in shops.load("generic").observe(unpack(json.loads(pack(delivery)))):
            if seen.contact.aliases() or "cart:c-5512" not in seen.refs or isinstance(seen, OrderSeen):
                raise AssertionError("a browser said what only the shop may say")

    return attempt


def _other_token(random: Random, good: str) -> object:
    """A token that is not the good one: other claims under its signature, of another secret, or damaged."""
    claims = claims_of("demo", START, cart="c-5512", customer={"id": "somebody-else"})
    if random.random() < 0.5:
        claims = mutations.document(random, claims)
    foreign = sealed(claims, "a secret of somebody else")
    borrowed = ".".join([*foreign.split(".")[:2], good.split(".")[2]])
    other = random.choice((foreign, borrowed, claims, mutations.text(random, good)))
    return other if other != good else ""


MESSAGES = [
    pack(Delivery("demo", "generic", "cart.updated", "k", START, '{"a": "ü"}' * times, {"x": "y"}))
    for times in (1, 20_000)
]


def queue(random: Random) -> None:
    """Messages of the intake queue, plain and packed."""
    envelope = mutations.document(random, json.loads(MESSAGES[random.random() < 0.1]))
    if isinstance(envelope, dict):
        unpack(envelope)


TOKEN = "demo." + "A" * 43


def tokens(random: Random) -> None:
    """The tokens of links: only the very token names its row."""
    bad = mutations.text(random, TOKEN)
    named = links.shop_and_hash(bad)
    if named is not None and (named == links.shop_and_hash(TOKEN)) != (bad == TOKEN):
        raise AssertionError("another token names the same row")


LINK = Link("demo", "h", "restore", "c1", 1, "p1", "email", "reminder", "k1", START + timedelta(days=1), "de")


def redirects(random: Random) -> None:
    """Restore addresses that a shop told us: we lead to the shop's own hosts over https, or nowhere else."""
    face = a_face(url="https://shop.example", domains=("shop.example",))
    bad = mutations.text(
        random, random.choice(("https://shop.example/cart/1?key=2", "https://shop.example@evil.example"))
    )
    url = with_utm(allowed(bad, face), LINK)
    if not url.startswith(
        ("https://shop.example/", "https://shop.example?", "https://shop.example:", "https://shop.example#")
    ):
        host = url.removeprefix("https://").partition("/")[0].partition("?")[0].partition("#")[0]
        if not host.lower().partition(":")[0].endswith(("shop.example",)) or "@" in host:
            raise AssertionError(f"leads to {url!r}")
    if not url.isascii() or not url.isprintable() or " " in url:
        raise AssertionError(f"a header cannot hold {url!r}")


def languages(random: Random) -> None:
    """Accept-Language and the switch of a page."""
    header = mutations.text(
        random, random.choice(("de-AT,de;q=0.9,en;q=0.6", "en;q=nan,de;q=1e999", "*;q=-1"))
    )
    if of_page(mutations.text(random, "de"), None, header) not in OFFERED:
        raise AssertionError("a language that we do not speak")


SETTINGS = json.dumps(
    document(
        policy={"preset": "gentle", "silence": "45m", "quiet_hours": {"start": "21:00", "end": "08:00"}},
        languages=["de", "en"],
        time_zone="Europe/Berlin",
        brand={"accent": "#1a5d4a"},
        links={"support_url": "https://lampen.example/help"},
    )
)


def settings(random: Random) -> None:
    """Settings that an operator typed: what is accepted can be read again, and holds no line break."""
    bad = mutations.document(random, json.loads(SETTINGS))
    if not isinstance(bad, dict):
        return
    accepted = ShopSettings.parse(bad)
    if ShopSettings.parse(accepted.as_document()) != accepted:
        raise AssertionError("is not read as it was written")
    accepted.policy()
    for line in (accepted.name, accepted.sender.name, accepted.sender.address, *accepted.imprint):
        if not line.isprintable():
            raise AssertionError(f"a header or page cannot hold {line!r}")


def addresses(random: Random) -> None:
    """Addresses and numbers: a normal form that stays itself, or none."""
    normal = address.email(mutations.text(random, "Ada.Lovelace@Example.com"))
    if normal is not None and (address.email(normal) != normal or not normal.isprintable() or " " in normal):
        raise AssertionError(f"{normal!r} is no normal form")
    address.phone(mutations.text(random, "+49 151 123-456 78"))


def parsers() -> dict[str, Parser]:
    """All of them by name; a new platform is among them on arrival."""
    named: dict[str, Parser] = {}
    for platform in shops.platforms():
        named[f"webhook:{platform}"] = webhook(platform)
        named[f"observe:{platform}"] = observe(platform)
    for channel in answered():
        named[f"answers:{channel}"] = answer_door(channel)
    named["pages"] = pages()
    alone = (mail_events, answers, queue, tokens, redirects, languages, settings, envelopes, words, addresses)
    return {**named, **{parser.__name__: parser for parser in alone}}


def run(name: str, seed: int, numbers: range) -> tuple[int, list[tuple[int, str]]]:
    """Try these cases; gives how many were accepted and what was found, by number."""
    parser, accepted, found = parsers()[name], 0, []
    for number in numbers:
        try:
            parser(Random(f"{seed}/{name}/{number}"))
            accepted += 1
        except (Refused, TryLater):
            continue
        except Exception as finding:  # noqa: BLE001 - finding these is what a fuzzer is for
            found.append((number, f"{type(finding).__name__}: {finding!s:.200}"))
            if len(found) >= 5:
                break
    return accepted, found
