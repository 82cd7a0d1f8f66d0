"""Reach a shop's own API: its keys, its platform's way of asking, and the one way out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING

from cartback.domain.errors import Refused

if TYPE_CHECKING:
    from cartback.domain.observations import Fetch
    from cartback.ports import Http, ShopApi, ShopKeys


@dataclass(frozen=True, slots=True)
class ReachShop:
    """The API of a shop, by its name; the port ``Fetcher`` besides. ``module`` is the platform's module ``api``."""

    keys: Callable[[str], ShopKeys | None]
    http: Callable[[], Http]
    module: Callable[[str], ModuleType]

    def __call__(self, shop: str) -> ShopApi:
        """Raises ``Refused`` for a shop that has given us no access, naming what is missing."""
        keys = self.keys(shop)
        if keys is None:
            raise Refused(f"shop: {shop} has no secrets", 404)
        api: ShopApi = self.module(keys.platform).Api(keys, self.http())
        return api

    def fetch(self, shop: str, platform: str, wanted: Fetch) -> Sequence[str]:
        """See ``ports.Fetcher``."""
        return self(shop).fetch(wanted)
