"""The tables and how their keys are made: every key starts with the shop, so that no shop reaches another's rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from cartback.domain.hashes import short
from cartback.store.codec import text
from cartback.store.paging import get_rows

if TYPE_CHECKING:
    from cartback.store.clients import Clients
    from cartback.store.codec import Row

CARTS_KEPT = timedelta(days=180)
PEOPLE_KEPT = timedelta(days=730)
INDEXED = "*#owned"
"""The row of the table Carts that says that every row of a cart is in the index; no shop is called like this.

It lives far longer than a cart that is not, so it need not be renewed before all are.
"""

LEDGER_KEPT = timedelta(days=400)
LAPSED_LINKS_KEPT = timedelta(days=60)
CATALOGUE_KEPT = timedelta(days=730)
ORDERS_KEPT = timedelta(days=730)
ORDER_ROW = "order"
"""The sort key of an order's own row, among those of its buyer's names."""
STRAYS_KEPT = timedelta(days=90)
"""Words of an order that was never told: a parcel, a refund, an attempt to pay."""


@dataclass(frozen=True, slots=True)
class Tables:
    """The names of the tables of one stack."""

    carts: str = ""
    customers: str = ""
    ledger: str = ""
    catalogue: str = ""
    orders: str = ""
    desk: str = ""


def cart_key(shop: str, cart_id: str) -> str:
    """A cart."""
    return f"{shop}#cart#{cart_id}"


def told_key(shop: str, cart_id: str) -> str:
    """The account that a cart was told with, which need not be its owner's."""
    return f"{shop}#told#{cart_id}"


def owned_by(shop: str, name: str) -> str:
    """Whose a cart is, as the index ``OwnedBy`` has it: the id of a person's row, or the hash of an account."""
    return f"{shop}#{name}"


def ref_key(shop: str, ref: str) -> str:
    """A shop's own name for a cart; hashed, because some shops' cart tokens open the cart."""
    return f"{shop}#ref#{short('ref', ref, length=40)}"


def person_key(shop: str, person_id: str) -> str:
    """A person."""
    return f"{shop}#person#{person_id}"


def alias_key(shop: str, alias: str) -> str:
    """A hash by which a person is recognised."""
    return f"{shop}#alias#{alias}"


def evidence_key(shop: str, person_id: str) -> str:
    """Everything that a person ever agreed to or refused, one row each."""
    return f"{shop}#consent#{person_id}"


def request_key(shop: str, request_id: str) -> str:
    """A sign-up that waits for its confirmation."""
    return f"{shop}#request#{request_id}"


def count_key(shop: str, name: str, window: int) -> str:
    """A counter of one window of time."""
    return f"{shop}#count#{name}#{window}"


def order_key(shop: str, order_ref: str) -> str:
    """An order."""
    return f"{shop}#order#{order_ref}"


def buyer_key(shop: str, name: str) -> str:
    """The orders that were told with a name of somebody's, by its hash; a shorter one of it, since it is kept long."""
    return f"{shop}#buyer#{short('buyer', name, length=24)}"


def stock_key(shop: str, variant_id: str) -> str:
    """A variant."""
    return f"{shop}#variant#{variant_id}"


def product_key(shop: str, product_id: str) -> str:
    """Which variants a product has."""
    return f"{shop}#product#{product_id}"


def inventory_key(shop: str, inventory_ref: str) -> str:
    """A shop's inventory item."""
    return f"{shop}#inventory#{inventory_ref}"


def get_all(
    clients: Clients, wanted: Mapping[str, list[str]], sorted_as: Mapping[str, str] | None = None
) -> dict[tuple[str, str], Row]:
    """Read rows of several tables by key, consistently: ``{table: [pk, …]}`` to ``{(table, pk): row}``.

    ``sorted_as`` is the sort key of the rows that are meant, in tables that have one. One request per hundred keys.
    Raises TryLater if DynamoDB keeps answering with a part only.
    """
    further = {table: {"sk": text(sk)} for table, sk in (sorted_as or {}).items()}
    keys = [
        (table, {"pk": text(pk)} | further.get(table, {}))
        for table, pks in wanted.items()
        for pk in dict.fromkeys(pks)
    ]
    return {(table, row["pk"]["S"]): row for table, row in get_rows(clients, keys, "read rows")}
