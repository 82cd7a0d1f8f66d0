"""Orders that are paid late or made elsewhere, and orders that nobody took as a cart."""

from __future__ import annotations

from tests.simulation.field.scene import Scene, scene
from tests.simulation.field.shops import GENERIC, SHOPIFY, WOO
from tests.simulation.field.truth import NO_CART
from tests.simulation.shopper import Doing

_RENEWS = {WOO: "subscription", SHOPIFY: "subscription_contract"}
_MADE_BY_STAFF = {
    WOO: ("admin", "rest-api", "woocommerce-pos"),
    SHOPIFY: ("pos", "shopify_draft_order"),
}
"""How an order says at each platform that a subscription made it, or staff, a till or a program."""


@scene(0.2, WOO)
def order_is_made_again_and_the_first_is_paid(s: Scene) -> Doing:
    """An order is left unpaid, made once more days later, and then the first is paid by the link of our mail."""
    human, address = s.human("carla")
    account = s.account(human, address) if s.rng.random() < 0.5 else None
    first = s.cart(human, address, account, goods=("blanket",))
    yield s.minutes(1440, 3500)
    s.cart(human, address, account, goods=("blanket",))
    yield s.minutes(5, 600)
    s.buy(human, address, account, of=first)


@scene(0.2, SHOPIFY, GENERIC)
def order_is_paid_by_bank_transfer(s: Scene) -> Doing:
    """An order is made; days later another cart is left; then the order is paid."""
    human, address = s.human("carla")
    account = s.account(human, address) if s.rng.random() < 0.5 else None
    order = s.buy(human, address, account, goods=("sofa",), paid=False)
    yield s.minutes(600, 3000)
    s.cart(human, address, account, goods=("lamp",))
    yield s.minutes(5, 2000)
    s.pay(order)


@scene(0.15)
def bought_in_part_elsewhere(s: Scene) -> Doing:
    """One of two things is bought on another way: under the other mailbox of the account, or as a guest."""
    human, home = s.human("home")
    work = s.mailbox(human, "work")
    account = s.account(human, home)
    yield s.minutes(5, 20)
    s.cart(human, home, account, goods=("cup", "plate"))
    yield s.minutes(10, 3000)
    if s.rng.random() < 0.5:
        s.buy(human, work, account, goods=("cup",))
    else:
        s.buy(human, home, None, goods=("cup",))


@scene(0.15, WOO)
def renewal_waits_for_its_payment(s: Scene) -> Doing:
    """A subscription renews by itself and its order waits; nobody filled a cart."""
    human, address = s.human("carla")
    account = s.account(human, address)
    yield s.minutes(5, 300)
    s.cart(human, address, account, goods=("coffee",), kind=NO_CART, via="subscription")


@scene(0.15, WOO, SHOPIFY)
def renewal_pays_itself_beside_a_cart(s: Scene) -> Doing:
    """A subscription renews and is paid by itself, while its owner left a cart: that is no answer to the cart."""
    human, address = s.human("carla")
    account = s.account(human, address)
    yield s.minutes(5, 300)
    s.cart(human, address, account, goods=("blanket",)).promised = True
    yield s.minutes(5, 25)
    s.buy(human, address, account, goods=("coffee",), via=_RENEWS[s.shop.name], counts=False)


@scene(0.15, WOO, SHOPIFY)
def staff_makes_an_order(s: Scene) -> Doing:
    """Staff, a till or a program makes an order for somebody, which waits for its payment."""
    human, address = s.human("carla")
    account = s.account(human, address) if s.rng.random() < 0.5 else None
    yield s.minutes(5, 300)
    via = s.rng.choice(_MADE_BY_STAFF[s.shop.name])
    s.cart(human, address, account, goods=("kitchen",), kind=NO_CART, via=via)


@scene(0.1, WOO)
def order_waits_for_a_transfer(s: Scene) -> Doing:
    """An order that is to be paid by transfer or on delivery is made, though its shop calls it pending."""
    human, address = s.human("carla")
    account = s.account(human, address) if s.rng.random() < 0.5 else None
    yield s.minutes(5, 300)
    s.cart(human, address, account, goods=("lamp",), kind=NO_CART, method=s.rng.choice(("bacs", "cod")))
