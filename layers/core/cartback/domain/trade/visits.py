"""One shopper, one story: which carts of a person are one visit, and which of them is reminded of.

A checkout is begun on the telephone and again on the laptop, an order is made once more, a plug-in and the shop both
tell of one basket: each is a cart with a name of its own, and all of them are one recovery. So the newest is reminded
of, the older ones end as superseded, and what was said about the same goods is not said again. Carts that were begun
within some days are one recovery (five, as Jilt counted them: help.jilt.com 5297657), and whatever holds the same goods
is, for as long as messages about one cart are counted together.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cartback.domain.hashes import short
from cartback.domain.messaging.reminders import COUNTED_WITHIN
from cartback.domain.trade.cart_row import GIVEN_UP, OPEN

if TYPE_CHECKING:
    from cartback.domain.trade.cart_row import Cart

MOST_VISITS = 8
"""How many carts of a person are remembered with what was in them; the bound of the row, as everywhere."""
MOST_GOODS = 20
EXACT_TO = timedelta(minutes=10)
"""How exactly the row has a cart's last activity: whoever goes on filling one does not change it each time."""
_NAME = 10


@dataclass(frozen=True, slots=True)
class Said:
    """A touch that was claimed about a cart: which text, of which generation, when."""

    touch: str
    generation: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Visit:
    """A cart of a person: when it was begun and last touched by the shopper, what it holds, what was said about it.

    ``goods`` are short hashes of products, at most twenty. ``open`` is false once it was emptied, bought or joined with
    another: then nobody is reminded of it in place of another one. ``mailbox`` is a short name of the address that it
    was told with: one account may stand for a company whose people each have their own.
    """

    cart_id: str
    begun_at: datetime
    at: datetime
    goods: tuple[str, ...] = ()
    open: bool = True
    said: tuple[Said, ...] = ()
    mailbox: str = ""


def of(cart: Cart, at: datetime) -> Visit:
    """A cart as its owner's row remembers it, last filled at ``at``."""
    begun_at = cart.started_at or at
    mailbox = short("mailbox", cart.address_hash, length=_NAME) if cart.address_hash else ""
    return Visit(cart.cart_id, begun_at, at, _goods(cart), _is_open(cart), mailbox=mailbox)


def seen(known: tuple[Visit, ...], cart: Cart, now: datetime) -> tuple[Visit, ...]:
    """Remember what a cart is now. One that was never open leaves no trace; the oldest make room."""
    before = next((one for one in known if one.cart_id == cart.cart_id), None)
    if cart.activity_at is None or (before is None and not (cart.is_open and cart.opened_by)):
        return known
    visit = of(cart, cart.activity_at)
    if before is not None:
        visit = replace(visit, goods=visit.goods or before.goods, said=before.said)
        names = ("goods", "open", "begun_at", "mailbox")
        same = all(getattr(visit, name) == getattr(before, name) for name in names)
        if same and abs(visit.at - before.at) < EXACT_TO:
            return known
    rest = (one for one in known if one.cart_id != cart.cart_id)
    return _latest([*rest, visit], now)


def left(known: tuple[Visit, ...], cart_ids: Iterable[str]) -> tuple[Visit, ...]:
    """Of carts that went to somebody else, or became one with another, nobody is reminded here any more.

    What was said about them stays said.
    """
    gone = set(cart_ids)
    return tuple(replace(one, open=False) if one.cart_id in gone else one for one in known)


def united(one: tuple[Visit, ...], other: tuple[Visit, ...]) -> tuple[Visit, ...]:
    """The visits of two rows that turn out to be one person."""
    mine = {visit.cart_id for visit in one}
    both = [*one, *(visit for visit in other if visit.cart_id not in mine)]
    return tuple(sorted(both, key=_age))[-MOST_VISITS:]


def newer(known: tuple[Visit, ...], cart: Cart, within: timedelta) -> Visit | None:
    """The newest open cart of the same story that is younger than this one; None if this is the one to remind of.

    Both are compared as the person's row has them, so that of two that are looked at at once exactly one is the newest.
    """
    if cart.activity_at is None:
        return None
    mine = next((one for one in known if one.cart_id == cart.cart_id), None)
    mine = mine or of(cart, cart.activity_at)
    rivals = [
        one
        for one in known
        if one.open
        and one.cart_id != cart.cart_id
        and _age(one) > _age(mine)
        and _one_story(one, mine, within)
    ]
    return max(rivals, key=_age, default=None)


def said_before(
    known: tuple[Visit, ...], bought_at: datetime | None, cart: Cart, generation: int, now: datetime
) -> tuple[Said, ...]:
    """What was said about the same goods within a month and since the last purchase, this generation's own left out."""
    if cart.activity_at is None or not any(visit.said for visit in known):
        return ()
    goods = set(_goods(cart))
    since = max(filter(None, (now - COUNTED_WITHIN, bought_at)))
    return tuple(
        word
        for visit in known
        for word in visit.said
        if word.at > since
        and (visit.cart_id != cart.cart_id or word.generation != generation)
        and (visit.cart_id == cart.cart_id or goods.intersection(visit.goods))
    )


def saying(known: tuple[Visit, ...], cart: Cart, touch: str, now: datetime) -> tuple[Visit, ...]:
    """Count a touch that is claimed now as said."""
    if cart.activity_at is not None and all(one.cart_id != cart.cart_id for one in known):
        known = _latest([*known, of(cart, cart.activity_at)], now)
    word = Said(touch, cart.generation, now)
    return tuple(
        replace(one, said=(*(old for old in one.said if old.at > now - COUNTED_WITHIN), word))
        if one.cart_id == cart.cart_id
        else one
        for one in known
    )


def unsaid(known: tuple[Visit, ...], at: datetime) -> tuple[Visit, ...]:
    """Take back what was claimed at an instant and provably did not go out."""
    return tuple(replace(one, said=tuple(word for word in one.said if word.at != at)) for one in known)


def _goods(cart: Cart) -> tuple[str, ...]:
    names = {item.product_id or item.variant_id for item in cart.items}
    return tuple(sorted(short("goods", name, length=_NAME) for name in names))[:MOST_GOODS]


def _is_open(cart: Cart) -> bool:
    """Whether it may stand in the place of another one, also when all was said about it: its run writes no visit, and
    whoever hears of the cart once more must not make another of it than the run left."""
    ended = cart.status == GIVEN_UP and cart.closed_because != "joined"
    return (cart.status == OPEN or ended) and bool(cart.items) and cart.opened_by is not None


def _one_story(one: Visit, other: Visit, within: timedelta) -> bool:
    apart = abs(one.begun_at - other.begun_at)
    colleagues = bool(one.mailbox and other.mailbox and one.mailbox != other.mailbox)
    same_goods = apart < COUNTED_WITHIN and bool(set(one.goods) & set(other.goods))
    return same_goods or (apart < within and not colleagues)


def _age(visit: Visit) -> tuple[datetime, datetime, str]:
    return (visit.at, visit.begun_at, visit.cart_id)


def _latest(visits: list[Visit], now: datetime) -> tuple[Visit, ...]:
    recent = (one for one in visits if one.at > now - COUNTED_WITHIN or one.open)
    return tuple(sorted(recent, key=_age))[-MOST_VISITS:]
