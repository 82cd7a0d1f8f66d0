"""The way from the shops to our door: doubled, out of order, lost and sent again; always with the first payload."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import datetime, timedelta

from cartback import shops
from cartback.domain.errors import Refused
from cartback.domain.observations import Observation, OrderSeen
from cartback.ports import Delivery, ShopAdapter
from tests.simulation.faults import DROP, DUPLICATE, LOST_FOR_EVER, REORDER
from tests.simulation.schedule import Schedule, chances, seconds
from tests.simulation.witness import Said, Witness

LOST_SHARE = 0.15
TOLD = "told"
"""The platform of shops whose events are told as observations, without a body of their own."""

FLOOD = timedelta(minutes=5)
"""Within which everything comes that had to wait for us, or for its own shop."""

type Wire = Callable[[datetime], tuple[bytes, dict[str, str]]]
_TOPICS = ("x-shopify-topic", "x-wc-webhook-topic")
_RETRY_AFTER = (60, 300, 1200, 3600, 7200, 14400)


def is_order(seen: object) -> bool:
    """Whether an event is about an order: these stand on a shop's own lists."""
    return isinstance(seen, tuple) and any(isinstance(one, OrderSeen) for one in seen)


class Network:
    """Carries what shops say to the webhook door until it is accepted.

    ``listed`` is the shop whose lists we may compare with ours, ``lose`` what is told of what was lost for ever.
    """

    def __init__(
        self,
        schedule: Schedule,
        witness: Witness,
        kinds: frozenset[str],
        post: Callable[[str, bytes, dict[str, str], str], int],
        note: Callable[..., None],
    ) -> None:
        self._schedule, self._witness, self._kinds = schedule, witness, kinds
        self._post, self._note = post, note
        self.said: list[Said] = []
        self.listed: str | None = None
        self.lose: Callable[[Said], None] = lambda said: None
        self.away: dict[str, tuple[datetime, datetime]] = {}
        self._wired: dict[tuple[str, str, str], Said] = {}

    def say(
        self,
        rng: random.Random,
        shop: str,
        at: datetime,
        seen: tuple[Observation, ...] | Refused | None,
        *,
        key: str,
        who: str,
        label: str | None = None,
        at_once: bool = False,
        late: timedelta | None = None,
        wire: Wire | None = None,
        honest: bool = True,
    ) -> Said:
        """Let a shop tell something. ``late`` forces a delay, ``at_once`` forbids one; duplicates still happen."""
        said = Said(len(self.said), key, shop, at, seen, label, wire=wire, honest=honest)
        self.said.append(said)
        self._witness.hear(said)
        if not at_once and self._is_lost(said):
            self._note(who, "network", f"{key} is lost for ever")
            self.lose(said)
            return said
        delay = self._until_back(rng, shop, late or self._delay(rng, at_once))
        if delay > timedelta(minutes=5):
            self._note(who, "network", f"{key} is held up for {delay}")
        self._schedule.after(delay, lambda: self._try(said, who, 0))
        if rng.random() < 0.3 and DUPLICATE in self._kinds:
            copies = 1 + (rng.random() < 0.2)
            for _ in range(copies):
                again = delay + self._delay(rng, at_once=False) + seconds(rng, 0.1, 900)
                self._schedule.after(again, lambda: self._try(said, who, 0))
        return said

    def _until_back(self, rng: random.Random, shop: str, delay: timedelta) -> timedelta:
        """What a shop says while nobody hears it comes in one flood when it is heard again, in any order."""
        gone, back = self.away.get(shop, (None, None))
        if gone is None or not gone <= self._schedule.now + delay < back:
            return delay
        return back - self._schedule.now + seconds(rng, 0, FLOOD.total_seconds())

    def of(self, delivery: Delivery) -> Said:
        """What a shop said with a delivery."""
        if delivery.platform == TOLD:
            return self.said[json.loads(delivery.body)["n"]]
        return self._wired[delivery.shop, delivery.topic, delivery.body]

    def _is_lost(self, said: Said) -> bool:
        """Only orders of the shop that lets us compare are lost: of what stands on no list, nobody can ever know."""
        may = LOST_FOR_EVER in self._kinds and said.shop == self.listed and is_order(said.seen)
        said.lost = may and chances(1, "lost", said.key)[0] < LOST_SHARE
        return said.lost

    def _delay(self, rng: random.Random, at_once: bool) -> timedelta:
        luck, how_far, lost, retries = (rng.random() for _ in range(4))
        delay = seconds(rng, 0.1, 3)
        if at_once:
            return timedelta(seconds=0.1)
        if luck < 0.2 and REORDER in self._kinds:
            longest = 3 * 86_400 if luck < 0.03 else 4 * 3600
            delay += timedelta(seconds=round(how_far * longest))
        if lost < 0.1 and DROP in self._kinds:
            delay += timedelta(seconds=sum(_RETRY_AFTER[: 1 + int(retries * 3)]))
        return delay

    def _try(self, said: Said, who: str, attempt: int) -> None:
        """Post once; whatever is not a 2xx is tried again later, as shops do."""
        body, headers = self._written(said)
        status = self._post(said.shop, body, headers, said.key)
        said.accepted = said.accepted or 200 <= status < 300
        if 200 <= status < 300 or (status < 500 and (said.accepted or not said.honest)):
            return
        self._note(who, "network", f"{said.key} was answered {status}")
        pause = _RETRY_AFTER[min(attempt, len(_RETRY_AFTER) - 1)]
        self._schedule.after(timedelta(seconds=pause), lambda: self._try(said, who, attempt + 1))

    def _written(self, said: Said) -> tuple[bytes, dict[str, str]]:
        if said.wire is None:
            body = json.dumps({"n": said.number}).encode()
            return body, {"content-type": "application/json", "x-key": said.key}
        body, headers = said.wire(self._schedule.now)
        text = body.decode()
        topic = next((headers[name] for name in _TOPICS if name in headers), None) or json.loads(text)["type"]
        self._wired.setdefault((said.shop, topic, text), said)
        return body, headers


class Platform:
    """The adapter of every shop that tells and does not speak: what it says is looked up where it said it."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def __call__(self, platform: str) -> ShopAdapter:
        return self if platform == TOLD else shops.load(platform)

    def verify(self, body, headers, secrets, now):
        """Everything is well signed here; signatures have their own tests."""
        return "told", headers["x-key"], {}

    def observe(self, delivery: Delivery) -> list[Observation] | None:
        """What the shop said."""
        seen = self._network.said[json.loads(delivery.body)["n"]].seen
        if isinstance(seen, Refused):
            raise seen
        return None if seen is None else list(seen)
