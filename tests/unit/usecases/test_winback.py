"""The flow that writes to buyers who stayed away, from the purchase to the last message: on the real use cases."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from cartback.domain.observations import (
    ConsentSeen,
    Contact,
    CustomerErased,
    CustomerSeen,
    OrderSeen,
    ReturnSeen,
)
from cartback.domain.people import identity
from cartback.domain.policy import CLOCKS_APART
from cartback.domain.trade import sale
from cartback.flows import rules
from cartback.ports import RowSet
from cartback.usecases.runs import Run
from tests.fakes.told import Told, ada, cart
from tests.fakes.world import START, World, a_policy
from tests.unit.usecases.test_tickets import asked
from tests.unit.usecases.test_what_falls_due import DAY, HOUR, bought, person, tell, to

LAPSED_AT = START + 90 * DAY
STEPS = rules("winback").FLOW.steps


@pytest.fixture
def world() -> World:
    told = Told()
    world = World(adapter=told)
    world.told = told
    world.settings.policies["demo"] = a_policy(flows=frozenset({"winback"}))
    tell(world, "e1", bought())
    return world


def begun(world: World) -> list[Run]:
    """The runs that the facts of lapses begin."""
    for fact in [fact for fact in world.bus.facts if fact.name == "person.lapsed"]:
        world.start_flows(fact.name, fact.shop, fact.data, fact.at)
    return [
        Run(given["flow"], name, given["shop"], given["subject"], given["generation"], kind=given["kind"])
        for name, given in world.runs.started.items()
        if given["flow"] == "winback"
    ]


def lapsed(world: World) -> Run:
    """The run of somebody who has lapsed by now."""
    to(world, LAPSED_AT + HOUR)
    (run,) = begun(world)
    return run


def play(world: World, run: Run, until: int = 3) -> list[str]:
    """Send the steps at their times as the machine would; gives the last reason of each decision."""
    for step in STEPS[:until]:
        while True:
            answer = world.touch.step(run, step)
            if answer["next"] == "stop":
                return reasons(world, run)
            world.clock.move(seconds=answer["wait_seconds"])
            if answer["next"] == "next":
                break
    return reasons(world, run)


def reasons(world: World, run: Run) -> list[str]:
    story = world.ledger.story("demo", run.subject.timeline)
    return [line.data["reason"] for line in story if line.kind == "decision"]


def touches(world: World) -> list[str]:
    return [message.touch for message in world.outbox.sent]


def test_three_messages_go_to_who_stayed_away_a_week_apart(world: World):
    run = lapsed(world)
    began_at = world.clock.now()
    assert play(world, run)[:3] == ["due", "due", "due"]
    assert touches(world) == ["hello", "ear", "choice"]
    assert {message.address for message in world.outbox.sent} == {"ada@example.com"}
    assert {message.kind for message in world.outbox.sent} == {"marketing"}
    assert all(message.leave_url for message in world.outbox.sent)
    assert world.clock.now() - began_at < 15 * DAY


def test_a_message_that_had_to_wait_moves_those_behind_it(world: World):
    run = lapsed(world)
    world.clock.at = LAPSED_AT + 6 * DAY
    answer = world.touch.step(run, "hello")
    assert (answer["next"], answer["wait_seconds"]) == ("next", 3 * 24 * 3600)


def test_one_that_is_due_for_too_long_is_left_out(world: World):
    run = lapsed(world)
    world.clock.at = LAPSED_AT + 8 * DAY
    assert world.touch.step(run, "hello")["next"] == "next"
    assert (reasons(world, run), touches(world)) == (["expired"], [])


def test_a_step_that_is_called_again_sends_nothing_twice(world: World):
    run = lapsed(world)
    assert world.touch.step(run, "hello")["next"] == "next"
    again = world.touch.step(run, "hello")
    world.clock.move(seconds=again["wait_seconds"])
    assert world.touch.step(run, "hello")["next"] == "next"
    assert touches(world) == ["hello"]


# ── what ends it ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _bought(world: World, now: datetime):
    tell(world, "x", bought("o9", now))


def _bought_at_the_till_by_account(world: World, now: datetime):
    seen = OrderSeen((), "o9", now, now, contact=Contact(customer_ref="1"), sale=sale.Sale(in_store=True))
    tell(world, "x", seen)


def _bought_beside(world: World, now: datetime):
    contact = Contact(customer_ref="1", email="partner@example.com")
    tell(world, "x", OrderSeen((), "o9", now, now, contact=contact))


def _asks(world: World, now: datetime):
    tell(world, "x", asked(at=now))


def _sends_back(world: World, now: datetime):
    tell(world, "x", ReturnSeen("o1", "r1", now, sale.REQUESTED))


def _sends_back_what_was_called_off(world: World, now: datetime):
    tell(
        world, "x", bought("o8", START - DAY, cancelled_at=START), ReturnSeen("o8", "r1", now, sale.REQUESTED)
    )


def _fills_a_cart(world: World, now: datetime):
    tell(world, "x", cart(now))


def _is_forgotten(world: World, now: datetime):
    tell(world, "x", CustomerErased(ada(), now))


def _says_no(world: World, now: datetime):
    word = ConsentSeen("email", False, now, "explicit", "shop customer 1", sticky=True)
    tell(world, "x", CustomerSeen(replace(ada(), consents=(word,)), now))


def _is_not_asked_for(world: World, now: datetime):
    world.settings.policies["demo"] = a_policy(flows=frozenset())


def _is_silent_for_long(world: World, now: datetime):
    world.settings.policies["demo"] = a_policy(flows=frozenset({"winback"}), silent_after=timedelta(days=80))


def _has_another_mailbox(world: World, now: datetime):
    moved = Contact(customer_ref="1", email="new@example.com", account_email="new@example.com")
    tell(world, "x", CustomerSeen(moved, now))


ENDS = {
    "bought_since": (_bought, _bought_at_the_till_by_account, _bought_beside),
    "ticket_open": (_asks,),
    "return_open": (_sends_back, _sends_back_what_was_called_off),
    "came_back": (_fills_a_cart,),
    "erased": (_is_forgotten,),
    "opted_out": (_says_no,),
    "flow_off": (_is_not_asked_for,),
    "silent_for_long": (_is_silent_for_long,),
    "superseded": (_has_another_mailbox,),
}


@pytest.mark.parametrize("sent_before", [0, 1, 2])
@pytest.mark.parametrize(
    ("because", "happens"),
    [(because, happens) for because, all_of in ENDS.items() for happens in all_of],
    ids=lambda given: given if isinstance(given, str) else given.__name__.strip("_"),
)
def test_it_ends_before_any_message_if_something_speaks_against_it(
    world: World, because, happens, sent_before
):
    run = lapsed(world)
    play(world, run, until=sent_before)
    happens(world, world.clock.now())
    world.clock.move(minutes=1)
    answer = world.touch.step(run, STEPS[sent_before])
    assert (answer["next"], reasons(world, run)[-1]) == ("stop", because)
    assert len(touches(world)) == sent_before


def test_a_ticket_that_is_closed_and_a_return_that_is_dealt_with_keep_nobody_away(world: World):
    run = lapsed(world)
    now = world.clock.now()
    tell(world, "x1", asked(at=now - DAY))
    tell(world, "x2", asked("closed", now))
    tell(world, "x3", ReturnSeen("o1", "r1", now - DAY, sale.REQUESTED))
    tell(world, "x4", ReturnSeen("o1", "r1", now, sale.CLOSED))
    play(world, run, until=1)
    assert touches(world) == ["hello"]


def test_whoever_follows_the_link_comes_to_the_shop_and_hears_no_more(world: World):
    run = lapsed(world)
    play(world, run, until=1)
    token = world.tokens.made[0]
    led = world.open_link(f"demo.{token}")
    assert led is not None
    assert led.startswith("https://demo.example?utm_source=cartback&utm_medium=email&utm_campaign=winback")
    assert world.touch.step(run, "ear")["next"] == "stop"
    assert reasons(world, run)[-1] == "came_back"


def test_a_purchase_between_the_look_and_the_claim_takes_the_claim(world: World):
    run = lapsed(world)
    claim, tries = world.ledger.claim, []

    def late(*given, **more):
        if not tries:
            tries.append(1)
            _bought(world, world.clock.now())
        return claim(*given, **more)

    world.ledger.claim = late
    assert world.touch.step(run, "hello")["next"] == "stop"
    assert (touches(world), reasons(world, run)[-1]) == ([], "bought_since")


def test_a_complaint_between_the_look_and_the_claim_takes_the_claim(world: World):
    run = lapsed(world)
    claim, tries = world.ledger.claim, []

    def late(*given, **more):
        if not tries:
            tries.append(1)
            _asks(world, world.clock.now())
        return claim(*given, **more)

    world.ledger.claim = late
    assert world.touch.step(run, "hello")["next"] == "stop"
    assert (touches(world), reasons(world, run)[-1]) == ([], "ticket_open")


# ── people who turn out to be one ────────────────────────────────────────────────────────────────────────────────────


def test_a_run_of_a_row_that_became_another_goes_on_there(world: World):
    run = lapsed(world)
    play(world, run, until=1)
    before = person(world)
    one, gone = identity.take_in(
        replace(before, person_id="other", version=0, lapse=None), before, world.clock.now()
    )
    rows = RowSet(persons={before.person_id: before}), RowSet(persons={"other": one, before.person_id: gone})
    world.records.save("demo", *rows)
    play(world, replace(run, person_id=None))
    assert touches(world) == ["hello", "ear", "choice"]
    assert len(world.records.read("demo", persons=["other"]).persons["other"].sends) == 3


def test_of_two_people_who_lapsed_and_are_one_only_the_latest_lapse_is_written_about(world: World):
    tell(world, "e2", bought("o2", START + 2 * HOUR, Contact(customer_ref="c-2")))
    to(world, LAPSED_AT + 4 * HOUR)
    runs = begun(world)
    assert len(runs) == 2
    record = Contact(customer_ref="c-2", email="ada@example.com", account_email="ada@example.com")
    tell(world, "e3", CustomerSeen(record, world.clock.now()))
    answers = [world.touch.step(run, "hello")["next"] for run in runs]
    assert sorted(answers) == ["next", "stop"]
    assert touches(world) == ["hello"]


def test_who_buys_again_and_stays_away_again_is_written_to_again(world: World):
    play(world, lapsed(world))
    again = world.clock.now()
    tell(world, "e2", bought("o2", again))
    to(world, again + 91 * DAY)
    (first, second) = begun(world)
    assert first.name != second.name
    play(world, second)
    assert touches(world) == ["hello", "ear", "choice"] * 2


def test_an_export_holds_what_was_decided_about_somebody_and_the_messages(world: World):
    play(world, lapsed(world), until=1)
    told = world.export("demo", person(world).person_id)
    (lines,) = told["own_stories"].values()
    assert [line["message"]["touch"] for line in lines if "message" in line] == ["hello"]


# ── what it does not start on ────────────────────────────────────────────────────────────────────────────────────────


def test_it_is_off_unless_a_shop_switches_it_on():
    from cartback.domain.shop.settings import PolicySettings

    assert "winback" not in PolicySettings().flows


def test_who_is_known_from_a_first_comparison_alone_is_never_written_to(world: World):
    bob = Contact(
        customer_ref="2", email="bob@example.com", account_email="bob@example.com", consents=ada().consents
    )
    tell(world, "old", bought("o7", START - 10 * DAY, bob), old=True)
    to(world, START + 200 * DAY)
    assert {run.subject_id for run in begun(world)} == {person(world).person_id}


def test_it_acts_on_no_lapse_that_was_before_it_was_switched_on(world: World):
    world.settings.policies["demo"] = a_policy(
        flows=frozenset({"winback"}), flows_since={"winback": LAPSED_AT + CLOCKS_APART}
    )
    to(world, LAPSED_AT + HOUR)
    assert begun(world) == []
    world.settings.policies["demo"] = a_policy(
        flows=frozenset({"winback"}), flows_since={"winback": LAPSED_AT}
    )
    assert len(begun(world)) == 1


def test_a_shop_says_when_the_second_and_the_third_go_and_never_too_close(world: World):
    told = {"ear_after": "14d", "choice_after": "6d"}
    policy = a_policy(flows=frozenset({"winback"}), options={"winback": told})
    spans = [touch.after for touch in rules("winback").plan(policy, {"email"}).touches]
    assert spans == [timedelta(0), 14 * DAY, 17 * DAY]


def test_a_run_about_nobody_stops(world: World):
    run = Run("winback", "w", "demo", "nobody", 1, kind="person")
    assert world.touch.step(run, "hello")["next"] == "stop"
    assert reasons(world, run) == ["subject_unknown"]


@pytest.mark.parametrize("lang", ["de", "en"])
def test_each_message_says_why_it_comes_and_how_it_ends(world: World, lang: str):
    world.settings.faces["demo"] = replace(world.settings.faces["demo"], languages=(lang,))
    play(world, lapsed(world))
    for message in world.outbox.sent:
        assert message.leave_url in message.html
        assert message.leave_url in message.text
        assert ("erlaubt" if lang == "de" else "allowed us") in message.text
        assert "Coffee" not in message.text, "the mailbox of an old order may be read by others by now"
