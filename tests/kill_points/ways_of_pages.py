"""The way of what a page tells: from the browser onto the queue."""

from __future__ import annotations

import json
from collections.abc import Callable

from cartback.domain.errors import Refused
from cartback.ports import ShopKeys
from tests.fakes.pages import claims_of, page_event, sealed
from tests.kill_points.platform import Platform

OLD, NEW = "a secret of some months ago", "a secret of a moment ago"
ORIGIN = "https://demo.example"


def told_by_a_page(platform: Platform) -> None:
    """A page tells of a cart, with a secret that we have yet to hear of, until it is told that it was heard."""
    world = platform.world
    world.keys.by_shop["demo"] = ShopKeys("generic", (OLD,))
    heard = []

    def post(secret: str) -> None:
        token = sealed(claims_of("demo", world.clock.now()), secret)
        try:
            world.collect("demo", ORIGIN, "text/plain", json.dumps(page_event(token)).encode())
        except Refused as refusal:
            heard.append(refusal.status)
            return
        heard.append(202)

    platform.patiently(lambda: post(NEW))
    if platform.injector.fault == "" and heard != [401]:
        platform.wrong.append(f"a secret that nobody knows was good: {heard}")
    platform.patiently(lambda: post(OLD))
    keys = {delivery.key for delivery in world.queue.deliveries}
    if heard[-1:] != [202] or len(keys) != 1:
        platform.wrong.append(f"an event of a page was lost, or is not the same twice: {heard}, {keys}")


WAYS: tuple[Callable[[Platform], None], ...] = (told_by_a_page,)
