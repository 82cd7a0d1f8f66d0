"""What a touch answers to its state machine, tells the bus and keeps, also where something got in between."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from cartback import texts
from cartback.domain import claims
from cartback.domain.errors import TryLater
from cartback.domain.messaging.receipts import Receipt
from cartback.domain.messaging.warm_up import WarmUp
from cartback.domain.money import Money
from cartback.domain.observations import CustomerSeen, ShopLeft, StockSeen
from cartback.domain.policy import plan_for
from cartback.domain.tokens import hashed
from cartback.ports import Doubtful, NotSent
from tests.fakes.told import CUP, SHIRT, Told, ada, cart, order
from tests.fakes.world import START, World, a_face, a_policy
from tests.unit.usecases.test_way_of_a_cart import Story, opened

HOUR = timedelta(hours=1)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def world(told: Told) -> World:
    return World(adapter=told)


def row(world: World):
    ((kept, _),) = world.tables.rows["carts"].values()
    return kept


def person_id(world: World) -> str:
    ((kept, _),) = world.tables.rows["persons"].values()
    return kept.person_id


def told_last(story: Story) -> dict[str, str]:
    lines = story.world.ledger.story("demo", f"cart#{story.run.subject_id}")
    return next(line.data for line in reversed(lines) if line.kind == "decision")


def whys(world: World) -> list[str]:
    return [fact.data["because"] for fact in world.bus.named("cart.given_up")]


# ── answers ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_after_a_message_the_next_one_is_waited_for_with_all_that_its_task_needs(world, told):
    story = opened(world, told)
    story.wake()
    assert story.answer == {
        "next": "wait",
        "wait_seconds": 23 * 3600,
        "known": {
            "person_id": person_id(world),
            "variants": ["v1", "v2"],
            "plan": plan_for(a_policy()).as_variables(),
            "position": 1,
        },
    }


def test_after_the_last_message_there_is_nothing_to_wait_for(world, told):
    story = opened(world, told)
    while story.wake() == "wait":
        pass
    assert (story.answer["next"], story.answer["wait_seconds"], story.answer["known"]["position"]) == (
        "stop",
        1,
        2,
    )
    assert (row(world).status, row(world).closed_because, whys(world)) == (
        "given_up",
        "all_sent",
        ["all_sent"],
    )


def test_a_stop_closes_the_cart_and_tells_the_bus_why(world, told):
    story = opened(world, told)
    story.wake()
    world.deliver(told.delivery("bye", ShopLeft(START), at=START))
    assert story.wake() == "stop"
    assert (row(world).closed_because, whys(world)) == ("shop_left", ["shop_left"])
    assert (story.answer["wait_seconds"], story.answer["known"]["position"]) == (1, 0)
    assert story.answer["known"]["variants"] == ["v1", "v2"]


def test_a_cart_that_was_opened_again_is_not_told_of_as_given_up_by_its_older_run(world, told):
    story = opened(world, told)
    story.wake()
    at = world.clock.move(minutes=10)
    world.deliver(told.delivery("o", order(at, "cart:c1"), at=at))
    later = world.clock.move(hours=1)
    world.deliver(told.delivery("again", cart(later, CUP), at=later))
    assert world.touch(story.run, story.plan, 1)["next"] == "stop"
    assert (row(world).status, whys(world)) == ("open", [])


def test_an_end_that_the_bus_did_not_take_is_told_when_the_task_is_called_again(world, told, monkeypatch):
    story = opened(world, told)
    for number in range(2):
        story.wake()
        assert story.answer["known"]["position"] == number + 1
    world.clock.move(seconds=story.answer["wait_seconds"])
    with monkeypatch.context() as away:
        away.setattr(world.bus, "publish", lambda facts: refuse())
        with pytest.raises(TryLater):
            world.touch(story.run, story.plan, 2)
    assert whys(world) == []
    for _ in range(2):
        assert world.touch(story.run, story.plan, 2)["next"] == "stop"
    assert whys(world) == ["all_sent", "all_sent"]
    assert len({fact.fact_id for fact in world.bus.named("cart.given_up")}) == 1
    assert len(world.outbox.sent) == 3


def refuse():
    raise TryLater("the bus is away")


def test_a_last_message_that_is_left_out_ends_the_reminding_too(world, told):
    story = opened(world, told)
    story.wake()
    story.wake()
    world.clock.move(days=30)
    assert world.touch(story.run, story.plan, 2)["next"] == "stop"
    assert (row(world).closed_because, whys(world)) == ("all_done", ["all_done"])


@pytest.mark.parametrize("gone", ["policies", "faces"])
def test_a_shop_whose_settings_are_gone_stops_its_runs_and_says_why(world, told, gone):
    story = opened(world, told)
    story.wake()
    del getattr(world.settings, gone)["demo"]
    assert story.wake() == "stop"
    assert (told_last(story)["reason"], told_last(story)["policy_version"]) == ("shop_unknown", "0")
    assert (row(world).closed_because, len(world.outbox.sent)) == ("shop_unknown", 1)


# ── what gets in between ─────────────────────────────────────────────────────────────────────────────────────────


def meanwhile(world: World, monkeypatch, happens, *, while_writing: bool) -> None:
    """Let something happen while the text is made, before the claim, or while the provider has the message, after."""
    holder, name = (texts, "email") if while_writing else (world.outbox, "send")
    usual = getattr(holder, name)

    def slow(*given):
        made = usual(*given)
        happens()
        return made

    monkeypatch.setattr(holder, name, slow)


def test_a_block_between_decision_and_claim_stops_the_run_with_its_reason(world, told, monkeypatch):
    story = opened(world, told)
    shop_leaves = told.delivery("bye", ShopLeft(START), at=START)
    meanwhile(world, monkeypatch, lambda: world.deliver(shop_leaves), while_writing=True)
    assert story.wake() == "stop"
    assert (world.outbox.sent, told_last(story)["reason"], whys(world)) == ([], "blocked", ["blocked"])


def test_a_cart_that_changes_whenever_it_is_looked_at_is_tried_later(world, told, monkeypatch):
    story = opened(world, told)
    news = iter(range(100))

    def changes():
        number = next(news)
        seen = CustomerSeen(ada(first_name=f"Ada{'abcdefghij'[number % 10]}"), world.clock.now())
        world.deliver(told.delivery(f"n{number}", seen, at=START))

    meanwhile(world, monkeypatch, changes, while_writing=True)
    with pytest.raises(TryLater) as waits:
        story.wake()
    assert (waits.value.after_seconds, world.outbox.sent) == (60, [])


def news_of(world: World, story: Story, state: str) -> Receipt:
    ((claim, _),) = [kept for kept in world.tables.rows["claims"].values() if kept[0].state == claims.CLAIMED]
    return Receipt(claim.shop, claim.claim_id, state, world.clock.now(), f"news {state}")


def test_news_that_overtakes_the_mark_is_kept_and_the_run_goes_on(world, told, monkeypatch):
    story = opened(world, told)
    meanwhile(
        world,
        monkeypatch,
        lambda: world.apply_receipts([news_of(world, story, claims.DELIVERED)]),
        while_writing=False,
    )
    assert story.wake() == "wait"
    ((claim, _),) = world.tables.rows["claims"].values()
    assert (claim.state, claim.provider_id, claim.other_provider_ids) == (claims.DELIVERED, "ses-1", ())
    assert (story.answer["known"]["position"], story.answer["wait_seconds"]) == (1, 23 * 3600)


def test_a_cart_that_moves_while_its_last_message_is_sent_keeps_the_mark_and_is_closed_all_the_same(
    world, told, monkeypatch
):
    story = opened(world, told)
    story.wake()
    story.wake()
    checkout = cart(START, SHIRT, CUP, source="checkout", stage="checkout")
    meanwhile(
        world,
        monkeypatch,
        lambda: world.deliver(told.delivery("late", checkout, at=START)),
        while_writing=False,
    )
    assert story.wake() == "stop"
    assert {claim.state for claim, _ in world.tables.rows["claims"].values()} == {claims.SENT}
    assert (row(world).stage, row(world).closed_because, whys(world)) == (
        "checkout",
        "all_done",
        ["all_done"],
    )


def test_a_budget_is_given_back_although_the_person_changed_meanwhile(world, told, monkeypatch):
    story = opened(world, told)
    world.outbox.answers = [NotSent("throttled", 30)]
    release, already = world.ledger.release, []

    def overtaken(before, after, given):
        if not already:
            already.append(at := world.clock.now())
            world.deliver(
                told.delivery("p", cart(at, SHIRT, ref="cart:c9", contact=ada(first_name="A.")), at=at)
            )
        release(before, after, given)

    monkeypatch.setattr(world.ledger, "release", overtaken)
    assert story.wake() == "wait"
    ((person, _),) = world.tables.rows["persons"].values()
    assert (person.first_name, person.sends) == ("A.", ())
    assert {claim.state for claim, _ in world.tables.rows["claims"].values()} == {claims.RELEASED}


# ── what is kept ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_doubtful_message_keeps_what_the_connection_said(world, told):
    story = opened(world, told)
    world.outbox.answers = [Doubtful("read timed out")]
    story.wake()
    assert (told_last(story)["reason"], told_last(story)["detail"]) == ("doubtful", "read timed out")


def test_a_full_day_of_a_new_sender_keeps_its_ceiling_and_when_it_looks_again(world, told):
    world.settings.policies["demo"] = a_policy(warm_up=WarmUp(START.date(), 0))
    story = opened(world, told)
    assert story.wake() == "wait"
    assert (told_last(story)["reason"], told_last(story)["ceiling"]) == ("warming_up", "0")
    assert told_last(story)["until"].startswith("2026-03-03T00:")
    assert story.answer["known"]["position"] == 0


def test_what_became_of_a_message_is_told_after_the_decision_to_send_it(world, told, monkeypatch):
    story = opened(world, told)
    world.outbox.answers = [NotSent("throttled", 30)]
    meanwhile(world, monkeypatch, lambda: world.clock.move(seconds=5), while_writing=False)
    story.wake()
    decisions = [
        (line.data["reason"], line.at - START)
        for line in world.ledger.story("demo", f"cart#{story.run.subject_id}")
        if line.kind == "decision" and line.data["touch"] == "reminder"
    ]
    assert decisions == [("due", HOUR), ("provider_busy", HOUR + timedelta(seconds=5))]


# ── the message ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("given", "shown"), [(None, "Haus Demo"), ("Anna von Haus Demo", "Anna von Haus Demo")]
)
def test_a_message_comes_under_the_senders_name_or_the_shops(world, told, given, shown):
    world.settings.faces["demo"] = a_face(sender_name=given)
    story = opened(world, told)
    story.wake()
    assert world.outbox.sent[0].sender_name == shown


def test_each_link_of_a_message_holds_the_shop_and_a_token_of_its_own(world, told):
    story = opened(world, told)
    story.wake()
    message, (restore, leave, prefs) = world.outbox.sent[0], world.tokens.made
    for way, token in (("r", restore), ("u", leave), ("p", prefs)):
        assert f"https://api.example/{way}/demo.{token}" in message.html


@pytest.mark.parametrize("token", [1, 2], ids=["leave", "preferences"])
def test_the_links_to_leave_and_to_choose_hold_for_two_years_to_the_day(world, told, token):
    opened(world, told).wake()
    kept = world.ledger.look("demo", hashed(world.tokens.made[token]))
    assert kept.expires_at - world.clock.now() == timedelta(days=730)


class Noted:
    """The texts, and what they were made of."""

    def __init__(self) -> None:
        self.given: list[dict] = []

    def write(self, kind, flow, touch, lang, fields):
        self.given.append(fields)
        return texts.write(kind, flow, touch, lang, fields)

    wording = staticmethod(texts.wording)


def test_a_text_is_made_of_the_name_the_basis_and_a_sum_only_where_all_that_it_counts_is_there(world, told):
    noted = Noted()
    world.touch = replace(world.touch, texts=noted)
    story = opened(world, told)
    story.wake()
    world.deliver(told.delivery("s", StockSeen(START, 0, "v1"), at=START))
    story.wake()
    assert [(made["first_name"], made["basis"]) for made in noted.given] == [("Ada", "double_opt_in")] * 2
    assert [made["total"] for made in noted.given] == [Money(8490, "EUR"), None]
