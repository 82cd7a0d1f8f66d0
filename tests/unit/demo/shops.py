"""The demo's shops without a cloud: what they send is kept instead of sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from cartback.store.clock import FastClock
from local.demo import platforms
from local.demo.agenda import Agenda
from local.demo.front import Front
from local.demo.life import Scene
from local.demo.platforms import Ground
from local.demo.sender import Parcel, Reply, Wire

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
CLOCK = FastClock(0.0, START)
FRONT = "http://127.0.0.1:8482"
NOWHERE = "http://127.0.0.1:9"


class Kept(Wire):
    """A wire whose other end takes everything."""

    def __init__(self) -> None:
        super().__init__(CLOCK)
        self.parcels: list[Parcel] = []

    def send(self, packed: Callable[[datetime], Parcel]) -> Reply:
        self.parcels.append(packed(START))
        return Reply(202, None, b"")


def scene() -> Scene:
    shops = platforms.open_all(Ground(CLOCK, Kept(), NOWHERE, FRONT, NOWHERE))
    for shop in shops.values():
        shop.fresh_secret()
        shop.access()
    return Scene(CLOCK, Agenda(CLOCK), Kept(), shops, Front(), FRONT)
