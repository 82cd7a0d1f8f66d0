"""Low stock: tell purchasing when a variant runs low, and propose an order to the supplier when it runs lower.

Each limit that stock passes is a run of its own, once per crossing. No order leaves without a person's yes, and none
that is not needed any more when the yes comes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from cartback.domain.decision import STOP, Decision, Reason
from cartback.domain.flow_options import Count, Text, Texts, Word
from cartback.domain.flows import INTERNAL, SERVICE, Flow, Proposal
from cartback.domain.goods import purchasing, sales
from cartback.domain.goods.purchasing import Buying, Line
from cartback.domain.goods.reordering import ALERT_AT, MOST, ORDER_AT, OWN, Tiers, tiers_of
from cartback.domain.hashes import short
from cartback.domain.money import Money
from cartback.domain.showing import holds_address, one_line
from cartback.domain.subject import LEVEL
from cartback.subjects import level as kind

if TYPE_CHECKING:
    from cartback.domain.context import Context
    from cartback.domain.goods.catalogue import Stock
    from cartback.domain.goods.purchasing import Suggestion
    from cartback.domain.policy import Policy
    from cartback.domain.subject import Subject
    from cartback.subjects.level import Level

ALERT, ORDER = "alert", "order"
ALERT_BY = Word(
    "alert_by",
    "alert_email.send",
    "How purchasing is told.",
    ("alert_email.send", "slack.post_message"),
)
ALERT_ACCOUNT = Text("alert_account", "main", "Which account of that connector tells purchasing.")
SUPPLIER = Text("supplier", "main", "Which account of supplier_email gets the orders.")
APPROVERS = Texts("approvers", (), "Who may approve an order; anybody at the desk if nobody is named.")
DELIVER_TO = Text("deliver_to", "", "Where orders are delivered to; the imprint if nothing is said.")
LEAD_DAYS = Count("lead_days", 14, "How long a delivery takes.", 0, 365, "days")
REVIEW_DAYS = Count("review_days", 30, "For how long an order is to last.", 1, 365, "days")
SAFETY = Count("safety", 0, "What is kept for bad days.", 0, MOST, "pieces")
PACK = Count("pack", 1, "How many are in a pack of the supplier.", 1, MOST, "pieces")
FLOW = Flow(
    name="low_stock",
    starts_on=("stock.low",),
    kind=LEVEL,
    id_field="variant_id",
    part_field="limit",
    purpose="tell purchasing of what runs low, and reorder it before it runs out",
    law=INTERNAL,
    rank=SERVICE,
    steps=(ALERT, ORDER),
    area="purchasing",
    title="W03 Low stock",
    owner="purchasing",
    builder="operations",
    reviewer="purchasing",
    kpi="days on which something was out of stock",
    options=(
        ALERT_AT,
        ORDER_AT,
        OWN,
        ALERT_BY,
        ALERT_ACCOUNT,
        SUPPLIER,
        APPROVERS,
        DELIVER_TO,
        LEAD_DAYS,
        REVIEW_DAYS,
        SAFETY,
        PACK,
    ),
)
ORDER_BY = "supplier_email.send_order"
LOOKS_BACK = {ORDER: 3}
"""So many earlier stories of a level are asked whether they ordered: what was ordered and has not come in is open."""


def first_look(data: Mapping[str, object], policy: Policy) -> datetime | None:
    """At once."""
    return None


def step_at(level: Level, policy: Policy) -> str | None:
    """What is to be done at a limit: nothing at one that is neither tier of this article."""
    usual = Tiers(policy.option(FLOW.name, ALERT_AT), policy.option(FLOW.name, ORDER_AT))
    tiers = tiers_of(level.stock, usual, policy.option(FLOW.name, OWN))
    steps = {str(tiers.alert): ALERT, str(tiers.order): ORDER}
    return steps.get(level.limit)


def propose(
    context: Context,
    subject: Subject,
    step: str,
    policy: Policy,
    imprint: Sequence[str],
    now: datetime,
    earlier: Sequence[datetime] = (),
) -> Decision | Proposal:
    """What is to be done about a level now, or why nothing is. ``step`` is empty when a run begins.

    ``imprint`` is the shop's name and place, where an order is delivered to unless it says otherwise; ``earlier`` is
    when earlier stories of this level ordered.
    """
    level: Level | None = context.about
    if level is None:
        return Decision(STOP, Reason.SUBJECT_UNKNOWN)
    inputs = _inputs(level)
    if FLOW.name not in policy.flows:
        return Decision(STOP, Reason.FLOW_OFF, inputs=inputs)
    step = step or step_at(level, policy) or ""
    why = _why_not(context, level, subject, step, now, earlier)
    if why is not None:
        return Decision(STOP, why, inputs=inputs)
    return _alert(level, policy, now) if step == ALERT else _order(level, subject, policy, imprint, now)


def _why_not(
    context: Context, level: Level, subject: Subject, step: str, now: datetime, earlier: Sequence[datetime]
) -> str | None:
    stock = level.stock
    over = kind.ended(level, subject.generation)
    product = context.products.get(stock.product_id or "")
    if over is not None:
        return over
    if context.shop_block == "shop_left":
        return context.shop_block
    if product is not None and product.on_sale is False:
        return Reason.NOT_SOLD
    if not step:
        return Reason.NO_TIER
    if step != ORDER:
        return None
    if (stock.available or 0) + (stock.on_its_way or 0) > int(level.limit):
        return Reason.ON_ITS_WAY
    came_in = stock.supplied[0] if stock.supplied is not None else None
    is_open = [
        at for at in earlier if now - at < purchasing.STILL_OPEN and (came_in is None or came_in <= at)
    ]
    return Reason.ORDERED_BEFORE if is_open else None


def _alert(level: Level, policy: Policy, now: datetime) -> Proposal:
    return Proposal(
        ALERT,
        policy.option(FLOW.name, ALERT_BY),
        policy.option(FLOW.name, ALERT_ACCOUNT),
        says=_facts(level, _suggested(level, policy, now)),
        inputs=_inputs(level),
    )


def _order(level: Level, subject: Subject, policy: Policy, imprint: Sequence[str], now: datetime) -> Proposal:
    stock = level.stock
    found, place = _suggested(level, policy, now), policy.option(FLOW.name, DELIVER_TO)
    place = one_line(place or ", ".join(line for line in imprint if not holds_address(line)), 200)
    name = f"PO-{short('order', stock.shop, subject.id, subject.generation, length=8).upper()}"
    line = Line(
        name,
        one_line(stock.sku or stock.variant_id, 100),
        stock.gtin or "",
        _name(stock),
        found.pieces,
        stock.cost,
        place,
    )
    amount = stock.cost.times(found.pieces) if stock.cost is not None else None
    said = {**_facts(level, found), "order": name, "place": place, "amount": amount, "cost": stock.cost}
    return Proposal(
        ORDER,
        ORDER_BY,
        policy.option(FLOW.name, SUPPLIER),
        says=said,
        gives={"document": purchasing.document(line), "file_name": f"{name}.csv"},
        amount=amount,
        may=policy.option(FLOW.name, APPROVERS),
        inputs={**_inputs(level), "pieces": str(found.pieces)},
    )


def _suggested(level: Level, policy: Policy, now: datetime) -> Suggestion:
    stock = level.stock
    buying = Buying(
        policy.option(FLOW.name, LEAD_DAYS),
        policy.option(FLOW.name, REVIEW_DAYS),
        policy.option(FLOW.name, SAFETY),
        policy.option(FLOW.name, PACK),
        fill_to=max(policy.option(FLOW.name, ALERT_AT), int(level.limit)),
    )
    weekly = sales.weekly(stock.sold, now)
    return purchasing.suggested(stock.available or 0, stock.on_its_way or 0, weekly, buying)


def _facts(level: Level, found: Suggestion) -> dict[str, str | int | Money | None]:
    """What texts may say: numbers, and the shop's own names without anybody's address."""
    return {
        "article": _plain(level.stock.sku or level.stock.variant_id, 60),
        "name": _name(level.stock),
        "available": found.available,
        "limit": int(level.limit),
        "on_its_way": found.on_its_way,
        "weekly": None if found.weekly is None else str(found.weekly),
        "days_left": found.days_left,
        "pieces": found.pieces,
        "arithmetic": found.arithmetic,
    }


def _inputs(level: Level) -> dict[str, str]:
    stock = level.stock
    return {"available": str(stock.available), "limit": level.limit, "on_its_way": str(stock.on_its_way or 0)}


def _name(stock: Stock) -> str:
    words = (stock.title, stock.variant_title)
    return _plain(" ".join(word for word in words if word), 70) or _plain(stock.variant_id, 70)


def _plain(text: str, limit: int) -> str:
    """A name as it may stand in a team's chat and a supplier's mail: one line, and nobody's address."""
    line = one_line(text, limit)
    return "" if holds_address(line) else line
