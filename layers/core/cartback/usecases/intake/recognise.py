"""Recognise whose voice a delivery is, and where the ways back lead that it tells."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cartback.domain.intake.delivery import KNOWN_AS, TOLD_BY
from cartback.domain.intake.voices import stranger
from cartback.domain.observations import CartSeen
from cartback.domain.shop.hosts import host_of
from cartback.domain.shop.weblink import is_local, is_of

if TYPE_CHECKING:
    from cartback.domain.observations import Observation
    from cartback.ports import Delivery, Settings, ShopAdapter

LISTED = "reconcile:"
"""How the keys of deliveries begin that we read from the shop's own API: whoever answers there is the shop."""


@dataclass(frozen=True, slots=True)
class Recognise:
    """Hold what deliveries say against the names of their shop: its settings, and its connection (``known-as``)."""

    settings: Settings
    adapter: Callable[[str], ShopAdapter]

    def foreign(self, delivery: Delivery) -> str | None:
        """The name by which a delivery is not its shop's, or None. Raises ``TryLater`` without the settings."""
        claims = getattr(self.adapter(delivery.platform), "claims", None)
        if claims is None or delivery.key.startswith(LISTED) or TOLD_BY in delivery.headers:
            return None
        face = self.settings.shop(delivery.shop)
        if face is None:
            return None
        known = delivery.headers.get(KNOWN_AS, "").split()
        return stranger(claims(delivery), (*face.hosts, *face.sources, *known))

    def elsewhere(self, shop: str, seen: Iterable[Observation]) -> list[str]:
        """The hosts of ways back to carts that our links will not lead to."""
        links = [one.restore_url for one in seen if isinstance(one, CartSeen) and one.restore_url]
        face = self.settings.shop(shop) if links else None
        if face is None:
            return []
        astray = [link for link in links if not is_of(link, face.hosts) and not is_local(link)]
        return [host for host in map(host_of, astray) if host is not None]
