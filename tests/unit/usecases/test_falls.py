"""A message goes one way: what a channel does not carry falls to the next, and what is in doubt falls nowhere."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from cartback.domain import claims
from cartback.domain.errors import Refused
from cartback.domain.messaging.receipts import Receipt
from cartback.domain.messaging.timing import Caps
from cartback.domain.money import Money
from cartback.domain.observations import ConsentSeen
from cartback.domain.policy import Touch
from cartback.ports import ADDRESS_REFUSED, Doubtful, NotSent
from cartback.usecases.runs import Run
from tests.fakes.outside import Outbox
from tests.fakes.told import SHIRT, Told, ada, cart
from tests.fakes.world import START, World, a_face, a_policy

HOUR, AGREED = timedelta(hours=1), START - timedelta(days=9)
NUMBER = "+491701234567"
TOUCHES = (Touch("reminder", HOUR, "sms"), Touch("answers", 24 * HOUR, "sms"))


class Ways:
    """A shop with mail, SMS and WhatsApp, and Ada, who agreed to all three."""

    def __init__(self, **policy) -> None:
        self.told = Told()
        self.world = World(adapter=self.told)
        self.mail, self.sms, self.whatsapp = self.world.outbox, Outbox(), Outbox()
        ways = {"email": self.mail, "sms": self.sms, "whatsapp": self.whatsapp}
        self.world.touch = replace(self.world.touch, channels=ways)
        given = {
            "touches": TOUCHES,
            "pack": "us",
            "ladder": ("whatsapp", "email"),
            "caps": Caps(9, 9, 9, timedelta(0)),
        }
        self.world.settings.policies["demo"] = a_policy(**{**given, **policy})
        self.world.settings.faces["demo"] = a_face(senders={"sms": "Haus Demo", "whatsapp": "+4930123456"})
        agreed = tuple(
            ConsentSeen(way, True, AGREED, "double_opt_in", "form", sticky=True)
            for way in ("email", "sms", "whatsapp")
        )
        contact = ada(phone=NUMBER, consents=agreed)
        seen = cart(START, SHIRT, contact=contact, total=Money(5990, "EUR"))
        self.world.deliver(self.told.delivery("e1", seen, at=START))
        (self.name,) = self.world.start_due()
        self.about, self.known = self.world.runs.started[self.name], {}
        self.world.clock.at = START + HOUR

    def wake(self) -> str:
        asked = {"run": {"name": self.name, "about": self.about}, "known": self.known}
        answer = self.world.touch.planned(Run.from_task(asked), self.known)
        self.known = json.loads(json.dumps(answer["known"]))
        return answer["next"]

    @property
    def went(self) -> list[list[str]]:
        return [[message.touch for message in way.sent] for way in (self.sms, self.whatsapp, self.mail)]

    @property
    def claim(self):
        ((row, _),) = self.world.tables.rows["claims"].values()
        return row

    def story(self, kind: str) -> list[dict[str, str]]:
        lines = self.world.ledger.story("demo", f"cart#{self.about['subject']}")
        return [line.data for line in lines if line.kind == kind]

    @property
    def person(self):
        return next(row for row, _ in self.world.tables.rows["persons"].values() if row.email)


def refusing(way: Outbox, *answers) -> None:
    """Let a channel give these answers, and take nothing for them that is not taken."""
    way.answers = list(answers)


@pytest.mark.parametrize("refusal", [ADDRESS_REFUSED, NotSent("template is not approved")])
def test_what_was_refused_before_it_left_goes_the_next_way_at_once_and_once(refusal):
    ways = Ways()
    refusing(ways.sms, refusal)
    assert ways.wake() == "wait"
    assert (ways.whatsapp.sent[0].touch, ways.mail.sent) == ("reminder", [])
    assert (ways.claim.channel, ways.claim.state) == ("whatsapp", claims.SENT)
    assert len(ways.person.sends) == 1
    (fell,) = ways.story("fell")
    assert (fell["channel"], fell["reason"], fell["touch"]) == ("sms", refusal.reason, "reminder")
    sent = ways.story("decision")[-1]
    assert (sent["channel"], sent["channels_against"]) == ("whatsapp", f"sms:{refusal.reason}")


def test_a_message_that_is_in_doubt_is_tried_on_no_other_channel():
    ways = Ways()
    refusing(ways.sms, Doubtful("the connection broke"))
    ways.wake()
    ways.known = {**ways.known, "position": 0}
    ways.wake()
    assert (ways.whatsapp.sent, ways.mail.sent) == ([], [])
    assert (ways.claim.channel, ways.claim.state) == ("sms", claims.CLAIMED)


def test_a_run_that_is_woken_again_meets_its_own_claim_whatever_channel_it_would_take_now():
    ways = Ways()
    ways.wake()
    ways.world.settings.faces["demo"] = a_face()
    ways.known = {**ways.known, "position": 0}
    ways.wake()
    assert ways.went == [["reminder"], [], []]
    assert ways.story("decision")[-1]["reason"] == "claimed_before"


def test_a_claim_of_the_first_release_keeps_the_message_from_every_other_channel():
    ways = Ways()
    ways.wake()
    key = next(iter(ways.world.tables.rows["claims"]))
    old = replace(ways.claim, channel="email", flow="", kind="", address_hash="h")
    ways.world.tables.rows["claims"][key] = (old, ways.world.tables.rows["claims"][key][1])
    ways.known = {**ways.known, "position": 0}
    ways.wake()
    assert ways.went == [["reminder"], [], []]


def test_who_is_busy_is_waited_for():
    ways = Ways()
    refusing(ways.sms, NotSent("throttled", after_seconds=60))
    assert ways.wake() == "wait"
    assert ways.story("decision")[-1]["reason"] == "provider_busy"
    ways.wake()
    assert ways.went[1:] == [[], []]


def test_where_every_way_refuses_it_is_as_with_one_alone():
    ways = Ways()
    for way in (ways.sms, ways.whatsapp):
        refusing(way, ADDRESS_REFUSED)
    refusing(ways.mail, NotSent("the account is paused"))
    with pytest.raises(Refused, match="email: the account is paused"):
        ways.wake()
    assert ways.claim.state == claims.RELEASED
    assert ways.person.sends == ()


def test_a_late_word_of_the_way_that_did_not_carry_it_blames_nobody():
    ways = Ways(ladder=("email",))
    refusing(ways.sms, NotSent("number is a landline"))
    ways.wake()
    told = Receipt(
        "demo", ways.claim.claim_id, claims.BOUNCED, ways.world.clock.now(), "n1", True, channel="sms"
    )
    ways.world.apply_receipts([told])
    assert (ways.claim.channel, ways.claim.state) == ("email", claims.SENT)
    assert ways.person.blocked is None
    assert ways.world.metrics.counts["ReceiptsOfAnotherWay"] == 1


def test_what_falls_has_to_have_room_in_the_budget():
    ways = Ways(caps=Caps(1, 9, 9, timedelta(0)))
    refusing(ways.sms, ADDRESS_REFUSED)
    ways.wake()
    assert ways.went[1:] == [["reminder"], []]
    assert len(ways.person.sends) == 1
