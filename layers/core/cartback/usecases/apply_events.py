"""Apply a batch of events: each once, in any order, and tell the facts that follow.

The order of steps is the promise: keep the raw events, begin each key, fold, save, publish, and only then complete
the keys. A crash anywhere in between leaves the keys begun and the messages on the queue; the next worker folds the
same events into the same rows and tells the same facts under the same ids.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, cast

from cartback.domain.errors import Conflict, Refused, TryLater
from cartback.domain.goods.catalogue import usual_limits
from cartback.domain.goods.reordering import limits_of
from cartback.domain.hashes import short
from cartback.domain.intake.delivery import TOLD_BY
from cartback.domain.intake.late_news import is_late
from cartback.domain.messaging.opt_out_reply import ANSWERS
from cartback.domain.observations import Fetch, OrderSeen, WordUnknown
from cartback.domain.shop.grace import BEHIND, NOTED_EVERY
from cartback.domain.shop.health import LINK, SOURCE
from cartback.domain.trade.carthood import reckoned
from cartback.ports import RowSet
from cartback.usecases.batch import Message as Message  # noqa: TC001 - tools import it from here
from cartback.usecases.batch import Report
from cartback.usecases.intake.fold import Fold
from cartback.usecases.intake.fold_awaited import awaited
from cartback.usecases.intake.rows import copied, page_about
from cartback.usecases.people.mentions import all_names

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from cartback.domain.facts import Fact
    from cartback.domain.observations import Observation
    from cartback.domain.policy import Policy
    from cartback.ports import (
        Bus,
        Clock,
        Delivery,
        DeskBook,
        DueIndex,
        Fetcher,
        Hasher,
        Heartbeat,
        IdempotencyStore,
        Metrics,
        Parking,
        RawStore,
        Records,
        Settings,
        ShopAdapter,
        Strangers,
        ToldOnce,
        Translator,
    )
    from cartback.usecases.intake.recognise import Recognise
    from cartback.usecases.intake.record_trade import RecordTrade

MOST_TRIES = 8


@dataclass(frozen=True, slots=True)
class ApplyEvents:
    """Apply messages of the intake queue. Bugs surface; the door then tries each message on its own."""

    records: Records
    once: IdempotencyStore
    bus: Bus
    raw: RawStore
    parking: Parking
    hasher: Hasher
    clock: Clock
    metrics: Metrics
    adapter: Callable[[str], ShopAdapter]
    fetcher: Fetcher | None = None
    beat: Heartbeat | None = None
    settings: Settings | None = None
    recognise: Recognise | None = None
    strangers: Strangers | None = None
    told_once: ToldOnce | None = None
    record_trade: RecordTrade | None = None
    due: Callable[[], DueIndex] | None = None
    desk: Callable[[], DeskBook] | None = None
    noted: dict[str, datetime] = field(default_factory=dict)
    """When this process last wrote down that a shop's news is late."""

    def __call__(self, messages: Sequence[Message]) -> Report:
        report = Report()
        by_shop: dict[str, list[Message]] = defaultdict(list)
        for message in messages:
            by_shop[message.delivery.shop].append(message)
        for shop, group in by_shop.items():
            try:
                self._shop(shop, group, report)
            except (TryLater, Conflict):
                self.metrics.count("ApplyDeferred", len(group))
                report.failed.extend(message.message_id for message in group)
            else:
                self._heard(shop, group)
            self._note(shop, report)
        return report

    def _note(self, shop: str, report: Report) -> None:
        """Keep count of strangers, for whoever looks after the shop; what cannot be counted now is in the metrics."""
        heard, report.strangers = report.strangers, Counter()
        if self.strangers is not None:
            for (kind, name), count in heard.items():
                with suppress(TryLater):
                    self.strangers.note(shop, kind, name, count)

    def _heard(self, shop: str, group: list[Message]) -> None:
        """Take the shop's pulse, by what it sent itself: no replay, no answer of people, nothing of its lists."""
        sent = [
            message.delivery.received_at
            for message in group
            if not message.delivery.replayed
            and message.delivery.platform != ANSWERS
            and not message.delivery.key.startswith("reconcile:")
            and TOLD_BY not in message.delivery.headers
        ]
        if self.beat is not None and sent:
            self.beat.beat(shop, max(sent))

    def _shop(self, shop: str, group: list[Message], report: Report) -> None:
        fresh_to_us = [message.delivery for message in group if not message.delivery.replayed]
        if fresh_to_us:
            self._keep(shop, _batch_name(group), fresh_to_us)
        keys = [message.once_key for message in group]
        begun = self.once.begin(list(dict.fromkeys(keys)))
        fresh: dict[str, Message] = {}
        for message in group:
            if message.once_key in begun.held:
                report.failed.append(message.message_id)
            elif message.once_key in begun.done or message.once_key in fresh:
                report.duplicates.append(message.message_id)
            else:
                fresh[message.once_key] = message
        if report.duplicates:
            self.metrics.count("Duplicates", len(report.duplicates))
        finished = False
        try:
            self._fresh(shop, fresh, report)
            finished = True
        finally:
            # Also after a bug: the door tries each message on its own, and must not find its key held by ourselves.
            if not finished:
                self.once.abandon(list(fresh))
                here = {message.message_id for message in group}
                report.duplicates[:] = [i for i in report.duplicates if i not in here]
                report.failed[:] = [i for i in report.failed if i not in here]

    def _keep(self, shop: str, batch: str, deliveries: Sequence[Delivery]) -> None:
        """Keep a batch whatever comes of it, marked with the names by which an export or an erasure will look for it.

        One that cannot be read for now, or not at all, is kept as about anybody.
        """

        def hashed(text: str) -> str:
            return self.hasher(shop, text)

        names = None
        try:
            with suppress(TryLater):
                names = frozenset().union(*(all_names(each, hashed, self.adapter) for each in deliveries))
        finally:
            self.raw.keep(shop, batch, deliveries, names)

    def _fresh(self, shop: str, fresh: dict[str, Message], report: Report) -> None:
        observed: list[tuple[str, Observation]] = []
        old_news = {message.cause for message in fresh.values() if message.delivery.old_news}
        verdicts: dict[str, list[str]] = {}
        undigested: dict[str, tuple[str, str]] = {}
        deferred: list[str] = []
        for key, message in fresh.items():
            verdicts[message.message_id] = report.applied
            try:
                seen = self._recognised(message, report)
            except TryLater:
                # The shop's own API cannot be asked right now: this event comes back, the others go on.
                deferred.append(key)
                verdicts[message.message_id] = report.failed
                continue
            except Refused as refusal:
                undigested[key] = (message.body, refusal.reason)
                verdicts[message.message_id] = report.parked
                seen = list(refusal.despite)
            if seen is None:
                self.metrics.count("Ignored")
                verdicts[message.message_id] = report.ignored
            else:
                known = [told for told in seen if not self._is_strange(told)]
                observed.extend((message.cause, one) for told in known for one in self._reckoned(shop, told))
        if observed:
            self._note_lag(shop, [one for cause, one in observed if cause not in old_news])
            fold = self._folded(shop, observed, old_news)
            try:
                self._list(fold)
                self._ask_people(fold)
                if self.record_trade is not None:
                    fold.facts.extend(self.record_trade(shop, observed, fold.buyers, old_news))
            finally:
                # A purchase is stored and told, whether or not the record of trade takes it in now.
                self.bus.publish(_each_once(fold.facts))
        for body, reason in undigested.values():
            self.parking.park(body, reason)
            self.metrics.count("Parked")
        self.once.complete([key for key in fresh if key not in deferred and key not in undigested])
        # What is parked was not done: redriven after a mend, it must not look like a duplicate of itself.
        self.once.abandon([*deferred, *undigested])
        if deferred:
            self.metrics.count("ApplyDeferred", len(deferred))
        for message_id, verdict in verdicts.items():
            verdict.append(message_id)

    def _ask_people(self, fold: Fold) -> None:
        """Put who wrote back on the desk, with the story of their cart: a person reads it where it was written."""
        if self.desk is None or not fold.answers:
            return
        from cartback.usecases.desk.answered import put_answer  # most events are no letters

        for answer in fold.answers:
            put_answer(self.desk(), fold.shop, answer, self.clock.now())

    def _list(self, fold: Fold) -> None:
        """Enter on the list of what is due what begins with these rows, and take off what ends with them."""
        if self.due is None or not (fold.listed or fold.unlisted):
            return
        index = self.due()
        for entry in fold.listed:
            index.put(entry)
        if fold.unlisted:
            index.drop(fold.unlisted)

    def _expects(self, shop: str, observed: Sequence[tuple[str, Observation]]) -> dict[str, timedelta]:
        """Which facts fall due after a purchase, where there is one among these."""
        if self.due is None or self.settings is None:
            return {}
        if not any(isinstance(seen, OrderSeen) for _, seen in observed):
            return {}
        from cartback.flows import started_by  # whoever brings no order costs no cold start

        return awaited(self.settings.policy(shop), started_by)

    def _is_strange(self, seen: Observation) -> bool:
        """Count a word that one of our lists lacks, by its name: somebody has to learn what it means."""
        if isinstance(seen, WordUnknown):
            self.metrics.count("UnknownWords", state=seen.field)
        return isinstance(seen, WordUnknown)

    def _recognised(self, message: Message, report: Report) -> list[Observation] | None:
        """What a delivery says, if it is the shop that says it. Raises ``Refused`` for any other voice."""
        delivery = message.delivery
        name = self.recognise.foreign(delivery) if self.recognise is not None else None
        if name is not None:
            report.strangers[SOURCE, name] += 1
            self.metrics.count("ForeignEvents", shop=delivery.shop)
            raise Refused(f"foreign: it says that it comes from {name}, which is not among the shop's names")
        seen = self._seen(delivery)
        self._believed(message)
        if self.recognise is not None:
            for host in self.recognise.elsewhere(delivery.shop, seen or ()):
                report.strangers[LINK, host] += 1
        return seen

    def _believed(self, message: Message) -> None:
        """Raises ``Refused`` for what cannot be undone, if the same bytes told it before under another name."""
        delivery = message.delivery
        once = getattr(self.adapter(delivery.platform), "TOLD_ONCE", ())
        if self.told_once is None or delivery.topic not in once:
            return
        digest = self.hasher(delivery.shop, f"{delivery.platform} {delivery.topic} {delivery.body}")
        if not self.told_once.first(delivery.shop, digest, message.cause):
            self.metrics.count("ToldAgain", shop=delivery.shop)
            raise Refused("told before by the same bytes under another id: perhaps captured and sent again")

    def _seen(self, delivery: Delivery) -> list[Observation] | None:
        """What a delivery says, with everything that it only named read from the shop.

        One thing that cannot be digested refuses the delivery, but not what the others say.
        """
        adapter = self.adapter(delivery.platform)
        seen = adapter.observe(delivery)
        if seen is None or not any(isinstance(one, Fetch) for one in seen):
            return seen
        whole: list[Observation] = [one for one in seen if not isinstance(one, Fetch)]
        reasons: list[str] = []
        for one in seen:
            if isinstance(one, Fetch):
                try:
                    documents = self._fetched(delivery, one)
                except Refused as refusal:
                    reasons.append(refusal.reason)
                    continue
                for part in [[document] for document in documents] or [[]]:
                    try:
                        whole.extend(cast("Translator", adapter).fetched(one, part))
                    except Refused as refusal:
                        reasons.append(refusal.reason)
                        whole.extend(refusal.despite)
        if reasons:
            raise Refused(reasons[0], despite=tuple(whole))
        return whole

    def _fetched(self, delivery: Delivery, named: Fetch) -> Sequence[str]:
        if self.fetcher is None:
            raise Refused("no API access configured for this shop")
        return self.fetcher.fetch(delivery.shop, delivery.platform, named)

    def _note_lag(self, shop: str, told: list[Observation]) -> None:
        """Write down that news of a shop comes late, every few minutes at most."""
        now = self.clock.now()
        if is_late(told, now) and now - self.noted.get(shop, now - NOTED_EVERY) >= NOTED_EVERY:
            self.records.save(shop, RowSet(), RowSet(blocks={BEHIND: now.isoformat()}))
            self.noted[shop] = now
            self.metrics.count("NewsLate")

    def _reckoned(self, shop: str, seen: Observation) -> list[Observation]:
        if getattr(seen, "origin", None) is None:
            return [seen]
        policy = self._policy(shop)
        return reckoned(seen, policy.reckoning) if policy is not None else reckoned(seen)

    def _policy(self, shop: str) -> Policy | None:
        return self.settings.policy(shop) if self.settings is not None else None

    def _folded(self, shop: str, observed: list[tuple[str, Observation]], old_news: set[str]) -> Fold:
        """Read, fold, save; again if somebody else was quicker. Raises Conflict if that never ends."""
        expects = self._expects(shop, observed)
        for _ in range(MOST_TRIES):
            before = page_about(self.records, self.hasher, shop, [seen for _, seen in observed])
            after = copied(before)
            fold = Fold(
                shop,
                after,
                self.clock.now(),
                lambda text: self.hasher(shop, text),
                old_news=old_news,
                expects=expects,
                limits=partial(limits_of, policy=self._policy(shop)) if before.stock else usual_limits,
            )
            for cause, seen in observed:
                fold.apply(seen, cause)
            try:
                self.records.save(shop, before, after)
            except Conflict:
                continue
            return fold
        raise Conflict("the same rows keep changing")


def _batch_name(group: list[Message]) -> str:
    return short("batch", *(message.message_id for message in group), length=32)


def _each_once(facts: list[Fact]) -> list[Fact]:
    return list({fact.fact_id: fact for fact in facts}.values())
