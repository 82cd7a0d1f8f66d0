"""What each kind of news of a mail does to its reader, to the claim and to the shop's standing: a row, a test."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from cartback.channels import ses_events
from cartback.channels.ses_events import BOUNCES, COMPLAINTS, receipts
from cartback.domain import claims
from cartback.domain.claims import Claim
from cartback.domain.deliverability import Tally
from cartback.domain.people.suppression import RECHECKED_AFTER, reason_at
from cartback.domain.policy import Plan, Touch
from cartback.usecases.apply_receipts import ApplyReceipts
from cartback.usecases.runs import Run
from cartback.usecases.watch_standing import WatchStanding
from tests.fakes.sweeps import MemoryStanding
from tests.fakes.told import SHIRT, Told, ada, cart
from tests.fakes.world import START, World

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
PLAN = Plan(1, (Touch("reminder", timedelta(hours=1)),))


class Mailing:
    """A shop that writes to one reader again and again, and hears what SES says of it."""

    def __init__(self) -> None:
        self.told = Told()
        self.world = World(adapter=self.told)
        self.standing = MemoryStanding()
        world = self.world
        watch = WatchStanding(self.standing, world.records, world.clock, world.metrics)
        self.heed = ApplyReceipts(world.ledger, world.records, world.bus, world.clock, world.metrics, watch)

    def write(self, number: int = 1) -> str | None:
        """A cart is left and reminded of, days after the one before; gives the mail's claim, None if none went out."""
        self.world.clock.at += 2 * DAY if number > 1 else timedelta(0)
        now, ref = self.world.clock.now(), f"cart:c{number}"
        goods = replace(
            SHIRT, variant_id=f"v{number}"
        )  # what was written about once is not written about again
        seen = cart(now, goods, ref=ref, contact=ada())
        self.world.deliver(self.told.delivery(f"e{number}", seen, at=now))
        cart_id = self.world.tables.live("refs", "demo", ref)
        self.world.clock.move(hours=1)
        before = len(self.world.outbox.sent)
        self.world.touch(Run("cart_recovery", f"r{number}", "demo", cart_id, 1), PLAN, 0)
        return self.world.outbox.sent[-1].claim_id if len(self.world.outbox.sent) > before else None

    def hear(self, claim_id: str, kind: str, at=None, **part: str) -> None:
        at = (at or self.world.clock.now()).isoformat()
        mail = {"messageId": "m", "timestamp": at, "tags": {"shop": ["demo"], "claim": [claim_id]}}
        name = ses_events._PARTS[kind]
        self.heed(receipts({"eventType": kind, "mail": mail, name: {"timestamp": at, **part}}))

    def bounce(self, claim_id: str, kind: str, sub: str, at=None) -> None:
        self.hear(claim_id, "Bounce", at, bounceType=kind, bounceSubType=sub)

    def state(self, claim_id: str) -> str:
        return self.world.ledger.read_claim("demo", claim_id).state

    @property
    def person(self):
        ((person, _),) = self.world.tables.rows["persons"].values()
        return person

    @property
    def blocked(self) -> str | None:
        return reason_at(self.person, self.world.clock.now())

    @property
    def of_address(self) -> list[str]:
        return [because for because, _ in self.world.tables.rows["blocks"].values()]

    @property
    def tally(self) -> Tally:
        return self.standing.tallies.get("demo", Tally())

    def facts(self) -> list[str]:
        return [fact.name for fact in self.world.bus.facts if fact.name.startswith("message.")]


@pytest.fixture
def mailing() -> Mailing:
    return Mailing()


# Bounce type and sub-type, and: does it block at once, for good, does it count as a bounce of the shop's, the state.
ROWS = [
    ("Permanent", "General", "bounced", True, 1, claims.BOUNCED),
    ("Permanent", "NoEmail", "bounced", True, 1, claims.BOUNCED),
    ("Permanent", "Suppressed", "suppressed", False, 1, claims.BOUNCED),
    ("Permanent", "OnAccountSuppressionList", "suppressed", False, 0, claims.REJECTED),
    ("Permanent", "SomethingNew", "bounced", True, 1, claims.BOUNCED),
    ("Transient", "General", None, False, 0, claims.BOUNCED),
    ("Transient", "MailboxFull", None, False, 0, claims.BOUNCED),
    ("Transient", "MessageTooLarge", None, False, 0, claims.BOUNCED),
    ("Transient", "ContentRejected", None, False, 0, claims.BOUNCED),
    ("Transient", "AttachmentRejected", None, False, 0, claims.BOUNCED),
    ("Transient", "SomethingNew", None, False, 0, claims.BOUNCED),
    ("Undetermined", "Undetermined", None, False, 0, claims.BOUNCED),
    ("", "", None, False, 0, claims.BOUNCED),
]


def test_each_row_of_the_table_of_bounces_has_a_test():
    assert set(BOUNCES) <= {(kind, sub) for kind, sub, *_ in ROWS}


