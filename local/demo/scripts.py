"""Who the shoppers are and what they will do: every way that a cart can go, some dozens of times.

Purchases keep a distance of hours from every touch that is due: at an hour a second, an order that is on its way
for some real milliseconds is minutes old, and nobody could say whether a mail that crosses it came too late.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from local.demo.assortment import PLENTY, SOLD_OUT
from local.demo.life import Life, Scene
from local.demo.shopify import Buyer, Lines
from local.mail import Message

_ZONE = ZoneInfo("Europe/Berlin")
_HOUR = timedelta(hours=1)
_GERMAN = "Lena Jonas Mia Paul Emma Ben Hannah Felix Clara Anton Greta Emil Ida Oskar Frieda Theo Marie Karl".split()
_ENGLISH = (
    "Olivia Jack Amelia Harry Isla George Ava Noah Grace Arthur Lily Freddie Ivy Alfie Ruby Leo".split()
)
_FAMILIES = {
    "de": "Musterfrau Beispiel Testmann Probst Vorlage Muster Demski Vorlauf".split(),
    "en": "Sampleton Example Testwood Placeholder Demoworth Specimen Trialby Mockford".split(),
}


@dataclass(frozen=True, slots=True)
class Script:
    """One way of shopping. ``number`` of shoppers, their hour (``day`` or ``night``), what they do by themselves and
    what each mail makes them do (called with the number of the mail, from 1).

    ``late`` ones may come on the second day: their stories are short.
    """

    name: str
    number: int
    begins: Callable[[Life], None]
    on_mail: Callable[[Life, int], None] | None = None
    hour: str = "day"
    late: bool = False
    lines: Lines = ()
    mailbox: str = ""
    guest: bool = False
    agrees: bool = True


def _stops_at_the_checkout(life: Life) -> None:
    life.browses(life.opens_at)
    life.checks_out(life.opens_at + timedelta(minutes=4 * len(life.lines) + 3))


def _buys_in_the_night(life: Life) -> None:
    _stops_at_the_checkout(life)
    life.buys(life.opens_at + 4 * _HOUR)


def _order_overtakes(life: Life) -> None:
    life.browses(life.opens_at)
    life.opens_checkout_at = seen = life.opens_at + timedelta(minutes=20)
    life.buys(life.opens_at + 3 * _HOUR)
    life.tells_old_news(life.opens_at + 4 * _HOUR, of=seen)


def _buys_elsewhere(way: str) -> Callable[[Life], None]:
    def begins(life: Life) -> None:
        _stops_at_the_checkout(life)
        life.buys(life.opens_at + 5 * _HOUR, way)

    return begins


def _buys_after(touch: int, *, old_news: bool = False) -> Callable[[Life, int], None]:
    def on_mail(life: Life, number: int) -> None:
        if number != touch:
            return
        mail = life.mails[-1]
        life.scene.agenda.after(2 * _HOUR, lambda: _follows_and_buys(life, mail, old_news))

    return on_mail


def _follows_and_buys(life: Life, mail: Message, old_news: bool) -> None:
    life.follows(mail)
    bought_at = life.scene.clock.now() + _HOUR
    life.buys(bought_at)
    if old_news and life.opens_checkout_at:
        life.tells_old_news(bought_at + 3 * _HOUR, of=life.opens_checkout_at + timedelta(minutes=1))


def _leaves_after(touch: int) -> Callable[[Life, int], None]:
    def on_mail(life: Life, number: int) -> None:
        if number == touch:
            mail = life.mails[-1]
            life.scene.agenda.after(_HOUR, lambda: life.leaves(mail))

    return on_mail


def _comes_back_after_one(life: Life, number: int) -> None:
    if number == 1:
        life.checks_out(life.scene.clock.now() + 4 * _HOUR, (*life.lines, (PLENTY[life.buyer.number % 5], 1)))
    elif number == 2:
        _buys_after(2)(life, 2)


def _only_browses(life: Life) -> None:
    life.browses(life.opens_at)


def _is_known_later(life: Life) -> None:
    life.browses(life.opens_at)
    life.checks_out(life.opens_at + 6 * _HOUR)


def _empties(life: Life) -> None:
    _stops_at_the_checkout(life)
    life.empties(life.opens_at + 5 * _HOUR)


def _refuses_in_the_shop(life: Life, number: int) -> None:
    if number == 1:
        life.refuses_in_the_shop(life.scene.clock.now() + 5 * _HOUR)


_LAMP = ((SOLD_OUT, 1),)
_LAMP_AND_MORE = ((SOLD_OUT, 1), (PLENTY[0], 2))

SCRIPTS = (
    Script("buys before the first mail", 8, _buys_in_the_night, hour="night", late=True),
    Script("buys, and the order overtakes the checkout", 2, _order_overtakes, hour="night", late=True),
    Script("buys on another device", 2, _buys_elsewhere("device"), hour="night", late=True),
    Script("orders by telephone", 2, _buys_elsewhere("admin"), hour="night", late=True),
    Script("buys after the first mail", 8, _stops_at_the_checkout, _buys_after(1), late=True),
    Script("buys, then old news arrives", 3, _stops_at_the_checkout, _buys_after(1, old_news=True)),
    Script("buys after the second mail", 6, _stops_at_the_checkout, _buys_after(2)),
    Script("buys after the third mail", 4, _stops_at_the_checkout, _buys_after(3)),
    Script("never buys", 9, _stops_at_the_checkout),
    Script("comes back and changes the cart", 3, _stops_at_the_checkout, _comes_back_after_one),
    Script("unsubscribes after the first mail", 4, _stops_at_the_checkout, _leaves_after(1)),
    Script("unsubscribes after the second mail", 2, _stops_at_the_checkout, _leaves_after(2)),
    Script("says no in the shop", 1, _stops_at_the_checkout, _refuses_in_the_shop),
    Script("never agreed to mails", 6, _stops_at_the_checkout, late=True, agrees=False),
    Script("ticks the box and never confirms it", 4, _stops_at_the_checkout, late=True, guest=True),
    Script("only looks around", 3, _only_browses, late=True),
    Script("is known only hours later", 2, _is_known_later, _buys_after(1)),
    Script("empties the cart", 1, _empties, hour="night"),
    Script("wants what is sold out", 2, _stops_at_the_checkout, hour="night", lines=_LAMP),
    Script("wants it among other things", 2, _stops_at_the_checkout, hour="night", lines=_LAMP_AND_MORE),
    Script("has a mailbox that is gone", 1, _stops_at_the_checkout, mailbox="bounce+"),
    Script("calls it spam", 1, _stops_at_the_checkout, mailbox="complaint+"),
)
_BEGINNINGS = {script.name: script.begins for script in SCRIPTS}


def cast(scene: Scene, start: datetime, seed: int) -> list[Life]:
    """All lives, from ``start`` on: the same ones for the same seed."""
    rng = random.Random(seed)  # noqa: S311 - shoppers, not secrets
    return [life for script in SCRIPTS for life in _lives(scene, script, start, rng)]


def reactions() -> dict[str, Callable[[Life, int], None]]:
    """What a mail makes the shoppers of a script do."""
    return {script.name: script.on_mail for script in SCRIPTS if script.on_mail}


def begin(life: Life) -> None:
    """Put on the agenda what a shopper will do of their own accord."""
    _BEGINNINGS[life.script](life)


def selling_out_at(lives: list[Life]) -> datetime:
    """When somebody else buys the last lamp: in the night after all carts with lamps were left."""
    return max(life.opens_at for life in lives if life.lines[0][0] is SOLD_OUT) + 3 * _HOUR


def _lives(scene: Scene, script: Script, start: datetime, rng: random.Random) -> Iterator[Life]:
    for number in range(script.number):
        serial = 100 * SCRIPTS.index(script) + number + 1
        day = 1 if script.late and number % 2 else 0
        lang = rng.choice(("de", "de", "en"))
        first = rng.choice(_GERMAN if lang == "de" else _ENGLISH)
        last = rng.choice(_FAMILIES[lang])
        lines = tuple(
            (each, rng.choice((1, 1, 1, 2))) for each in rng.sample(PLENTY, rng.choice((1, 2, 2, 3)))
        )
        yield Life(
            scene=scene,
            buyer=Buyer(
                number=serial,
                first_name=first,
                last_name=last,
                email=f"{script.mailbox}{first}.{last}.{serial}@example.com".lower(),
                lang=lang,
                guest=script.guest,
                agrees=script.agrees,
            ),
            lines=script.lines or lines,
            opens_at=_opening(start, script.hour, rng) + timedelta(days=day),
            script=script.name,
            doubled=serial % 5 == 0 or number == 0,
        )


def _opening(start: datetime, hour: str, rng: random.Random) -> datetime:
    """The next time that somebody's hour comes on the wall: people shop by day and in the evening.

    Who comes in the evening meets the quiet hours of the policy, so the first touch waits for the morning.
    """
    minutes = rng.randrange(9 * 60, 19 * 60) if hour == "day" else rng.randrange(20 * 60 + 30, 22 * 60 + 30)
    wall = start.astimezone(_ZONE)
    then = datetime.combine(wall.date(), time(minutes // 60, minutes % 60), _ZONE)
    return (then if then >= start else then + timedelta(days=1)).astimezone(UTC)
