"""At how many pieces a shop warns and reorders: for all goods, and for some of their own.

The fold asks this file, too, since a limit that nobody looks at is never passed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cartback.domain.flow_options import Count
from cartback.domain.goods import levels

if TYPE_CHECKING:
    from cartback.domain.flow_options import Told
    from cartback.domain.goods.catalogue import Stock
    from cartback.domain.policy import Policy

FLOW = "low_stock"
MOST = 100_000
MOST_ARTICLES = 500
_OWN = re.compile(r"([^\x00-\x1f\x7f]{1,100})=([0-9]{1,6})/([0-9]{1,6})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Tiers:
    """Pieces at which somebody is told, and at which an order is proposed. Zero: not at all."""

    alert: int
    order: int


def read_own(told: str) -> tuple[str, Tiers]:
    """An article and its limits from ``SKU-1=20/10``. Raises ValueError, naming it, for anything else."""
    found = _OWN.fullmatch(told)
    if found is None or max(int(found[2]), int(found[3])) > MOST:
        raise ValueError(told)
    return found[1], Tiers(int(found[2]), int(found[3]))


@dataclass(frozen=True, slots=True)
class OwnLimits:
    """The kind of option that gives articles limits of their own: ``["KAF-250=20/10", …]``, each article once."""

    name: str
    says: str
    default: dict[str, Tiers] = field(default_factory=dict)
    kind: str = field(default="own_limits", init=False)

    @property
    def allowed(self) -> str:
        """What would do, in words."""
        return (
            f"a list of up to {MOST_ARTICLES} texts such as KAF-250=20/10: SKU or variant id, alert, order; "
            f"0 to {MOST} pieces"
        )

    @property
    def schema(self) -> dict[str, Any]:
        """What would do, as JSON Schema."""
        each = {"type": "string", "pattern": "^.{1,100}=[0-9]{1,6}/[0-9]{1,6}$"}
        return {"type": "array", "items": each, "maxItems": MOST_ARTICLES, "uniqueItems": True}

    def read(self, told: object) -> dict[str, Tiers]:
        """The value of what settings hold. Raises ValueError for what is not allowed."""
        if not isinstance(told, list | tuple) or len(told) > MOST_ARTICLES:
            raise ValueError(told)
        if not all(isinstance(each, str) for each in told):
            raise ValueError(told)
        pairs = [read_own(each) for each in told]
        if len(dict(pairs)) < len(pairs):
            raise ValueError(told)
        return dict(pairs)

    def told(self, value: dict[str, Tiers]) -> Told:
        """The value as settings hold it."""
        return [f"{name}={tiers.alert}/{tiers.order}" for name, tiers in value.items()]


ALERT_AT = Count("alert_at", 15, "At how many pieces purchasing is told.", 0, MOST, "pieces")
ORDER_AT = Count("order_at", 8, "At how many pieces an order is proposed.", 0, MOST, "pieces")
OWN = OwnLimits("own_limits", "Articles whose limits are their own.")


def tiers_of(stock: Stock, usual: Tiers, own: dict[str, Tiers]) -> Tiers:
    """The limits of a variant: its own, told by its SKU or its id, or the usual ones."""
    return own.get(stock.sku or "") or own.get(stock.variant_id) or usual


def limits_of(stock: Stock, policy: Policy | None) -> tuple[int, ...]:
    """The limits to look at, for a variant of a shop: the usual ones where it wants nothing of this flow."""
    if policy is None or FLOW not in policy.flows:
        return levels.LIMITS
    usual = Tiers(policy.option(FLOW, ALERT_AT), policy.option(FLOW, ORDER_AT))
    tiers = tiers_of(stock, usual, policy.option(FLOW, OWN))
    return tuple(dict.fromkeys((*filter(None, (tiers.alert, tiers.order)), levels.LIMITS[-1])))
