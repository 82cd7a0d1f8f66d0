"""The shops' own APIs on this machine: one server, each shop behind its name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import parse_qsl, urlsplit

from local.demo.platforms import Asked, DemoShop, says
from local.proxy import Handler, Server, serving

PORT = 8483


@contextmanager
def running(shops: Mapping[str, DemoShop], port: int = 0) -> Iterator[str]:
    """Serve the APIs of ``shops``, by the shops' names, until the block ends; give the URL that they share.

    Shops may be added while it runs.
    """

    class Offices(Handler):
        def respond(self) -> None:
            body = self.body()
            url = urlsplit(self.path)
            name, _, path = url.path.removeprefix("/").partition("/")
            headers = {key.lower(): value for key, value in self.headers.items()}
            asked = Asked(self.command, path, dict(parse_qsl(url.query)), headers, body)
            shop = shops.get(name)
            self.tell(shop.answer(asked) if shop else says(404))

    with serving(Server(Offices, port)) as server:
        yield server.url
