"""The ways on which stock runs low: purchasing is told, and what two people approve goes to the supplier once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from cartback.domain.connectors.connection import Connection
from cartback.domain.desk.entries import APPROVAL
from cartback.domain.observations import StockSeen
from cartback.ports import Delivery
from tests.kill_points.platform import Platform

ENOUGH, LOW, LOWER = 30, 14, 7


def _buys(platform: Platform) -> None:
    """The shop buys by ``low_stock``."""
    policies = platform.world.settings.policies
    policies["demo"] = replace(policies["demo"], flows=frozenset({"low_stock"}))
    for connector in ("alert_email", "supplier_email"):
        options = {"to": f"{connector}@demo.example", "sender": "shop@demo.example"}
        platform.world.effects.connections.save(None, Connection("demo", connector, options=options))


def _counted(platform: Platform, *pieces: int) -> None:
    """The shop counts its lamps so often, and what follows is played to its end."""
    for number in pieces:
        platform.world.clock.move(seconds=60)
        platform.tell(_count(platform, number))
    platform.run_all()


def _count(platform: Platform, pieces: int) -> Delivery:
    at = platform.world.clock.now()
    return platform.told.delivery(f"count-{pieces}-{at.isoformat()}", StockSeen(at, pieces, "lamp"), at=at)


def _say(platform: Platform, word: str, *people: str) -> None:
    effects = platform.world.effects
    for entry in effects.desk.listed("demo"):
        if entry.kind == APPROVAL and entry.waits:
            for person in people:
                effects.decide("demo", entry.entry_id, word, person)


def _judge(platform: Platform, alerts: int, orders: int) -> None:
    sent = platform.world.effects.mail.sent
    ordered = sum("enclosed" in each for each in sent)
    if (len(sent) - ordered, ordered) != (alerts, orders):
        platform.wrong.append(f"{len(sent) - ordered} alerts and {ordered} orders: {alerts} and {orders} due")


def runs_low(platform: Platform) -> None:
    """Low, and purchasing is told."""
    _buys(platform)
    _counted(platform, ENOUGH, LOW)
    _judge(platform, 1, 0)


def is_reordered(platform: Platform) -> None:
    """So low that an order is proposed, which two people approve."""
    _buys(platform)
    platform.people = lambda: _say(platform, "approved", "anna", "ben")
    _counted(platform, ENOUGH, LOWER)
    _judge(platform, 1, 1)


def runs_out_again(platform: Platform) -> None:
    """Reordered, supplied, and low once more: another time, with runs of its own."""
    is_reordered(platform)
    platform.world.clock.move(seconds=timedelta(days=1).total_seconds())
    _counted(platform, ENOUGH, LOWER)
    _judge(platform, 2, 2)


def is_supplied_meanwhile(platform: Platform) -> None:
    """Supply comes while people think about it: their yes orders nothing, and there is nothing left to tell either."""

    def think() -> None:
        platform.world.other_worker(_count(platform, ENOUGH))
        _say(platform, "approved", "anna", "ben")

    _buys(platform)
    platform.people = think
    _counted(platform, ENOUGH, LOWER)
    _judge(platform, 0, 0)


def is_not_wanted(platform: Platform) -> None:
    """Somebody says no."""
    _buys(platform)
    platform.people = lambda: _say(platform, "rejected", "anna")
    _counted(platform, ENOUGH, LOWER)
    _judge(platform, 1, 0)


WAYS: tuple[Callable[[Platform], None], ...] = (
    runs_low,
    is_reordered,
    runs_out_again,
    is_supplied_meanwhile,
    is_not_wanted,
)
