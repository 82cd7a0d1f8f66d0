"""Standard Webhooks out: a shop's own address is told of the facts that it chose, signed (integrations.md § 1.9).

The receiver verifies ``webhook-id``, ``webhook-timestamp`` and ``webhook-signature`` over the raw bytes. The id is the
fact's, the same for every attempt, so that telling twice is no harm: this is an action that sets.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from cartback.domain.connectors.actions import BODY, NAME, SET, WORD, Done, Wanted, action
from cartback.domain.connectors.limits import Rate
from cartback.domain.connectors.webhooks import key_of, signed
from cartback.domain.shop.calls import Call
from cartback.domain.shop.credentials import SECRET, Needs

if TYPE_CHECKING:
    from cartback.domain.connectors.connection import Connection
    from cartback.ports import Ways

ADDRESS = (
    re.compile(r"(https://[A-Za-z0-9.-]+(:[0-9]{1,5})?|http://127\.0\.0\.1:[0-9]{1,5})(/[!-\"$-~]*)?"),
    "an https address; what follows # is left out",
)
NEEDS = Needs(ways=({"url": ADDRESS, "secret": SECRET},), optional={})
OPTIONS = Needs(ways=({},), optional={})
RATE = Rate(20, timedelta(seconds=1), burst=20)
TAKES_FACTS, BRINGS_DESK, GONE_ENDS_IT = True, False, True
BY_HAND = (
    "Let the receiver verify webhook-signature with the secret, and answer 2xx within 15 seconds.",
    "A receiver that answers 410 is switched off.",
)

_SECONDS = 15.0


class Connector:
    """Tells one address."""

    def __init__(self, connection: Connection, access: Mapping[str, str], ways: Ways) -> None:
        key_of(access["secret"])
        self._url, self._secret = access["url"], access["secret"]
        self._ways = ways

    def check(self) -> str:
        """Send a message of the type ``cartback.checked``, signed like any other."""
        now = self._ways.clock.now()
        body = json.dumps({"type": "cartback.checked", "timestamp": now.isoformat(), "data": {}})
        self._post(f"checked-{int(now.timestamp())}", body)
        return "it took a signed message"

    @action(SET, id=NAME, fact=WORD, body=BODY)
    def tell(self, wanted: Wanted) -> Done:
        """Tell the address of a fact."""
        self._post(wanted.fields["id"], wanted.fields["body"])
        return Done()

    def _post(self, message_id: str, body: str) -> None:
        content = body.encode()
        headers = {
            "content-type": "application/json",
            **signed(self._secret, message_id, self._ways.clock.now(), content),
        }
        self._ways.http.send(
            Call("POST", self._url, headers=headers, body=content, seconds=_SECONDS, follow=False)
        )