@pytest.mark.parametrize(("kind", "sub", "because", "for_good", "counted", "state"), ROWS)
def test_a_bounce_blocks_counts_and_settles_by_its_sub_type(
    mailing, kind, sub, because, for_good, counted, state
):
    claim = mailing.write()
    mailing.bounce(claim, kind, sub)
    mailing.bounce(claim, kind, sub)
    assert (mailing.blocked, mailing.tally.bounced) == (because, counted)
    assert mailing.state(claim) == state
    assert mailing.of_address == ([because] if for_good else [])


@pytest.mark.parametrize("sub", ["Suppressed", "OnAccountSuppressionList"])
def test_an_address_that_the_provider_refuses_by_a_list_of_its_own_is_tried_again_after_a_month(mailing, sub):
    mailing.bounce(mailing.write(), "Permanent", sub)
    told_at = mailing.world.clock.now()
    mailing.world.clock.at = told_at + RECHECKED_AFTER - 3 * DAY
    assert mailing.write(2) is None
    mailing.world.clock.at = told_at + RECHECKED_AFTER - 2 * DAY
    assert mailing.write(3) is not None


@pytest.mark.parametrize("sub", ["MessageTooLarge", "ContentRejected", "AttachmentRejected"])
def test_what_blames_our_message_never_stops_the_writing(mailing, sub):
    for number in range(1, 6):
        claim = mailing.write(number)
        mailing.bounce(claim, "Transient", sub)
    assert (mailing.blocked, mailing.person.soft_bounces) == (None, ())


@pytest.mark.parametrize(("kind", "sub"), [("Transient", "General"), ("Undetermined", "Undetermined")])
@pytest.mark.parametrize("order", list(permutations(["note", "delivery"])))
def test_a_reader_who_is_away_and_answers_by_machine_is_not_blocked(mailing, kind, sub, order):
    for number in range(1, 6):
        claim = mailing.write(number)
        now = mailing.world.clock.now()
        for news in (*order, *order):
            if news == "note":
                mailing.bounce(claim, kind, sub, now + 2 * MINUTE)
            else:
                mailing.hear(claim, "Delivery", now + MINUTE)
        assert mailing.state(claim) == claims.DELIVERED
    assert (mailing.blocked, mailing.person.soft_bounces) == (None, ())
    assert mailing.tally == Tally(settled=5)


def test_what_came_back_without_ever_being_delivered_is_counted_and_the_third_stops_the_writing(mailing):
    for number in range(1, 4):
        mailing.bounce(mailing.write(number), "Transient", "General")
    assert mailing.blocked == "bounced_often"
    assert mailing.write(4) is None


def test_a_full_mailbox_is_written_to_again_once_there_are_fewer_than_three_within_thirty_days(mailing):
    for number in range(1, 4):
        mailing.bounce(mailing.write(number), "Transient", "MailboxFull")
        mailing.world.clock.at += 3 * DAY
    first = mailing.person.soft_bounces[0].at
    assert mailing.blocked == "bounced_often"
    assert mailing.person.blocked_until == first + 30 * DAY
    mailing.world.clock.at = first + 28 * DAY - timedelta(hours=2)
    assert mailing.write(4) is None
    mailing.world.clock.at = first + 28 * DAY
    assert mailing.write(5) is not None


def test_a_full_mailbox_that_took_the_message_first_did_not_keep_it(mailing):
    claim = mailing.write()
    mailing.hear(claim, "Delivery")
    mailing.bounce(claim, "Transient", "MailboxFull")
    assert mailing.state(claim) == claims.BOUNCED
    assert len(mailing.person.soft_bounces) == 1


def test_a_block_for_now_does_not_hide_one_for_good_nor_take_it_away(mailing):
    claim = mailing.write()
    mailing.bounce(claim, "Permanent", "OnAccountSuppressionList")
    mailing.bounce(claim, "Permanent", "General")
    mailing.bounce(claim, "Permanent", "Suppressed")
    mailing.world.clock.move(days=400)
    assert (mailing.blocked, mailing.of_address) == ("bounced", ["bounced"])


FEEDBACK = [("abuse", True), ("fraud", True), ("virus", True), ("other", True), ("auth-failure", False)]


def test_each_row_of_the_table_of_complaints_has_a_test():
    assert set(COMPLAINTS) == {word for word, _ in FEEDBACK} | {"not-spam"}


@pytest.mark.parametrize(
    ("word", "hurts"), [*FEEDBACK, ("", True), ("something-new", True), (" ABUSE", True)]
)
def test_a_complaint_is_one_by_its_feedback_type(mailing, word, hurts):
    claim = mailing.write()
    mailing.hear(claim, "Delivery")
    mailing.hear(claim, "Complaint", complaintFeedbackType=word)
    assert mailing.blocked == ("complained" if hurts else None)
    assert mailing.tally.complained == int(hurts)
    assert ("message.complained" in mailing.facts()) is hurts


@pytest.mark.parametrize("word", ["not-spam", "Not-Spam"])
def test_who_takes_a_mail_out_of_the_junk_folder_has_not_complained(mailing, word):
    claim = mailing.write()
    mailing.hear(claim, "Complaint", complaintFeedbackType=word)
    assert (mailing.blocked, mailing.of_address, mailing.tally) == (None, [], Tally(settled=1))
    assert (mailing.state(claim), mailing.facts()) == (claims.DELIVERED, [])
    assert mailing.write(2) is not None


