"""Who the shoppers are and what they will do: every way that a cart can go, some dozens of times.

Purchases keep a distance of hours from every touch that is due: at an hour a second, an order that is on its way
for some real milliseconds is minutes old, and nobody could say whether a mail that crosses it came too late.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from local.demo import ways
from local.demo.assortment import PLENTY, SOLD_OUT, WITHDRAWN
from local.demo.life import Life, Scene
from local.demo.shopify import Buyer, Lines

_ZONE = ZoneInfo("Europe/Berlin")
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
    """One way of shopping. At which shops how many go it, their hour (``day`` or ``night``), what they do by
    themselves and what each mail makes them do (called with the number of the mail, from 1).

    Not every platform has words for every way: where carts without a shopper, emptied carts or late news are not
    told, nobody goes that way.

    ``late`` ones may come on the second day: their stories are short.
    """

    name: str
    places: Mapping[str, int]
    begins: Callable[[Life], None]
    on_mail: Callable[[Life, int], None] | None = None
    hour: str = "day"
    late: bool = False
    lines: Lines = ()
    mailbox: str = ""
    guest: bool = False
    agrees: bool = True


def _at(**places: int) -> Mapping[str, int]:
    return places


_LAMP = ((SOLD_OUT, 1),)
_PAN = ((WITHDRAWN, 1),)
_LAMP_AND_MORE = ((SOLD_OUT, 1), (PLENTY[0], 2))

SCRIPTS = (
    Script(
        "buys before the first mail",
        _at(shopify=3, woocommerce=2, generic=1, stripe=1, business_central=1),
        ways.buys_in_the_night,
        hour="night",
        late=True,
    ),
    Script(
        "buys, and the order overtakes the checkout",
        _at(shopify=1, generic=1),
        ways.order_overtakes,
        hour="night",
        late=True,
    ),
    Script(
        "buys, and the shop's webhook is lost",
        _at(shopify=1, woocommerce=1, stripe=1, business_central=1, shopware=1),
        ways.buys_unheard,
        hour="night",
    ),
    Script("orders straight away", _at(shopware=3), ways.orders_straight_away, late=True),
    Script(
        "buys on another device",
        _at(shopify=1, woocommerce=1),
        ways.buys_elsewhere("device"),
        hour="night",
        late=True,
    ),
    Script(
        "orders by telephone",
        _at(shopify=1, business_central=1),
        ways.buys_elsewhere("admin"),
        hour="night",
        late=True,
    ),
    Script(
        "buys after the first mail",
        _at(shopify=3, woocommerce=2, generic=1, stripe=1, business_central=1),
        ways.stops_at_the_checkout,
        ways.buys_after(1),
        late=True,
    ),
    Script(
        "buys, then old news arrives",
        _at(shopify=2, generic=1),
        ways.stops_at_the_checkout,
        ways.buys_after(1, old_news=True),
    ),
    Script(
        "buys after the second mail",
        _at(shopify=2, woocommerce=1, generic=1, stripe=1),
        ways.stops_at_the_checkout,
        ways.buys_after(2),
    ),
    Script(
        "buys after the third mail",
        _at(shopify=2, woocommerce=1, stripe=1),
        ways.stops_at_the_checkout,
        ways.buys_after(3),
    ),
    Script(
        "never buys",
        _at(shopify=4, woocommerce=1, generic=1, stripe=1, business_central=1),
        ways.stops_at_the_checkout,
    ),
    Script(
        "comes back and changes the cart",
        _at(shopify=2, generic=1),
        ways.stops_at_the_checkout,
        ways.comes_back_after_one,
    ),
    Script(
        "unsubscribes after the first mail",
        _at(shopify=2, woocommerce=1, stripe=1),
        ways.stops_at_the_checkout,
        ways.leaves_after(1),
    ),
    Script(
        "unsubscribes after the second mail",
        _at(shopify=1, business_central=1),
        ways.stops_at_the_checkout,
        ways.leaves_after(2),
    ),
    Script("says no in the shop", _at(shopify=1), ways.stops_at_the_checkout, ways.refuses_in_the_shop),
    Script(
        "never agreed to mails",
        _at(shopify=2, woocommerce=1, generic=1, stripe=1, business_central=1),
        ways.stops_at_the_checkout,
        late=True,
        agrees=False,
    ),
    Script(
        "ticks the box and never confirms it",
        _at(shopify=3),
        ways.stops_at_the_checkout,
        late=True,
        guest=True,
    ),
    Script("only looks around", _at(shopify=2, generic=1), ways.only_browses, late=True),
    Script("is known only hours later", _at(shopify=1, generic=1), ways.is_known_later, ways.buys_after(1)),
    Script("empties the cart", _at(shopify=1, woocommerce=1), ways.empties, hour="night"),
    Script(
        "wants what is sold out",
        _at(shopify=1, woocommerce=1, business_central=1),
        ways.stops_at_the_checkout,
        hour="night",
        lines=_LAMP,
    ),
    Script(
        "wants it among other things",
        _at(shopify=1, generic=1),
        ways.stops_at_the_checkout,
        hour="night",
        lines=_LAMP_AND_MORE,
    ),
    Script(
        "wants what is no longer sold", _at(shopify=1), ways.stops_at_the_checkout, hour="night", lines=_PAN
    ),
    Script("has a mailbox that is gone", _at(shopify=1), ways.stops_at_the_checkout, mailbox="bounce+"),
    Script("calls it spam", _at(shopify=1), ways.stops_at_the_checkout, mailbox="complaint+"),
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
    """When the last lamp is bought and the pan withdrawn: in the night after all carts with them were left."""
    return max(life.opens_at for life in lives if life.lines[0][0] in (SOLD_OUT, WITHDRAWN)) + 3 * ways.HOUR


def _lives(scene: Scene, script: Script, start: datetime, rng: random.Random) -> Iterator[Life]:
    places = [platform for platform, number in script.places.items() for _ in range(number)]
    for number, platform in enumerate(places):
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
            shop=scene.shops[platform],
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
