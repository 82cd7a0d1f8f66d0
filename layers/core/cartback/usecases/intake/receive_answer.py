"""Take in what is told of short messages: prove the provider, keep a farewell or a receipt durably, answer.

Imported by a door that starts cold before an impatient provider: only the standard library and the one channel's
file are touched here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cartback.domain.errors import Refused, TryLater
from cartback.domain.intake.delivery import Delivery, ShopKeys
from cartback.domain.intake.responses import Answer
from cartback.domain.messaging.opt_out_reply import ANSWERS, NEWS, TOPIC, packed
from cartback.domain.shop.shop_name import SHOP_NAME
from cartback.usecases.receive_webhook import STRANGER

if TYPE_CHECKING:
    from cartback.domain.intake.responses import Visit
    from cartback.ports import AnswerLine, Clock, Keys, Queue

LARGEST_BODY = 256_000
_NOBODY = ShopKeys("nobody", ("the secret of no shop",))


@dataclass(frozen=True, slots=True)
class ReceiveAnswer:
    """Hear one request of a provider about one shop and channel.

    Gives what the provider wants to hear once a farewell or a receipt is durable; 4xx with one line for what it got
    wrong (403 for a proof that does not fit, for another account, and for a shop that is not there, after the same
    work); 503 when our queue or secret store cannot be reached. What somebody writes is neither kept nor logged,
    only that they did where a channel is for talking.
    """

    keys: Keys
    queue: Queue
    clock: Clock
    line: Callable[[str], AnswerLine]
    public_url: str = ""

    def __call__(self, shop: str, channel: str, visit: Visit, host: str, path: str) -> Answer:
        """``host`` is the API's own name for itself, never a header's; ``path`` what was asked of it.

        Providers sign the address that they were given. That is the shop's own domain or the API's: both are ours.
        """
        query = f"?{visit.query}" if visit.query else ""
        origins = dict.fromkeys((self.public_url.rstrip("/") or f"https://{host}", f"https://{host}"))
        try:
            return self._heard(shop, channel, visit, [f"{origin}{path}{query}" for origin in origins])
        except Refused as refusal:
            return Answer(refusal.status, STRANGER if refusal.status == 403 else refusal.reason)
        except TryLater:
            return Answer(503, "try again later")

    def _heard(self, shop: str, channel: str, visit: Visit, urls: Sequence[str]) -> Answer:
        line = self.line(channel)
        if len(visit.body) > LARGEST_BODY:
            raise Refused(f"body larger than {LARGEST_BODY} bytes", 413)
        keys = self._prove(f"{shop}/{channel}" if SHOP_NAME.fullmatch(shop) else None, line, visit, urls)
        now = self.clock.now()
        heard = line.hear(visit, now)
        ours = keys.api.get("account", "")
        if heard.account and ours and heard.account != ours:
            raise Refused(STRANGER, 403)
        if heard.news is not None:
            told = {name: {**each, "shop": shop} for name, each in heard.news.items()}
            key, body = f"{channel}:{heard.key}", json.dumps(told, separators=(",", ":"))
            self.queue.put(Delivery(shop, ANSWERS, NEWS, key, now, body))
        if heard.farewells or heard.wrote:
            key, body = f"{channel}:{heard.key}", packed(heard.farewells, heard.wrote)
            self.queue.put(Delivery(shop, ANSWERS, TOPIC, key, now, body))
        return heard.answer

    def _prove(self, name: str | None, line: AnswerLine, visit: Visit, urls: Sequence[str]) -> ShopKeys:
        """The keys of a shop, one of whose secrets vouches for the visit."""
        known = self.keys.of(name) if name else None
        try:
            line.prove(visit, urls, (known or _NOBODY).secrets)
        except Refused as refusal:
            newer = self.keys.again(name) if name and refusal.status == 403 else None
            if newer is None:
                raise
            line.prove(visit, urls, newer.secrets)
            return newer
        if known is None:
            raise Refused(STRANGER, 403)
        return known
