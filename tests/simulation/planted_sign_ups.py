"""Planted bugs of signing up, of comparing with the shops' lists, and of looking back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

from cartback.domain.claims import SENT
from cartback.domain.consent import signup
from cartback.domain.people import customer
from cartback.domain.policy import Touch
from cartback.domain.shop import health as healths
from cartback.flows import all_flows, double_opt_in
from cartback.ports import NotBlocked
from cartback.usecases import park_run
from cartback.usecases.consent import subscribe
from cartback.usecases.consent.confirm import Confirm
from cartback.usecases.consent.subscribe import Subscribe
from cartback.usecases.messaging import settle_claims
from cartback.usecases.shop.reconcile import Reconcile
from functions import confirm as page
from tests.fakes import memory
from tests.fakes.memory import MemoryLedger
from tests.simulation.planted import Patches, bug


@bug
def whoever_sends_the_form_has_agreed(patches: Patches) -> None:
    """A sign-up that nobody confirmed counts as a consent: anybody can type anybody's address."""

    doors: list[Subscribe] = []

    def call(before, self, *given):
        doors.append(self)
        return before(self, *given)

    def kept(before, records, shop, name, asked):
        request = before(records, shop, name, asked)
        if request.state == signup.PENDING:
            stored = records.read(shop, requests=[name]).requests[name]
            question = SimpleNamespace(link=SimpleNamespace(lang="de", claim_id=""), wording="")
            door = doors[-1]
            Confirm(None, records, door.settings, None, door.bus, door.clock)._save(
                question, stored, stored.address_hash or "", None, None
            )
        return request

    patches.around(Subscribe, "__call__", call)
    patches.around(subscribe, "kept", kept)


@bug
def a_filter_that_opens_the_link_says_yes(patches: Patches) -> None:
    """GET confirms, so a mail filter does it for everybody."""

    def handler(before, event, context):
        return before({**event, "requestContext": {"http": {"method": "POST"}}}, context)

    patches.around(page, "handler", handler)


@bug
def who_said_yes_is_asked_again(patches: Patches) -> None:
    """The reminder is claimed whatever became of the request meanwhile. Our own, found by this simulation."""

    def claim(before, self, claim, guards, *rest):
        return before(self, claim, [guard for guard in guards if isinstance(guard, NotBlocked)], *rest)

    patches.around(MemoryLedger, "claim", claim)


@bug
def a_request_is_valid_for_a_month(patches: Patches) -> None:
    """Whoever finds an old mail can still say yes."""
    patches.put(signup, "LIFETIME", timedelta(days=30))
    patches.put(memory, "_VERSIONED", {**memory._VERSIONED, "requests": timedelta(days=31)})


@bug
def a_yes_is_asked_for_three_times(patches: Patches) -> None:
    """One reminder more than is promised."""

    def once_more(before, policy, channels):
        planned = before(policy, channels)
        return replace(planned, touches=(*planned.touches, Touch("confirm_once_more", timedelta(hours=36))))

    patches.around(double_opt_in, "plan", once_more)


@bug
def who_signs_up_again_later_is_never_asked(patches: Patches) -> None:
    """The count of requests begins anew when the row is swept, and meets the old run's name. Our own, found by this
    simulation."""

    def ask(before, known, *given):
        asked = before(known, *given)
        return (
            asked if asked.generation == known.generation else replace(asked, generation=known.generation + 1)
        )

    patches.around(subscribe, "ask", ask)


@bug
def a_failed_question_is_noted_where_nobody_looks(patches: Patches) -> None:
    """The failure of a run about a request is told in the story of a cart. Our own, found by this simulation."""
    patches.put(park_run, "all_flows", lambda: [replace(flow, kind="cart") for flow in all_flows()])


@bug
def what_no_webhook_told_is_never_asked_for(patches: Patches) -> None:
    """The shop's own lists are read, and what is missing here is not taken in."""
    patches.put(Reconcile, "_taken_in", lambda self, *given: False)


@bug
def the_lists_are_compared_from_now_on(patches: Patches) -> None:
    """A comparison asks for what changed since it began, not since the last one ended."""

    def begun(before, health, lists, now):
        after = before(health, lists, now)
        return replace(after, since=max(after.since, now - timedelta(minutes=1)))

    patches.around(healths, "begun", begun)


@bug
def a_doubt_is_called_sent_when_its_time_is_over(patches: Patches) -> None:
    """Nobody knows whether it went out, and the audit says that it did."""
    patches.around(
        settle_claims, "settle", lambda before, claim, state, at, why: before(claim, SENT, at, why)
    )


@bug
def what_comes_by_a_merge_was_always_known(patches: Patches) -> None:
    """What an account's row brings to its mailbox is dated by when it was told of the account: the audit cries wolf.
    Our own, found by this simulation."""
    patches.around(customer, "merge", lambda before, winner, loser, now=None: before(winner, loser))
