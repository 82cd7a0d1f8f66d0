"""A channel's file is all that a channel needs: one that only these tests have is planned, claimed, sent, heard of."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from cartback import channels, texts
from cartback.domain.channels import ADDRESS_OF, CHANNELS, CONTENT_OF, SENDERS
from cartback.domain.claims import BOUNCED
from cartback.domain.errors import Refused
from cartback.domain.gates import address_on
from cartback.domain.messaging.warm_up import WarmUp
from cartback.domain.observations import ConsentSeen
from cartback.domain.people import suppression
from cartback.domain.people.customer import merge
from cartback.domain.policy import Plan, Touch
from cartback.flows.cart_recovery import FLOW
from cartback.ports import Means, NotSent, Text
from cartback.usecases.runs import Run
from cartback.usecases.sending import addressed
from cartback.usecases.take_batch import TakeBatch
from tests.fakes.told import SHIRT, Told, ada, cart
from tests.fakes.world import START, World, a_face, a_policy

FOLDER = Path(__file__).parents[2] / "fakes" / "ways"
NUMBER, MAIL = "+491701234567", "ada@example.com"
AGREED = START - timedelta(days=9)
HOUR = timedelta(hours=1)


@pytest.fixture
def arrived(monkeypatch):
    """The folder of channels with one file more, and one that reads its provider's news."""
    monkeypatch.setattr(channels, "__path__", [*channels.__path__, str(FOLDER)])
    for known in (channels.served, channels._told):
        known.cache_clear()
    yield
    monkeypatch.undo()
    for known in (channels.served, channels._told):
        known.cache_clear()


class Way:
    """A world with the channels of the folder, and Ada, who agreed to both."""

    def __init__(self, *touches: Touch, **face) -> None:
        self.told = Told()
        self.world = World(adapter=self.told)
        files = [module for each in channels.served().values() for module in each.values()]
        env = {name: "x" for module in files for name in module.NEEDS}
        made = channels.by_name(env, Means(*[lambda: None] * 4))["sms"]
        self.sms = made.carriers["by_hand"]
        ways = {"email": self.world.outbox, "sms": made}
        self.world.touch = replace(self.world.touch, channels=ways)
        self.world.watch_cart = replace(self.world.watch_cart, channels=channels.names())
        self.world.settings.policies["demo"] = a_policy(touches=touches, pack="us")
        self.world.settings.faces["demo"] = a_face(
            **{"senders": {"sms": "Haus Demo"}, "providers": {"sms": "by_hand"}, **face}
        )
        agreed = tuple(
            ConsentSeen(way, True, AGREED, "double_opt_in", "form", sticky=True) for way in ("email", "sms")
        )
        contact = ada(phone=NUMBER, consents=agreed)
        self.world.deliver(self.told.delivery("e1", cart(START, SHIRT, contact=contact), at=START))
        (name,) = self.world.start_due()
        given = self.world.runs.started[name]
        self.run = Run(
            "cart_recovery", name, "demo", given["subject"], given["generation"], given["person_id"]
        )

    def wake(self, position: int = 0) -> dict:
        """Look after an hour, then send the step of this number."""
        self.world.clock.at = max(self.world.clock.now(), START + HOUR)
        looked = self.world.watch_cart(self.run, 0)
        assert looked["next"] == "touch", looked

        self.plan = Plan.from_variables(looked["plan"])
        return self.world.touch(self.run, self.plan, position)

    def news(self, status: str) -> None:
        """What the provider tells of the last message, through the queue's own door."""
        message = self.sms.sent[-1]
        told = {"shop": "demo", "claim": message.claim_id, "status": status}
        at = self.world.clock.now().isoformat()
        take = TakeBatch(
            self.world.apply_events,
            self.world.apply_receipts,
            lambda envelope: envelope,
            channels.receipts,
            self.world.queue,
            self.world.metrics,
        )
        assert take([("m1", json.dumps({"sms_by_hand": {**told, "at": at}}))]) == []

    @property
    def person(self):
        (row,) = [row for row, _ in self.world.tables.rows["persons"].values() if row.email == MAIL]
        return row


SMS = Touch("reminder", HOUR, "sms")
LATER_BY_MAIL = Touch("answers", timedelta(hours=24))


