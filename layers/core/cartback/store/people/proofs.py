"""The chains of consent, read back for whoever has to prove one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartback.domain.consent.evidence import Evidence
from cartback.store.codec import decode, text
from cartback.store.paging import pages
from cartback.store.tables import evidence_key

if TYPE_CHECKING:
    from cartback.store.clients import Clients


class ConsentChains:
    """The entries of the table Ledger that hold what people said."""

    def __init__(self, clients: Clients, table: str) -> None:
        self._clients = clients
        self._table = table

    def of(self, shop: str, person_id: str) -> list[Evidence]:
        """All entries under a person's id, as they lie there: the chain sorts them and says what is wrong."""
        found = pages(
            self._clients.dynamodb.query,
            "read the proof of a consent",
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": text(evidence_key(shop, person_id))},
            ConsistentRead=True,
        )
        return [decode(Evidence, row) for page in found for row in page]
