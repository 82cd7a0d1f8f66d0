"""Trials of what lies beside the tables: queues, raw events, secrets, settings, the bus, and the operator's view."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from cartback.domain.errors import Refused, TryLater
from cartback.domain.facts import tell
from cartback.domain.shop.settings import ShopSettings
from cartback.domain.trade.cart import Cart
from cartback.domain.wording.own import changed
from cartback.domain.wording.parts import named
from cartback.ports import Delivery, KeptSettings, RowSet, ShopKeys
from cartback.store.bus import EventBridgeBus, StepFunctionsRuns
from cartback.store.intake.keys import REMEMBERED, SecretKeys
from cartback.store.intake.raw import S3Raw
from cartback.store.intake.secrets import SecretWriter
from cartback.store.queue import SqsQueue, pack, unpack
from cartback.store.results.browse import BusAgain, CartShelf, DeadLetters, IntakeAgain
from cartback.store.shop.settings import FRESH_FOR, CachedSettings, DynamoShopBook
from cartback.store.shop.texts import DynamoTextBook, SpokenSettings
from cartback.store.tables import CARTS_KEPT
from cartback.store.tokens import PepperedHasher
from tests.contracts.scale import Scale, tries
from tests.contracts.stack import resources
from tests.contracts.stingy import hooked
from tests.fakes.world import START
from tests.unit.settings.shop import document

DAY = timedelta(days=1)
PREFIX = "cartback/test/shop/"


def told(name: str, shop: str = "demo") -> Delivery:
    return Delivery(shop, "told", "told", name, START, "{}")


@tries("S3Raw.keep", "S3Raw.between")
def every_event_of_a_time_is_found_and_what_is_gone_is_left_out(here: Scale) -> None:
    raw = S3Raw(here.clients, here.services().refs["RawBucket"], here.clock)
    for number in range(8):
        at = here.clock.move(hours=1)
        raw.keep("demo", f"b{number}", [replace(told(f"e{number}"), received_at=at)])
    raw.keep("demo2", "b", [told("other")])
    found = raw.between("demo", START + timedelta(hours=2), START + timedelta(hours=6))
    assert [one.key for one in found] == ["e1", "e2", "e3", "e4"]
    names = sorted(here.objects())

    def sweeping(model: Any, **_: Any) -> None:
        if model.name == "GetObject":
            here.stack.own.s3.delete_object(Bucket=here.stack.refs["RawBucket"], Key=names[-2])

    with hooked(here.clients, "before-call", sweeping):
        assert len(list(raw.between("demo", START, START + DAY))) == 7


@tries("S3Raw.aside", "S3Raw.unpack", "SqsQueue.put")
def what_is_too_large_for_a_message_is_found_where_it_was_put_until_it_is_gone(here: Scale) -> None:
    refs = here.services().refs
    raw = S3Raw(here.clients, refs["RawBucket"], here.clock)
    queue = SqsQueue(here.clients, refs["IntakeQueue"], raw.aside)
    noise = random.Random(1)
    large = [replace(told(f"e{n}"), body=noise.randbytes(900_000).hex()) for n in range(3)]
    small = told("small")
    for one in (*large, small):
        queue.put(one)
    envelopes = [json.loads(body) for body in here.bodies("IntakeQueue")]
    found = {one.key: one for one in map(raw.unpack, envelopes)}
    assert found == {one.key: one for one in (*large, small)}
    assert len(list(raw.between("demo", START, START + DAY))) == len(here.objects()) == 3
    aside = next(envelope for envelope in envelopes if "aside" in envelope)
    with pytest.raises(Refused, match="no place of the shop's"):
        raw.unpack({**aside, "shop": "demo2"})
    here.stack.own.s3.delete_object(Bucket=refs["RawBucket"], Key=aside["aside"])
    with pytest.raises(Refused, match="what was put aside is gone"):
        raw.unpack(aside)


@tries("DeadLetters.look", "DeadLetters.send_again", "IntakeAgain.send")
def every_parked_event_is_shown_and_sent_on_and_the_others_stay(here: Scale) -> None:
    for number in range(23):
        here.queue("IntakeDlq").park(pack(told(f"e{number}")), f"reason {number}")
    letters = DeadLetters(
        here.clients, here.stack.refs["IntakeDlq"], IntakeAgain(here.clients, here.stack.refs["IntakeQueue"])
    )
    shown = letters.look()
    assert {parked.reason for parked in shown} == {f"reason {n}" for n in range(23)}
    chosen = {parked.message_id for parked in shown[:12]}
    sent, refused = letters.send_again(chosen)
    assert refused == []
    assert {
        parked.message_id for parked in sent
    } <= chosen  # what went before the store was busy is told no more
    assert set(here.bodies("IntakeQueue")) == {parked.body for parked in shown[:12]}
    assert len(here.bodies("IntakeDlq")) == 11


@tries("DeadLetters.drop")
def parked_events_that_are_dropped_are_gone_for_good_and_the_others_stay(here: Scale) -> None:
    for number in range(23):
        here.queue("IntakeDlq").park(pack(told(f"e{number}")), f"reason {number}")
    letters = DeadLetters(
        here.clients, here.stack.refs["IntakeDlq"], IntakeAgain(here.clients, here.stack.refs["IntakeQueue"])
    )
    shown = letters.look()
    chosen = {parked.message_id for parked in shown[:12]}
    gone = letters.drop(chosen)
    assert {parked.message_id for parked in gone} <= chosen
    assert sorted(here.bodies("IntakeDlq")) == sorted(parked.body for parked in shown[12:])
    assert here.bodies("IntakeQueue") == []


@tries("BusAgain.send")
def a_parked_fact_is_told_again_or_said_not_to_be(here: Scale) -> None:
    heard = listening(here)
    fact = facts(1)[0]
    event = {"source": "cartback", "detail-type": fact.name, "detail": fact.as_detail()}
    for body in (json.dumps(event), json.dumps({"requestPayload": event}), json.dumps({"source": "other"})):
        here.queue("FlowsDlq").park(body, "lost")
    letters = DeadLetters(
        here.clients, here.stack.refs["FlowsDlq"], BusAgain(here.clients, here.stack.refs["Bus"])
    )
    shown = letters.look()
    sent, refused = letters.send_again({parked.message_id for parked in shown})
    assert len(refused) == 1
    assert sent
    told = heard()
    assert len(told) >= 2
    assert all(one == fact.as_detail() for one in told)
    assert here.bodies("FlowsDlq") == [json.dumps({"source": "other"})]
    bus = BusAgain(here.clients, here.stack.refs["Bus"])
    bus.send(sent[0])
    with leaving_out(here, 0), pytest.raises(TryLater):
        bus.send(sent[0])
    with pytest.raises(Refused):
        bus.send(replace(sent[0], body="[]"))


@tries("CartShelf.carts")
def an_operator_sees_every_cart_of_a_shop_the_latest_first(here: Scale) -> None:
    for shop in ("demo", "demo2"):
        carts = {f"c{n}": Cart(shop, f"c{n}", activity_at=START + n * timedelta(hours=1)) for n in range(9)}
        here.seeding.save(shop, RowSet(), RowSet(carts=carts))
    shelf = CartShelf(here.clients, here.tables, here.clock)
    found, whole = shelf.carts("demo")
    latest_first = [("demo", f"c{n}") for n in range(8, -1, -1)]
    assert ([(cart.shop, cart.cart_id) for cart in found], whole) == (latest_first, True)
    assert shelf.carts("demo", "bought") == ([], True)
    here.clock.at = START + CARTS_KEPT
    assert shelf.carts("demo") == ([], True)


@tries("SqsQueue.put", "SqsQueue.park")
def what_is_put_and_what_is_parked_lies_there_whole(here: Scale) -> None:
    refs = here.services().refs
    for number in range(12):
        SqsQueue(here.clients, refs["IntakeQueue"]).put(told(f"e{number}"))
        SqsQueue(here.clients, refs["IntakeDlq"]).park(f"e{number}", "")
    keys = {unpack(json.loads(body)).key for body in here.bodies("IntakeQueue")}
    assert keys == set(here.bodies("IntakeDlq")) == {f"e{n}" for n in range(12)}


def facts(number: int) -> list[Any]:
    return [
        tell("cart.updated", "demo", START, n, cart_id=f"c{n}", generation=1, activity_at=START)
        for n in range(number)
    ]


def listening(here: Scale) -> Any:
    """Let what is told on the bus land on a queue; gives how to hear it."""
    own, refs = here.stack.own, here.services().refs
    url = own.sqs.create_queue(QueueName="Heard")["QueueUrl"]
    refs["Heard"] = url
    arn = own.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    own.events.put_rule(Name="all", EventBusName=refs["Bus"], EventPattern='{"source": ["cartback"]}')
    own.events.put_targets(Rule="all", EventBusName=refs["Bus"], Targets=[{"Id": "1", "Arn": arn}])
    return lambda: [json.loads(body)["detail"] for body in here.bodies("Heard")]


def leaving_out(here: Scale, place: int) -> Any:
    """The bus takes no entry at this place of a request, and says so."""

    def said(parsed: dict[str, Any], model: Any, **_: Any) -> None:
        if model.name == "PutEvents" and len(parsed.get("Entries", ())) > place:
            parsed["Entries"][place] = {"ErrorCode": "ThrottlingException", "ErrorMessage": "busy"}
            parsed["FailedEntryCount"] = 1

    return hooked(here.clients, "after-call", said)


@tries("EventBridgeBus.publish")
def every_fact_is_told_and_one_that_was_not_taken_is_said_to_be_missing(here: Scale) -> None:
    heard = listening(here)
    bus = EventBridgeBus(here.clients, here.stack.refs["Bus"])
    bus.publish(facts(25))
    assert {detail["data"]["cart_id"] for detail in heard()} == {f"c{n}" for n in range(25)}
    with leaving_out(here, 4), pytest.raises(TryLater):
        bus.publish(facts(15))


@tries("StepFunctionsRuns.start")
def a_run_starts_once_under_its_name(here: Scale) -> None:
    runs = StepFunctionsRuns(here.clients, {"cart_recovery": here.services().refs["CartRecovery"]})
    names = [f"cart-recovery-{n}" for n in range(5)]
    assert [runs.start("cart_recovery", name, {"wait_seconds": 1}) for name in names] == [True] * 5
    assert [runs.start("cart_recovery", name, {"wait_seconds": 2}) for name in names] == [False] * 5


@tries("SecretKeys.of", "SecretKeys.again", "SecretWriter.read", "SecretWriter.write", "SecretWriter.drop")
def secrets_are_kept_changed_dropped_and_brought_back(here: Scale) -> None:
    writer = SecretWriter(here.clients, PREFIX)
    keys = SecretKeys(here.clients, PREFIX, here.clock)
    one, two = ShopKeys("generic", ("s1",)), ShopKeys("generic", ("s2", "s1"), {"a": "b"}, {"c": "d"})
    for number in range(3):
        writer.write(f"demo{number}", one)
    assert [keys.of(f"demo{n}") for n in range(4)] == [one, one, one, None]
    writer.write("demo1", two)
    assert keys.of("demo1") == one
    here.clock.move(seconds=11)
    assert (keys.again("demo1"), keys.again("demo1"), keys.of("demo1")) == (two, None, two)
    writer.drop("demo1")
    writer.drop("demo1")
    writer.drop("nobody")
    here.clock.at += REMEMBERED
    assert (writer.read("demo1"), keys.of("demo1"), writer.read("demo2")) == (None, None, one)
    writer.write("demo1", two)
    assert writer.read("demo1") == two


@tries("DynamoShopBook.read", "DynamoShopBook.put", "DynamoShopBook.names", "DynamoShopBook.shops")
def every_shop_and_each_of_its_versions_is_found(here: Scale) -> None:
    book = DynamoShopBook(here.clients, "Settings")
    first = {
        f"lamp-{n}": ShopSettings.parse(document(shop=f"lamp-{n}")).stamped(1, START, "x") for n in range(7)
    }
    for settings in first.values():
        book.put(KeptSettings(settings))
    second = ShopSettings.parse(document(shop="lamp-3", name="Anders")).stamped(2, START, "x")
    book.put(KeptSettings(second, removed=True))
    assert book.names() == sorted(first)
    assert [settings.shop for settings in book.shops()] == sorted(first.keys() - {"lamp-3"})
    assert (book.read("lamp-3").removed, book.read("lamp-3", 1).settings) == (True, first["lamp-3"])
    assert book.read("lamp-9") is None


@tries("CachedSettings.policy", "CachedSettings.shop")
def the_rules_of_each_shop_are_its_own_and_a_minute_old_at_most(here: Scale) -> None:
    book, cached = (
        DynamoShopBook(here.stack.own, "Settings"),
        CachedSettings(here.clients, "Settings", here.clock),
    )
    for number in range(4):
        name = f"lamp-{number}"
        book.put(
            KeptSettings(
                ShopSettings.parse(document(shop=name, name=f"Haus {number}")).stamped(1, START, "x")
            )
        )
    assert [cached.shop(f"lamp-{n}").name for n in range(4)] == [f"Haus {n}" for n in range(4)]
    assert cached.policy("lamp-9") is None
    book.put(KeptSettings(ShopSettings.parse(document(shop="lamp-1")).stamped(2, START, "x"), removed=True))
    assert cached.policy("lamp-1").version == 1
    here.clock.at += FRESH_FOR
    assert cached.policy("lamp-1") is cached.shop("lamp-1") is None


@tries("SpokenSettings.texts", "DynamoTextBook.read", "DynamoTextBook.put", "DynamoTextBook.changes")
def the_words_of_each_shop_are_its_own_come_with_its_settings_and_are_a_minute_old_at_most(
    here: Scale,
) -> None:
    book, spoken = (
        DynamoTextBook(here.clients, "Settings"),
        SpokenSettings(here.clients, "Settings", here.clock),
    )
    name = named("cart_recovery/reminder.email.de")
    shops = DynamoShopBook(here.stack.own, "Settings")
    kept, told = {}, []
    for shop in ("lamp-1", "lamp-2"):
        shops.put(KeptSettings(ShopSettings.parse(document(shop=shop)).stamped(1, START, "x")))
        kept[shop] = book.read(shop)
        for number in range(3):
            kept[shop], change = changed(
                kept[shop], name, {"subject": f"{shop} {number}"}, here.clock.now(), "x"
            )
            book.put(kept[shop], change)
            told.append(change)
    assert [book.read(shop) for shop in kept] == list(kept.values())
    assert [spoken.texts(shop) for shop in kept] == list(kept.values())
    assert [*book.changes("lamp-2"), *book.changes("lamp-1"), *book.changes("lamp-9")] == told[::-1]
    again, change = changed(kept["lamp-1"], name, {}, here.clock.now(), "x")
    book.put(again, change)
    assert (spoken.texts("lamp-1"), spoken.texts("lamp-9")) == (kept["lamp-1"], None)
    here.clock.at += FRESH_FOR
    assert (spoken.texts("lamp-1"), spoken.shop("lamp-1").shop) == (again, "lamp-1")


@tries("PepperedHasher.__call__")
def a_hash_is_the_same_twice_and_another_for_each_shop_and_each_stack(here: Scale) -> None:
    (name,) = resources("AWS::SecretsManager::Secret")
    secret = here.services().refs[name]
    one, two = PepperedHasher(here.clients, secret), PepperedHasher(here.clients, secret)
    assert one("demo", "a") == two("demo", "a")
    assert len({one("demo", "a"), one("demo2", "a"), one("demo", "b"), one("dem", "oa")}) == 4
    here.stack.own.secretsmanager.put_secret_value(SecretId=secret, SecretString="another" * 9)
    assert PepperedHasher(here.clients, secret)("demo", "a") != one("demo", "a")
