"""The audit must be able to fail: each broken promise is planted in the tables, and it is found."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from cartback.domain import claims
from cartback.domain.claims import Claim
from cartback.domain.decision import SEND, Address, Decision, Ready
from cartback.domain.errors import TryLater
from cartback.domain.messaging.receipts import Receipt
from cartback.domain.observations import ConsentSeen, Contact, CustomerErased
from cartback.domain.results.audit import (
    AFTER_OPT_OUT,
    AFTER_PURCHASE,
    DUPLICATE,
    IN_FLIGHT,
    KINDS,
    NOBODY_KNOWS,
    OWNED_LINE,
    SIMULTANEOUS,
    UNJUDGED,
    WITHOUT_BASIS,
)
from cartback.domain.subject import Subject
from cartback.domain.trade.items import Item
from cartback.domain.trade.line_names import names_of
from cartback.domain.trade.sale import Sale
from cartback.flows import cart_recovery
from cartback.ports import Doubtful
from cartback.usecases.results.audit import METRICS, AuditDay, AuditShops, LookBack
from tests.fakes.audits import MemoryAudits, MemoryClaimIndex
from tests.fakes.told import CUP, SHIRT, Told, ada, cart, order
from tests.fakes.world import START, World
from tests.unit.usecases.test_way_of_a_cart import opened

DAY = START.date()


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def world(told: Told) -> World:
    return World(adapter=told)


@pytest.fixture
def audit_day(world: World) -> AuditDay:
    look_back = LookBack(MemoryClaimIndex(world.tables), world.records, world.clock)
    return AuditDay(look_back, MemoryAudits(), world.metrics)


def found(audit_day: AuditDay, day=DAY) -> dict[str, int]:
    """What the audit finds, without the zeros."""
    return {kind: count for kind, count in audit_day("demo", day).counts.items() if count}


def plant(world: World, claimed_at: datetime, **changes) -> Claim:
    """A second claim like the first, taken at another time, as only a bug could."""
    ((first, _), *_) = world.tables.rows["claims"].values()
    bad = replace(
        first, claim_id=f"bad-{claimed_at.isoformat()}", touch="planted", claimed_at=claimed_at, **changes
    )
    world.tables.put("claims", bad.shop, bad.claim_id, bad, None)
    return bad


@pytest.fixture
def sent(world: World, told: Told):
    """One message, rightly sent and delivered."""
    story = opened(world, told)
    story.wake()
    ((claim, _),) = world.tables.rows["claims"].values()
    world.apply_receipts(
        [Receipt("demo", claim.claim_id, claims.DELIVERED, world.clock.now(), "n1", provider_id="ses-1")]
    )
    return story


def test_a_day_on_which_the_promise_was_kept_has_nothing_to_show(audit_day, sent):
    audit = audit_day("demo", DAY)
    assert (audit.claims, audit.accepted, audit.broken, audit.findings) == (1, 1, 0, ())
    assert audit.counts == dict.fromkeys(KINDS, 0)


def test_a_message_after_the_purchase_of_its_cart_is_found(world, told, audit_day, sent):
    at = world.clock.move(minutes=5)
    world.deliver(told.delivery("o", order(at, "cart:c1", contact=Contact()), at=at))
    bad = plant(world, at + timedelta(hours=1))
    assert found(audit_day) == {AFTER_PURCHASE: 1}
    (finding,) = audit_day.book.read("demo", DAY).findings
    assert (finding.claim_id, finding.known_at) == (bad.claim_id, at)


def test_a_message_about_an_order_is_not_judged_by_a_cart_that_happens_to_be_called_the_same(
    world, told, audit_day, sent
):
    at = world.clock.move(minutes=5)
    world.deliver(told.delivery("o", order(at, "cart:c1", contact=Contact()), at=at))
    plant(world, at + timedelta(hours=1), kind="order", flow="post_purchase")
    assert found(audit_day) == {}


def buys_a_part(world, told, *items: Item):
    """Ada orders these by another way, five minutes after her message."""
    at = world.clock.move(minutes=5)
    world.deliver(told.delivery("o", order(at, "cart:elsewhere", sale=Sale(items=items)), at=at))
    return at


def test_a_message_about_the_rest_of_a_cart_is_judged_by_the_goods_that_it_names(
    world, told, audit_day, sent
):
    at = buys_a_part(world, told, SHIRT)
    rest = {"of_the_rest": True, "goods": tuple(sorted(names_of([CUP])))}
    plant(world, at + timedelta(hours=1), **rest)
    assert found(audit_day) == {}
    plant(world, at + timedelta(hours=2), **{**rest, "goods": tuple(sorted(names_of([SHIRT, CUP])))})
    assert found(audit_day)[OWNED_LINE] == 1
    assert METRICS[OWNED_LINE] == METRICS[AFTER_PURCHASE]


def test_a_message_that_names_what_was_bought_before_its_cart_was_filled_on_is_found(
    world, told, audit_day, sent
):
    at = buys_a_part(world, told, SHIRT)
    ((cart_row, _), *_) = world.tables.rows["carts"].values()
    later = at + timedelta(hours=2)
    filled_on = replace(cart_row, started_at=later, activity_at=later, since={"v1": START})
    world.tables.put("carts", "demo", cart_row.cart_id, filled_on, None)
    plant(world, later + timedelta(hours=1))
    assert found(audit_day)[OWNED_LINE] == 1


def test_a_message_after_a_purchase_by_another_way_is_found(world, told, audit_day, sent):
    at = world.clock.move(minutes=5)
    world.deliver(told.delivery("o", order(at, "cart:elsewhere"), at=at))
    plant(world, at + timedelta(hours=1))
    assert found(audit_day) == {AFTER_PURCHASE: 1}


def test_a_later_purchase_hides_no_earlier_one(world, told, audit_day, sent):
    first = world.clock.move(minutes=5)
    world.deliver(told.delivery("o1", order(first, ref="o1"), at=first))
    plant(world, first + timedelta(hours=1))
    second = world.clock.move(hours=3)
    world.deliver(told.delivery("o2", order(second, ref="o2"), at=second))
    assert found(audit_day) == {AFTER_PURCHASE: 1}


def test_a_message_before_we_knew_of_the_purchase_was_in_flight_and_breaks_nothing(
    world, told, audit_day, sent
):
    bought_at = START + timedelta(minutes=30)
    at = world.clock.move(hours=2)
    world.deliver(told.delivery("o", order(bought_at, "cart:c1"), at=at))
    assert found(audit_day) == {IN_FLIGHT: 1}
    assert audit_day.book.read("demo", DAY).broken == 0


@pytest.mark.parametrize(("later", "kind"), [(0, IN_FLIGHT), (1, AFTER_PURCHASE)])
def test_what_happened_at_the_same_time_is_not_called_after(world, told, audit_day, sent, later, kind):
    at = world.clock.move(minutes=5)
    world.deliver(told.delivery("o", order(at, "cart:c1"), at=at))
    plant(world, at + SIMULTANEOUS + timedelta(microseconds=later))
    assert found(audit_day) == {kind: 1}


def test_a_new_cart_after_a_purchase_may_be_reminded_of(world, told, audit_day, sent):
    at = world.clock.move(minutes=5)
    world.deliver(told.delivery("o", order(at, "cart:c1", paid=True), at=at))
    at = world.clock.move(hours=2)
    world.deliver(told.delivery("e2", cart(at, SHIRT), at=at))
    plant(world, at + timedelta(hours=1), generation=2)
    assert found(audit_day) == {}


def test_a_message_after_the_payment_of_an_earlier_order_is_one_after_a_purchase(
    world, told, audit_day, sent
):
    made_at, paid_at = START - timedelta(days=2), START + timedelta(minutes=10)
    made = order(made_at, contact=ada(), ref="earlier")
    world.deliver(told.delivery("o", made, at=made_at))
    paid = replace(made, at=paid_at, paid=True, paid_at=paid_at)
    world.clock.at = paid_at
    world.deliver(told.delivery("p", paid, at=paid_at))
    assert found(audit_day) == {AFTER_PURCHASE: 1}


def test_of_an_earlier_order_whose_payment_nobody_tells_the_audit_says_that_it_cannot_know(
    world, told, audit_day, sent
):
    made_at = START - timedelta(days=2)
    world.deliver(told.delivery("o", order(made_at, contact=ada(), ref="earlier"), at=made_at))
    assert found(audit_day) == {UNJUDGED: 1}


def test_a_message_about_the_bought_generation_is_found_even_when_the_cart_was_opened_again(
    world, told, audit_day, sent
):
    at = world.clock.move(minutes=5)
    world.deliver(told.delivery("o", order(at, "cart:c1", contact=Contact()), at=at))
    at = world.clock.move(hours=2)
    world.deliver(told.delivery("e2", cart(at, SHIRT), at=at))
    plant(world, at + timedelta(hours=1), generation=1)
    assert found(audit_day) == {AFTER_PURCHASE: 1}


def leave(world, told):
    assert world.leave(world.outbox.sent[0].leave_url.rpartition("/")[2])


def refuse_in_the_shop(world, told):
    no = ConsentSeen("email", False, world.clock.now(), "explicit", "shop customer 1", sticky=True)
    world.deliver(
        told.delivery("no", cart(world.clock.now(), SHIRT, contact=ada(consents=(no,))), at=world.clock.now())
    )


def erase(world, told):
    world.deliver(told.delivery("x", CustomerErased(ada(), world.clock.now()), at=world.clock.now()))


def complain(world, told):
    ((claim, _),) = world.tables.rows["claims"].values()
    world.apply_receipts([Receipt("demo", claim.claim_id, claims.COMPLAINED, world.clock.now(), "n2")])


@pytest.mark.parametrize("say_no", [leave, refuse_in_the_shop, erase, complain])
def test_a_message_after_a_refusal_is_found_however_it_was_said(world, told, audit_day, sent, say_no):
    world.clock.move(minutes=5)
    say_no(world, told)
    plant(world, world.clock.now() + timedelta(hours=1))
    assert found(audit_day) == {AFTER_OPT_OUT: 1}


def test_a_message_to_somebody_who_never_agreed_is_found(world, told, audit_day):
    world.deliver(told.delivery("e1", cart(START, SHIRT, contact=ada(consents=())), at=START))
    ((row, _),) = world.tables.rows["carts"].values()
    bad = Claim(
        "demo", "bad", row.cart_id, 1, "reminder", "email", row.person_id, "h", "email/none", 1, START
    )
    world.tables.put("claims", "demo", "bad", replace(bad, state=claims.SENT), None)
    assert found(audit_day) == {WITHOUT_BASIS: 1}


@pytest.mark.parametrize(("later", "kinds"), [(-1, {WITHOUT_BASIS: 1}), (1, {})])
def test_an_empty_tick_box_is_no_consent_and_says_nothing_of_the_time_before_it(
    world, told, audit_day, sent, later, kinds
):
    ((person, _),) = world.tables.rows["persons"].values()
    ((claim, _),) = world.tables.rows["claims"].values()
    empty = replace(
        person.consents["email"], state="unticked", recorded_at=claim.claimed_at + timedelta(minutes=later)
    )
    world.tables.put("persons", "demo", person.person_id, replace(person, consents={"email": empty}), None)
    assert found(audit_day) == kinds


@pytest.mark.parametrize(("said_later", "kinds"), [(False, {AFTER_OPT_OUT: 1}), (True, {})])
def test_a_later_yes_to_reminders_outlives_an_earlier_no_to_the_channel(
    world, told, audit_day, sent, said_later, kinds
):
    ((person, _),) = world.tables.rows["persons"].values()
    early, late = START - timedelta(days=2), START - timedelta(days=1)
    no_at, yes_at = (early, late) if said_later else (late, early)
    yes = replace(person.consents["email"], at=yes_at, recorded_at=yes_at)
    no = replace(yes, state="withdrawn", at=no_at, recorded_at=no_at)
    words = {"email": no, "email/cart_reminders": yes}
    world.tables.put("persons", "demo", person.person_id, replace(person, consents=words), None)
    assert found(audit_day) == kinds


def test_a_message_that_the_provider_knows_under_two_names_is_a_duplicate(world, audit_day, sent):
    ((claim, _),) = world.tables.rows["claims"].values()
    world.apply_receipts(
        [Receipt("demo", claim.claim_id, claims.SENT, world.clock.now(), "n9", provider_id="ses-9")]
    )
    assert found(audit_day) == {DUPLICATE: 1}


def test_one_effect_under_two_claims_is_a_duplicate(world, audit_day, sent):
    ((claim, _),) = world.tables.rows["claims"].values()
    twin = replace(claim, claim_id="twin", claimed_at=claim.claimed_at + timedelta(minutes=1))
    world.tables.put("claims", "demo", "twin", twin, None)
    assert found(audit_day) == {DUPLICATE: 1}


def test_the_same_news_twice_is_no_duplicate(world, audit_day, sent):
    ((claim, _),) = world.tables.rows["claims"].values()
    news = Receipt("demo", claim.claim_id, claims.DELIVERED, world.clock.now(), "n1", provider_id="ses-1")
    world.apply_receipts([news, news])
    assert found(audit_day) == {}


def test_a_message_of_which_nobody_knows_is_counted_as_that(world, told, audit_day):
    story = opened(world, told)
    world.outbox.answers = [Doubtful("read timed out")]
    story.wake()
    assert found(audit_day) == {}
    world.clock.move(hours=2)
    assert found(audit_day) == {NOBODY_KNOWS: 1}


def test_a_released_claim_is_no_message(world, told, audit_day, sent):
    at = world.clock.move(minutes=5)
    world.deliver(told.delivery("o", order(at, "cart:c1"), at=at))
    plant(world, at + timedelta(hours=1), state=claims.RELEASED)
    assert found(audit_day) == {}


def test_what_was_known_of_another_person_counts_from_when_they_became_one(world, told, audit_day, sent):
    """Guest and customer look like two people until the shop says otherwise: no promise was broken before."""
    other = Contact(customer_ref="77", email="work@example.com")
    at = world.clock.move(minutes=5)
    world.deliver(told.delivery("o", order(at, contact=other), at=at))
    plant(world, at + timedelta(hours=1))
    world.clock.move(hours=2)
    both = replace(ada(), customer_ref="77")
    world.deliver(told.delivery("m", cart(world.clock.now(), SHIRT, contact=both), at=world.clock.now()))
    assert AFTER_PURCHASE not in found(audit_day)
    plant(world, world.clock.now() + timedelta(hours=1))
    assert found(audit_day)[AFTER_PURCHASE] == 1


def test_an_audit_sees_through_decisions_that_are_wrong(world, told, audit_day, sent, monkeypatch):
    """The sender's own code is made to ignore a purchase; nothing in the audit asks it."""
    at = world.clock.move(minutes=5)
    world.deliver(told.delivery("o", order(at, "cart:c1"), at=at))

    def careless(context, *given):
        person = context.person
        subject = Subject("cart", context.cart.cart_id, context.cart.generation)
        address = Address("email", person.email, person.email_hash)
        ready = Ready(subject, person.person_id, address, "email/explicit", "explicit", "cart_reminders")
        return Decision(SEND, "due", items=context.cart.items, ready=ready)

    monkeypatch.setattr(cart_recovery, "decide", careless)
    sent.wake()
    assert len(world.outbox.sent) == 2
    assert found(audit_day, world.clock.now().date()) == {AFTER_PURCHASE: 1}


