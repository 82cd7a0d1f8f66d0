"""Planted bugs of stories: one visit with several checkouts, and what is told late."""

from __future__ import annotations

from datetime import timedelta

from cartback.domain import gates
from cartback.domain.gates import Gate
from cartback.domain.trade import spending, visits
from cartback.flows import cart_recovery as touches
from tests.simulation.planted import Patches, bug


def without(gate: Gate) -> tuple[Gate, ...]:
    """The gates of a recovery but this one."""
    return tuple(one for one in touches.GATES if one is not gate)


@bug
def every_checkout_is_a_story(patches: Patches) -> None:
    """Who begins the same checkout on two devices is reminded of both, with the same words."""
    patches.put(touches, "GATES", without(touches.newest_of_its_visit))
    patches.put(visits, "said_before", lambda known, *rest: ())


@bug
def what_was_said_of_one_checkout_is_said_of_the_next(patches: Patches) -> None:
    """The older checkout is given up for the newer, which begins with the first message once more."""
    patches.put(visits, "said_before", lambda known, *rest: ())


@bug
def late_news_is_acted_on_at_once(patches: Patches) -> None:
    """After an outage the cart is written about before its order, which comes in the same flood, is folded in."""
    patches.put(touches, "HEARD_LATE", timedelta(days=365))
    patches.put(touches, "GATES", without(gates.news_is_in_time))


@bug
def a_cart_of_last_week_is_reminded_of(patches: Patches) -> None:
    """A cart that is first heard of beyond its policy still gets those messages that are not out of date. Our own."""
    patches.put(touches, "GATES", without(touches.heard_in_time))


@bug
def a_finished_checkout_opens_again(patches: Patches) -> None:
    """A checkout that was ordered with counts as filled anew when its shop tells it once more
    (woocommerce/woocommerce #62113, Shopify/js-buy-sdk #917)."""
    patches.put(spending, "is_finished", lambda cart, seen: False)
    patches.put(spending, "is_all_spent", lambda cart: False)
