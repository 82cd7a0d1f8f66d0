"""Where the parcels of an order are."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from cartback.domain.trade import sale
from cartback.domain.trade.part_names import part_id
from cartback.domain.trade.precedence import weight_of
from cartback.domain.trade.registers import Said, heard
from cartback.domain.trade.sale import ParcelSeen, Piece


@dataclass(frozen=True, slots=True)
class Parcel:
    """A parcel as it is known (``sale.ParcelSeen``). ``delayed_at`` and ``failed_at`` are when that was last said."""

    state: str | None = None
    pieces: tuple[Piece, ...] = ()
    carrier: str | None = None
    tracking: str | None = None
    tracking_url: str | None = None
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    delayed_at: datetime | None = None
    failed_at: datetime | None = None
    eta: datetime | None = None
    said: dict[str, Said] = field(default_factory=dict)

    @property
    def is_under_way(self) -> bool:
        """Whether it has left and has not arrived, as far as anybody said."""
        return self.has_left and self.delivered_at is None and self.state != sale.UNDELIVERABLE

    @property
    def has_left(self) -> bool:
        """Whether it was handed over to the carrier."""
        return self.state not in (None, sale.STOPPED) and (
            self.shipped_at is not None or self.state != sale.SHIPPED
        )


def told(parcel: Parcel, seen: ParcelSeen) -> Parcel:
    """Fold in one word of a parcel. What is delivered was shipped, though nobody need have said when."""
    state = seen.state
    return heard(
        parcel,
        {
            "state": state,
            "pieces": seen.pieces,
            "carrier": seen.carrier,
            "tracking": seen.tracking,
            "tracking_url": seen.tracking_url,
            "shipped_at": seen.shipped_at or (seen.at if state == sale.SHIPPED else None),
            "delivered_at": seen.delivered_at or (seen.at if state == sale.DELIVERED else None),
            "delayed_at": seen.at if state == sale.DELAYED else None,
            "failed_at": seen.at if state == sale.UNDELIVERABLE else None,
            "eta": seen.eta,
        },
        seen.at,
        lambda _: weight_of("parcel", seen.source),
    )


def parcel_id(order_ref: str, parcel_ref: str) -> str:
    """The name of a parcel in facts and as the subject of a run."""
    return part_id(order_ref, parcel_ref)
