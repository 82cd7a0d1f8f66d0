"""Connections to addresses that were looked at: by number, while TLS still asks for the name."""

from __future__ import annotations

import ssl
from collections import OrderedDict
from threading import Lock
from urllib.parse import SplitResult

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool

_MOST_POOLS = 32

# Scheme, host, port and the address: a name that moves gets a new connection.
_Place = tuple[str, str, int, str]


class Connections:
    """One pool per place, the least used let go. Safe to use from several threads."""

    def __init__(self, trust: ssl.SSLContext | None = None) -> None:
        self._trust = trust
        self._pools: OrderedDict[_Place, HTTPConnectionPool] = OrderedDict()
        self._lock = Lock()

    def to(self, url: SplitResult, port: int, address: str) -> HTTPConnectionPool:
        """The pool of connections to this address, which answers for the host of ``url``."""
        place = (url.scheme, url.hostname or "", port, address)
        with self._lock:
            pool = self._pools.get(place)
            if pool is None:
                pool = self._pools[place] = self._made(*place)
            self._pools.move_to_end(place)
            while len(self._pools) > _MOST_POOLS:
                self._pools.popitem(last=False)[1].close()
            return pool

    def _made(self, scheme: str, host: str, port: int, address: str) -> HTTPConnectionPool:
        if scheme == "http":
            return HTTPConnectionPool(address, port, maxsize=4, retries=False)
        if self._trust is None:
            self._trust = ssl.create_default_context()
            self._trust.minimum_version = ssl.TLSVersion.TLSv1_2
        # Connected to by number, greeted and verified by name: what DNS says in between changes nothing.
        return HTTPSConnectionPool(
            address,
            port,
            maxsize=4,
            retries=False,
            ssl_context=self._trust,
            server_hostname=host,
            assert_hostname=host,
        )
