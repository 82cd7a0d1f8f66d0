"""Planted bugs of the rules about time and budget, and of the policy."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cartback.domain import gates
from cartback.domain.consent import consent as consents
from cartback.domain.decision import SKIP, WAIT
from cartback.domain.messaging import send_window, timing
from cartback.flows import cart_recovery as touches
from tests.simulation.house import Policies
from tests.simulation.planted import Patches, bug


@bug
def quiet_hours_are_in_utc(patches: Patches) -> None:
    """The server's clock decides when it is night (parcelvoy #610, mautic #10612)."""
    patches.around(
        timing,
        "after_quiet",
        lambda before, instant, zone, quiet: before(instant, ZoneInfo("UTC"), send_window),
    )


@bug
def quiet_hours_ignore_the_change_of_clocks(patches: Patches) -> None:
    """The end of the night is reckoned with the offset of its beginning."""

    def after(before, instant, zones, nights):
        ends = [_end(instant, zone, night) for zone in list(zones) for night in list(nights)]
        return max(ends, default=instant)

    def _end(instant, zone, night):
        offset = instant.astimezone(zone).utcoffset()
        there = datetime.combine(*_wall(instant + offset), tzinfo=UTC)
        return max(instant, timing.after_quiet(there, ZoneInfo("UTC"), night) - offset)

    patches.around(send_window, "after_all_quiet", after)


def _wall(moment: datetime) -> tuple:
    return moment.date(), moment.time()


@bug
def an_hour_that_does_not_exist_ends_the_night_early(patches: Patches) -> None:
    """02:30 of the night on which clocks go forward is taken for half past one. Our own, found by reading."""
    patches.put(
        timing,
        "_on_wall",
        lambda day, at, zone: datetime.combine(day, at, tzinfo=zone).replace(fold=1).astimezone(UTC),
    )


@bug
def there_are_no_quiet_hours(patches: Patches) -> None:
    """Nobody looks at the clock."""
    patches.put(timing, "after_quiet", lambda instant, zone, quiet: instant)


@bug
def only_the_clock_of_the_shop_counts(patches: Patches) -> None:
    """Somebody abroad is written to by the shop's daylight."""
    patches.around(send_window, "plausible", lambda before, country, region, phone, zone: ((zone,),))


@bug
def a_cart_that_is_filled_again_is_reminded_of_for_ever(patches: Patches) -> None:
    """Each generation brings three more messages."""
    patches.put(touches, "lately", lambda reminders, now, besides: ())


@bug
def a_cap_is_one_too_high(patches: Patches) -> None:
    """One message more than the budget."""

    def after(before, instant, sends, caps):
        more = replace(
            caps, per_day=caps.per_day + 1, per_week=caps.per_week + 1, per_month=caps.per_month + 1
        )
        return before(instant, sends, more)

    patches.around(gates, "after_caps", after)


@bug
def the_distance_between_messages_is_not_kept(patches: Patches) -> None:
    """Two messages may follow each other at once."""
    patches.around(
        gates,
        "after_caps",
        lambda before, instant, sends, caps: before(instant, sends, replace(caps, min_gap=timedelta(0))),
    )


@bug
def a_message_that_has_to_wait_is_dropped(patches: Patches) -> None:
    """In quiet hours or without budget a touch is skipped, not deferred."""

    def decide(before, *given):
        decision = before(*given)
        waits = decision.word == WAIT and decision.reason in ("quiet_hours", "budget_spent")
        return replace(decision, word=SKIP, until=None) if waits else decision

    patches.around(touches, "decide", decide)


@bug
def a_touch_comes_before_it_is_due(patches: Patches) -> None:
    """The first touch does not wait for the silence."""
    patches.around(touches, "due_at", lambda before, *given: before(*given) - timedelta(minutes=10))


@bug
def nobody_is_ever_written_to(patches: Patches) -> None:
    """Silence keeps every promise but one."""
    patches.put(consents, "basis_for", lambda *given, **named: "no_basis")


@bug
def a_policy_is_kept_for_ever(patches: Patches) -> None:
    """A warm Lambda goes on with the policy that it read first."""
    known: dict[tuple[int, str], object] = {}

    def policy(before, self, shop):
        return known.setdefault((id(self.policies), shop), before(self, shop))

    patches.around(Policies, "policy", policy)


@bug
def runs_start_for_flows_that_are_off(patches: Patches) -> None:
    """Switching a flow off stops nothing that runs."""
    patches.around(
        touches,
        "over",
        lambda before, cart, person, generation, policy: before(
            cart, person, generation, replace(policy, flows=frozenset({"cart_recovery"}))
        ),
    )
