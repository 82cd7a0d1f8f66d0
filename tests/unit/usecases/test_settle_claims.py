"""Doubtful claims: they become unknown, are never sent again, and late news still settles them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from cartback.domain import claims
from cartback.domain.claims import SETTLE_WITHIN
from cartback.domain.messaging.receipts import Receipt
from cartback.ports import Doubtful
from cartback.usecases.messaging.settle_claims import SettleClaims
from tests.fakes.audits import MemoryClaimIndex
from tests.fakes.told import Told
from tests.fakes.world import World
from tests.unit.usecases.test_way_of_a_cart import Story, opened


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def world(told: Told) -> World:
    return World(adapter=told)


@pytest.fixture
def settle(world: World) -> SettleClaims:
    return SettleClaims(MemoryClaimIndex(world.tables), world.ledger, world.clock, world.metrics, world.desk)


@pytest.fixture
def doubtful(world: World, told: Told) -> Story:
    story = opened(world, told)
    world.outbox.answers = [Doubtful("read timed out")]
    story.wake()
    return story


def the_claim(world: World) -> claims.Claim:
    ((claim, _),) = world.tables.rows["claims"].values()
    return claim


def receipt(world: World, state: str, provider_id: str | None = None) -> Receipt:
    claim = the_claim(world)
    return Receipt(
        claim.shop, claim.claim_id, state, world.clock.now(), f"news-{state}", provider_id=provider_id
    )


def test_a_doubtful_claim_stays_as_it_is_until_the_provider_has_had_its_time(world, settle, doubtful):
    world.clock.at = the_claim(world).claimed_at + SETTLE_WITHIN - timedelta(seconds=1)
    assert settle() == 0
    assert the_claim(world).state == claims.CLAIMED


def test_a_doubtful_claim_becomes_unknown_and_is_counted_once(world, settle, doubtful):
    world.clock.at = the_claim(world).claimed_at + SETTLE_WITHIN + timedelta(seconds=1)
    assert settle() == 1
    assert settle() == 0
    claim = the_claim(world)
    assert (claim.state, claim.because, claim.settled_at) == (claims.UNKNOWN, "no_news", world.clock.now())
    assert world.metrics.counts["ClaimsUnknown"] == 2  # of the shop, and of all


def test_an_unknown_message_is_never_sent_again(world, settle, doubtful):
    world.clock.move(hours=2)
    settle()
    world.touch(doubtful.run, doubtful.plan, 0)
    assert [message.touch for message in world.outbox.sent] == ["reminder"]
    while doubtful.wake() == "wait":
        pass
    assert [message.touch for message in world.outbox.sent] == ["reminder", "answers", "last_note"]


@pytest.mark.parametrize("state", [claims.SENT, claims.DELIVERED, claims.BOUNCED, claims.COMPLAINED])
def test_late_news_settles_an_unknown_claim(world, settle, doubtful, state):
    world.clock.move(hours=2)
    settle()
    world.apply_receipts([receipt(world, state, "ses-9")])
    assert (the_claim(world).state, the_claim(world).provider_id) == (state, "ses-9")


def test_news_that_comes_before_the_deadline_leaves_nothing_to_settle(world, settle, doubtful):
    world.apply_receipts([receipt(world, claims.DELIVERED)])
    world.clock.move(hours=2)
    assert settle() == 0
    assert the_claim(world).state == claims.DELIVERED


def test_news_that_comes_at_the_very_moment_of_settling_wins(world, settle, doubtful):
    world.clock.move(hours=2)
    stale = list(settle.index.in_doubt(world.clock.now()))
    world.apply_receipts([receipt(world, claims.DELIVERED)])

    class Lagging:
        def in_doubt(self, before):
            return stale

    assert SettleClaims(Lagging(), world.ledger, world.clock, world.metrics, world.desk)() == 0
    assert the_claim(world).state == claims.DELIVERED
    assert world.metrics.counts["ClaimsUnknown"] == 0


def test_a_claim_whose_worker_died_before_its_mark_becomes_unknown_too(world, told, settle):
    story = opened(world, told)

    class PowerCut(BaseException):
        pass

    def die(message):
        raise PowerCut

    world.outbox.send = die
    with pytest.raises(PowerCut):
        story.wake()
    world.clock.move(hours=2)
    assert settle() == 1
    assert the_claim(world).state == claims.UNKNOWN


def test_a_claim_that_the_index_names_too_early_is_left_as_it_is_and_the_next_is_settled(
    world, settle, doubtful
):
    old = the_claim(world)
    young = replace(old, claim_id="young", claimed_at=old.claimed_at + timedelta(minutes=30))
    world.tables.put("claims", "demo", "young", young, None)
    world.clock.at = old.claimed_at + SETTLE_WITHIN

    class Eager:
        def in_doubt(self, before):
            return [young, old]

    assert SettleClaims(Eager(), world.ledger, world.clock, world.metrics, world.desk)() == 1
    states = [world.ledger.read_claim("demo", claim.claim_id).state for claim in (young, old)]
    assert states == [claims.CLAIMED, claims.UNKNOWN]
