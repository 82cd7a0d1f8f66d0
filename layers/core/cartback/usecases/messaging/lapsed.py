"""Say whose message a link stood in that no longer works."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cartback.domain.errors import TryLater
from cartback.usecases.messaging import links

if TYPE_CHECKING:
    from cartback.ports import Ledger, Settings, ShopFace


@dataclass(frozen=True, slots=True)
class Lapsed:
    """Give the face of the shop whose link this was; None for what never was one, so that guessing tells nothing.

    Only whoever got the message has its token. A page that cannot say whose it was is still a page: while a store is
    away, the answer is None, too.
    """

    ledger: Ledger
    settings: Settings

    def __call__(self, token: str) -> ShopFace | None:
        named = links.shop_and_hash(token)
        if named is None:
            return None
        with suppress(TryLater):
            link = self.ledger.look(*named)
            return self.settings.shop(link.shop) if link is not None else None
        return None
