"""Compare a shop's own lists with ours: what its webhooks lost comes in all the same, and lost webhooks come back.

A gap is what would change what we hold. So what was seen is not applied twice, and what was lost goes the way of every
event: through the queue, the shop's adapter and the fold.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, cast

from cartback.domain.errors import Refused
from cartback.domain.hashes import short
from cartback.domain.intake.delivery import FIRST_COMPARED
from cartback.domain.observations import Fetch, PaymentFailed, RefundSeen
from cartback.domain.shop import health as healths
from cartback.domain.shop.health import Health
from cartback.domain.shop.service import RENEW_BEFORE, Unsupported
from cartback.domain.trade.carthood import reckoned
from cartback.domain.trade.origins import AS_TOLD
from cartback.ports import (
    Delivery,
)
from cartback.usecases.intake.fold import Fold
from cartback.usecases.intake.rows import copied, page_about

if TYPE_CHECKING:
    from cartback.domain.observations import Observation
    from cartback.domain.shop.service import Subscription
    from cartback.ports import (
        Clock,
        Hasher,
        HealthBook,
        KeyStore,
        Metrics,
        Queue,
        Records,
        RowSet,
        Settings,
        ShopAdapter,
        ShopApi,
        ShopKeys,
        Translator,
    )

LISTS = ("orders", "checkouts")
PAGES_PER_STEP = 4


@dataclass(frozen=True, slots=True)
class Reconcile:
    """Compare some pages. Answers ``more`` while a list goes on, ``done`` at the end of the comparison.

    Raises ``TryLater`` while the shop cannot be reached and ``Refused`` where it turns us away; both stay in the
    shop's health until a comparison succeeds.
    """

    keys: KeyStore
    reach: Callable[[str], ShopApi]
    adapter: Callable[[str], ShopAdapter]
    records: Records
    hasher: Hasher
    queue: Queue
    book: HealthBook
    metrics: Metrics
    clock: Clock
    settings: Settings | None = None

    def __call__(self, shop: str) -> dict[str, object]:
        keys = self.keys.read(shop)
        before = self.book.read(shop) or Health(shop)
        if keys is None:
            return _answer("done", before)
        try:
            api = self.reach(shop)
        except Refused:
            # Without access there is nothing to compare; for platforms without an API that is how it stays.
            without = healths.failed(before, "no_access")
            self.book.keep(without)
            return _answer("done", without)
        try:
            return self._compared(keys, api, before)
        except Refused as refusal:
            self.book.keep(healths.failed(before, refusal.reason))
            raise

    def _compared(self, keys: ShopKeys, api: ShopApi, before: Health) -> dict[str, object]:
        health = healths.begun(before, LISTS, self.clock.now())
        for _ in range(PAGES_PER_STEP):
            name = next(iter(health.cursors), None)
            if name is None:
                break
            health = self._page(keys, api, health, name)
        if not health.cursors:
            state, after = keep_subscribed(keys, api, self.clock.now())
            if after != keys:
                self.keys.write(health.shop, after)
            health = healths.ended(health, state)
            if health.subscriptions == healths.REPAIRED:
                self.metrics.count("SubscriptionsRepaired")
        self.book.keep(health)
        return _answer("more" if health.cursors else "done", health)

    def _page(self, keys: ShopKeys, api: ShopApi, health: Health, name: str) -> Health:
        listing = api.orders_since if name == "orders" else api.checkouts_since
        page = listing(cast("datetime", health.since), health.cursors[name] or None)
        now = self.clock.now()
        if isinstance(page, Unsupported):
            return healths.turned(health, name, None, 0, 0, now)
        gaps = 0
        for change in page.changes:
            headers = {**change.headers, **({FIRST_COMPARED: "yes"} if health.until is None else {})}
            delivery = Delivery(
                health.shop, keys.platform, change.topic, change.key, now, change.body, headers
            )
            try:
                seen = _observed(self.adapter(keys.platform), delivery, change.documents)
            except Refused:
                health = self._handed_on(health, delivery)
            else:
                gaps += self._taken_in(delivery, seen)
        if gaps:
            self.metrics.count("GapsFound", gaps)
        return healths.turned(health, name, page.cursor, len(page.changes), gaps, now)

    def _handed_on(self, health: Health, delivery: Delivery) -> Health:
        """Let the worker park what nobody can read, with its reason, where a person sees it: once.

        The worker forgets what it parked, so that a letter can be sent on after a mend; the overlap lists it again.
        """
        name = short("unread", delivery.key)
        if name not in health.unread:
            self.queue.put(delivery)
        return healths.unread(health, name, delivery.received_at)

    def _taken_in(self, delivery: Delivery, seen: Sequence[Observation]) -> bool:
        """Put a change on the queue if it tells something new; say whether it was a gap."""
        lasting = [one for one in seen if not isinstance(one, PaymentFailed | RefundSeen)]
        if lasting and self._is_news(delivery.shop, lasting):
            self.queue.put(delivery)
            return True
        if seen and not lasting and not delivery.key.startswith("reconcile:"):
            # It leaves no trace in our rows, but its key is its webhook's own: the worker knows whether it was here.
            self.queue.put(delivery)
        return False

    def _is_news(self, shop: str, seen: Sequence[Observation]) -> bool:
        before = page_about(self.records, self.hasher, shop, seen)
        after = copied(before)
        fold = Fold(shop, after, self.clock.now(), lambda text: self.hasher(shop, text))
        for one in self._reckoned(shop, seen):
            fold.apply(one, "reconcile")
        return _essence(before) != _essence(after)

    def _reckoned(self, shop: str, seen: Sequence[Observation]) -> list[Observation]:
        policy = self.settings.policy(shop) if self.settings is not None else None
        shops = policy.reckoning if policy is not None else AS_TOLD
        return [one for told in seen for one in reckoned(told, shops)]


def keep_subscribed(keys: ShopKeys, api: ShopApi, now: datetime) -> tuple[str, ShopKeys]:
    """Make lost subscriptions anew, switch sleeping ones on and prolong ending ones.

    Gives how it stands, and the keys to keep: some platforms choose the secret of a new subscription. Only where
    ``connect`` made them (``api["hook"]``): elsewhere a second set would be signed with another secret.
    """
    hook = keys.api.get("hook")
    there = api.subscriptions()
    if isinstance(there, Unsupported):
        return healths.UNKNOWN, keys
    if not hook:
        return healths.BY_HAND, keys
    ours: dict[str, Subscription] = {one.topic: one for one in there if one.url == hook}
    repaired = lost = False
    for topic in api.topics():
        known = ours.get(topic)
        if known is None:
            made = api.subscribe(topic, hook, keys.secrets[0])
            if isinstance(made, Unsupported):
                lost = True
                continue
            repaired = True
            if made.secret:
                keys = replace(keys, secrets=(made.secret, *keys.secrets)[:2])
        elif not known.live or (known.ends_at is not None and known.ends_at - now < RENEW_BEFORE):
            lost |= isinstance(api.renew(known), Unsupported)
            repaired = repaired or not known.live
    return (healths.LOST if lost else healths.REPAIRED if repaired else healths.COMPLETE), keys


def _observed(adapter: ShopAdapter, delivery: Delivery, documents: tuple[str, ...]) -> list[Observation]:
    whole: list[Observation] = []
    for one in adapter.observe(delivery) or []:
        if isinstance(one, Fetch):
            whole.extend(cast("Translator", adapter).fetched(one, documents))
        else:
            whole.append(one)
    return whole


def _essence(page: RowSet) -> dict[str, object]:
    """What matters of these rows. How a title is written, or a gap that is filled, makes no gap of ours."""
    carts = {
        name: (
            cart.status,
            cart.generation,
            cart.activity_at,
            cart.bought_at,
            cart.person_id,
            bool(cart.items),
        )
        for name, cart in page.carts.items()
        if cart is not None
    }
    persons = {
        name: (
            person.last_order_at,
            person.blocked,
            person.erased_at,
            {channel: word.state for channel, word in person.consents.items()},
        )
        for name, person in page.persons.items()
        if person is not None
    }
    return {"carts": carts, "persons": persons, "shop": page.blocks.get("shop")}


def _answer(word: str, health: Health) -> dict[str, object]:
    return {"next": word, "listed": health.listed, "gaps": health.gaps, "subscriptions": health.subscriptions}
