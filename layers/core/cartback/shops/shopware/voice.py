"""Which shop a Shopware delivery says that it comes from: its id and its address stand in the signed ``source``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartback.domain.intake import salvage
from cartback.domain.intake.voices import SHOP_ID, Claim, hosts, named

if TYPE_CHECKING:
    from cartback.ports import Delivery


def claims(delivery: Delivery) -> list[Claim]:
    """The shop's id, which a copied database keeps and so settles nothing where it fits, and its ``APP_URL``."""
    body = salvage.document(delivery.body)
    return [
        *named(SHOP_ID, salvage.dig(body, "source.shopId").value, decides=False),
        *hosts(salvage.dig(body, "source.url").value, strict=True),
    ]
