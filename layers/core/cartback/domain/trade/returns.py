"""What comes back of an order."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from cartback.domain.trade import sale
from cartback.domain.trade.part_names import part_id
from cartback.domain.trade.precedence import weight_of
from cartback.domain.trade.registers import Said, heard
from cartback.domain.trade.sale import Piece, ReturnSeen


@dataclass(frozen=True, slots=True)
class Return:
    """A return as it is known (``sale.ReturnSeen``)."""

    state: str = ""
    pieces: tuple[Piece, ...] = ()
    reason: str | None = None
    requested_at: datetime | None = None
    received_at: datetime | None = None
    closed_at: datetime | None = None
    said: dict[str, Said] = field(default_factory=dict)

    @property
    def counts(self) -> bool:
        """Whether the goods came back or are to come back: not where it was declined."""
        return self.state != sale.DECLINED


def told(known: Return, seen: ReturnSeen) -> Return:
    """Fold in one word of a return."""
    return heard(
        known,
        {
            "state": seen.state,
            "pieces": seen.pieces,
            "reason": seen.reason,
            "requested_at": seen.at if seen.state == sale.REQUESTED else None,
            "received_at": seen.at if seen.state == sale.RECEIVED else None,
            "closed_at": seen.at if seen.state == sale.CLOSED else None,
        },
        seen.at,
        lambda _: weight_of("return", seen.source),
    )


def return_id(order_ref: str, return_ref: str) -> str:
    """The name of a return in facts and as the subject of a run."""
    return part_id(order_ref, return_ref)
