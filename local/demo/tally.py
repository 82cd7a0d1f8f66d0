"""What came of it, counted twice over: from what the mail server received, and from the ledger's own words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from cartback.store.browse import CartShelf
from cartback.store.ledger import DynamoLedger
from cartback.store.tables import Tables
from local.clock import Clock
from local.demo.life import Life
from local.demo.shop import SHOP, StageClients
from local.mail import Message
from local.stage import Stage

GRACE_SECONDS = 2.0
"""Real seconds that an accepted order may take through the queue before a mail counts as too late."""


@dataclass(frozen=True, slots=True)
class Tally:
    """The outcome. The last three are counted from what the mail server received and from when the shop's and the
    shoppers' requests were answered, not from what Cartback thinks of itself."""

    shoppers: int
    carts: int
    bought_before_first_touch: int
    messages: int
    recovered: int
    opted_out: int
    withheld: dict[str, int]
    duplicates: int
    after_purchase: int
    after_opt_out: int
    recovered_cents: int

    @property
    def is_good(self) -> bool:
        """Whether nobody got a mail too many, and somebody came back."""
        return not (self.duplicates or self.after_purchase or self.after_opt_out) and self.recovered > 0

    def as_json(self) -> dict[str, Any]:
        """The outcome for programs."""
        return asdict(self) | {"grace_seconds": GRACE_SECONDS}


def count(
    lives: Sequence[Life], messages: Sequence[Message], withheld: dict[str, int], clock: Clock
) -> Tally:
    """Count what happened to the shoppers and what reached the mail server."""
    recovered = [life for life in lives if life.restored and life.bought_at is not None]
    return Tally(
        shoppers=len(lives),
        carts=len({life.buyer.cart_token for life in lives}),
        bought_before_first_touch=sum(
            1 for life in lives if life.bought_at is not None and not life.mails_when_bought
        ),
        messages=len(messages),
        recovered=len(recovered),
        opted_out=sum(1 for life in lives if life.left_at or life.refused_at),
        withheld=withheld,
        duplicates=doubled(messages),
        after_purchase=_too_late(lives, messages, clock, "bought_at", GRACE_SECONDS),
        after_opt_out=_too_late(lives, messages, clock, "left_at", 0.0)
        + _too_late(lives, messages, clock, "refused_at", GRACE_SECONDS),
        recovered_cents=sum(life.total for life in recovered),
    )


def doubled(messages: Iterable[Message]) -> int:
    """How many messages repeat a touch that the same person got before. Each shopper has one cart."""
    seen = Counter((message.to, message.tags.get("touch", message.subject)) for message in messages)
    return sum(number - 1 for number in seen.values())


def _too_late(
    lives: Sequence[Life], messages: Sequence[Message], clock: Clock, since: str, grace: float
) -> int:
    """How many messages left after an answer that should have stopped them, and the grace beyond it."""
    ends = {}
    for life in lives:
        answered = getattr(life, since)
        if answered is not None:
            ends[life.buyer.email] = clock.at(answered + timedelta(seconds=grace))
    return sum(
        1 for each in messages for address in each.to if address in ends and each.sent_at > ends[address]
    )


def withheld(stage: Stage) -> dict[str, int]:
    """For how many carts a message was not sent, by the ledger's reasons; ``not_identified`` are carts of nobody."""
    clients, outputs = StageClients(stage), stage.stack.outputs
    tables = Tables(
        carts=outputs["CartsTable"],
        customers=outputs["CustomersTable"],
        ledger=outputs["LedgerTable"],
        catalogue=outputs["CatalogueTable"],
    )
    ledger = DynamoLedger(clients, tables, stage.clock)
    carts, _ = CartShelf(clients, tables, stage.clock).carts(SHOP)
    reasons: Counter[str] = Counter()
    for cart in carts:
        said = {
            line.data["reason"]
            for line in ledger.story(SHOP, f"cart#{cart.cart_id}")
            if line.kind == "decision" and line.data["word"] in ("stop", "skip")
        }
        if cart.person_id is None and cart.items:
            said.add("not_identified")
        reasons.update(said)
    return dict(sorted(reasons.items(), key=lambda each: (-each[1], each[0])))
