"""The ways on which something falls due for somebody who bought: listed with the purchase, asked of orders later."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from cartback.domain.money import Money
from cartback.domain.observations import CustomerErased, OrderSeen
from cartback.domain.people.awaited import AWAITED, LAPSED
from cartback.domain.trade.items import Item
from cartback.domain.trade.sale import Sale
from tests.fakes.told import ada
from tests.fakes.world import START
from tests.kill_points.platform import Platform

COFFEE = Item("v9", "Coffee", product_id="p9", unit_price=Money(900, "EUR"))


def _bought(platform: Platform, *days: int) -> None:
    policies = platform.world.settings.policies
    policies["demo"] = replace(policies["demo"], expects=frozenset(AWAITED))
    for number in days:
        at = START + timedelta(days=number)
        clock = platform.world.clock
        clock.at = max(clock.at, at)
        seen = OrderSeen((), f"o{number}", at, at, contact=ada(), paid=True, sale=Sale(items=(COFFEE,)))
        platform.tell(platform.told.delivery(f"o{number}", seen, at=clock.now()))


def _judge(platform: Platform) -> None:
    """Whoever is still known and has lapsed by now was told to have, once for each time that they bought."""
    told = {fact.fact_id for fact in platform.world.bus.facts if fact.name == LAPSED}
    buyers = [row for row, _ in platform.world.tables.rows["persons"].values() if row.last_order_at]
    if buyers and not told:
        platform.wrong.append("a lapse was told to nobody")
    if len(told) > 2:
        platform.wrong.append("one lapse was told under several names")
    if any(row.waits for row in buyers):
        platform.wrong.append("somebody waits for an entry that is gone")


def stays_away(platform: Platform) -> None:
    """Bought once: nothing to be used up, and the lapse after ninety days."""
    _bought(platform, 0)
    platform.sweep_all()
    _judge(platform)


def buys_in_a_rhythm(platform: Platform) -> None:
    """Bought three times: the entry is put anew for what is used up, and for the lapse."""
    _bought(platform, 0, 10, 20)
    platform.sweep_all()
    _judge(platform)


def is_forgotten_meanwhile(platform: Platform) -> None:
    """Forgotten before anything fell due."""
    _bought(platform, 0)
    at = platform.world.clock.now() + timedelta(hours=1)
    platform.tell(platform.told.delivery("gone", CustomerErased(ada(), at), at=at))
    platform.sweep_all()


WAYS: tuple[Callable[[Platform], None], ...] = (stays_away, buys_in_a_rhythm, is_forgotten_meanwhile)
