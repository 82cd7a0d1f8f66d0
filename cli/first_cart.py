"""The first cart of a shop that was just connected: that it arrived, and what the shop's law makes of it."""

from __future__ import annotations

import time
from collections.abc import Collection
from datetime import datetime, timedelta

from cartback import channels
from cartback.domain.channels import open_to
from cartback.domain.consent.jurisdiction import PACKS
from cartback.domain.errors import TryLater
from cartback.domain.shop.settings import ShopSettings
from cartback.domain.trade.cart import Cart
from cli import words
from cli.next_step import next_step
from cli.screen import Desk, moment
from cli.story import story_of

LOOK_EVERY = 2.0
CLOCKS_DIFFER = timedelta(minutes=10)

ASKED = (
    "Now put something into a cart of the shop, begin the checkout, and type an address of yours into it. "
    "Waiting for it …"
)
ASKED_WITHOUT_CARTS = (
    "Now let the shop speak: install its app, or change anything that it tells of. Waiting for it …"
)
NO_CARTS = (
    "This platform tells of no carts: orders and people are heard, and nobody is reminded before an order."
)
_EMAIL, _PURPOSE = "email", "cart_reminders"
_IN_WORDS = {
    "double_opt_in": "a confirmed double opt-in",
    "explicit": "a box that the shopper ticked",
    "existing_customer": "an earlier order of similar goods whose buyer was told and did not object",
}


def heard(
    here: Desk, shop: str, since: datetime, seconds: int, *, carts: bool = True
) -> tuple[datetime, Cart | None]:
    """Wait for an event that came after ``since``, and go on for a cart. Raises TryLater when nothing came.

    Without ``carts`` the platform tells of none, and any event will do.

    Carts are looked for when an event was told of, and once at the end: no index lists them, see ``cart list``.
    """
    until = time.monotonic() + seconds
    heard_at: datetime | None = None
    while True:
        pulse = here.stack.health().pulse(shop)
        is_last = time.monotonic() >= until
        if (
            pulse is not None
            and pulse.last_event_at >= since
            and (is_last or heard_at != pulse.last_event_at)
        ):
            heard_at = pulse.last_event_at
            if not carts:
                return heard_at, None
            if cart := _cart_since(here, shop, since):
                return heard_at, cart
        if is_last:
            break
        time.sleep(LOOK_EVERY)
    if heard_at is None:
        refused = here.stack.refusals().lately(shop)
        why = f"; {refused} deliveries were refused for their signature, see shop secret" if refused else ""
        raise TryLater(f"{shop} was not heard within {seconds} s{why}; see docs/shops.md for its traps")
    return heard_at, None


def seen(here: Desk, settings: ShopSettings, cart: Cart | None) -> list[str]:
    """What there is to see of a first cart, line by line: whose it is, what comes next, and by which law."""
    if cart is None:
        return [
            "No cart came yet: put something into one, begin the checkout, and connect with --wait again."
        ]
    policy, records = settings.policy(), here.stack.records()
    lines_of_it = f"{len(cart.items)} line{'' if len(cart.items) == 1 else 's'}"
    who = "somebody is known for it" if cart.person_id else "nobody is known for it yet"
    lines = [f"Cart {cart.cart_id} arrived: {cart.status}, {lines_of_it}, {who}."]
    story = story_of(cart, here.stack.ledger(), here.lang)
    coming = next_step(
        records, cart, story, policy, open_to(channels.names(), settings.senders), here.stack.clock.now()
    )
    if coming:
        until = moment(coming.until)
        lines.append(words.coming(coming.touch, coming.word, coming.reason, until, here.lang))
    return [
        *lines,
        law(policy.pack, policy.accepted_bases),
        f"Follow it: cartback cart show {settings.shop} {cart.cart_id}",
    ]


def law(pack: str, accepted: Collection[str] = frozenset(_IN_WORDS)) -> str:
    """What the law of a shop's market, and the shop, take as a basis for reminding of a cart by e-mail."""
    bases = set(PACKS[pack].bases(_EMAIL, _PURPOSE)) & set(accepted)
    taken = [said for basis, said in _IN_WORDS.items() if basis in bases]
    refused = (
        "" if "explicit" in bases else "; a ticked box alone is none, and that is no fault of the connection"
    )
    return f"Law of this shop: {pack}. A reminder needs {', or '.join(taken)}{refused}."


def _cart_since(here: Desk, shop: str, since: datetime) -> Cart | None:
    """The cart that changed last, if that was after ``since``, as far as two clocks agree."""
    found, _ = here.stack.shelf().carts(shop)
    recent = [cart for cart in found[:1] if cart.activity_at and cart.activity_at >= since - CLOCKS_DIFFER]
    return recent[0] if recent else None
