"""When somebody has lapsed, and when what they bought is used up: the rules of the entries that fall due.

Both are reckoned anew from the orders at the time at which an entry falls due; nothing is remembered of them but what
was told (``domain.people.awaited``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from cartback.domain.facts import Fact, tell
from cartback.domain.people.awaited import LAPSED, USED_UP, Lapse
from cartback.domain.people.identity import last_purchase
from cartback.domain.trade.ownership import history

if TYPE_CHECKING:
    from cartback.domain.people.customer import Person
    from cartback.domain.trade.orders import Order
    from cartback.domain.trade.ownership import History

FEWEST_TIMES = 3
"""How often somebody has to have bought a thing before a rhythm is seen in it: two distances are one."""
RHYTHMS = 2
"""Whoever buys seldom has lapsed after so many of their own middle distances, not before (MKT-5)."""
SHORTEST_USE = timedelta(days=3)
"""What is bought again sooner is no rhythm: an order in two parts, an item that was forgotten."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an entry whose time has come amounts to: facts to tell, the lapse to remember, when to look again."""

    facts: tuple[Fact, ...] = ()
    lapse: Lapse | None = None
    again_at: datetime | None = None


def lapses_at(history: History, after: timedelta) -> datetime | None:
    """When somebody will have bought nothing for so long; None for whoever never bought."""
    return None if history.last_at is None else history.last_at + after


def has_lapsed(history: History, after: timedelta, now: datetime) -> bool:
    """Whether somebody who bought before has bought nothing for so long."""
    at = lapses_at(history, after)
    return at is not None and at <= now


def own_span(orders: Iterable[Order], after: timedelta) -> timedelta:
    """After how long without a purchase this buyer has lapsed: ``after``, or twice their own middle distance if that is
    longer. Who buys a calendar each December is not missed in March."""
    times = sorted({order.placed_at for order in orders if order.counts and order.placed_at is not None})
    if len(times) < FEWEST_TIMES:
        return after
    return max(after, RHYTHMS * _middle(times))


def last_bought(person: Person, orders: Iterable[Order]) -> datetime | None:
    """When somebody last bought, by their orders and their row; None for whoever has no order that counts.

    The row knows of a purchase before its order is recorded, and of one by somebody who may be the same; an order that
    was called off is no purchase, but whoever made one is not away.
    """
    own = history(orders).last_at
    return None if own is None else max(filter(None, (own, last_purchase(person))))


def generation_of(bought_at: datetime) -> int:
    """The name of the time since a purchase: a story of a person that begins anew with the next one."""
    return int(bought_at.timestamp())


def bought_at_of(generation: int) -> datetime:
    """The second of the purchase that a generation is named by."""
    return datetime.fromtimestamp(generation, UTC)


def lapsed(person: Person, orders: Sequence[Order], after: timedelta, now: datetime) -> Verdict:
    """Whether somebody has lapsed now, under the id of this row, and was not told to have before; else when."""
    bought_at = last_bought(person, orders)
    if bought_at is None:
        return Verdict()
    at, generation = bought_at + own_span(orders, after), generation_of(bought_at)
    if at > now:
        return Verdict(again_at=at)
    known = person.lapse
    told_before = known is not None and (known.generation, known.told_as) != (generation, person.person_id)
    if known is not None and told_before and known.generation >= generation:
        return Verdict()
    fact = tell(
        LAPSED,
        person.shop,
        at,
        generation,
        person_id=person.person_id,
        generation=generation,
        last_bought_at=bought_at,
        lapsed_at=at,
    )
    return Verdict((fact,), Lapse(generation, person.person_id, at))


def used_up(person: Person, orders: Sequence[Order], since: datetime, now: datetime) -> Verdict:
    """What of somebody's goods was used up after ``since`` and by now, and when the next will be."""
    facts, later = [], []
    for product_id in sorted(_products(orders)):
        at = used_up_at(orders, product_id)
        if at is None or at <= since:
            continue
        if at > now:
            later.append(at)
            continue
        generation = generation_of(_times(orders, product_id)[-1])
        said = {"person_id": person.person_id, "product_id": product_id, "generation": generation}
        facts.append(tell(USED_UP, person.shop, at, product_id, generation, **said, due_at=at))
    return Verdict(tuple(facts), again_at=min(later, default=None))


def used_up_at(orders: Iterable[Order], product_id: str) -> datetime | None:
    """When somebody will want a product again, by the rhythm in which they bought it; None where there is none.

    The middle distance of their purchases after the last: one order early or late shifts nothing.
    """
    times = _times(orders, product_id)
    if len(times) < FEWEST_TIMES or _middle(times) < SHORTEST_USE:
        return None
    return times[-1] + _middle(times)


def _times(orders: Iterable[Order], product_id: str) -> list[datetime]:
    return sorted(
        order.placed_at
        for order in orders
        if order.counts
        and order.placed_at is not None
        and any(item.product_id == product_id for item in order.items)
    )


def _products(orders: Iterable[Order]) -> set[str]:
    return {item.product_id for order in orders if order.counts for item in order.items if item.product_id}


def _middle(times: Sequence[datetime]) -> timedelta:
    return timedelta(seconds=median((later - earlier).total_seconds() for earlier, later in pairwise(times)))
