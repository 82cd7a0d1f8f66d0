"""The ways of shopping: what somebody does by themselves, and what a mail makes them do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from local.demo.assortment import PLENTY
from local.demo.life import Life
from local.mail import Message

HOUR = timedelta(hours=1)


def stops_at_the_checkout(life: Life) -> None:
    """Fill a cart, open the checkout, and go."""
    life.browses(life.opens_at)
    life.checks_out(life.opens_at + timedelta(minutes=4 * len(life.lines) + 3))


def buys_in_the_night(life: Life) -> None:
    """Buy hours later, while it is quiet."""
    stops_at_the_checkout(life)
    life.buys(life.opens_at + 4 * HOUR)


def order_overtakes(life: Life) -> None:
    """Buy; what the checkout was arrives after the order."""
    life.browses(life.opens_at)
    life.opens_checkout_at = seen = life.opens_at + timedelta(minutes=20)
    life.buys(life.opens_at + 3 * HOUR)
    life.tells_old_news(life.opens_at + 4 * HOUR, of=seen)


def buys_elsewhere(way: str) -> Callable[[Life], None]:
    """Buy by another way: ``device`` or ``admin``."""

    def begins(life: Life) -> None:
        stops_at_the_checkout(life)
        life.buys(life.opens_at + 5 * HOUR, way)

    return begins


def buys_after(touch: int, *, old_news: bool = False) -> Callable[[Life, int], None]:
    """Come back by the button of a mail and buy."""

    def on_mail(life: Life, number: int) -> None:
        if number != touch:
            return
        mail = life.mails[-1]
        life.scene.agenda.after(2 * HOUR, lambda: follows_and_buys(life, mail, old_news))

    return on_mail


def follows_and_buys(life: Life, mail: Message, old_news: bool) -> None:
    """Press the button, and buy an hour later."""
    life.follows(mail)
    bought_at = life.scene.clock.now() + HOUR
    life.buys(bought_at)
    if old_news and life.opens_checkout_at:
        life.tells_old_news(bought_at + 3 * HOUR, of=life.opens_checkout_at + timedelta(minutes=1))


def leaves_after(touch: int) -> Callable[[Life, int], None]:
    """Unsubscribe with one click."""

    def on_mail(life: Life, number: int) -> None:
        if number == touch:
            mail = life.mails[-1]
            life.scene.agenda.after(HOUR, lambda: life.leaves(mail))

    return on_mail


def comes_back_after_one(life: Life, number: int) -> None:
    """Come back after the first mail for one thing more, and buy after the second."""
    if number == 1:
        life.checks_out(life.scene.clock.now() + 4 * HOUR, (*life.lines, (PLENTY[life.buyer.number % 5], 1)))
    elif number == 2:
        buys_after(2)(life, 2)


def only_browses(life: Life) -> None:
    """Fill a cart and tell nobody who it is."""
    life.browses(life.opens_at)


def is_known_later(life: Life) -> None:
    """Fill a cart, and open the checkout hours later."""
    life.browses(life.opens_at)
    life.checks_out(life.opens_at + 6 * HOUR)


def empties(life: Life) -> None:
    """Take everything out again."""
    stops_at_the_checkout(life)
    life.empties(life.opens_at + 5 * HOUR)


def refuses_in_the_shop(life: Life, number: int) -> None:
    """Take the consent back in the shop after the first mail."""
    if number == 1:
        life.refuses_in_the_shop(life.scene.clock.now() + 5 * HOUR)


def buys_unheard(life: Life) -> None:
    """Buy, and the shop's webhook is lost."""
    if life.shop.has_carts:
        life.checks_out(life.opens_at)
    life.buys_unheard(life.opens_at + 2 * HOUR, life.scene.compare)


def orders_straight_away(life: Life) -> None:
    """Buy without a cart that we hear of."""
    life.buys(life.opens_at)
