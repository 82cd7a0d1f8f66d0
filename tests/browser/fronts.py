"""A shop's pages on one address and our door on another, for tests of the scripts that shops put into their pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

import pytest

from cartback import wiring
from cartback.ports import ShopKeys
from functions import collect as door
from local.proxy import Answer, Handler, Server, serving
from tests.fakes.world import World, a_face

SHOP, SECRET = "demo", "the secret of a shop with pages"


class Front(Protocol):
    """What both addresses share."""

    world: World
    api: str
    page: str


def let_in(handler: Handler, body: str, names: str) -> Answer:
    """What the door answers to a request whose last part has this name."""
    event = {
        "requestContext": {"http": {"method": handler.command}},
        "pathParameters": {names: handler.path.rpartition("/")[2]},
        "headers": {name.lower(): value for name, value in handler.headers.items()},
        "body": body,
    }
    answer = door.handler(event, None)
    return Answer(answer["statusCode"], list(answer["headers"].items()), answer["body"].encode())


@contextmanager
def served[F: Front](
    front: F,
    api: Callable[[F], type[Handler]],
    shop: Callable[[F], type[Handler]],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[F]:
    """Serve both until the block ends."""
    front.world.keys.by_shop[SHOP] = ShopKeys("generic", (SECRET,))
    front.world.settings.faces[SHOP] = a_face(SHOP, domains=("127.0.0.1",))
    monkeypatch.setattr(wiring, "collect", lambda: front.world.collect)
    with serving(Server(api(front))) as door_server, serving(Server(shop(front))) as shop_server:
        front.api, front.page = door_server.url, shop_server.url
        yield front
