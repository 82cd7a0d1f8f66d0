"""Copies of a shop: the same secret on another host, with the real customers' addresses."""

from __future__ import annotations

from tests.simulation.field.scene import Scene, scene
from tests.simulation.field.shops import WOO
from tests.simulation.field.truth import COPY
from tests.simulation.shopper import Doing


def _copy(s: Scene) -> str:
    return s.rng.choice((f"staging.{s.shop.host}", f"{s.shop.name}-klon.example"))


@scene(0.15, WOO)
def copy_of_the_shop_is_tried(s: Scene) -> Doing:
    """Somebody tries a checkout on the copy, with a real customer's account."""
    human, address = s.human("carla")
    account = s.account(human, address)
    yield s.minutes(5, 300)
    s.cart(human, address, account, goods=("test",), kind=COPY, host=_copy(s))


@scene(0.12, WOO)
def order_on_a_copy_of_the_shop(s: Scene) -> Doing:
    """Somebody tries an order on the copy, with a real customer's account, who has just left a real cart."""
    human, address = s.human("carla")
    account = s.account(human, address)
    yield s.minutes(5, 300)
    s.cart(human, address, account, goods=("blanket",)).promised = True
    yield s.minutes(5, 25)
    s.buy(human, address, account, goods=("test",), counts=False, host=_copy(s))
