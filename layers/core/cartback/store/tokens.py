"""Randomness, and the keyed hash that recognises an address without keeping it."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from functools import lru_cache
from typing import TYPE_CHECKING

from cartback.store.errors import translated

if TYPE_CHECKING:
    from cartback.store.clients import Clients


class SystemTokens:
    """256 random bits as 43 URL-safe characters."""

    def fresh(self) -> str:
        """A new capability."""
        return secrets.token_urlsafe(32)


class PepperedHasher:
    """HMAC-SHA256 under the stack's own secret and the shop's name.

    The secret is read once per process. Without it a table of hashes cannot be turned back into addresses by trying
    the addresses of the world, and the same address in two shops looks different.
    """

    def __init__(self, clients: Clients, secret_id: str) -> None:
        self._clients = clients
        self._secret_id = secret_id
        self._keyed = lru_cache(maxsize=10_000)(self._hash)
        self._key: bytes | None = None

    def __call__(self, shop: str, text: str) -> str:
        return self._keyed(shop, text)

    def _hash(self, shop: str, text: str) -> str:
        if self._key is None:
            with translated("read the pepper"):
                answer = self._clients.secretsmanager.get_secret_value(SecretId=self._secret_id)
            self._key = answer["SecretString"].encode()
        return hmac.new(self._key, f"{shop}\x1f{text}".encode(), hashlib.sha256).hexdigest()[:40]