def test_the_counts_are_published_for_all_and_for_the_shop_that_has_any(world, told, audit_day, sent):
    counted = []
    world.metrics.count = lambda name, value=1, **words: counted.append((name, value, words))
    at = world.clock.move(minutes=5)
    world.deliver(told.delivery("o", order(at, "cart:c1"), at=at))
    plant(world, at + timedelta(hours=1))
    counted.clear()
    audit_day("demo", DAY)
    assert {name for name, _, words in counted if not words} == set(METRICS.values())
    assert [each for each in counted if each[2]] == [("SendsAfterPurchase", 1, {"shop": "demo"})]


def test_looking_publishes_and_keeps_nothing(world, audit_day, sent):
    before = dict(world.metrics.counts)
    assert audit_day.look_back("demo", DAY).claims == 1
    assert (dict(world.metrics.counts), audit_day.book.kept) == (before, {})


def test_the_nightly_audit_looks_at_yesterday_of_every_shop(world, audit_day, sent):
    world.clock.at = START + timedelta(days=1)
    audits = AuditShops(audit_day, lambda: ["demo", "other"], world.clock)()
    assert [(audit.shop, audit.day, audit.claims) for audit in audits] == [
        ("demo", DAY, 1),
        ("other", DAY, 0),
    ]


def test_a_shop_that_cannot_be_read_holds_up_no_other_and_surfaces(world, audit_day, sent):
    read = audit_day.look_back.index.claimed_on

    def broken(shop, day):
        if shop == "away":
            raise TryLater("throttled")
        return read(shop, day)

    audit_day.look_back.index.claimed_on = broken
    with pytest.raises(TryLater, match="1 shops could not be audited: away"):
        AuditShops(audit_day, lambda: ["away", "demo"], world.clock)(DAY)
    assert audit_day.book.read("demo", DAY).claims == 1


def test_a_message_that_was_asked_for_needs_no_consent_but_an_erasure_forbids_it_too(world, told, audit_day):
    world.deliver(told.delivery("e1", cart(START, SHIRT, contact=ada(consents=())), at=START))
    ((row, _),) = world.tables.rows["carts"].values()
    asked = Claim(
        "demo", "k", "request", 1, "confirm", "email", row.person_id, "h", "", 1, START + timedelta(hours=1)
    )
    world.tables.put("claims", "demo", "k", replace(asked, state=claims.SENT, purpose="service"), None)
    assert found(audit_day) == {}
    world.deliver(told.delivery("x", CustomerErased(ada(), START), at=START))
    assert found(audit_day) == {AFTER_OPT_OUT: 1}
