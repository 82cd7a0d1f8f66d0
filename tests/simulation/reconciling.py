"""The lists of a shop itself: an order whose webhook was lost for ever stands there, and is found by comparing."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime

from cartback.domain.errors import Refused
from cartback.domain.shop.service import Change, Changes
from cartback.ports import Delivery, ShopApi
from tests.simulation.network import Network, is_order

PER_PAGE = 10


class ShopLists(ShopApi):
    """The orders that a shop knows, oldest first, under the keys of their webhooks."""

    def __init__(self, network: Network, shop: str) -> None:
        self._network, self._shop = network, shop

    def orders_since(self, since: datetime, cursor: str | None = None) -> Changes:
        """A page of them."""
        listed = [
            Change("orders", said.key, json.dumps({"n": said.number}))
            for said in self._network.said
            if said.shop == self._shop and said.at >= since and is_order(said.seen)
        ]
        end = int(cursor or 0) + PER_PAGE
        return Changes(tuple(listed[end - PER_PAGE : end]), str(end) if end < len(listed) else None)


class Found:
    """The port ``Queue`` for what was found by comparing: from then on it has been told."""

    def __init__(self, network: Network, put: Callable[[Delivery], None]) -> None:
        self._network, self._put = network, put

    def put(self, delivery: Delivery) -> None:
        """See ``ports.Queue``."""
        self._put(delivery)
        self._network.said[json.loads(delivery.body)["n"]].accepted = True


def reach(lists: ShopLists, listed: str, shop: str) -> ShopLists:
    """The API of a shop: one gave us access, the others did not."""
    if shop != listed:
        raise Refused("no access was given")
    return lists
