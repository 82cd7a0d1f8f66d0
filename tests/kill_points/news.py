"""What puts the cart of a way into a state, at the moment of its fault."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from cartback.domain.observations import ConsentSeen, CustomerErased, CustomerSeen
from cartback.subjects.cart import KIND
from cartback.usecases.messaging.closing import close
from tests.fakes.told import ada, cart, order
from tests.kill_points.platform import Platform


def news(platform: Platform, state: str) -> Callable[[], None]:
    """What puts the cart of the way into a state, told by the shop; for ``given_up`` our own decision."""
    told, world = platform.told, platform.world

    def tell(*seen) -> None:
        at = world.clock.now()
        delivery = told.delivery(f"news-{state}", *seen, at=at)
        # Straight to the rows: this is another worker's invocation, and it is not the one that fails.
        world.other_worker(delivery)

    def given_up() -> None:
        for (shop, cart_id), (row, _) in list(world.tables.rows["carts"].items()):
            close(
                world.plain["records"],
                KIND,
                shop,
                cart_id,
                row.generation,
                "operator",
                "operator",
                world.clock.now(),
            )

    return {
        "open": lambda: None,
        "bought": lambda: tell(order(world.clock.now(), "cart:c1", ref="o9")),
        "emptied": lambda: tell(cart(world.clock.now())),
        "given up": given_up,
        "opted out": lambda: tell(CustomerSeen(ada(consents=(_no(world.clock.now()),)), world.clock.now())),
        "erased": lambda: tell(CustomerErased(ada(), world.clock.now())),
    }[state]


def _no(at: datetime) -> ConsentSeen:
    return ConsentSeen("email", False, at, "explicit", "shop customer 1", sticky=True)


STATES = ("open", "bought", "emptied", "given up", "opted out", "erased")