def test_an_sms_goes_to_the_number_in_a_few_words_from_the_shops_sender_there(arrived):
    way = Way(SMS)
    way.wake()
    (message,) = way.sms.sent
    assert (message.address, message.sender, message.channel) == (NUMBER, "Haus Demo", "sms")
    assert isinstance(message.content, Text)
    assert "Leinenhemd" in message.text
    assert "<" not in message.text
    assert len(message.text) <= 612
    assert message.leave_url is not None
    assert message.leave_url in message.text
    assert way.world.outbox.sent == []


def test_its_claim_holds_the_hash_of_the_number(arrived):
    way = Way(SMS)
    way.wake()
    (claim,) = [row for row, _ in way.world.tables.rows["claims"].values()]
    assert (claim.channel, claim.address_hash) == ("sms", way.person.phone_hash)
    assert claim.address_hash != way.person.email_hash


def test_a_mail_after_it_goes_to_the_mailbox_as_a_mail(arrived):
    way = Way(SMS, LATER_BY_MAIL)
    way.wake()
    way.world.clock.at = START + timedelta(hours=24)
    way.world.touch(way.run, way.plan, 1)
    (message,) = way.world.outbox.sent
    assert (message.address, message.sender) == (MAIL, "hallo@demo.example")
    assert message.html.startswith("<!")
    assert len(way.sms.sent) == 1


def test_who_has_no_number_gets_a_mail_in_its_place(arrived):
    way = Way(SMS)
    key, (row, version) = next(
        (key, kept) for key, kept in way.world.tables.rows["persons"].items() if kept[0].phone == NUMBER
    )
    way.world.tables.rows["persons"][key] = (replace(row, phone=None, phone_hash=None), version)
    way.wake()
    assert (way.sms.sent, len(way.world.outbox.sent)) == ([], 1)
    (claim,) = [row for row, _ in way.world.tables.rows["claims"].values()]
    assert (claim.channel, claim.address_hash) == ("email", way.person.email_hash)


def test_no_address_of_another_kind_is_ever_put_on_a_channel(arrived):
    way = Way(SMS)
    way.wake()
    (claim,) = [row for row, _ in way.world.tables.rows["claims"].values()]
    mailbox = address_on(way.person, "email")
    with pytest.raises(Refused, match="sms: writes to no address of the kind email"):
        addressed(claim, mailbox, a_face(), Text("hello"), "de", FLOW)


def test_a_number_that_is_gone_stops_texts_and_no_mail(arrived):
    way = Way(SMS, LATER_BY_MAIL)
    way.wake()
    way.news("unknown_number")
    now = way.world.clock.now()
    assert suppression.reason_at(way.person, now, "sms") == "bounced"
    assert suppression.reason_at(way.person, now) is None
    (claim,) = [row for row, _ in way.world.tables.rows["claims"].values()]
    assert claim.state == BOUNCED
    hashes = [way.person.phone_hash, way.person.email_hash]
    blocks = way.world.records.read("demo", blocks=hashes).blocks
    assert [blocks[name] for name in hashes] == ["bounced", None]
    way.world.clock.at = START + timedelta(hours=24)
    way.world.touch(way.run, way.plan, 1)
    assert len(way.world.outbox.sent) == 1


def test_a_telephone_that_was_off_three_times_rests_for_texts_alone(arrived):
    way = Way(SMS)
    way.wake()
    claim_id = way.sms.sent[-1].claim_id
    for number in range(3):
        key, (claim, version) = next(iter(way.world.tables.rows["claims"].items()))
        way.world.tables.rows["claims"][key] = (replace(claim, claim_id=claim_id), version)
        way.news("switched_off")
        person = way.person
        bounced = replace(person.soft_bounces[-1], claim_id=f"earlier-{number}")
        kept = next(name for name, row in way.world.tables.rows["persons"].items() if row[0] == person)
        row = replace(person, soft_bounces=(*person.soft_bounces[:-1], bounced))
        way.world.tables.rows["persons"][kept] = (row, way.world.tables.rows["persons"][kept][1])
    now = way.world.clock.now()
    assert suppression.reason_at(way.person, now, "sms") == "bounced_often"
    assert suppression.reason_at(way.person, now) is None
    assert suppression.reason_at(way.person, now + timedelta(days=60), "sms") is None


