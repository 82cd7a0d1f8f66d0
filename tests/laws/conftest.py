"""A house in memory behind the real doors, for laws that hand them samples."""

from __future__ import annotations

from datetime import datetime
from functools import partial

import pytest

from cartback import wiring
from cartback.channels import receipts
from cartback.ports import ShopKeys
from cartback.store.queue import unpack
from cartback.usecases.take_batch import TakeBatch
from tests.fakes.world import HandClock, World, a_face, a_policy
from tests.laws.reading import doors

SHOP, SECRET = "kaffeehaus", "secret-of-the-samples"
SAMPLED_AT = "2026-11-20T17:03:12+00:00"


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """A house in memory behind the doors, at the time of the samples."""
    world = World(HandClock(datetime.fromisoformat(SAMPLED_AT)), shops=(SHOP,))
    world.settings.policies[SHOP], world.settings.faces[SHOP] = a_policy(), a_face(SHOP)
    world.keys.by_shop[SHOP] = ShopKeys("shopify", (SECRET,))
    batch = TakeBatch(world.apply_events, world.apply_receipts, unpack, receipts, world.queue, world.metrics)
    monkeypatch.setattr(wiring, "take_batch", lambda: batch)
    monkeypatch.setattr(wiring, "settings", lambda: world.settings)
    for name in (set(doors()) | {"lapsed", "propose", "start_exporting"}) - {"apply_events"}:
        monkeypatch.setattr(wiring, name, partial(getattr, world, name))
    return world
