"""Hear that somebody pressed a button in Slack: prove the sender, know the person, decide, and tell them.

Slack signs ``v0:<timestamp>:<raw body>`` with the app's signing secret (integrations.md § 1.10); what is older than
five minutes is refused. The body is a form with one field ``payload``. A button carries an entry's name; whose press
counts is the shop's to say (``people``).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from cartback.domain.connectors.connection import MAIN
from cartback.domain.desk.entries import DONE
from cartback.domain.errors import Doubtful, Refused, TryLater
from cartback.domain.intake.responses import Answer
from cartback.domain.intake.signatures import proven
from cartback.domain.shop.calls import Call, document
from cartback.domain.shop.shop_name import SHOP_NAME

if TYPE_CHECKING:
    from datetime import datetime

    from cartback.domain.intake.responses import Visit
    from cartback.ports import Clock, Connections, ConnectorKeys, Http
    from cartback.usecases.desk.decide import Decide

CONNECTOR = "slack"
TOLERANCE_SECONDS = 300
LARGEST_BODY = 256_000
_STRANGER = "signature missing or wrong"
_NOBODY = "the signing secret of nobody"
_SECONDS = re.compile(r"[0-9]{1,11}")
_ENTRY = re.compile(r"[0-9a-f]{16}")
_PREFIX = "cartback."
_ANSWER_SECONDS = 1.5
"""Slack waits three seconds for the whole."""


@dataclass(frozen=True, slots=True)
class PressButton:
    """``people`` reads who is who from a connection's options (``connectors.slack.people_of``)."""

    connections: Connections
    keys: ConnectorKeys
    decide: Decide
    http: Callable[[], Http]
    people: Callable[[Mapping[str, str]], Mapping[str, str]]
    clock: Clock

    def __call__(self, shop: str, visit: Visit) -> Answer:
        """200 for whatever Slack itself signed, 401 for anybody else, 503 while our stores are away."""
        try:
            return self._pressed(shop, visit)
        except Refused as refusal:
            return Answer(refusal.status, refusal.reason)
        except TryLater:
            return Answer(503, "try again later")

    def _pressed(self, shop: str, visit: Visit) -> Answer:
        if len(visit.body) > LARGEST_BODY:
            raise Refused(f"body larger than {LARGEST_BODY} bytes", 413)
        known = self.keys.of(f"{shop}/{CONNECTOR}/{MAIN}") if SHOP_NAME.fullmatch(shop) else None
        secret = (known or {}).get("signing_secret") or _NOBODY
        _prove(visit, secret, self.clock.now())
        if secret == _NOBODY:
            raise Refused(_STRANGER, 401)
        press = _read(visit.body)
        connection = self.connections.read(shop, CONNECTOR, MAIN)
        actor = self.people(connection.options).get(press.user) if connection is not None else None
        self._say(press.response_url, self._became(shop, press, actor))
        return Answer(200, "heard")

    def _became(self, shop: str, press: _Press, actor: str | None) -> str:
        """What became of it, in words for whoever pressed."""
        if actor is None:
            return "You are not named in this shop's connection, so your answer does not count."
        try:
            entry = self.decide(shop, press.entry, press.word, actor, "by a button")
        except Refused as refusal:
            return f"Your answer does not count: {refusal.reason}"
        return (
            f"{entry.title}: {entry.outcome}"
            if entry.state == DONE
            else f"{entry.title}: one more person has to say yes"
        )

    def _say(self, url: str, text: str) -> None:
        """Tell only whoever pressed. That it was decided does not depend on it."""
        if not url:
            return
        body = document({"response_type": "ephemeral", "replace_original": False, "text": text})
        headers = {"content-type": "application/json"}
        try:
            self.http().send(
                Call("POST", url, headers=headers, body=body, seconds=_ANSWER_SECONDS, follow=False)
            )
        except (Refused, TryLater, Doubtful):
            return


@dataclass(frozen=True, slots=True)
class _Press:
    """Who pressed what."""

    user: str
    entry: str
    word: str
    response_url: str


def _prove(visit: Visit, secret: str, now: datetime) -> None:
    stamp = visit.headers.get("x-slack-request-timestamp", "")
    signed = b":".join((b"v0", stamp.encode("utf-8", "replace"), visit.body))
    given = [visit.headers.get("x-slack-signature", "")]

    def proof(key: str) -> bytes:
        return b"v0=" + hmac.new(key.encode(), signed, hashlib.sha256).hexdigest().encode()

    if not proven([secret], given, proof) or not _SECONDS.fullmatch(stamp):
        raise Refused(_STRANGER, 401)
    if abs(now.timestamp() - int(stamp)) > TOLERANCE_SECONDS:
        raise Refused("the timestamp is more than five minutes away", 401)


def _read(body: bytes) -> _Press:
    """The press in a signed body. Raises Refused for one of another shape."""
    try:
        (text,) = parse_qs(body.decode(), max_num_fields=10)["payload"]
        said: Any = json.loads(text)
        (action,) = said["actions"]
        user, entry, name = str(said["user"]["id"]), str(action["value"]), str(action["action_id"])
        url = str(said.get("response_url") or "")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Refused("this is no press of a button") from error
    if not name.startswith(_PREFIX) or not _ENTRY.fullmatch(entry):
        raise Refused("this is no button of ours")
    host = urlsplit(url).hostname or ""
    is_slacks = host == "slack.com" or host.endswith((".slack.com", ".slack-gov.com")) or host == "127.0.0.1"
    return _Press(user, entry, name.removeprefix(_PREFIX), url if is_slacks else "")
