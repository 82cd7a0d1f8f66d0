"""What follows a purchase, from the shop's word to the mail: when a step is due, what ends it, and whom it goes to."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from cartback.domain.messaging.timing import Caps
from cartback.domain.observations import (
    ConsentSeen,
    OrderSeen,
    ParcelSeen,
    RefundSeen,
    ReturnSeen,
    TicketSeen,
)
from cartback.domain.people.tickets import OPENED
from cartback.domain.trade import sale
from cartback.domain.trade.sale import Sale
from cartback.usecases.runs import Run
from cartback.usecases.start_listed import StartListed
from tests.asl import play
from tests.fakes.told import Told, ada
from tests.fakes.world import START, World, a_policy
from tests.simulation.purchases import MACHINE
from tests.unit.usecases.test_record_trade import LAMP, bought, tell

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
CARE = "https://demo.example/care"


def a_world(since=START - DAY, **options) -> World:
    told = Told()
    world = World(adapter=told)
    world.told = told
    world.settings.policies["demo"] = a_policy(
        flows=frozenset({"post_purchase"}),
        caps=Caps(min_gap=timedelta()),
        options={"post_purchase": {"care_page": CARE, **options}},
        flows_since={"post_purchase": since},
    )
    return world


@pytest.fixture
def world() -> World:
    return a_world()


def paid(ref: str = "o1", at=START, **changes) -> OrderSeen:
    return replace(bought(ref, at), paid_at=at, **changes)


def say(world: World, name: str, *seen) -> None:
    """An event, and what its facts start."""
    before = len(world.bus.facts)
    tell(world, name, *seen)
    for fact in world.bus.facts[before:]:
        world.start_flows(fact.name, fact.shop, json.loads(json.dumps(fact.data, default=str)), fact.at)


def until(world: World, days: float) -> list[str]:
    """Let so much time pass since the start, hour by hour; give the steps that went out."""
    done = set()
    while world.clock.now() < START + days * DAY:
        world.start_listed()
        for name, given in dict(world.runs.started).items():
            if name not in done:
                done.add(name)
                run = play(
                    MACHINE, given, _tasks(world), elapse=lambda seconds: world.clock.move(seconds=seconds)
                )
                assert run.ended.status == "SUCCEEDED"
        world.clock.move(hours=1)
    return [message.touch for message in world.outbox.sent]


def _tasks(world: World):
    return {"touch": lambda payload: world.touch.step(Run.from_task(payload), payload["step"])}


def arrives(world: World, days: float = 2, **changes) -> None:
    say(world, "paid", paid(**changes))
    say(world, "sent", ParcelSeen("o1", "x", START + DAY, sale.SHIPPED))
    there = START + days * DAY
    say(world, "there", ParcelSeen("o1", "x", there, sale.DELIVERED))


def reasons(world: World) -> list[str]:
    return [line.data["reason"] for line in world.ledger.story("demo", "order#o1") if "reason" in line.data]


def test_what_came_is_followed_by_the_guide_and_by_what_goes_with_it(world):
    arrives(world)
    assert until(world, 4) == []
    assert until(world, 4.2) == ["care_guide"]
    assert until(world, 11.9) == ["care_guide"]
    assert until(world, 12.2) == ["care_guide", "goes_with_it"]
    assert until(world, 40) == ["care_guide", "goes_with_it"]
    guide, last = world.outbox.sent
    assert (guide.address, guide.kind, guide.flow) == ("ada@example.com", "marketing", "post_purchase")
    assert f"{CARE}?utm_source=cartback&utm_medium=email&utm_campaign=post_purchase" in guide.text
    assert "https://demo.example/?utm" in last.text or "https://demo.example?utm" in last.text
    assert all(mail.leave_url for mail in world.outbox.sent)


LATE = ParcelSeen("o1", "x", START + 2 * DAY, sale.DELAYED, eta=START + 9 * DAY)
SENT = ParcelSeen("o1", "x", START + DAY, sale.SHIPPED)
PART = replace(SENT, pieces=(sale.Piece("v1", 1),))
SOLD = Sale(items=(replace(LAMP, quantity=2),))


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ([], 7),
        ([SENT], 5),
        ([PART, replace(paid(), at=START + HOUR, sale=SOLD)], 7),
        ([replace(paid(), at=START + DAY, sale=Sale(items=(LAMP,), shipped=True))], 5),
        ([SENT, LATE], 11),
    ],
    ids=["nothing", "sent", "a_part_of_it", "all_of_it", "late"],
)
def test_where_nobody_tells_of_the_delivery_it_is_reckoned(world, words, days):
    say(world, "paid", paid())
    for number, word in enumerate(words):
        say(world, f"w{number}", word)
    assert until(world, days - 0.1) == []
    assert until(world, days + 0.2) == ["care_guide"]


def test_of_a_preorder_nothing_is_said_before_it_has_left(world):
    said = {"sale": Sale(items=(LAMP,), preorder=True)}
    say(world, "paid", paid(**said))
    assert until(world, 30) == []
    assert reasons(world)[-1] == "not_shipped"
    sent = ParcelSeen("o1", "x", START + 30 * DAY, sale.SHIPPED)
    say(
        world,
        "sent",
        sent,
        replace(paid(**said), at=START + 30 * DAY, sale=Sale(items=(LAMP,), shipped=True)),
    )
    assert until(world, 34.2) == ["care_guide"]


@pytest.mark.parametrize(
    ("word", "why"),
    [
        (ReturnSeen("o1", "r", START + 3 * DAY, sale.REQUESTED), "return_asked"),
        (RefundSeen("o1", "f", START + 3 * DAY), "order_refunded"),
        (replace(paid(), at=START + 3 * DAY, cancelled_at=START + 3 * DAY), "order_cancelled"),
        (ParcelSeen("o1", "y", START + 3 * DAY, sale.UNDELIVERABLE), "not_delivered"),
        (replace(paid(), at=START + 3 * DAY, test=True), "test_order"),
    ],
)
def test_it_ends_with_the_first_word_of_what_went_wrong(world, word, why):
    arrives(world)
    say(world, "wrong", word)
    assert until(world, 20) == []
    assert set(reasons(world)) == {why}


def test_a_return_that_was_declined_ends_nothing(world):
    arrives(world)
    say(world, "asked", ReturnSeen("o1", "r", START + 2 * DAY, sale.REQUESTED))
    say(world, "no", ReturnSeen("o1", "r", START + 2.5 * DAY, sale.DECLINED))
    assert until(world, 5) == ["care_guide"]


@pytest.mark.parametrize(
    "changes", [{"staff": True}, {"renewal": True}, {"sale": Sale(items=(LAMP,), in_store=True)}]
)
def test_who_did_not_order_at_the_checkout_is_not_written_to(world, changes):
    arrives(world, **changes)
    assert until(world, 20) == []
    assert set(reasons(world)) == {"no_checkout_of_theirs"}


def test_an_order_from_before_it_was_switched_on_is_let_be_though_its_parcel_comes_after():
    world = a_world(since=START + HOUR)
    arrives(world)
    assert until(world, 20) == []
    assert set(reasons(world)) == {"older_than_flow"}


@pytest.mark.parametrize(("about", "sent"), [("o1", []), (None, []), ("o9", ["care_guide"])])
def test_whoever_waits_for_an_answer_about_the_order_or_in_general_is_not_advertised_to(world, about, sent):
    arrives(world)
    opened = START + 3 * DAY
    say(world, "ticket", TicketSeen("t1", opened, OPENED, contact=ada(), order_ref=about))
    assert until(world, 5) == sent


def test_who_never_agreed_gets_the_thanks_alone_where_the_shop_wants_them():
    world = a_world(thanks=True)
    no = ConsentSeen("email", False, START - DAY, "explicit", "form", sticky=True)
    arrives(world, contact=ada(consents=(no,)))
    assert until(world, 20) == ["thanks"]
    (thanks,) = world.outbox.sent
    assert (thanks.kind, thanks.leave_url) == ("transactional", None)
    assert "abmelden" not in thanks.text
    claim = world.ledger.read_claim("demo", thanks.claim_id)
    assert (claim.purpose, claim.kind, claim.cart_id) == ("service", "order", "o1")


def test_the_thanks_give_way_to_the_rest():
    world = a_world(thanks=True)
    arrives(world)
    assert until(world, 20) == ["thanks", "care_guide", "goes_with_it"]


def test_without_a_page_there_is_no_guide_but_what_goes_with_it():
    world = a_world(care_page="", goes_with_it_page="https://demo.example/more")
    arrives(world)
    assert until(world, 20) == ["goes_with_it"]
    assert "https://demo.example/more?utm" in world.outbox.sent[0].text


def test_whoever_bought_again_is_shown_what_goes_with_the_later_order(world):
    arrives(world)
    later = START + 6 * DAY
    say(world, "again", paid("o2", later))
    say(world, "its parcel", ParcelSeen("o2", "z", later + DAY, sale.DELIVERED))
    until(world, 30)
    sent = [
        (world.ledger.read_claim("demo", mail.claim_id).cart_id, mail.touch) for mail in world.outbox.sent
    ]
    assert sorted(sent) == [("o1", "care_guide"), ("o2", "care_guide"), ("o2", "goes_with_it")]


def test_the_name_of_its_payment_and_the_order_are_one_story(world):
    """A payment provider tells of the payment as of an order; then the shop says that the two are one."""
    say(world, "payment", paid("pi_1"))
    say(world, "order", replace(paid(), sale=Sale(items=(LAMP,), payment_refs=("pi_1",))))
    rows = world.orders.read("demo", ["o1", "pi_1"])
    world.orders.save("demo", rows, {"pi_1": replace(rows["pi_1"], placed_at=None, joined="o1")})
    assert until(world, 20) == ["care_guide", "goes_with_it"]
    (line,) = [line for line in world.ledger.story("demo", "order#pi_1") if line.kind == "decision"]
    assert line.data["reason"] == "joined"


def test_an_order_that_is_told_of_before_its_row_is_written_is_waited_for(world):
    world.start_flows(
        "parcel.delivered", "demo", {"order_ref": "o1", "delivered_at": (START - 3 * DAY).isoformat()}, START
    )
    assert until(world, 0.3) == []
    arrives(world, days=0)
    assert until(world, 2.5) == ["care_guide"]


def test_each_step_costs_five_transitions():
    for step in ("thanks", "care_guide", "goes_with_it"):
        answer = {"next": "stop", "wait_seconds": 1, "known": {}}
        run = play(MACHINE, {"next": step}, {"touch": lambda payload, answer=answer: answer})
        assert (run.transitions, run.ended.status) == (5, "SUCCEEDED")


def test_a_story_is_told_to_whoever_asks_about_the_person(world):
    assert isinstance(world.start_listed, StartListed)
    arrives(world)
    until(world, 5)
    person_id = world.orders.read("demo", ["o1"])["o1"].person_id
    stories = world.export("demo", person_id)["stories_of_orders"]
    assert any(line.get("message", {}).get("touch") == "care_guide" for line in stories["order#o1"])
