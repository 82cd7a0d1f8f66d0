"""Hear a tool that cannot sign: prove its token, look at its scopes, keep what it tells durably, answer.

It may tell events of the generic schema (``tell:<type>``) or open a task on the desk (``open:task``), and nothing else.
Told twice under one ``Idempotency-Key`` (or ``webhook-id``) is told once; without one, the same bytes are the same
event.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cartback.domain.connectors import tool_tokens
from cartback.domain.desk.entries import TASK, opened
from cartback.domain.errors import Refused, TryLater
from cartback.domain.hashes import short
from cartback.domain.intake import payload_reader
from cartback.domain.intake.delivery import Delivery
from cartback.domain.intake.responses import Answer
from cartback.domain.shop.shop_name import SHOP_NAME
from cartback.usecases.desk.opening import put_on_desk
from cartback.usecases.receive_webhook import readable_json

if TYPE_CHECKING:
    from cartback.domain.connectors.tool_tokens import ToolToken
    from cartback.domain.intake.responses import Visit
    from cartback.ports import Clock, Counters, DeskBook, Metrics, Queue, ToolTokens

LARGEST_BODY = 256_000
MOST_STRANGERS = 120
"""Wrong tokens a minute at one shop, after which nobody is looked up there: a token has 256 bits, a flood costs us."""

_TYPE = re.compile(r"[a-z][a-z0-9_.]{0,99}")
_KEY = re.compile(r"[!-~]{1,200}")
_STRANGER = "token missing or wrong"


@dataclass(frozen=True, slots=True)
class HearTool:
    """Gives 202 once what was told is durable; 401 for a wrong token, 403 for what its scopes do not name, 429 with a
    time for too much of it, 503 while our stores are away."""

    tools: ToolTokens
    counters: Counters
    queue: Queue
    desk: DeskBook
    clock: Clock
    metrics: Metrics

    def __call__(self, shop: str, what: str, visit: Visit) -> Answer:
        """``what`` is ``facts`` or ``tasks``."""
        try:
            return self._heard(shop, what, visit)
        except Refused as refusal:
            return Answer(refusal.status, refusal.reason)
        except TryLater:
            return Answer(503, "try again later")

    def _heard(self, shop: str, what: str, visit: Visit) -> Answer:
        if len(visit.body) > LARGEST_BODY:
            raise Refused(f"body larger than {LARGEST_BODY} bytes", 413)
        token = self._proven(shop, visit.headers.get("authorization", ""))
        count = self.counters.count(shop, f"tool#{token.token_id}", tool_tokens.WITHIN)
        if count > tool_tokens.MOST_A_MINUTE:
            raise Refused("too many requests: try again in a minute", 429)
        text = readable_json(visit.body, visit.headers.get("content-type", ""))
        key = self._key(visit, token)
        if what == "facts":
            return self._told(shop, token, text, key)
        if what == "tasks":
            return self._opened(shop, token, text, key)
        raise Refused("there are facts and tasks", 404)

    def _proven(self, shop: str, header: str) -> ToolToken:
        token_id = tool_tokens.id_of(header)
        known = None
        if token_id is not None and SHOP_NAME.fullmatch(shop):
            known = self.tools.find(shop, token_id)
        if tool_tokens.proves(header, known) and known is not None:
            return known
        if SHOP_NAME.fullmatch(shop):
            strangers = self.counters.count(shop, "tool-strangers", tool_tokens.WITHIN)
            if strangers > MOST_STRANGERS:
                raise Refused("too many requests: try again in a minute", 429)
        raise Refused(_STRANGER, 401)

    def _key(self, visit: Visit, token: ToolToken) -> str:
        """The sender's name for what it tells, apart from those of other tools."""
        said = visit.headers.get("idempotency-key") or visit.headers.get("webhook-id") or ""
        if said and not _KEY.fullmatch(said):
            raise Refused("the header Idempotency-Key must be up to 200 visible characters")
        if not said:
            self.metrics.count("ToolsWithoutKeys")
            said = short("body", visit.body.hex())
        return f"tool-{token.token_id}-{said}"

    def _told(self, shop: str, token: ToolToken, text: str, key: str) -> Answer:
        kind = payload_reader.parse(text)["type"].matching(_TYPE, "a type of event")
        if not tool_tokens.may(token, f"tell:{kind}"):
            raise Refused(f"this token may not tell {kind}", 403)
        self.queue.put(Delivery(shop, "generic", kind, key, self.clock.now(), text))
        return Answer(202, "accepted")

    def _opened(self, shop: str, token: ToolToken, text: str, key: str) -> Answer:
        if not tool_tokens.may(token, tool_tokens.OPEN_TASK):
            raise Refused("this token may not open tasks", 403)
        said = payload_reader.parse(text)
        title, more = said["title"].text(200), said["text"].words(500)
        now = self.clock.now()
        put_on_desk(self.desk, opened(shop, TASK, title, now, key, text=more or "", tool=token.name), now)
        return Answer(202, "accepted")
