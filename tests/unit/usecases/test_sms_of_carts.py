"""What an SMS about a cart says and when it goes: short links, the way to leave, carriers' rules, in parts."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from cartback import channels
from cartback.domain.messaging import carriers, sms
from cartback.domain.messaging.timing import Caps
from cartback.domain.observations import ConsentSeen
from cartback.domain.people import suppression
from cartback.domain.policy import Plan, Touch
from cartback.ports import Doubtful, Sent
from cartback.usecases.messaging.links import SHORT
from cartback.usecases.runs import Run
from tests.fakes.told import SHIRT, Told, ada, cart
from tests.fakes.world import START, World, a_face, a_policy

HOUR = timedelta(hours=1)
GERMAN, AMERICAN = "+491701234567", "+12125550100"
AGREED = START - timedelta(days=9)


class Texter:
    """The port ``Channel``: keeps what it is given."""

    def __init__(self):
        self.sent = []

    def send(self, message):
        self.sent.append(message)
        return Sent(f"m-{len(self.sent)}")


class Shop:
    """A world whose cadence goes by SMS, and Ada, who agreed to that."""

    def __init__(self, *touches: Touch, number: str = GERMAN, sender: str = "+491771234567", item=SHIRT):
        self.told, self.way = Told(), Texter()
        self.world = World(adapter=self.told)
        ways = {"email": self.world.outbox, "sms": self.way}
        self.world.touch = replace(self.world.touch, channels=ways)
        self.world.watch_cart = replace(self.world.watch_cart, channels=frozenset(ways))
        policy = a_policy(touches=touches, pack="us", caps=Caps(9, 9, 9, timedelta(0)), ladder=("sms",))
        self.world.settings.policies["demo"] = policy
        self.world.settings.faces["demo"] = a_face(senders={"sms": sender})
        agreed = tuple(
            ConsentSeen(way, True, AGREED, "double_opt_in", "form", sticky=True) for way in ("email", "sms")
        )
        contact = ada(phone=number, consents=agreed)
        self.world.deliver(self.told.delivery("e1", cart(START, item, contact=contact), at=START))
        (name,) = self.world.start_due()
        given = self.world.runs.started[name]
        self.run = Run(
            "cart_recovery", name, "demo", given["subject"], given["generation"], given["person_id"]
        )

    def send(self, position: int = 0, at=START + HOUR):
        """Wake for a step; what was decided about it last."""
        self.world.clock.at = at
        if position == 0:
            self.plan = Plan.from_variables(self.world.watch_cart(self.run, 0)["plan"])
        self.world.touch(self.run, self.plan, position)
        story = [
            line
            for line in self.world.ledger.story("demo", self.run.subject.timeline)
            if line.kind == "decision"
        ]
        return story[-1].data


FIRST = Touch("reminder", HOUR, "sms")


def test_a_link_is_short_and_as_good_as_a_long_one():
    shop = Shop(FIRST, sender="Demo")
    shop.send()
    (message,) = shop.way.sent
    codes = re.findall(r"/([ru])/demo\.([A-Za-z0-9_-]+)(?= |$)", message.text)
    assert [(path, len(code)) for path, code in codes] == [("r", SHORT), ("u", SHORT)]
    (answer, _) = shop.world.open_link(f"demo.{codes[0][1]}"), None
    assert answer is not None
    stored = [row for row, _ in shop.world.tables.rows["links"].values()]
    assert sorted(link.kind for link in stored) == ["leave", "restore"]
    assert codes[0][1] not in repr(stored)


@pytest.mark.parametrize("length", [SHORT - 1, SHORT + 1, 42, 44])
def test_a_token_of_another_length_was_never_ours(length):
    from cartback.usecases.messaging.links import shop_and_hash

    assert shop_and_hash("demo." + "a" * length) is None
    assert shop_and_hash("demo." + "a" * SHORT) is not None


def test_a_sender_that_can_be_answered_names_stop_and_one_that_cannot_a_link():
    numbered, named = Shop(FIRST), Shop(FIRST, sender="Demo")
    for shop in (numbered, named):
        shop.send()
    assert "STOP" in numbered.way.sent[0].text
    assert "/u/" not in numbered.way.sent[0].text
    assert "STOP" not in named.way.sent[0].text
    assert named.way.sent[0].leave_url in named.way.sent[0].text


def test_its_parts_are_counted_in_its_story_and_are_few():
    shop = Shop(FIRST)
    told = shop.send()
    message = shop.way.sent[0]
    assert sms.length(message.text).alphabet == sms.GSM_7
    assert told["sms_parts"] == str(sms.length(message.text).parts) == "1"


def test_typographic_words_of_a_shop_do_not_make_it_dear():
    dear = replace(SHIRT, title="„Nora“ – Crème brûlée")
    shop = Shop(FIRST, item=dear)
    shop.send()
    assert '"Nora" - Crème brulée' in shop.way.sent[0].text


TWICE = (FIRST, Touch("answers", 6 * HOUR, "sms"))


def test_carriers_of_the_us_get_one_message_about_a_cart_and_others_as_many_as_the_shop_plans():
    american, german = Shop(*TWICE, number=AMERICAN), Shop(*TWICE)
    for shop in (american, german):
        # Seven in the evening in Berlin is the first hour at which no part of the US sleeps.
        shop.send(at=START + 8 * HOUR)
    last = [shop.send(1, START + 8.5 * HOUR) for shop in (american, german)]
    assert [told["reason"] for told in last] == ["carrier_rule", "due"]
    assert [len(shop.way.sent) for shop in (american, german)] == [1, 2]


def test_carriers_of_the_us_get_none_two_days_after_a_cart_was_left():
    late = Touch("answers", 50 * HOUR, "sms")
    american, german = (Shop(Touch("reminder", HOUR), late, number=number) for number in (AMERICAN, GERMAN))
    for shop in (american, german):
        shop.send(at=START + 8 * HOUR)
    last = [shop.send(1, START + 56 * HOUR) for shop in (american, german)]
    assert [told["reason"] for told in last] == ["expired", "due"]


def test_what_carriers_do_not_carry_goes_by_mail_where_the_shop_lets_it():
    shop = Shop(*TWICE, number=AMERICAN)
    policy = shop.world.settings.policies["demo"]
    shop.world.settings.policies["demo"] = replace(policy, ladder=())
    shop.send(at=START + 8 * HOUR)
    told = shop.send(1, START + 8.5 * HOUR)
    assert (told["channel"], told["channels_against"]) == ("email", "sms:carrier_rule")


def test_a_rule_of_carriers_names_its_source_and_reaches_no_other_channel():
    assert all(rule.source and rule.most > 0 for rule in carriers.CART_RULES)
    assert carriers.cart_rule("whatsapp", AMERICAN) is None
    assert carriers.cart_rule("sms", "+14165550100") is None
    assert carriers.cart_rule("sms", None) is None
    assert carriers.cart_rule("sms", AMERICAN) is not None


def told_by_aws(shop: Shop, kind: str, claim: str | None = None) -> dict:
    message = shop.way.sent[-1]
    context = {"shop": "demo", "claim": claim or message.claim_id}
    at = int(shop.world.clock.now().timestamp() * 1000)
    return {"eventType": kind, "eventTimestamp": at, "messageId": "a-1", "context": context}


def told_by_twilio(shop: Shop, status: str, error: str = "") -> dict:
    at, claim = shop.world.clock.now().isoformat(), shop.way.sent[-1].claim_id
    told = {"sid": "SM1", "status": status, "error": error, "claim": claim, "at": at, "shop": "demo"}
    return {"twilio": told}


def claims_of(shop: Shop) -> list:
    return [row for row, _ in shop.world.tables.rows["claims"].values()]


def person_of(shop: Shop):
    return next(row for row, _ in shop.world.tables.rows["persons"].values() if row.phone == GERMAN)


def test_a_doubtful_message_is_settled_by_news_and_never_sent_a_second_time():
    shop = Shop(FIRST)
    keep = shop.way.send
    shop.way.send = lambda message: keep(message) and Doubtful("ReadTimeoutError")
    assert shop.send()["reason"] == "doubtful"
    assert [claim.state for claim in claims_of(shop)] == ["claimed"]
    shop.world.touch(shop.run, shop.plan, 0)
    assert len(shop.way.sent) == 1
    shop.world.apply_receipts(channels.receipts(told_by_aws(shop, "TEXT_DELIVERED")))
    assert [(claim.state, claim.provider_id) for claim in claims_of(shop)] == [("delivered", "a-1")]


def test_news_that_comes_again_late_or_from_the_provider_before_changes_nothing_more():
    shop = Shop(FIRST)
    shop.send()
    for event in (
        told_by_aws(shop, "TEXT_DELIVERED"),
        told_by_aws(shop, "TEXT_SENT"),
        told_by_aws(shop, "TEXT_DELIVERED"),
        told_by_twilio(shop, "sent"),
        told_by_twilio(shop, "delivered"),
    ):
        shop.world.apply_receipts(channels.receipts(event))
    (claim,) = claims_of(shop)
    assert claim.state == "delivered"
    assert len(shop.way.sent) == 1


def test_news_of_a_claim_that_is_not_ours_is_counted_and_left():
    shop = Shop(FIRST)
    shop.send()
    before = claims_of(shop)
    shop.world.apply_receipts(channels.receipts(told_by_aws(shop, "TEXT_INVALID", claim="somebody-elses")))
    assert claims_of(shop) == before
    assert suppression.reason_at(person_of(shop), shop.world.clock.now(), "sms") is None


@pytest.mark.parametrize(
    ("event", "because"),
    [
        (lambda shop: told_by_aws(shop, "TEXT_INVALID"), "bounced"),
        (lambda shop: told_by_aws(shop, "TEXT_BLOCKED"), "bounced"),
        (lambda shop: told_by_twilio(shop, "undelivered", "30006"), "bounced"),
        (lambda shop: told_by_twilio(shop, "failed", "21610"), "suppressed"),
        (lambda shop: told_by_aws(shop, "TEXT_UNREACHABLE"), None),
        (lambda shop: told_by_aws(shop, "TEXT_TTL_EXPIRED"), None),
        (lambda shop: told_by_twilio(shop, "undelivered", "30007"), None),
    ],
)
def test_only_what_is_the_numbers_own_fault_silences_it_and_never_its_mailbox(event, because):
    shop = Shop(FIRST)
    shop.send()
    shop.world.apply_receipts(channels.receipts(event(shop)))
    now = shop.world.clock.now()
    assert suppression.reason_at(person_of(shop), now, "sms") == because
    assert suppression.reason_at(person_of(shop), now) is None
