"""The secrets of the shops, read for the intake: cached, and as slow for a shop that is not there."""

from __future__ import annotations

import json
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from cartback.domain.intake.delivery import ShopKeys
from cartback.store.errors import translated

if TYPE_CHECKING:
    from cartback.ports import Clock
    from cartback.store.clients import Clients

REMEMBERED = timedelta(seconds=60)
ASKED_AGAIN_AFTER = timedelta(seconds=10)
MOST_REMEMBERED = 2_000


class SecretKeys:
    """The port ``Keys`` on Secrets Manager: one secret per shop, read at most once a minute.

    That a shop is not there is remembered too, so that the second answer comes as quickly as a known shop's.
    """

    def __init__(self, clients: Clients, prefix: str, clock: Clock) -> None:
        self._clients = clients
        self._prefix = prefix
        self._clock = clock
        self._known: OrderedDict[str, tuple[datetime, ShopKeys | None]] = OrderedDict()

    def of(self, shop: str) -> ShopKeys | None:
        """Platform and secrets of a shop, newest secret first; None if there is no such shop."""
        now = self._clock.now()
        known = self._known.get(shop)
        if known is not None and now - known[0] < REMEMBERED:
            return known[1]
        return self._remembered(shop, now)

    def again(self, shop: str) -> ShopKeys | None:
        """What is newer than what ``of`` gave; None if nothing is, or if the last reading is seconds old.

        A forger can cost us one reading per shop and ten seconds with it, no more.
        """
        now = self._clock.now()
        known = self._known.get(shop)
        if known is None or now - known[0] < ASKED_AGAIN_AFTER:
            return None
        keys = self._remembered(shop, now)
        return None if keys == known[1] else keys

    def _remembered(self, shop: str, now: datetime) -> ShopKeys | None:
        keys = self._read(shop)
        self._known[shop] = (now, keys)
        self._known.move_to_end(shop)
        while len(self._known) > MOST_REMEMBERED:
            self._known.popitem(last=False)
        return keys

    def _read(self, shop: str) -> ShopKeys | None:
        try:
            with translated("read the shop's secrets"):
                answer = self._clients.secretsmanager.get_secret_value(SecretId=self._prefix + shop)
        except ClientError as error:
            if error.response["Error"]["Code"] in ("ResourceNotFoundException", "InvalidRequestException"):
                return None
            raise
        return _keys(json.loads(answer["SecretString"]))


def _keys(secret: dict[str, Any]) -> ShopKeys:
    agreed, api = (
        {str(name): str(value) for name, value in secret.get(part, {}).items()} for part in ("agreed", "api")
    )
    return ShopKeys(str(secret["platform"]), tuple(str(one) for one in secret["secrets"]), agreed, api)
