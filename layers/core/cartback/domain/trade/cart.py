"""The life of a cart: what a late, doubled or missing event may and may not do to it.

Shops deliver at least once and in any order (Shopify says so; WooCommerce sends the state at delivery time). So
every function here folds an observation into a row in a way that ends in the same state whatever came first:
content belongs to the newest observation, a purchase outweighs everything older than it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from cartback.domain.trade import bought_lines, spending
from cartback.domain.trade.cart_row import BOUGHT as BOUGHT
from cartback.domain.trade.cart_row import EMPTIED as EMPTIED
from cartback.domain.trade.cart_row import ERASED as ERASED
from cartback.domain.trade.cart_row import GIVEN_UP as GIVEN_UP
from cartback.domain.trade.cart_row import HISTORY_LENGTH as HISTORY_LENGTH
from cartback.domain.trade.cart_row import OPEN as OPEN
from cartback.domain.trade.cart_row import Cart as Cart
from cartback.domain.trade.cart_row import Step as Step
from cartback.domain.trade.cart_row import cart_id_for as cart_id_for
from cartback.domain.trade.items import completed, lines, total_of

if TYPE_CHECKING:
    from cartback.domain.observations import CartSeen, OrderSeen

# The same purchase is told by several topics whose clocks may differ by some minutes, and a shop touches the cart
# once more when it closes it. Activity this soon after a purchase is that purchase, not a new cart.
REOPEN_AFTER = timedelta(minutes=5)
_CONTENT = (
    *("items", "total", "goods", "taxes", "further", "activity_at", "content_from"),
    *("told_by", "heard_at", "old_news"),
)


def see(
    cart: Cart, seen: CartSeen, cause: str, now: datetime | None = None, *, old_news: bool = False
) -> Cart:
    """Fold in what the shop says the cart holds.

    Older news than what we have only fills gaps (references, restore link). Emptying closes, content after a
    closing opens a new generation, content before it does not. ``now`` is kept as when we heard of it.
    However late a finished checkout is told again, it holds what was bought with it: nothing new. ``old_news`` is what
    comes from a replay or a first comparison: nobody is reminded of it until something happens again.
    """
    if cart.status == ERASED:
        return cart
    finished = spending.is_finished(cart, seen)
    if seen.completed_at is not None:
        seen = replace(seen, at=min(seen.at, seen.completed_at))
    known_at = cart.seen.get(seen.source)
    if seen.stage == "checkout" and cart.stage != "checkout":
        cart = replace(cart, stage="checkout").noting(seen.at, "checkout", cause)
    cart = replace(
        cart,
        refs=_united(cart.refs, seen.refs),
        restore_url=_better_link(cart, seen, known_at),
        locale=seen.locale or seen.contact.locale or cart.locale,
        device=seen.device or cart.device,
        items=completed(cart.items, seen.items),
    )
    if finished:
        return cart
    if known_at is not None and seen.at < known_at:
        return _closed_by(bought_lines.told_late(cart, seen.items, seen.at), seen, cause, now)
    newest = cart.activity_at is None or (seen.at, seen.source) >= (cart.activity_at, cart.content_from or "")
    cart = replace(cart, seen={**cart.seen, seen.source: seen.at})
    if newest:
        if cart.activity_at is None or seen.at > cart.activity_at:
            cart = replace(cart, heard_at=now, old_news=old_news)
        filled = bought_lines.aged(cart, _with_content(cart, seen, cause), seen.at)
        cart = replace(filled, told_by=spending.checkouts(seen))
    return _closed_by(cart, seen, cause, now)


def order(cart: Cart, seen: OrderSeen, cause: str, now: datetime | None = None) -> Cart:
    """Fold in an order that was made of this cart. Anything the shopper did later belongs to the next generation."""
    if cart.status == ERASED:
        return cart
    cart = replace(cart, refs=_united(cart.refs, seen.refs), spent=spending.with_spent(cart, seen))
    return _bought(cart, seen.placed_at, seen.order_ref, cause, now, seen.once)


def absorb(cart: Cart, other: Cart, cause: str, now: datetime | None = None) -> Cart:
    """Fold in a second row that turned out to be the same cart: we know its purchase from ``now`` on.

    The more protective state wins.
    """
    cart = replace(
        cart,
        refs=_united(cart.refs, other.refs),
        restore_url=_link_of_both(cart, other),
        **_owner_of_both(cart, other),
        stage="checkout" if "checkout" in (cart.stage, other.stage) else cart.stage,
        reminders=tuple(dict.fromkeys([*cart.reminders, *other.reminders])),
        spent=_united(cart.spent, other.spent),
    )
    if (
        other.activity_at
        and (cart.activity_at is None or other.activity_at > cart.activity_at)
        and other.items
    ):
        ages = bought_lines.ages_of(cart)
        cart = replace(cart, **{name: getattr(other, name) for name in _CONTENT})
        cart = bought_lines.dated(cart, _older(bought_lines.ages_of(other), ages))
    if other.bought_at is not None:
        ref = other.order_refs[-1] if other.order_refs else None
        cart = _bought(cart, other.bought_at, ref, cause, now)
    at = other.activity_at or other.bought_at or cart.activity_at
    return cart if at is None else cart.noting(at, "joined", cause)


def announce(cart: Cart, reachable: bool, cause: str) -> Cart:
    """Mark the generation as opened, once, as soon as it holds something and somebody can be written to."""
    at = cart.activity_at
    if at is None or cart.opened_by is not None or not cart.is_open or not reachable or cart.old_news:
        return cart
    return replace(cart, opened_by=cause).noting(at, "opened", cause)


def give_up(cart: Cart, at: datetime, because: str, cause: str, by: str | None = None) -> Cart:
    """End the reminding of this generation, perhaps for the cart ``by``. A later visit opens a new one."""
    if cart.status != OPEN:
        return cart
    ended = replace(cart, status=GIVEN_UP, closed_at=at, closed_because=because, superseded_by=by)
    return ended.noting(at, "given_up", cause)


def erase(cart: Cart, at: datetime, cause: str) -> Cart:
    """Forget who it was and what was in it; keep only that it is over."""
    return Cart(
        shop=cart.shop,
        cart_id=cart.cart_id,
        version=cart.version,
        generation=cart.generation,
        status=ERASED,
        closed_at=at,
        closed_because="erased",
        history=(Step(at, "erased", cause, cart.generation),),
    )


def _with_content(cart: Cart, seen: CartSeen, cause: str) -> Cart:
    items = completed(seen.items, cart.items)
    taxes = seen.taxes or cart.taxes
    total = seen.total or (None if seen.further else total_of(items))  # what was cut off costs something, too
    moved = replace(cart, items=items, total=total, goods=seen.goods, taxes=taxes, further=seen.further)
    moved = replace(moved, activity_at=seen.at, content_from=seen.source)
    if cart.bought_at is not None and seen.at <= cart.bought_at + REOPEN_AFTER:
        return moved if seen.items else replace(cart, activity_at=seen.at, content_from=seen.source)
    if not seen.items:
        if (
            cart.status == GIVEN_UP
        ):  # what is in it no more was not gone on shopping with, whatever is told later
            return moved
        if cart.status != OPEN:
            return replace(cart, activity_at=seen.at, content_from=seen.source)
        was_used = bool(cart.items)
        moved = replace(moved, status=EMPTIED, closed_at=seen.at, closed_because="emptied")
        return moved.noting(seen.at, "emptied", cause) if was_used else moved
    if cart.status == OPEN:
        moved = replace(moved, started_at=cart.started_at or seen.at)
        return moved if lines(cart.items) == lines(items) else moved.noting(seen.at, "changed", cause)
    if cart.status == GIVEN_UP and cart.closed_at is not None and seen.at <= cart.closed_at:
        return moved
    return replace(_reopened(moved, seen.at, cause), started_at=seen.begun_at or seen.at)


def _closed_by(cart: Cart, seen: CartSeen, cause: str, now: datetime | None) -> Cart:
    """The cart after a purchase that was told with its content, if one was."""
    if seen.completed_at is None:
        return cart
    cart = replace(cart, spent=spending.with_spent(cart, seen))
    return _bought(cart, seen.completed_at, None, cause, now, seen.once)


def _bought(
    cart: Cart,
    bought_at: datetime,
    order_ref: str | None,
    cause: str,
    now: datetime | None = None,
    once: bool = False,
) -> Cart:
    orders = _united(cart.order_refs, (order_ref,)) if order_ref else cart.order_refs
    if cart.bought_at is not None and bought_at <= cart.bought_at:
        return replace(cart, order_refs=orders)
    cart = replace(cart, bought_at=bought_at, order_refs=orders)
    again_at = None if once else _shopping_on(cart, bought_at + REOPEN_AFTER)
    if again_at is not None:
        if cart.status != OPEN or (
            cart.started_at is not None and cart.started_at > bought_at + REOPEN_AFTER
        ):
            return _recorded(cart, cart.generation - 1, now).noting(bought_at, "bought_before", cause)
        cart = _recorded(cart, cart.generation, now).noting(bought_at, "bought", cause)
        return replace(_reopened(cart, again_at, cause), since={})
    if cart.status == BOUGHT:
        return replace(cart, closed_at=bought_at)
    cart = replace(cart, status=BOUGHT, closed_at=bought_at, closed_because="bought")
    return _recorded(cart, cart.generation, now).noting(bought_at, "bought", cause)


def _shopping_on(cart: Cart, since: datetime) -> datetime | None:
    """When somebody last filled it with something that is not ordered yet; None if not after ``since``."""
    if cart.activity_at is None or cart.activity_at <= since:
        return None
    return cart.activity_at if cart.items and not spending.is_all_spent(cart) else None


def _recorded(cart: Cart, generation: int, now: datetime | None) -> Cart:
    """Remember when we first knew that this generation was bought; a later order of it changes nothing."""
    if generation <= cart.bought_generation:
        return cart
    return replace(cart, bought_generation=generation, bought_recorded_at=now)


def _reopened(cart: Cart, at: datetime, cause: str) -> Cart:
    return replace(
        cart,
        status=OPEN,
        generation=cart.generation + 1,
        started_at=at,
        opened_by=None,
        closed_at=None,
        closed_because=None,
        superseded_by=None,
    ).noting(at, "opened_again", cause)


def _older(ages: dict[str, datetime], others: dict[str, datetime]) -> dict[str, datetime]:
    """The ages of lines that two rows hold: what lay in either first lay there."""
    return {name: min(at, others.get(name, at)) for name, at in ages.items()}


def _united(first: tuple[str, ...], second: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*first, *(ref for ref in second if ref)]))


def _better_link(cart: Cart, seen: CartSeen, known_at: datetime | None) -> str | None:
    """The better link: a checkout knows the address that was typed, a cart only its things; else the newer one."""
    if seen.restore_url is None or cart.restore_url is None:
        return seen.restore_url or cart.restore_url
    if cart.stage == "checkout" != seen.stage:
        return cart.restore_url
    return cart.restore_url if known_at is not None and seen.at < known_at else seen.restore_url


def _link_of_both(cart: Cart, other: Cart) -> str | None:
    """The link of two rows that are one cart."""
    if other.stage == "checkout" != cart.stage:
        return other.restore_url or cart.restore_url
    return cart.restore_url or other.restore_url


def _owner_of_both(cart: Cart, other: Cart) -> dict[str, Any]:
    """The fields that change with the owner, if the second of two rows that are one cart knows it better."""
    mine, theirs = cart.identified_at, other.identified_at
    older = theirs is None or (mine is not None and theirs <= mine)
    if other.person_id is None or (cart.person_id is not None and older):
        return {}
    told = {"address_hash": other.address_hash, "account": other.account, "account_row": other.account_row}
    return {"person_id": other.person_id, "identified_at": theirs, **told}
