"""Dynamics 365 Business Central: change notifications without content (integrations.md § 1.4).

Nothing is signed. Who notifies us knows the word in the path and the ``clientState`` of our subscription, and all
that it can achieve is that we read the shop's own API. Any answer but 2xx, 408, 429 and 5xx ends a subscription.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from cartback.domain.errors import Refused
from cartback.domain.intake import payload_reader
from cartback.domain.intake.responses import Answer, Arrival, Visit, opens
from cartback.domain.intake.signatures import proven

if TYPE_CHECKING:
    from cartback.domain.intake.voices import Claim
    from cartback.domain.observations import Fetch, Observation
    from cartback.ports import Delivery, ShopKeys

# There is one kind of delivery; what it is about stands in each notification's ``resource``.
TOPICS: dict[str, str] = {"notification": "notification"}

LONGEST_TOKEN = 2048
MOST_NOTIFICATIONS = 1000
_KEPT = ("subscriptionId", "resource", "changeType", "lastModifiedDateTime")
_TOKEN = re.compile(r"[!-~]+")


def verify(
    body: bytes, headers: Mapping[str, str], secrets: Sequence[str], now: datetime
) -> tuple[str, str, dict[str, str]]:
    """Turn away, with 401: this sender signs nothing, so it has to come by the path that ``greet`` keeps."""
    raise Refused("the path is wrong", 401)


def greet(visit: Visit, keys: ShopKeys, now: datetime) -> Answer | Arrival | None:
    """Answer the handshake with its token, or let in the notifications that carry our ``clientState``.

    Raises ``Refused`` with 401 for whoever does not know the word in the path. Who does, but says another
    ``clientState``, is told 200 and dropped: a 401 would end a subscription that may only be older than the secret.
    """
    if not opens(visit.word, keys.secrets):
        raise Refused("the path is wrong", 401)
    query = dict(parse_qsl(visit.query))
    if "validationToken" in query:
        token = query["validationToken"]
        if len(token) > LONGEST_TOKEN or not _TOKEN.fullmatch(token):
            raise Refused("validationToken is malformed")
        return Answer(200, token, kind="text/plain", exact=True)
    if visit.method != "POST":
        raise Refused("nothing to validate")
    try:
        ours = [one for one in _notifications(visit.body) if _is_ours(one, keys.secrets)]
    except Refused:
        return _DROPPED
    if not ours:
        return _DROPPED
    named = sorted("\x1f".join(str(one.get(name)) for name in _KEPT) for one in ours)
    # The clientState is our secret: it goes no further than this.
    kept = [{name: one.get(name) for name in _KEPT} for one in ours]
    key = hashlib.sha256("\x1e".join(named).encode("utf-8", "replace")).hexdigest()
    return Arrival("notification", key, json.dumps({"value": kept}))


def known_as(keys: ShopKeys) -> list[str]:
    """The company that the shop was connected by."""
    return [keys.api.get("company", "").lower()]


def claims(delivery: Delivery) -> list[Claim]:
    """What a delivery says of its sender, see ``ports.Speaker``."""
    from cartback.shops.business_central import voice

    return voice.claims(delivery)


def observe(delivery: Delivery) -> list[Observation] | None:
    """Translate a delivery into what is to be fetched; None for a topic that is not ours."""
    name = TOPICS.get(delivery.topic)
    if name is None:
        return None
    from cartback.shops.business_central import notifications

    return notifications.read(delivery)


def fetched(wanted: Fetch, documents: Sequence[str]) -> list[Observation]:
    """Translate what the API has of an entity; one that is gone is told as deleted."""
    from cartback.domain.intake.salvage import despite
    from cartback.shops.business_central import entities, notifications, traces

    if not documents and "$filter" not in wanted.resource:
        return notifications.deleted(wanted.kind, wanted.resource, wanted.at)

    def read(text: str) -> list[Observation]:
        return despite(lambda: entities.translate(wanted, text), lambda: traces.of(wanted, text))

    return [seen for document in documents for seen in read(document)]


_DROPPED = Answer(200, "dropped", counted="NotificationsDropped")


def _notifications(body: bytes) -> list[dict[str, object]]:
    try:
        text = body.decode("utf-8-sig")  # before version 19 with a byte order mark
    except UnicodeDecodeError:
        raise Refused("the body is not UTF-8") from None
    members = payload_reader.parse(text)["value"].each(MOST_NOTIFICATIONS)
    return [member.value for member in members if isinstance(member.value, dict)]


def _is_ours(notification: dict[str, object], secrets: Sequence[str]) -> bool:
    state = notification.get("clientState")
    ours = proven(secrets, [state] if isinstance(state, str) else [], str.encode)
    texts = (notification.get(name) for name in _KEPT)
    return ours and all(isinstance(text, str) and len(text) <= 2000 for text in texts)
