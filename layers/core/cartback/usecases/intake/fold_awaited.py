"""Fold in what a purchase lets fall due later: an entry of the list, remembered in the buyer's row."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from cartback.domain.hashes import short
from cartback.domain.messaging.due import entry_of
from cartback.domain.people.awaited import LAPSED, RECKONED_AFTER, USED_UP, Wait, to_the_minute, waiting_for

if TYPE_CHECKING:
    from cartback.domain.flows import Flow
    from cartback.domain.observations import OrderSeen
    from cartback.domain.policy import Policy
    from cartback.usecases.intake.draft import Draft


def bought(fold: Draft, buyer: str | None, seen: OrderSeen, cause: str) -> None:
    """List what falls due after a purchase, unless an entry of that kind is waiting.

    Old news lists nothing: who bought before anybody listened has not lapsed for us. A purchase that we hear of when
    its entry would be due already is such news. The same event folded again lists the same.
    """
    person = fold.person(buyer)
    old = cause in fold.old_news or seen.test or seen.cancelled_at is not None
    if person is None or person.erased_at is not None or old:
        return
    by, waits = short("cause", cause, length=12), list(person.waits)
    for fact, after in fold.expects.items():
        mine = [wait for wait in waits if (wait.fact, wait.by) == (fact, by)]
        at = to_the_minute(seen.placed_at + after)
        if not mine and at > fold.now and not waiting_for(waits, fact, at, fold.now):
            mine = [Wait(fact, person.person_id, at, seen.placed_at, by)]
            waits.extend(mine)
        fold.listed.extend(entry_of(fold.shop, wait) for wait in mine)
    if tuple(waits) != person.waits:
        fold.keep(replace(person, waits=tuple(waits)))


def awaited(policy: Policy | None, started_by: Callable[[str], Iterable[Flow]]) -> dict[str, timedelta]:
    """Which facts are told when they fall due, and how long after a purchase each is asked about first.

    Those that a flow of the shop starts on, and those that the shop wants told anyway: nobody pays for the others.
    """
    if policy is None:
        return {}
    spans = {LAPSED: policy.lapse_after, USED_UP: RECKONED_AFTER}
    return {
        fact: after
        for fact, after in spans.items()
        if fact in policy.expects or any(flow.name in policy.flows for flow in started_by(fact))
    }
