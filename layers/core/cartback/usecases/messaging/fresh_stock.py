"""Ask the shop itself what is left, right before a message: our table may have lost a word of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from cartback.domain.errors import Refused, TryLater
from cartback.domain.goods.catalogue import Stock, describe
from cartback.domain.trade.cart import Cart

if TYPE_CHECKING:
    from cartback.domain.context import Context
    from cartback.domain.policy import Policy
    from cartback.ports import Metrics, ShopApi


@dataclass(frozen=True, slots=True)
class FreshStock:
    """The context with the shop's own word on stock, where the policy wants it asked (``policy.ask_shop``).

    A shop that cannot tell, is slow or turns us away never holds a message up: then our table is what we know. The
    answer is looked at and not kept; the shop's events keep the table.
    """

    reach: Callable[[str], ShopApi]
    metrics: Metrics

    def __call__(self, shop: str, context: Context, policy: Policy, now: datetime) -> Context:
        if not policy.ask_shop or not isinstance(context.about, Cart):
            return context
        from cartback.domain.shop.service import Unsupported  # whoever is not asked costs no cold start

        try:
            seen = self.reach(shop).stock_now([item.variant_id for item in context.about.items])
        except (TryLater, Refused):
            self.metrics.count("StockNotAsked")
            return context
        if isinstance(seen, Unsupported):
            return context
        stock = dict(context.stock)
        for variant in seen:
            before = stock.get(variant.variant_id) or Stock(shop, variant.variant_id)
            told = describe(before, replace(variant, image_url=variant.image_url or before.image_url), now)
            # One number over all places, instead of what we knew of each.
            stock[variant.variant_id] = replace(told, levels={"now": (now, variant.available)})
        return replace(context, stock=stock)
