"""Take a webhook in: verify, keep durably, answer. Nothing else happens before the queue has it.

Imported by the intake door on every cold start, whose senders wait a few seconds and then switch us off: so only the
standard library and the shop's own adapter are touched here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cartback.domain.errors import Refused, TryLater
from cartback.domain.intake.delivery import KNOWN_AS, Delivery, ShopKeys
from cartback.domain.intake.json_limits import deeper_than
from cartback.domain.intake.responses import Answer, Visit
from cartback.domain.shop.shop_name import SHOP_NAME

if TYPE_CHECKING:
    from datetime import datetime

    from cartback.ports import Clock, Keys, Metrics, Queue, Refusals, ShopAdapter

STRANGER = "signature missing or wrong"
UNKNOWN = "-"
"""The name, which no shop can have, that refusals at the doors of all unknown shops are counted under: a flood of
invented names makes one row, and costs the same time as one at a shop that is there."""
LARGEST_BODY = 6_000_000
"""What Lambda is handed at most (6 MB, the event around it included). An order of 500 engraved lines has 1.9 MB."""
DEEPEST = 64
_PING = re.compile(rb"webhook_id=[0-9]{1,19}")
_NOBODY = ShopKeys("generic", ("whsec_" + "A" * 43 + "=",))


@dataclass(frozen=True, slots=True)
class ReceiveWebhook:
    """Accept one webhook of one shop.

    Gives 202 once the event is durable, 4xx with a one-line reason for what the sender got wrong, 503 when our own
    queue or secret store cannot be reached, so that the sender sends again. An unknown shop is answered like a
    wrong signature, after the same work. Senders with manners of their own are answered as their adapter says.
    """

    keys: Keys
    queue: Queue
    clock: Clock
    adapter: Callable[[str], ShopAdapter]
    metrics: Callable[[], Metrics] | None = None  # made when needed: nearly no webhook counts anything
    refusals: Callable[[], Refusals] | None = None  # likewise: a good signature imports nothing of it

    def __call__(
        self,
        shop: str,
        body: bytes,
        headers: Mapping[str, str],
        *,
        method: str = "POST",
        word: str = "",
        query: str = "",
    ) -> Answer:
        """Take lower-cased headers; ``word`` is what follows the shop in the path, ``query`` the raw query."""
        visit = Visit(method, word, query, dict(headers), body)
        try:
            answer = self._accept(shop, visit)
        except Refused as refusal:
            if refusal.status != 401:
                return Answer(refusal.status, refusal.reason)
            self._note(shop)
            return Answer(401, STRANGER)
        except TryLater:
            return Answer(503, "try again later")
        if answer.counted and self.metrics is not None:
            self.metrics().count(answer.counted)
            self._note(shop)
        return answer

    def _note(self, shop: str) -> None:
        """Count a refused signature for the operator to see. The answer never waits or fails for that."""
        if self.refusals is None:
            return
        try:
            known = SHOP_NAME.fullmatch(shop) and self.keys.of(shop)
            self.refusals().refused(shop if known else UNKNOWN)
        except TryLater:
            return

    def _accept(self, shop: str, visit: Visit) -> Answer:
        if len(visit.body) > LARGEST_BODY:
            raise Refused(f"body larger than {LARGEST_BODY} bytes", 413)
        if visit.method == "POST" and not visit.word and is_ping(visit):
            return Answer(200, "welcome")
        now = self.clock.now()
        known = self.keys.of(shop) if SHOP_NAME.fullmatch(shop) else None
        try:
            return self._judged(shop, visit, known or _NOBODY, now)
        except Refused as refusal:
            if refusal.status != 401:
                if known is None:
                    raise Refused(STRANGER, 401) from refusal
                raise
        newer = self.keys.again(shop) if SHOP_NAME.fullmatch(shop) else None
        if newer is None:
            raise Refused(STRANGER, 401)
        return self._judged(shop, visit, newer, now)

    def _judged(self, shop: str, visit: Visit, keys: ShopKeys, now: datetime) -> Answer:
        adapter = self.adapter(keys.platform)
        greet = getattr(adapter, "greet", None)
        greeting = greet(visit, keys, now) if greet is not None else None
        if isinstance(greeting, Answer):
            return greeting
        if greeting is not None:
            kept = _known_as(adapter, keys)
            self.queue.put(
                Delivery(shop, keys.platform, greeting.topic, greeting.key, now, greeting.body, kept)
            )
            return Answer(202, "accepted")
        if visit.word or visit.method != "POST":
            raise Refused(STRANGER, 401)
        signers = getattr(adapter, "signers", None)
        secrets = signers(keys, now) if signers is not None else keys.secrets
        topic, key, kept = adapter.verify(visit.body, visit.headers, secrets, now)
        if keys is _NOBODY:
            raise Refused(STRANGER, 401)
        text = readable_json(visit.body, visit.headers.get("content-type", ""))
        self.queue.put(Delivery(shop, keys.platform, topic, key, now, text, kept | _known_as(adapter, keys)))
        return Answer(202, "accepted")


def _known_as(adapter: ShopAdapter, keys: ShopKeys) -> dict[str, str]:
    """The names of the shop's connection, for the worker, who does not look into secrets for each event."""
    known_as = getattr(adapter, "known_as", None)
    names = " ".join(filter(None, known_as(keys))) if known_as is not None else ""
    return {KNOWN_AS: names} if names else {}


def is_ping(visit: Visit) -> bool:
    """Whether this is how WooCommerce tries an address: a form of one field, neither signed nor named.

    It switches the webhook on only for a 200. Every shop's name is answered alike, known or not, so that the answer
    tells nobody which shops there are; nothing is done with it (class-wc-webhook.php, ``deliver_ping``).
    """
    form = visit.headers.get("content-type", "").partition(";")[0].strip().lower()
    return form == "application/x-www-form-urlencoded" and _PING.fullmatch(visit.body) is not None


def readable_json(body: bytes, content_type: str) -> str:
    """The body as text, if it is JSON that we dare to parse. Raises Refused (415, 400) otherwise."""
    if "json" not in content_type.partition(";")[0].lower():
        raise Refused("content type must be application/json", 415)
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused("body is not UTF-8", 400) from error
    if deeper_than(text, DEEPEST):
        raise Refused(f"JSON deeper than {DEEPEST} levels", 400)
    try:
        json.loads(text, parse_int=str, parse_float=str)
    except (ValueError, RecursionError) as error:
        raise Refused("body is not JSON", 400) from error
    return text
