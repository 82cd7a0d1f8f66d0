"""Take a webhook in: verify, keep durably, answer. Nothing else happens before the queue has it.

Imported by the intake door on every cold start, whose senders wait a few seconds and then switch us off: so only the
standard library and the shop's own adapter are touched here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cartback.domain.errors import Refused, TryLater
from cartback.ports import Clock, Delivery, Keys, Queue, ShopAdapter, ShopKeys

LARGEST_BODY = 1_000_000
DEEPEST = 64
_SHOP = re.compile(r"[a-z0-9][a-z0-9-]{1,39}", re.ASCII)
_NOBODY = ShopKeys("generic", ("whsec_" + "A" * 43 + "=",))


@dataclass(frozen=True, slots=True)
class Answer:
    """What the sender is told: a status and one line."""

    status: int
    line: str


@dataclass(frozen=True, slots=True)
class ReceiveWebhook:
    """Accept one webhook of one shop.

    Gives 202 once the event is durable, 4xx with a one-line reason for what the sender got wrong, 503 when our own
    queue or secret store cannot be reached, so that the sender sends again. An unknown shop is answered like a
    wrong signature, after the same work.
    """

    keys: Keys
    queue: Queue
    clock: Clock
    adapter: Callable[[str], ShopAdapter]

    def __call__(self, shop: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        try:
            return self._accept(shop, body, headers)
        except Refused as refusal:
            return Answer(refusal.status, refusal.reason)
        except TryLater:
            return Answer(503, "try again later")

    def _accept(self, shop: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        if len(body) > LARGEST_BODY:
            raise Refused(f"body larger than {LARGEST_BODY} bytes", 413)
        now = self.clock.now()
        known = self.keys.of(shop) if _SHOP.fullmatch(shop) else None
        keys = known or _NOBODY
        adapter = self.adapter(keys.platform)
        try:
            topic, key, kept = adapter.verify(body, headers, keys.secrets, now)
        except Refused as refusal:
            if known is None or refusal.status == 401:
                raise Refused("signature missing or wrong", 401) from refusal
            raise
        if known is None:
            raise Refused("signature missing or wrong", 401)
        text = readable_json(body, headers.get("content-type", ""))
        self.queue.put(Delivery(shop, keys.platform, topic, key, now, text, kept))
        return Answer(202, "accepted")


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


def deeper_than(text: str, levels: int) -> bool:
    """Whether brackets outside strings nest deeper than ``levels``; never recurses itself.

    Splitting at quotes leaves every second piece outside of strings, once escapes are gone.
    """
    if text.count("[") + text.count("{") <= levels:
        return False
    depth = 0
    for outside in text.replace("\\\\", "").replace('\\"', "").split('"')[::2]:
        for character in outside:
            if character in "[{":
                depth += 1
                if depth > levels:
                    return True
            elif character in "]}":
                depth -= 1
    return False
