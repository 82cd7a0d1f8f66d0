"""A shop whose mail hurts is paused, a new sender keeps its ceiling, and nobody is written to who is nobody."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest

from cartback.domain.claims import BOUNCED, DELIVERED
from cartback.domain.deliverability import FEWEST, Tally
from cartback.domain.errors import Conflict, TryLater
from cartback.domain.messaging.receipts import Receipt
from cartback.domain.messaging.warm_up import WarmUp
from cartback.domain.policy import Plan, Touch
from cartback.usecases.apply_receipts import ApplyReceipts
from cartback.usecases.runs import Run
from cartback.usecases.shop.resume_shop import ResumeShop
from cartback.usecases.watch_standing import WatchStanding
from tests.fakes.sweeps import MemoryStanding
from tests.fakes.told import SHIRT, Told, ada, cart
from tests.fakes.world import START, World, a_policy

PLAN = Plan(1, (Touch("reminder", timedelta(hours=1)), Touch("answers", timedelta(hours=24))))


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def world(told: Told) -> World:
    return World(adapter=told)


@pytest.fixture
def standing() -> MemoryStanding:
    return MemoryStanding()


def open_cart(world: World, told: Told, number: int = 1) -> Run:
    """A cart of somebody; gives its run."""
    who = ada(customer_ref=str(number), email=f"ada.{'x' * number}@example.com")
    ref = f"cart:c{number}"
    world.deliver(told.delivery(f"e{number}", cart(world.clock.now(), SHIRT, ref=ref, contact=who), at=START))
    cart_id = world.tables.live("refs", "demo", ref)
    return Run("cart_recovery", f"run{number}", "demo", cart_id, 1)


def reasons(world: World, run: Run) -> list[str]:
    return [
        line.data["reason"]
        for line in world.ledger.story("demo", f"cart#{run.subject_id}")
        if line.kind == "decision"
    ]


def test_a_paused_shop_leaves_touches_out_and_goes_on_when_an_operator_says_so(world, told, standing):
    run = open_cart(world, told)
    world.clock.move(hours=1)
    world.tables.put("blocks", "demo", "marketing", "paused_deliverability", None)
    assert world.touch(run, PLAN, 0)["position"] == 1
    assert (world.outbox.sent, reasons(world, run)[-1]) == ([], "paused_deliverability")
    assert ResumeShop(standing, world.records, world.clock)("demo") == {"marketing": "paused_deliverability"}
    world.clock.move(hours=24)
    world.touch(run, PLAN, 1)
    assert [message.touch for message in world.outbox.sent] == ["answers"]


def test_a_shop_that_came_back_is_written_to_again_only_when_an_operator_says_so(world, told, standing):
    world.tables.put("blocks", "demo", "shop", "shop_left", None)
    run = open_cart(world, told)
    world.clock.move(hours=1)
    assert world.touch(run, PLAN, 0)["next"] == "stop"
    assert reasons(world, run) == ["shop_left"]
    assert ResumeShop(standing, world.records, world.clock)("demo") == {"shop": "shop_left"}
    assert ResumeShop(standing, world.records, world.clock)("demo") == {}


def one_bounce_too_much(world, told, standing) -> tuple[ApplyReceipts, Receipt]:
    """A message of a shop that stands on the edge, and the news that it came back."""
    run = open_cart(world, told)
    world.clock.move(hours=1)
    world.touch(run, PLAN, 0)
    ((_, claim_id),) = world.tables.rows["claims"]
    standing.tallies["demo"] = Tally(settled=FEWEST - 1, bounced=4)
    watch = WatchStanding(standing, world.records, world.clock, world.metrics)
    apply = ApplyReceipts(world.ledger, world.records, world.bus, world.clock, world.metrics, watch)
    bounced = Receipt("demo", claim_id, BOUNCED, world.clock.now(), "k", permanent=True)
    return apply, bounced


def test_the_bounce_that_is_too_much_pauses_marketing_once_and_rings(world, told, standing):
    apply, bounced = one_bounce_too_much(world, told, standing)
    apply([bounced, bounced])
    assert world.tables.live("blocks", "demo", "marketing") == "paused_deliverability"
    assert standing.tallies["demo"] == Tally(FEWEST, 5)
    assert world.metrics.counts["MarketingPaused"] == 2  # as a whole, and for the shop


@pytest.mark.parametrize("times", [1, 100])
def test_a_pause_that_claims_are_in_the_way_of_is_tried_again_and_never_lost(
    world, told, standing, monkeypatch, times
):
    apply, bounced = one_bounce_too_much(world, told, standing)
    save, left = world.records.save, iter(range(times))

    def crowded(shop, before, after):
        if after.blocks.get("marketing") and next(left, None) is not None:
            raise Conflict("a claim is under way")
        save(shop, before, after)

    monkeypatch.setattr(world.records, "save", crowded)
    for _ in range(20):  # the queue brings the news again
        with suppress(TryLater):
            apply([bounced])
    assert world.tables.live("blocks", "demo", "marketing") == "paused_deliverability"
    assert standing.tallies["demo"] == Tally(FEWEST, 5)
    assert world.metrics.counts["MarketingPaused"] == 2


def test_good_news_pauses_nobody(world, told, standing):
    run = open_cart(world, told)
    world.clock.move(hours=1)
    world.touch(run, PLAN, 0)
    ((_, claim_id),) = world.tables.rows["claims"]
    standing.tallies["demo"] = Tally(settled=FEWEST, bounced=50)
    watch = WatchStanding(standing, world.records, world.clock, world.metrics)
    apply = ApplyReceipts(world.ledger, world.records, world.bus, world.clock, world.metrics, watch)
    apply([Receipt("demo", claim_id, DELIVERED, world.clock.now(), "k")])
    assert world.tables.live("blocks", "demo", "marketing") is None


def test_a_new_sender_never_exceeds_its_ceiling_and_what_waits_goes_out_later(world, told):
    world.settings.policies["demo"] = a_policy(warm_up=WarmUp(START.date(), 2))
    runs = [open_cart(world, told, number) for number in range(1, 5)]
    world.clock.move(hours=1)
    answers = [world.touch(run, PLAN, 0) for run in runs]
    assert len(world.outbox.sent) == 2
    assert reasons(world, runs[-1])[-1] == "warming_up"
    assert (answers[-1]["next"], answers[-1]["position"]) == ("wait", 0)
    world.clock.move(seconds=answers[-1]["wait_seconds"])
    for run in runs[2:]:
        world.touch(run, PLAN, 0)
    assert len(world.outbox.sent) == 4


def test_somebody_who_was_silent_for_long_is_left_in_peace(world, told):
    world.settings.policies["demo"] = a_policy(silent_after=timedelta(days=30))
    run = open_cart(world, told)
    world.clock.move(days=30)
    late = Plan(1, (Touch("reminder", timedelta(days=29)),), give_up_after=timedelta(days=7))
    assert world.touch(run, late, 0)["next"] == "stop"
    assert reasons(world, run) == ["silent_for_long"]


def test_a_bot_is_never_written_to_and_the_rule_is_kept(world, told):
    who = ada(email="robo@mailinator.com")
    world.deliver(told.delivery("e", cart(START, SHIRT, contact=who), at=START))
    run = Run("cart_recovery", "r", "demo", world.tables.live("refs", "demo", "cart:c1"), 1)
    world.clock.move(hours=1)
    assert world.watch_cart(run, 0)["next"] == "stop"
    (line,) = [
        line for line in world.ledger.story("demo", f"cart#{run.subject_id}") if line.kind == "decision"
    ]
    assert (line.data["reason"], line.data["rule"]) == ("bot", "disposable_address")


@pytest.mark.parametrize(
    ("after", "agent", "kind"), [(5, None, "scanned"), (60, "Proofpoint", "scanned"), (60, None, "clicked")]
)
def test_a_program_is_led_on_and_is_nobodys_click(world, told, after, agent, kind):
    run = open_cart(world, told)
    world.clock.move(hours=1)
    world.touch(run, PLAN, 0)
    world.clock.move(seconds=after)
    assert world.open_link(f"demo.{world.tokens.made[0]}", "GET", agent)
    kinds = {line.kind for line in world.ledger.story("demo", f"cart#{run.subject_id}")}
    assert kinds & {"scanned", "clicked"} == {kind}
    ((person, _),) = world.tables.rows["persons"].values()
    assert (person.clicked_at is not None) == (kind == "clicked")
