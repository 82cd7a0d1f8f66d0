"""Take in what a page of the shop tells of its visitor's cart: judge the token, keep the event, answer.

The event goes the way of every webhook, as the shop's own words would. What is done with it is decided behind the
queue, where a page's clock is one of its own and its news is no sign of life of the shop.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from cartback.domain.errors import Refused
from cartback.domain.hashes import short
from cartback.domain.intake.delivery import TOLD_BY, Delivery
from cartback.domain.intake.page_events import as_told_by_the_shop, read
from cartback.domain.intake.page_token import granted
from cartback.domain.shop.weblink import is_of

if TYPE_CHECKING:
    from datetime import datetime

    from cartback.domain.intake.delivery import ShopKeys
    from cartback.domain.intake.page_token import Grant
    from cartback.ports import Clock, Counters, Keys, Metrics, Queue, Settings, ShopAdapter

PLATFORM = "generic"
MOST_PER_CART = (60, timedelta(minutes=1))
"""How many events of one cart count within how long: more than a person can cause."""


@dataclass(frozen=True, slots=True)
class Collect:
    """Accept one event of one page. Returns once it is durable.

    Raises Refused: 403 for a page that is not the shop's (also if there is no such shop) and for another cart than the
    token's, 401 for the token, 429 when there are too many, 400, 413 or 415 for the rest. TryLater if our own stores
    cannot be reached.
    """

    keys: Keys
    settings: Settings
    queue: Queue
    counters: Counters
    clock: Clock
    adapter: Callable[[str], ShopAdapter]
    metrics: Callable[[], Metrics]

    def origin(self, shop: str, origin: str | None) -> str | None:
        """The origin itself, if it is one of the shop's: what a browser may be told to let the answer through to."""
        face = self.settings.shop(shop) if origin else None
        return origin if face is not None and is_of(origin or "", face.domains) else None

    def __call__(self, shop: str, origin: str | None, content_type: str, body: bytes) -> None:
        event = read(body, content_type)
        # A browser names the origin of whatever it posts: what names none is no page.
        if self.origin(shop, origin) is None:
            raise Refused("this page belongs to another shop", 403)
        now = self.clock.now()
        grant = self._grant(event["token"].value, shop, now)
        name = short("page", shop, grant.cart)
        most, within = MOST_PER_CART
        if self.counters.count(shop, f"collect/{name}", within) > most:
            self.metrics().count("PageEventsRefused", shop=shop)
            raise Refused("too many events, please try again later", 429)
        told = as_told_by_the_shop(event, grant, now)
        delivery = Delivery(
            shop=shop,
            platform=PLATFORM,
            topic=str(told["type"]),
            # One visitor cannot take another's names: the cart is part of them.
            key=f"page:{name}:{event['id'].value}",
            received_at=now,
            body=json.dumps(told, separators=(",", ":")),
            headers={TOLD_BY: "page"},
        )
        # Understood before it is kept: what a page gets wrong, its maker reads in the console and nobody in the DLQ.
        self.adapter(PLATFORM).observe(delivery)
        self.queue.put(delivery)

    def _grant(self, token: object, shop: str, now: datetime) -> Grant:
        try:
            return granted(token, shop, _secrets(self.keys.of(shop)), now)
        except Refused as refusal:
            newer = self.keys.again(shop) if refusal.status == 401 else None
            if newer is None:
                raise
        return granted(token, shop, _secrets(newer), now)


def _secrets(keys: ShopKeys | None) -> tuple[str, ...]:
    """Who may sign: a shop whose platform tells of carts itself would have each cart twice, under two names."""
    return keys.secrets if keys is not None and keys.platform == PLATFORM else ()