def test_an_address_on_the_accounts_list_of_complainers_is_no_new_complaint_and_tried_again(mailing):
    claim = mailing.write()
    mailing.hear(
        claim, "Complaint", complaintSubType="OnAccountSuppressionList", complaintFeedbackType="abuse"
    )
    assert (mailing.blocked, mailing.tally) == ("suppressed", Tally())
    assert (mailing.state(claim), mailing.of_address) == (claims.REJECTED, [])
    mailing.world.clock.move(days=30)
    assert mailing.write(2) is not None


@pytest.mark.parametrize("order", list(permutations(["complaint", "rescue", "delivery"])))
def test_a_rescue_takes_back_the_complaint_before_it_in_whatever_order_they_are_told(mailing, order):
    claim = mailing.write()
    now = mailing.world.clock.now()
    news = {
        "delivery": lambda: mailing.hear(claim, "Delivery", now),
        "complaint": lambda: mailing.hear(claim, "Complaint", now + MINUTE, complaintFeedbackType="abuse"),
        "rescue": lambda: mailing.hear(
            claim, "Complaint", now + 2 * MINUTE, complaintFeedbackType="not-spam"
        ),
    }
    for name in (*order, *order):
        news[name]()
    assert (mailing.blocked, mailing.of_address) == (None, [])
    assert mailing.tally == Tally(settled=1)
    assert mailing.write(2) is not None


def test_a_complaint_after_the_rescue_is_the_readers_last_word(mailing):
    claim = mailing.write()
    now = mailing.world.clock.now()
    for _ in range(2):
        mailing.hear(claim, "Complaint", now, complaintFeedbackType="not-spam")
        mailing.hear(claim, "Complaint", now + MINUTE, complaintFeedbackType="abuse")
    mailing.hear(claim, "Complaint", now, complaintFeedbackType="not-spam")
    assert (mailing.blocked, mailing.of_address) == ("complained", ["complained"])
    assert mailing.tally.complained == 1


def test_a_rescue_lifts_no_block_of_another_reason(mailing):
    claim = mailing.write()
    mailing.bounce(claim, "Permanent", "General")
    mailing.hear(claim, "Complaint", complaintFeedbackType="not-spam")
    assert (mailing.blocked, mailing.of_address) == ("bounced", ["bounced"])


@pytest.mark.parametrize(
    "kind",
    ["General", "InternalFailure", "MailboxFull", "SpamDetected", "RecipientServerError", "Undetermined"],
)
def test_a_delay_says_nothing_of_a_reader(mailing, kind):
    claim = mailing.write()
    mail = {"messageId": "m", "timestamp": START.isoformat(), "tags": {"shop": ["demo"], "claim": [claim]}}
    assert receipts({"eventType": "DeliveryDelay", "mail": mail, "deliveryDelay": {"delayType": kind}}) == []


def test_a_mail_that_the_provider_rejects_says_nothing_of_its_reader(mailing):
    claim = mailing.write()
    mailing.hear(claim, "Reject", reason="Bad content")
    assert (mailing.state(claim), mailing.blocked, mailing.tally) == (claims.REJECTED, None, Tally())


def test_a_block_of_before_that_ends_by_itself_is_read_as_one(mailing):
    """Earlier versions wrote it without an end, and into the address's own row."""
    claim = mailing.write()
    person, now = mailing.person, mailing.world.clock.now()
    old = replace(person, blocked="bounced_often", blocked_recorded_at=now)
    mailing.world.tables.put("persons", "demo", person.person_id, old, None)
    mailing.world.tables.put("blocks", "demo", person.email_hash, "bounced_often", None)
    assert claim
    assert mailing.write(2) is None
    mailing.world.clock.move(days=30)
    assert mailing.write(3) is not None


# ── what is told of it ───────────────────────────────────────────────────────────────────────────────────────────


def test_news_of_a_reminder_names_its_flow_its_cart_and_its_step(mailing):
    claim_id = mailing.write()
    mailing.hear(claim_id, "Delivery")
    (told,) = mailing.world.bus.named("message.delivered")
    cart_id = mailing.world.tables.live("refs", "demo", "cart:c1")
    assert told.data == {
        "claim_id": claim_id,
        "flow": "cart_recovery",
        "subject_kind": "cart",
        "subject_id": cart_id,
        "cart_id": cart_id,
        "step": "reminder",
        "touch": "reminder",
        "channel": "email",
    }


def test_news_of_a_question_names_its_sign_up_and_no_cart(mailing):
    row = Claim("demo", "k2", "r1", 7, "confirm", "email", "", "h1", "service", 0, START, purpose="service")
    mailing.world.tables.put("claims", "demo", "k2", row, None)
    mailing.hear("k2", "Delivery")
    (told,) = mailing.world.bus.named("message.delivered")
    assert "cart_id" not in told.data
    named = {name: told.data[name] for name in ("flow", "subject_kind", "subject_id", "step")}
    assert named == {
        "flow": "double_opt_in",
        "subject_kind": "signup",
        "subject_id": "r1",
        "step": "confirm",
    }
