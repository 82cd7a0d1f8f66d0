"""Fold in what the provider tells of our messages: settle claims, stop writing where it bounced or hurt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cartback.domain import bounces, claims, customer
from cartback.domain.bounces import SoftBounce
from cartback.domain.errors import Conflict, TryLater
from cartback.domain.facts import CATALOGUE, tell
from cartback.ports import Page

if TYPE_CHECKING:
    from cartback.domain.claims import Claim
    from cartback.domain.customer import Person
    from cartback.domain.facts import Fact
    from cartback.domain.receipts import Receipt
    from cartback.ports import Bus, Clock, Ledger, Metrics, Records
    from cartback.usecases.watch_standing import WatchStanding

MOST_TRIES = 8


@dataclass(frozen=True, slots=True)
class ApplyReceipts:
    """Apply news of claims, doubled and in any order. News of a claim that is not ours is counted and left."""

    ledger: Ledger
    records: Records
    bus: Bus
    clock: Clock
    metrics: Metrics
    watch_standing: WatchStanding | None = None

    def __call__(self, receipts: Sequence[Receipt]) -> None:
        for receipt in receipts:
            found = self._settle(receipt)
            if found is None:
                self.metrics.count("ReceiptsUnknown")
                continue
            before, claim = found
            self.metrics.count("Receipts", state=receipt.state, shop=receipt.shop)
            because = {claims.BOUNCED: "bounced", claims.COMPLAINED: "complained"}.get(receipt.state)
            if because and (receipt.permanent or receipt.state == claims.COMPLAINED):
                self._block(claim, because)
            elif because:
                self._count(claim, receipt)
            if self.watch_standing is not None:
                self.watch_standing(before, claim, receipt.permanent)
            self._tell(receipt, claim)

    def _settle(self, receipt: Receipt) -> tuple[Claim, Claim] | None:
        """The claim as it was and as it is now; None for one that is not ours."""
        for _ in range(MOST_TRIES):
            known = self.ledger.read_claim(receipt.shop, receipt.claim_id)
            if known is None:
                return None
            settled = claims.settle(known, receipt.state, receipt.at, receipt.detail or None)
            settled = claims.named(settled, receipt.provider_id)
            if settled is known:
                return known, known
            try:
                self.ledger.mark(known, settled)
            except Conflict:
                continue
            return known, settled
        raise TryLater("the claim keeps changing")

    def _block(self, claim: Claim, because: str) -> None:
        """Block the address (it survives the person's erasure) and, where we know them, the person."""
        for _ in range(MOST_TRIES):
            before = self.records.read(claim.shop, persons=[claim.person_id], blocks=[claim.address_hash])
            person = self._person(claim, before)
            after = Page(
                persons={}, blocks={claim.address_hash: before.blocks.get(claim.address_hash) or because}
            )
            if person is not None and person.address_hash(claim.channel) == claim.address_hash:
                after.persons[person.person_id] = customer.block(person, because, self.clock.now())
            try:
                self.records.save(claim.shop, before, after)
            except Conflict:
                continue
            return
        raise TryLater("the row keeps changing")

    def _count(self, claim: Claim, receipt: Receipt) -> None:
        """Count a message that came back for now; the third within 30 days blocks the address."""
        came_back = SoftBounce(claim.claim_id, claim.address_hash, receipt.at)
        for _ in range(MOST_TRIES):
            before = self.records.read(claim.shop, persons=[claim.person_id])
            person = self._person(claim, before)
            if person is None or person.address_hash(claim.channel) != claim.address_hash:
                return
            told = replace(person, soft_bounces=bounces.counted(person.soft_bounces, came_back))
            try:
                self.records.save(claim.shop, before, Page(persons={person.person_id: told}))
            except Conflict:
                continue
            if bounces.is_too_often(told.soft_bounces, claim.address_hash):
                self._block(claim, "bounced_often")
            return
        raise TryLater("the row keeps changing")

    def _person(self, claim: Claim, page: Page) -> Person | None:
        """The person of a claim, or whom they have become one with; the page then holds that row too."""
        person = page.persons.get(claim.person_id)
        while person is not None and person.merged_into is not None:
            page.persons.update(self.records.read(claim.shop, persons=[person.merged_into]).persons)
            person = page.persons[person.merged_into]
        return person

    def _tell(self, receipt: Receipt, claim: Claim) -> None:
        name = f"message.{receipt.state}"
        if name not in CATALOGUE:
            return
        extra = {"permanent": receipt.permanent} if receipt.state == claims.BOUNCED else {}
        fact: Fact = tell(
            name,
            receipt.shop,
            receipt.at,
            receipt.key,
            claim_id=claim.claim_id,
            cart_id=claim.cart_id,
            touch=claim.touch,
            channel=claim.channel,
            **extra,
        )
        self.bus.publish([fact])
