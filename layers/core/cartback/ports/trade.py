"""The record of trade: orders with their parcels and returns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from cartback.domain.trade.orders import Order


class Orders(Protocol):
    """Orders by the shop's name for them. Reads are consistent; each row is guarded by its own version."""

    def read(self, shop: str, refs: Iterable[str]) -> dict[str, Order | None]:
        """The rows of these names, None for what is not there. A row may only lead to another (``Order.joined``)."""

    def save(self, shop: str, before: Mapping[str, Order | None], after: Mapping[str, Order | None]) -> None:
        """Write what differs, row by row. Raises ``Conflict`` if one changed since it was read; it is not overwritten.

        What was written before it stays: the same words folded and saved again leave what one save would have.
        """

    def of_names(self, shop: str, names: Iterable[str]) -> list[Order]:
        """The orders that were told with any of these names (``domain.trade.ownership.names_of``), latest last."""
