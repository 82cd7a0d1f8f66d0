"""A web server on loopback that answers as a script says and remembers what it was asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class Asked:
    """One request as it came in; ``body`` is decoded JSON, a decoded form, or bytes."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: Any


@dataclass
class Says:
    """An answer. ``body`` is bytes, or a value for JSON; ``pieces`` are sent one by one as they come."""

    status: int = 200
    body: Any = b""
    headers: dict[str, str] = field(default_factory=dict)
    pieces: Iterator[bytes] | None = None


@dataclass
class Server:
    """``answer`` makes an answer of each request."""

    url: str
    answer: Callable[[Asked], Says | Any]
    asked: list[Asked] = field(default_factory=list)
    lock: Any = field(default_factory=Lock)

    def paths(self) -> list[str]:
        return [f"{asked.method} {asked.path}" for asked in self.asked]


class _Handler(BaseHTTPRequestHandler):
    """Reads a request, asks the script, and says what that says."""

    protocol_version = "HTTP/1.1"
    script: Server

    def _any(self) -> None:
        raw = self.rfile.read(int(self.headers.get("content-length") or 0))
        parts = urlsplit(self.path)
        asked = Asked(
            self.command,
            parts.path,
            parse_qs(parts.query, keep_blank_values=True),
            {name.lower(): value for name, value in self.headers.items()},
            _decoded(raw, self.headers.get("content-type") or ""),
        )
        with self.script.lock:
            self.script.asked.append(asked)
        said = self.script.answer(asked)
        self._say(said if isinstance(said, Says) else Says(body=said))

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _any  # noqa: N815 - the library's names

    def _say(self, said: Says) -> None:
        body = said.body if isinstance(said.body, bytes) else json.dumps(said.body).encode()
        self.send_response(said.status)
        for name, value in said.headers.items():
            self.send_header(name, value)
        if said.pieces is None:
            self.send_header("content-length", str(len(body)))
        else:
            self.send_header("connection", "close")
            self.close_connection = True
        self.end_headers()
        try:
            for piece in said.pieces or [body]:
                self.wfile.write(piece)
                self.wfile.flush()
        except OSError:
            self.close_connection = True

    def log_message(self, *words: Any) -> None:
        pass


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, address: Any) -> None:
        pass


@contextmanager
def serving(answer: Callable[[Asked], Says | Any]) -> Iterator[Server]:
    """A server, for as long as the block lasts."""
    server = Server("", answer)
    made = _Quiet(("127.0.0.1", 0), type("Handler", (_Handler,), {"script": server}))
    server.url = f"http://127.0.0.1:{made.server_port}"
    thread = Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        made.shutdown()
        made.server_close()
        thread.join()


def _decoded(raw: bytes, kind: str) -> Any:
    if "json" in kind:
        return json.loads(raw)
    if "form" in kind:
        return parse_qs(raw.decode(), keep_blank_values=True)
    return raw
