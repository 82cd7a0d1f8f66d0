"""One visit, several checkouts; and what is told again, late, or in one flood."""

from __future__ import annotations

from datetime import timedelta

from tests.simulation.field.scene import Scene, scene
from tests.simulation.field.shops import GENERIC, SHOPIFY, WOO
from tests.simulation.shopper import Doing


@scene(0.25)
def three_checkouts_one_basket(s: Scene) -> Doing:
    """The same things are taken to the checkout again: on the telephone, on the laptop, and once more."""
    human, address = s.human("carla")
    account = s.account(human, address) if s.rng.random() < 0.4 else None
    far_apart = s.rng.random() < 0.3
    for _ in range(s.rng.randint(2, 3)):
        thing = s.cart(human, address, account, goods=("cup", "plate"), visit="cups")
        yield s.minutes(120, 1200) if far_apart else s.minutes(8, 25)
    thing.promised = True


@scene(0.2)
def checkouts_of_overlapping_goods(s: Scene) -> Doing:
    """A second checkout on another device holds some of the same things, and some others."""
    human, home = s.human("home")
    account = s.account(human, home)
    work = s.mailbox(human, "work")
    yield s.minutes(5, 20)
    s.cart(human, home, account, goods=("cup", "plate"), visit="cups")
    yield s.minutes(10, 25)
    s.cart(human, s.rng.choice((home, work)), account, goods=("plate", "bowl"), visit="cups").promised = True


@scene(0.15, SHOPIFY, GENERIC)
def finished_checkout_is_told_again(s: Scene) -> Doing:
    """Days after the purchase the platform tells the very checkout once more, with a new date."""
    human, address = s.human("carla")
    account = s.account(human, address) if s.rng.random() < 0.5 else None
    thing = s.cart(human, address, account, goods=("cup",))
    yield s.minutes(10, 3000)
    s.buy(human, address, account, of=thing)
    yield s.minutes(20, 5000)
    s.again(thing)


@scene(0.25)
def flood_after_an_outage(s: Scene) -> Doing:
    """Nothing of a shop is heard for hours. Then everything comes at once, in any order: the cart, and its order."""
    human, address = s.human("carla")
    account = s.account(human, address) if s.rng.random() < 0.5 else None
    yield s.minutes(5, 20)
    away = s.minutes(150, 1800)
    s.season.network.away[s.shop.name] = (s.season.schedule.now, s.season.schedule.now + away)
    s.season.counts["outages"] += 1
    thing = s.cart(human, address, account, goods=("cup",))
    yield s.minutes(15, 100)
    s.buy(human, address, account, of=thing if s.rng.random() < 0.6 else None)


@scene(0.12, WOO, GENERIC)
def cart_is_told_days_late(s: Scene) -> Doing:
    """A cart is first heard of when its first message is out of date; a later one would not be, mostly."""
    human, address = s.human("carla")
    policy, later = s.shop.policy, timedelta(days=s.rng.randint(1, 4))
    first, last = policy.touches[0].after, policy.touches[-1].after
    late = policy.give_up_after + max(first, policy.silence) + s.minutes(60, 600)
    beyond = policy.give_up_after + last + later
    s.cart(human, address, goods=("cup",), late=late if s.rng.random() < 0.6 else beyond)
    yield s.minutes(1, 2)
