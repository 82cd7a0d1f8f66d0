"""The demo's shops, one file per platform: what each sends in its own words, and its own API on loopback.

The folder is the registry, as ``cartback.shops`` is: a law compares the two.
"""

from __future__ import annotations

import json
import pkgutil
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any, ClassVar

from local.clock import Watch
from local.demo.assortment import VARIANTS, Variant
from local.demo.looks import FOLDERS
from local.demo.sender import Parcel, Reply, Wire
from local.demo.shopify import Buyer, Lines
from local.proxy import Answer


@dataclass(frozen=True, slots=True)
class Ground:
    """What the shops stand on: the clock, the wire, the door of Cartback, their front, and where their APIs are."""

    clock: Watch
    wire: Wire
    api_url: str
    front_url: str
    back_url: str


@dataclass(frozen=True, slots=True)
class Told:
    """One webhook before it is signed: the platform's own name for it, and its payload."""

    topic: str
    payload: Any


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to a shop's API. ``path`` begins behind the shop's own prefix, ``query`` has the last of each name."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    def read(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class DemoShop:
    """One shop. What a platform has no word for, it does not tell: those methods give nothing.

    ``policy`` is what its settings change, ``has_carts`` whether its webhooks tell of carts, ``keeps_links`` whether
    they tell the way back to one, ``signs_up_here`` whether people sign up with our form because it knows no consent.
    """

    platform: ClassVar[str]
    shop: ClassVar[str]
    policy: ClassVar[dict[str, Any]] = {}
    has_carts: ClassVar[bool] = True
    signs_up_here: ClassVar[bool] = False
    keeps_links: ClassVar[bool] = True

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.secret = ""
        self.lock = threading.Lock()

    # how it connects ----------------------------------------------------------------------------------------------

    @property
    def base(self) -> str:
        """Where its API is."""
        return f"{self.ground.back_url}/{self.shop}"

    @property
    def front(self) -> str:
        """Where its pages are: shops with a look of their own have a folder each, but for the first."""
        return self.ground.front_url + (f"/{self.shop}" if self.shop in FOLDERS else "")

    @property
    def hook(self) -> str:
        """Where its webhooks go."""
        return f"{self.ground.api_url}/webhooks/{self.shop}"

    def fresh_secret(self) -> str | None:
        """The secret that the operator enters; None where connecting brings it."""
        return None

    def access(self) -> dict[str, str] | None:
        """What the operator hands over so that its API can be asked; None where there is none, or it comes along."""
        return None

    def introduce_itself(self) -> None:
        """Do its part of a ceremony, where its platform has one. Raises RuntimeError if we do not play along."""

    # what it tells ------------------------------------------------------------------------------------------------

    def goods(self, at: datetime) -> list[Told]:
        """Everything that it sells."""
        return []

    def left(self, variant: Variant, pieces: int, at: datetime) -> list[Told]:
        """How many pieces are left."""
        return []

    def withdrawn(self, variant: Variant, at: datetime) -> list[Told]:
        """The product of a variant was deleted."""
        return []

    def signs_up(self, buyer: Buyer, at: datetime) -> list[Told]:
        """Somebody agreed to be written to, and confirmed it by mail."""
        return []

    def refuses(self, buyer: Buyer, at: datetime) -> list[Told]:
        """Somebody took that back in the shop."""
        return []

    def fills_cart(self, buyer: Buyer, lines: Lines, at: datetime, first: bool) -> list[Told]:
        """Things in a cart of nobody."""
        return []

    def checks_out(self, buyer: Buyer, lines: Lines, at: datetime, began_at: datetime) -> list[Told]:
        """Somebody stopped at the checkout, or came back to it."""
        return []

    def empties(self, buyer: Buyer, at: datetime, began_at: datetime) -> list[Told]:
        """Somebody took everything out."""
        return []

    def buys(self, buyer: Buyer, lines: Lines, at: datetime, way: str) -> list[Told]:
        """An order: ``way`` is ``same`` for the checkout itself, ``device`` for another one, ``admin`` for staff."""
        return []

    def tells_after(self, topic: str) -> timedelta:
        """How long after it happened a webhook of this kind is sent."""
        return timedelta(0)

    def pays(self, buyer: Buyer, lines: Lines, at: datetime, ordered_at: datetime, way: str) -> list[Told]:
        """The order was paid."""
        return []

    # how it is sent -----------------------------------------------------------------------------------------------

    def send(self, told: Told, event_id: str, at: datetime) -> Reply:
        """Send what happened at ``at``. Raises RuntimeError if it is not taken."""
        self.keep(told, event_id, at)
        return self.ground.wire.send(lambda now: self.parcel(told, event_id, at, now))

    def keep(self, told: Told, event_id: str, at: datetime) -> None:
        """Let its API know what its webhook tells, whether that arrives or not."""

    def parcel(self, told: Told, event_id: str, at: datetime, now: datetime) -> Parcel:
        """The signed webhook of ``told``, as it is sent at ``now``."""
        raise NotImplementedError

    def answer(self, asked: Asked) -> Answer:
        """What its API answers."""
        return says(404, {"message": "this shop has no API"})


def says(status: int, body: Any = None, **headers: str) -> Answer:
    """An answer in JSON."""
    kind = [("Content-Type", "application/json"), *headers.items()]
    return Answer(status, kind, b"" if body is None else json.dumps(body).encode())


def names() -> tuple[str, ...]:
    """The platforms that have a demo shop, sorted."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def open_all(ground: Ground) -> dict[str, DemoShop]:
    """One shop of each platform, by the platform's name."""
    shops = (import_module(f"{__name__}.{name}").Shop(ground) for name in names())
    return {shop.platform: shop for shop in shops}


def worth(lines: Lines) -> int:
    """What lines are worth, in cents."""
    return sum(variant.price * pieces for variant, pieces in lines)


def products() -> dict[int, list[Variant]]:
    """The variants of each product, by the product's number."""
    found: dict[int, list[Variant]] = {}
    for variant in VARIANTS:
        found.setdefault(variant.product_number, []).append(variant)
    return found
