"""What came of it, counted twice over: from what the mail server received, and from the ledger's own words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from typing import Any

from cartback.store.browse import CartShelf
from cartback.store.ledger import DynamoLedger
from cartback.store.tables import Tables
from local.clock import Clock
from local.demo.life import Life
from local.demo.platforms import DemoShop
from local.demo.shop import StageClients
from local.mail import Message
from local.stage import Stage

GRACE_SECONDS = 2.0
"""Real seconds that an accepted order may take through the queue before a mail counts as too late."""


@dataclass(frozen=True, slots=True)
class Tally:
    """The outcome, of all shops or of one. Duplicates and what came after a purchase or an opt-out are counted from
    what the mail server received and from when the shops' and the shoppers' requests were answered, not from what
    Cartback thinks of itself. ``messages`` leaves out the questions whether a sign-up was meant (``questions``)."""

    shoppers: int
    carts: int
    bought_before_first_touch: int
    found_by_comparing: int
    messages: int
    questions: int
    recovered: int
    opted_out: int
    withheld: dict[str, int]
    duplicates: int
    after_purchase: int
    after_opt_out: int
    recovered_cents: int
    shops: dict[str, Tally] = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        """Whether nobody got a mail too many, and somebody came back."""
        return not (self.duplicates or self.after_purchase or self.after_opt_out) and self.recovered > 0

    def as_json(self) -> dict[str, Any]:
        """The outcome for programs."""
        told = asdict(self) | {"grace_seconds": GRACE_SECONDS}
        for shop in told["shops"].values():
            del shop["shops"]
        return told


def count(
    lives: Sequence[Life], messages: Sequence[Message], withheld: Mapping[str, dict[str, int]], clock: Clock
) -> Tally:
    """Count what happened to the shoppers and what reached the mail server; ``withheld`` is by platform."""
    shops = {}
    for platform in sorted({life.shop.platform for life in lives}):
        own = [life for life in lives if life.shop.platform == platform]
        addresses = {life.buyer.email for life in own}
        mails = [each for each in messages if addresses.intersection(each.to)]
        shops[platform] = _counted(own, mails, withheld.get(platform, {}), clock)
    reasons: Counter[str] = Counter()
    for shop in withheld.values():
        reasons.update(shop)
    whole = _counted(lives, messages, _sorted(reasons), clock)
    return replace(whole, shops=shops)


def _counted(
    lives: Sequence[Life], messages: Sequence[Message], withheld: dict[str, int], clock: Clock
) -> Tally:
    recovered = [life for life in lives if life.restored and life.bought_at is not None]
    questions = sum(is_question(message) for message in messages)
    return Tally(
        shoppers=len(lives),
        carts=sum(life.shop.has_carts for life in lives),
        bought_before_first_touch=sum(
            1
            for life in lives
            if life.shop.has_carts and life.bought_at is not None and not life.mails_when_bought
        ),
        found_by_comparing=sum(life.found_by_comparing for life in lives),
        messages=len(messages) - questions,
        questions=questions,
        recovered=len(recovered),
        opted_out=sum(1 for life in lives if life.left_at or life.refused_at),
        withheld=withheld,
        duplicates=doubled(messages),
        after_purchase=_too_late(lives, messages, clock, "bought_at", GRACE_SECONDS),
        after_opt_out=_too_late(lives, messages, clock, "left_at", 0.0)
        + _too_late(lives, messages, clock, "refused_at", GRACE_SECONDS),
        recovered_cents=sum(life.total for life in recovered),
    )


def is_question(message: Message) -> bool:
    """Whether a mail asks if a sign-up was meant, which is no advertising."""
    return message.tags.get("touch", "").startswith("confirm")


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


def withheld(stage: Stage, shops: Iterable[DemoShop]) -> dict[str, dict[str, int]]:
    """For how many carts of each platform a message was not sent, by the ledger's reasons.

    ``not_identified`` are carts of nobody.
    """
    clients, outputs = StageClients(stage), stage.stack.outputs
    tables = Tables(
        carts=outputs["CartsTable"],
        customers=outputs["CustomersTable"],
        ledger=outputs["LedgerTable"],
        catalogue=outputs["CatalogueTable"],
    )
    ledger, shelf = DynamoLedger(clients, tables, stage.clock), CartShelf(clients, tables, stage.clock)
    return {shop.platform: _reasons(ledger, shelf, shop.shop) for shop in shops}


def _reasons(ledger: DynamoLedger, shelf: CartShelf, shop: str) -> dict[str, int]:
    reasons: Counter[str] = Counter()
    for cart in shelf.carts(shop)[0]:
        said = {
            line.data["reason"]
            for line in ledger.story(shop, f"cart#{cart.cart_id}")
            if line.kind == "decision" and line.data["word"] in ("stop", "skip")
        }
        if cart.person_id is None and cart.items and cart.status == "open":
            said.add("not_identified")
        reasons.update(said)
    return _sorted(reasons)


def _sorted(reasons: Counter[str]) -> dict[str, int]:
    return dict(sorted(reasons.items(), key=lambda each: (-each[1], each[0])))
