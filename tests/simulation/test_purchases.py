"""No message about an order that was sent back, called off or is another's, none twice, none lost; and who breaks that
is found.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from cartback.domain import gates
from cartback.domain.policy import Policy
from cartback.flows import post_purchase as flow
from cartback.usecases import start_flows, start_listed
from cartback.usecases.messaging import claiming, send_message
from tests.simulation.purchases import Season, violations

SEEDS = range(25)


def test_no_message_about_an_order_comes_after_its_end_to_a_stranger_twice_or_never():
    assert violations(SEEDS) == []


def test_the_season_plays_what_it_speaks_of():
    """A season in which nobody sends anything back would find nothing."""
    played = [Season(seed).play() for seed in range(12)]
    assert {step for season in played for _, step in season.sent} == set(flow.STEPS)
    ends = {why for season in played for whys in season.known.values() for why in whys}
    assert ends == {"returned", "refunded", "cancelled", "test", "staff", "renewal", "undelivered"}
    assert all(any(getattr(season, name) for season in played) for name in ("refusals", "moved"))


def _sees(**changes: Callable[[Any], Any]) -> Callable[[Any], None]:
    """Rules that look at an order in which something is as if nobody had told it."""

    def plant(patch: Any) -> None:
        whole = flow.over

        def broken(order: Any, policy: Any) -> Any:
            seen = order and replace(order, **{name: change(order) for name, change in changes.items()})
            return whole(seen, policy)

        patch.setattr(flow, "over", broken)

    return plant


def _drops(*gone: Any) -> Callable[[Any], None]:
    def plant(patch: Any) -> None:
        for name in ("ANSWER", "ADVERTISING"):
            patch.setattr(flow, name, tuple(gate for gate in getattr(flow, name) if gate not in gone))

    return plant


def forgets_returns(patch: Any) -> None:
    _sees(returns=lambda order: {})(patch)


def forgets_refunds(patch: Any) -> None:
    _sees(refunds=lambda order: {})(patch)


def forgets_cancellations(patch: Any) -> None:
    _sees(standing=lambda order: None)(patch)


def writes_to_testers(patch: Any) -> None:
    _sees(test=lambda order: False)(patch)


def writes_about_orders_of_staff(patch: Any) -> None:
    _sees(staff=lambda order: False)(patch)


def writes_about_renewals(patch: Any) -> None:
    _sees(renewal=lambda order: False)(patch)


def writes_about_parcels_that_came_back(patch: Any) -> None:
    _sees(parcels=lambda order: {})(patch)


def acts_on_what_is_older_than_it(patch: Any) -> None:
    patch.setattr(Policy, "is_news", lambda self, name, at: True)


def asks_nobody_whose_order_it_is(patch: Any) -> None:
    _drops(flow.is_theirs)(patch)


def asks_no_consent(patch: Any) -> None:
    patch.setattr(gates, "permission", lambda person, *rest: _yes(person))
    patch.setattr(gates, "refused_by", lambda *given: False)


def _yes(person: Any) -> Any:
    from cartback.domain.consent.consent import Consent
    from cartback.domain.consent.permission import Permission
    from tests.fakes.world import START

    return Permission(Consent("email", "granted", "explicit", "nobody", START, START, "e"))


def thanks_whatever_the_shop_wants(patch: Any) -> None:
    patch.setattr(flow, "THANK", replace(flow.THANK, name="another", default=True))


def takes_what_left_for_what_arrived(patch: Any) -> None:
    whole = flow.due_at

    def broken(order: Any, plan: Any, position: int) -> Any:
        early = whole(order, plan, position)
        return early - flow.CARRIED if early is not None and position else early

    patch.setattr(flow, "due_at", broken)


def is_not_brought_forward_by_a_delivery(patch: Any) -> None:
    whole = start_flows.started_by
    patch.setattr(start_flows, "started_by", lambda fact: whole(fact) if fact == "order.paid" else ())


def lists_no_next_step(patch: Any) -> None:
    patch.setattr(send_message, "list_step", lambda *given: None)


def drops_an_entry_that_came_too_early(patch: Any) -> None:
    whole = flow.look

    def broken(*given: Any) -> Any:
        found = whole(*given)
        return flow.Decision(flow.STOP, "too_early") if isinstance(found, flow.Due) else found

    patch.setattr(flow, "look", broken)


def forgets_with_which_step_a_run_begins(patch: Any) -> None:
    whole = start_listed.begin
    patch.setattr(start_listed, "begin", lambda *given: whole(*given[:-1], ""))


def claims_under_a_new_name_each_time(patch: Any) -> None:
    whole, number = claiming.claim_for, count()

    def broken(*given: Any) -> Any:
        claim = whole(*given)
        return replace(claim, claim_id=f"{claim.claim_id}{next(number)}")

    patch.setattr(send_message, "claim_for", broken)


def does_not_ask_whether_the_order_changed(patch: Any) -> None:
    whole = claiming.guards_of

    def broken(*given: Any) -> Any:
        return [guard for guard in whole(*given) if getattr(guard, "part", "") != "orders"]

    patch.setattr(send_message, "guards_of", broken)


def gives_no_way_to_leave(patch: Any) -> None:
    patch.setattr(flow, "LINKS", ())


PLANTED = [
    forgets_returns,
    forgets_refunds,
    forgets_cancellations,
    writes_to_testers,
    writes_about_orders_of_staff,
    writes_about_renewals,
    writes_about_parcels_that_came_back,
    acts_on_what_is_older_than_it,
    asks_nobody_whose_order_it_is,
    asks_no_consent,
    thanks_whatever_the_shop_wants,
    takes_what_left_for_what_arrived,
    is_not_brought_forward_by_a_delivery,
    lists_no_next_step,
    drops_an_entry_that_came_too_early,
    forgets_with_which_step_a_run_begins,
    claims_under_a_new_name_each_time,
    does_not_ask_whether_the_order_changed,
    gives_no_way_to_leave,
]


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_a_planted_bug_is_found(plant: Callable[[Any], None], monkeypatch: pytest.MonkeyPatch):
    plant(monkeypatch)
    assert any(Season(seed).play().wrong for seed in SEEDS)
