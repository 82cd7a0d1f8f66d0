"""The texts of shops in the table ``Settings``.

Beside a shop's settings, in its partition (``pk``), stand the row ``current#texts`` with all texts of its own, and one
row ``texts#000001`` per version with the one text that it changed, as it was and as it became: a hundred changed words
do not keep a hundred copies of everything.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cartback.domain.wording.own import ShopTexts, TextChange
from cartback.store.codec import decode, packed, text
from cartback.store.errors import translated
from cartback.store.guarded import put_over
from cartback.store.paging import pages
from cartback.store.shop.settings import CURRENT, CachedSettings

if TYPE_CHECKING:
    from cartback.store.clients import Clients
    from cartback.store.codec import Row

CURRENT_TEXTS = f"{CURRENT}#texts"


def change_key(version: int) -> str:
    """The sort key of a version: padded, so that versions sort as they grew."""
    return f"texts#{version:06d}"


class DynamoTextBook:
    """The port ``TextBook``, for the operator."""

    def __init__(self, clients: Clients, table: str) -> None:
        self._clients, self._table = clients, table

    def read(self, shop: str) -> ShopTexts:
        """See ``ports.TextBook``."""
        key = {"pk": text(shop), "sk": text(CURRENT_TEXTS)}
        with translated("read the texts"):
            answer = self._clients.dynamodb.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        row = answer.get("Item")
        return ShopTexts(shop) if row is None else decode(ShopTexts, row)

    def put(self, texts: ShopTexts, change: TextChange) -> None:
        """See ``ports.TextBook``."""
        pk = text(texts.shop)
        current = {"pk": pk, "sk": text(CURRENT_TEXTS), "body": packed(texts)}
        kept = {"pk": pk, "sk": text(change_key(change.version)), "body": packed(change)}
        puts = [put_over(self._table, current, texts.version - 1), put_over(self._table, kept, 0)]
        with translated("keep the texts"):
            self._clients.dynamodb.transact_write_items(TransactItems=[{"Put": put} for put in puts])

    def changes(self, shop: str) -> Iterator[TextChange]:
        """See ``ports.TextBook``. Pages are read as far as somebody looks."""
        found = pages(
            self._clients.dynamodb.query,
            "list changes of texts",
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :kept)",
            ExpressionAttributeValues={":pk": text(shop), ":kept": text("texts#")},
            ScanIndexForward=False,
            ConsistentRead=True,
            Limit=100,
        )
        return (decode(TextChange, row) for page in found for row in page)


class SpokenSettings(CachedSettings):
    """What a sender reads: beside policy and face the shop's own texts, in the same call and as fresh.

    The two rows stand side by side, so one query gives both, and a shop without texts costs no more than without them.
    """

    def texts(self, shop: str) -> ShopTexts | None:
        """The texts of a shop's own; None if it never had any. They are read with its policy."""
        self._present(shop)
        return self._texts.get(shop)

    def _read(self, shop: str) -> Row | None:
        found = pages(
            self._clients.dynamodb.query,
            "read the settings",
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND sk BETWEEN :settings AND :texts",
            ExpressionAttributeValues={
                ":pk": text(shop),
                ":settings": text(CURRENT),
                ":texts": text(CURRENT_TEXTS),
            },
            ConsistentRead=True,
        )
        rows = {row["sk"]["S"]: row for page in found for row in page}
        self._texts.pop(shop, None)
        if CURRENT_TEXTS in rows:
            self._texts[shop] = decode(ShopTexts, rows[CURRENT_TEXTS])
        return rows.get(CURRENT)