def test_a_complaint_holds_on_every_channel_and_a_dead_mailbox_on_one(arrived):
    person, now = Way(SMS).person, START
    complained = suppression.on_channel(person, "sms", "complained", now)
    assert [suppression.reason_at(complained, now, way) for way in CHANNELS] == ["complained"] * len(CHANNELS)
    dead = suppression.on_channel(person, "email", "bounced", now)
    assert [suppression.reason_at(dead, now, way) for way in ("email", "sms")] == ["bounced", None]


def test_two_rows_that_become_one_keep_the_stop_that_lasts_longer(arrived):
    person, now = Way(SMS).person, START
    often = suppression.on_channel(person, "sms", "bounced_often", now, now + HOUR)
    gone = suppression.on_channel(replace(person, person_id="p2"), "sms", "bounced", now)
    for winner, loser in ((often, gone), (gone, often)):
        assert suppression.reason_at(merge(winner, loser, now)[0], now, "sms") == "bounced"


def test_a_sender_of_mails_that_warms_up_counts_no_texts(arrived):
    way = Way(SMS)
    policy = way.world.settings.policies["demo"]
    way.world.settings.policies["demo"] = replace(policy, warm_up=WarmUp(START.date(), 1))
    way.wake()
    (claim,) = [row for row, _ in way.world.tables.rows["claims"].values()]
    assert claim.ceiling is None


def test_a_shop_that_is_nobody_on_a_channel_writes_mails_in_its_place(arrived):
    way = Way(SMS, senders={})
    way.wake()
    assert [message.address for message in way.world.outbox.sent] == [MAIL]
    assert way.sms.sent == []


def test_where_the_sender_was_taken_away_under_a_run_it_goes_by_mail(arrived):
    way = Way(SMS)
    sender = way.world.settings.faces["demo"]
    way.world.clock.at = START + HOUR
    plan = Plan.from_variables(way.world.watch_cart(way.run, 0)["plan"])
    way.world.settings.faces["demo"] = replace(sender, senders={})
    way.world.touch(way.run, plan, 0)
    assert (way.sms.sent, len(way.world.outbox.sent)) == ([], 1)


def test_a_number_of_a_country_with_a_sender_of_its_own_hears_from_that(arrived):
    way = Way(SMS, country_senders={"DE": "Demo DE", "US": "+18005550100"})
    way.wake()
    assert way.sms.sent[0].sender == "Demo DE"


def test_it_must_not_arrive_at_night_nor_when_it_is_too_late(arrived):
    """By the law of the US it is quiet from eight in the evening, on the wall of the number's country, Germany."""
    way = Way(SMS)
    way.wake()
    assert way.sms.sent[0].deadline == START.replace(hour=19)


@pytest.mark.parametrize("because", ["bounced", "suppressed"])
def test_a_number_that_the_provider_refuses_outright_gets_no_more_and_mails_take_its_place(arrived, because):
    way = Way(SMS, LATER_BY_MAIL)
    way.sms.send = lambda message: NotSent("opted_out", of_address=True, block=because)
    assert way.wake()["next"] == "wait"
    now = way.world.clock.now()
    assert suppression.reason_at(way.person, now, "sms") == because
    assert suppression.reason_at(way.person, now) is None
    block = way.world.records.read("demo", blocks=[way.person.phone_hash]).blocks[way.person.phone_hash]
    assert block == ("bounced" if because == "bounced" else None)
    assert [message.touch for message in way.world.outbox.sent] == ["reminder"]
    assert len(way.person.sends) == 1
    way.world.clock.at = START + timedelta(hours=24)
    way.world.touch(way.run, way.plan, 1)
    assert [message.touch for message in way.world.outbox.sent] == ["reminder", "answers"]


def test_where_a_channel_was_taken_away_under_a_run_it_goes_by_mail(arrived):
    way = Way(SMS)
    way.world.touch = replace(way.world.touch, channels={"email": way.world.outbox})
    way.wake()
    assert (way.sms.sent, len(way.world.outbox.sent)) == ([], 1)


def test_every_channel_has_a_kind_of_address_and_of_content():
    assert set(ADDRESS_OF) == set(CONTENT_OF) == set(CHANNELS)
    assert set(SENDERS) < set(CHANNELS)
    assert set(CONTENT_OF.values()) == set(texts.folder.SPELT)


def test_news_that_no_channel_knows_says_nothing():
    assert channels.receipts({"something": "else"}) == []
