"""Which shop an event of ours says that it comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartback.domain.intake import salvage
from cartback.domain.intake.voices import Claim, hosts

if TYPE_CHECKING:
    from cartback.ports import Delivery


def claims(delivery: Delivery) -> list[Claim]:
    """What ``shop`` says; without it the way back to the cart, which tells of a copy alone."""
    body = salvage.document(delivery.body)
    return [
        *hosts(salvage.dig(body, "shop").value, strict=True),
        *hosts(salvage.dig(body, "data.restore_url").value),
    ]
