"""Tell a shop's own tools of the facts that they chose, and again by the schedule until they have taken them.

The first attempt is made at once. What a receiver did not take is kept as a delivery with the time of its next attempt;
a sweep sends on what is due. After the last attempt a person sees it, and nothing is lost: the row says what it was.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from cartback.domain.claims import EffectKey
from cartback.domain.connectors.actions import renamed
from cartback.domain.connectors.deliveries import DELIVERY, Waiting, tried_again
from cartback.domain.desk.entries import UNKNOWN, opened
from cartback.domain.errors import Doubtful, Refused
from cartback.domain.subject import Subject
from cartback.usecases.connectors.asked import Asked
from cartback.usecases.desk.opening import put_on_desk

if TYPE_CHECKING:
    from cartback.domain.connectors.connection import Connection
    from cartback.ports import Clock, Connections, DeskBook, Metrics, WaitingWork
    from cartback.usecases.act import Act

FLOW, STEP = "facts", "tell"
LONGEST_SWEEP = timedelta(seconds=60)
"""After which a sweep leaves the rest to the next one: receivers may take fifteen seconds each."""

_GONE = 410


@dataclass(frozen=True, slots=True)
class ForwardFacts:
    """Tell at once, and keep what was not taken."""

    connections: Connections
    act: Act
    work: WaitingWork
    desk: DeskBook
    clock: Clock
    metrics: Metrics

    def __call__(self, fact: Mapping[str, Any]) -> dict[str, int]:
        """Tell everybody who chose this fact; gives how many took it, and for how many it waits."""
        shop, name = str(fact["shop"]), str(fact["fact"])
        counts = {"told": 0, "waiting": 0}
        for connection in self.connections.connected(shop):
            if name in connection.facts and connection.is_on:
                waiting = self._delivery(connection, fact)
                counts["told" if self._sent(waiting) else "waiting"] += 1
        return counts

    def send_due(self, shops: Sequence[str]) -> dict[str, int]:
        """Send on what is due at these shops, for as long as a sweep may last; the next one goes on."""
        began, counts = self.clock.now(), {"told": 0, "waiting": 0}
        for shop in shops:
            for waiting in self.work.due(shop, began):
                if self.clock.now() >= began + LONGEST_SWEEP:
                    return counts
                counts["told" if self._sent(waiting) else "waiting"] += 1
        return counts

    def _sent(self, waiting: Waiting) -> bool:
        """One attempt; whether it is over, taken or not."""
        connection = self.connections.read(waiting.shop, waiting.connector, waiting.account)
        if connection is None or not connection.is_on:
            self.work.over(waiting)  # whoever took the receiver away was told of that
            self.metrics.count("FactsNotTold")
            return True
        try:
            answer = self.act(_asked(waiting))
        except (Refused, Doubtful) as failure:
            gone = isinstance(failure, Refused) and failure.status == _GONE
            return self._again(waiting, failure.reason, 0, ends=gone)
        if answer["next"] == "done":
            self.work.over(waiting)
            return True
        return self._again(waiting, "it was not taken", int(answer["wait_seconds"]))

    def _again(self, waiting: Waiting, because: str, seconds: int, *, ends: bool = False) -> bool:
        now = self.clock.now()
        following = None if ends else tried_again(waiting, because, seconds, now)
        if following is not None:
            self.work.wait(following)
            return False
        self.work.over(waiting)
        title = f"A fact could not be told to {waiting.connector}/{waiting.account}"
        told = dict(waiting.fields or {})
        entry = opened(
            waiting.shop,
            UNKNOWN,
            title,
            now,
            waiting.work_id,
            because=because,
            fact=told.get("fact", ""),
            id=told.get("id", ""),
        )
        put_on_desk(self.desk, entry, now)
        self.metrics.count("FactsNotTold")
        return True

    def _delivery(self, connection: Connection, fact: Mapping[str, Any]) -> Waiting:
        now = self.clock.now()
        data = renamed(dict(fact["data"]), connection.mapping)
        body = {"type": fact["fact"], "timestamp": fact["at"], "data": {"shop": fact["shop"], **data}}
        fields = {
            "id": str(fact["id"]),
            "fact": str(fact["fact"]),
            "body": json.dumps(body, separators=(",", ":"), ensure_ascii=False),
        }
        place = (connection.shop, connection.connector, connection.account)
        target = f"{connection.connector}.tell"
        step = f"{STEP}.{connection.account}"
        work_id = EffectKey(connection.shop, FLOW, _about(fields), step, target).claim_id
        return Waiting(*place, work_id, DELIVERY, "", now, now, action="tell", fields=fields)


def _about(fields: Mapping[str, str]) -> Subject:
    return Subject("fact", fields["id"], 1)


def _asked(waiting: Waiting) -> Asked:
    fields = waiting.fields or {}
    step, target = f"{STEP}.{waiting.account}", f"{waiting.connector}.{waiting.action}"
    return Asked(
        waiting.shop, FLOW, waiting.work_id, _about(fields), step, target, fields, account=waiting.account
    )
