"""What Cartback's own tables say in the end: why no message was sent, and what was known when one came too late."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from cartback.store.messaging.ledger import DynamoLedger
from cartback.store.results.browse import CartShelf
from cartback.store.tables import Tables
from cartback.store.trade.records import DynamoRecords
from local.demo.late import Late, explained
from local.demo.platforms import DemoShop
from local.demo.shop import StageClients
from local.demo.tally import by_number
from local.stage import Stage


class Books:
    """The tables of a stage."""

    def __init__(self, stage: Stage) -> None:
        clients, outputs = StageClients(stage), stage.stack.outputs
        tables = Tables(
            carts=outputs["CartsTable"],
            customers=outputs["CustomersTable"],
            ledger=outputs["LedgerTable"],
            catalogue=outputs["CatalogueTable"],
            orders=outputs["OrdersTable"],
        )
        self._ledger = DynamoLedger(clients, tables, stage.clock)
        self._records = DynamoRecords(clients, tables, stage.clock)
        self._shelf = CartShelf(clients, tables, stage.clock)

    def withheld(self, shops: Iterable[DemoShop]) -> dict[str, dict[str, int]]:
        """For how many carts of each platform a message was not sent, by the ledger's reasons.

        ``not_identified`` are carts of nobody.
        """
        return {shop.platform: self._reasons(shop.shop) for shop in shops}

    def explain(self, late: Late) -> tuple[str, ...]:
        """What was known when, of a mail that came too late."""
        shop, claim_id = late.life.shop.shop, late.message.tags.get("claim")
        claim = self._ledger.read_claim(shop, claim_id) if claim_id else None
        if claim is None:
            return explained(late, None, None, ())
        cart = self._records.read(shop, carts=[claim.cart_id]).carts[claim.cart_id]
        story = self._ledger.story(shop, f"cart#{claim.cart_id}")
        return explained(late, claim, cart, story)

    def _reasons(self, shop: str) -> dict[str, int]:
        reasons: Counter[str] = Counter()
        for cart in self._shelf.carts(shop)[0]:
            said = {
                line.data["reason"]
                for line in self._ledger.story(shop, f"cart#{cart.cart_id}")
                if line.kind == "decision" and line.data["word"] in ("stop", "skip")
            }
            if cart.person_id is None and cart.items and cart.status == "open":
                said.add("not_identified")
            reasons.update(said)
        return by_number(reasons)
