"""The front door of the local cloud: plain URLs on loopback for what AWS would serve under an API's own host name."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import contextmanager

from local.proxy import Answer, Handler, Server, serving


def door(endpoint_url: str, api_id: str) -> type[Handler]:
    """Return a handler that hands every request on to one HTTP API of the MiniStack at ``endpoint_url``."""
    host = f"{api_id}.execute-api.localhost"

    class Door(Handler):
        def respond(self) -> None:
            body = self.body()
            try:
                answer = self.ask(endpoint_url, body, host)
            except (OSError, http.client.HTTPException) as error:
                answer = Answer(502, [("Content-Type", "text/plain; charset=utf-8")], f"{error}\n".encode())
            self.tell(answer)

    return Door


@contextmanager
def running(endpoint_url: str, api_id: str, port: int = 0) -> Iterator[str]:
    """Serve the door until the block ends; give its URL."""
    with serving(Server(door(endpoint_url, api_id), port)) as server:
        yield server.url
