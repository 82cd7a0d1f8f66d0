"""Claims by time, through two small indexes of the table Ledger.

* ``InDoubt`` holds a claim from its taking until its mark, so it is nearly always empty: reading it whole costs half
  a read unit, and no list of shops is needed. Two index writes per message, and no call.
* ``ClaimedOn`` sorts the claims of a shop by UTC day and instant. Its keys never change with the claim's state, and
  nothing but keys is projected: one index write per message.

Both are read eventually, so the rows behind them are read again, consistently, before anybody relies on them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from cartback.domain.claims import CLAIMED, Claim
from cartback.store.codec import decode, is_expired, text
from cartback.store.paging import get_rows, pages

if TYPE_CHECKING:
    from cartback.ports import Clock
    from cartback.store.clients import Clients
    from cartback.store.codec import Row

IN_DOUBT, CLAIMED_ON = "InDoubt", "ClaimedOn"


def index_keys(claim: Claim) -> Row:
    """The attributes by which a claim stands in the indexes."""
    at = instant(claim.claimed_at)
    keys = {"claimed_on": text(day_key(claim.shop, claim.claimed_at.date())), "claimed_at": text(at)}
    if claim.state == CLAIMED:
        keys["in_doubt"] = text(f"{at}#{claim.claim_id}")
    return keys


def instant(at: datetime) -> str:
    """An instant as text that sorts like time."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def day_key(shop: str, day: date) -> str:
    """A shop's UTC day."""
    return f"{shop}#{day.isoformat()}"


class DynamoClaimIndex:
    """The port ``ClaimIndex`` on the indexes of the table Ledger."""

    def __init__(self, clients: Clients, ledger: str, clock: Clock) -> None:
        self._clients = clients
        self._ledger = ledger
        self._clock = clock

    def in_doubt(self, before: datetime) -> Iterator[Claim]:
        """See ``ports.ClaimIndex``."""
        ask = {
            "IndexName": IN_DOUBT,
            "FilterExpression": "in_doubt < :before",
            "ExpressionAttributeValues": {":before": text(instant(before))},
        }
        for claim in self._behind("scan", ask):
            if claim.state == CLAIMED and claim.claimed_at < before:
                yield claim

    def claimed_on(self, shop: str, day: date) -> Iterator[Claim]:
        """See ``ports.ClaimIndex``."""
        ask = {
            "IndexName": CLAIMED_ON,
            "KeyConditionExpression": "claimed_on = :day",
            "ExpressionAttributeValues": {":day": text(day_key(shop, day))},
        }
        for claim in self._behind("query", ask):
            if claim.claimed_at.astimezone(UTC).date() == day:
                yield claim

    def _behind(self, verb: str, ask: dict[str, Any]) -> Iterator[Claim]:
        """The claims that an index names, page by page, each as its row stands now."""
        read = getattr(self._clients.dynamodb, verb)
        for page in pages(read, "look for claims", TableName=self._ledger, **ask):
            yield from self._rows([{"pk": item["pk"], "sk": item["sk"]} for item in page])

    def _rows(self, keys: list[Row]) -> list[Claim]:
        now = self._clock.now()
        found = {
            row["pk"]["S"]: decode(Claim, row)
            for _, row in get_rows(self._clients, ((self._ledger, key) for key in keys), "read claims")
            if not is_expired(row, now)
        }
        return [found[key["pk"]["S"]] for key in keys if key["pk"]["S"] in found]
