"""Carts that wait outside of any run until the silence that makes them abandoned has passed.

A shop chooses how its runs begin. ``per_cart``: a run waits beside each cart from its first moment. ``due_index``: the
cart is listed under the minute at which it will be due, and a run begins only if it still lies there then: carts
that are bought in time cost no transitions. ``batch``: the same, every half hour, for shops above 1,000 abandoned
carts a day (DET-11). A list entry only wakes; whether a run begins is asked of the cart's row.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cartback.domain.money import Money
from cartback.domain.policy import BATCH, DUE_INDEX, PER_CART, Policy
from cartback.domain.subject import CART, PERSON, Subject

if TYPE_CHECKING:
    from cartback.domain.people.awaited import Wait

GROUP = 50
"""So many carts are worked on together (DET-11)."""

ROUND = {DUE_INDEX: timedelta(minutes=1), BATCH: timedelta(minutes=30)}
"""When lists are due: at the next whole minute, or half hour (DET-11)."""


@dataclass(frozen=True, slots=True)
class Due:
    """An entry of the list: which run is to begin, about what, and when. ``worth`` decides who comes first.

    ``told_at`` is the instant of the fact that it was listed for. ``step`` is the step that the run begins with, where
    that is not the first.

    With a ``fact`` and no ``flow``, no run begins by it: it is asked then whether the fact is to be told
    (``domain.people.awaited``).

    ``cart_id`` is the id of its subject, whatever ``kind`` that has: the name is stored. ``looks`` counts how often the
    shopper was found active and the entry written anew.
    """

    shop: str
    flow: str
    cart_id: str
    generation: int
    due_at: datetime
    person_id: str | None = None
    worth: Money | None = None
    looks: int = 0
    kind: str = CART
    told_at: datetime | None = None
    fact: str = ""
    step: str = ""

    @property
    def subject(self) -> Subject:
        """What the run will be about."""
        return Subject(self.kind, self.cart_id, self.generation)


def entry_of(shop: str, wait: Wait) -> Due:
    """The entry of the list that somebody's row remembers."""
    return Due(shop, "", wait.about, 1, wait.at, wait.about, kind=PERSON, fact=wait.fact)


def listed_at(due: datetime, policy: Policy) -> datetime:
    """The list on which a cart is that is due then: never an earlier one."""
    step = ROUND.get(policy.orchestration, ROUND[DUE_INDEX])
    past = (due.astimezone(UTC) - datetime.min.replace(tzinfo=UTC)) % step
    return due if not past else due + (step - past)


def waits_on_list(policy: Policy) -> bool:
    """Whether this shop's carts wait on the list instead of in a run."""
    return policy.orchestration != PER_CART


def in_groups(dues: Iterable[Due]) -> list[tuple[Due, ...]]:
    """The entries in groups of fifty, those that are worth the most first, unknown worth last (DET-11)."""
    first = sorted(dues, key=lambda due: (-(due.worth.major if due.worth else -1), due.due_at, due.cart_id))
    return [tuple(first[start : start + GROUP]) for start in range(0, len(first), GROUP)]
