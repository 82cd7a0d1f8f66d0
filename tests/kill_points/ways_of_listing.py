"""The ways on which carts wait on the list instead of in a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from cartback.domain.policy import BATCH, DUE_INDEX
from tests.fakes.told import SHIRT, cart, order
from tests.fakes.world import START
from tests.kill_points.platform import Platform
from tests.kill_points.ways import opened


def _listed(platform: Platform, orchestration: str = DUE_INDEX, **more) -> None:
    policies = platform.world.settings.policies
    policies["demo"] = replace(policies["demo"], orchestration=orchestration, **more)
    opened(platform)


def left_alone_on_the_list(platform: Platform) -> None:
    """The silence passes, the sweep starts the run."""
    _listed(platform)
    platform.sweep_all()


def left_alone_in_a_batch(platform: Platform) -> None:
    """The same, with the next half hour."""
    _listed(platform, BATCH)
    platform.sweep_all()


def bought_on_the_list(platform: Platform) -> None:
    """Bought in time: no run at all."""
    _listed(platform)
    at = START + timedelta(minutes=10)
    platform.tell(platform.told.delivery("o1", order(at, "cart:c1"), at=at))
    platform.sweep_all()


def active_on_the_list(platform: Platform) -> None:
    """The shopper is active again before the list is due."""
    _listed(platform)
    at = START + timedelta(minutes=50)
    platform.tell(platform.told.delivery("e2", cart(at, SHIRT), at=at))
    platform.sweep_all()


def switched_off_on_the_list(platform: Platform) -> None:
    """The flow is switched off while carts wait."""
    _listed(platform)
    policies = platform.world.settings.policies
    policies["demo"] = replace(policies["demo"], flows=frozenset())
    platform.sweep_all()


WAYS: tuple[Callable[[Platform], None], ...] = (
    left_alone_on_the_list,
    left_alone_in_a_batch,
    bought_on_the_list,
    active_on_the_list,
    switched_off_on_the_list,
)
