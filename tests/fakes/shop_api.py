"""A shop's own API in memory: it lists what a test puts there, and can be slow, busy or closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from cartback.domain.observations import Fetch, VariantSeen
from cartback.domain.shop.health import Health, Stranger
from cartback.domain.shop.service import Change, Changes, Subscription, Unsupported
from cartback.ports import ShopApi


class ListedShop(ShopApi):
    """Lists ``orders`` and ``checkouts`` by pages of ``per_page``; ``fails`` is raised by whatever is asked next."""

    def __init__(self) -> None:
        self.orders: list[Change] = []
        self.checkouts: list[Change] | None = []
        self.documents: dict[str, list[str]] = {}
        self.stock: dict[str, VariantSeen] = {}
        self.made: list[Subscription] = []
        self.wanted: tuple[str, ...] = ()
        self.chooses_secret = ""
        self.asked_since: list[datetime] = []
        self.asked: list[str] = []
        self.fails: list[Exception] = []
        self.per_page = 2

    def _asked(self, what: str) -> None:
        self.asked.append(what)
        if self.fails:
            raise self.fails.pop(0)

    def orders_since(self, since: datetime, cursor: str | None = None) -> Changes:
        self._asked("orders")
        self.asked_since.append(since)
        return self._page(self.orders, cursor)

    def checkouts_since(self, since: datetime, cursor: str | None = None) -> Changes | Unsupported:
        self._asked("checkouts")
        if self.checkouts is None:
            return Unsupported("no list of checkouts")
        return self._page(self.checkouts, cursor)

    def stock_now(self, variants: Sequence[str]) -> tuple[VariantSeen, ...]:
        self._asked("stock")
        return tuple(self.stock[one] for one in variants if one in self.stock)

    def fetch(self, wanted: Fetch) -> Sequence[str]:
        self._asked(wanted.resource)
        return self.documents.get(wanted.resource, [])

    def topics(self) -> tuple[str, ...]:
        return self.wanted

    def subscriptions(self) -> tuple[Subscription, ...]:
        self._asked("subscriptions")
        return tuple(self.made)

    def subscribe(self, topic: str, url: str, secret: str) -> Subscription:
        self.made.append(Subscription(f"s{len(self.made)}", topic, url, secret=self.chooses_secret))
        return self.made[-1]

    def renew(self, subscription: Subscription) -> Subscription:
        after = Subscription(subscription.ref, subscription.topic, subscription.url)
        self.made[self.made.index(subscription)] = after
        self.asked.append(f"renew {subscription.topic}")
        return after

    def _page(self, listed: list[Change], cursor: str | None) -> Changes:
        begin = int(cursor or 0)
        end = begin + self.per_page
        return Changes(tuple(listed[begin:end]), str(end) if end < len(listed) else None)


class DictHealth:
    """The ports ``HealthBook``, ``Heartbeat`` and ``Strangers``."""

    def __init__(self, clock=None) -> None:
        self.by_shop: dict[str, Health] = {}
        self.beats: list[tuple[str, datetime]] = []
        self.heard: dict[tuple[str, str, str], Stranger] = {}
        self.told: dict[tuple[str, str], str] = {}
        self.clock = clock

    def read(self, shop: str) -> Health | None:
        return self.by_shop.get(shop)

    def keep(self, health: Health) -> None:
        self.by_shop[health.shop] = health

    def note(self, shop: str, kind: str, name: str, count: int) -> None:
        now = self.clock.now()
        was = self.heard.get((shop, kind, name), Stranger(kind, name, 0, now, now))
        self.heard[shop, kind, name] = replace(was, count=was.count + count, last_at=now)

    def first(self, shop: str, digest: str, cause: str) -> bool:
        return self.told.setdefault((shop, digest), cause) == cause

    def strangers(self, shop: str) -> list[Stranger]:
        found = [one for (of, _, _), one in self.heard.items() if of == shop]
        return sorted(found, key=lambda one: one.last_at, reverse=True)

    def beat(self, shop: str, received_at: datetime) -> None:
        self.beats.append((shop, received_at))
