"""Fold in what the provider tells of our messages: settle claims, stop writing where it bounced or hurt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cartback.domain import claims
from cartback.domain.channels import EMAIL
from cartback.domain.errors import Conflict, TryLater
from cartback.domain.facts import CATALOGUE, tell
from cartback.domain.messaging import bounces
from cartback.domain.messaging.bounces import SoftBounce
from cartback.domain.people import suppression
from cartback.domain.subject import CART
from cartback.ports import RowSet

if TYPE_CHECKING:
    from cartback.domain.claims import Claim
    from cartback.domain.facts import Fact
    from cartback.domain.messaging.receipts import Receipt
    from cartback.domain.people.customer import Person
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
            if receipt.channel and receipt.channel != claim.channel:
                self.metrics.count("ReceiptsOfAnotherWay")
                continue
            self.metrics.count("Receipts", state=receipt.state, shop=receipt.shop)
            self._heed(receipt, claim)
            if self.watch_standing is not None and claim.channel == EMAIL:
                self.watch_standing(before, claim, receipt.permanent)
            self._tell(receipt, claim)

    def _settle(self, receipt: Receipt) -> tuple[Claim, Claim] | None:
        """The claim as it was and as it is now; None for one that is not ours."""
        for _ in range(MOST_TRIES):
            known = self.ledger.read_claim(receipt.shop, receipt.claim_id)
            if known is None:
                return None
            if receipt.channel and receipt.channel != known.channel:
                return known, known
            settled = _with(known, receipt)
            settled = claims.named(settled, receipt.provider_id)
            if settled is known:
                return known, known
            try:
                self.ledger.mark(known, settled)
            except Conflict:
                continue
            return known, settled
        raise TryLater("the claim keeps changing")

    def _heed(self, receipt: Receipt, claim: Claim) -> None:
        """Stop writing where it bounced or hurt, and go on where it turns out not to have."""
        if receipt.rescued and claim.state != claims.COMPLAINED:
            self._change(claim, lambda person: suppression.lifted(person, "complained"), lift="complained")
        elif receipt.listed:
            until = receipt.at + suppression.RECHECKED_AFTER
            self._change(
                claim,
                lambda person: suppression.on_channel(
                    person, claim.channel, suppression.LISTED, self.clock.now(), until
                ),
            )
        elif receipt.state == claims.COMPLAINED and claim.state == claims.COMPLAINED:
            self._block(claim, "complained")
        elif receipt.state == claims.BOUNCED:
            self._came_back(receipt, claim)
        elif receipt.state == claims.DELIVERED and claim.automatic:
            # What came back for it was an answering machine's note.
            self._change(claim, lambda person: self._counted(person, claim, None))

    def _came_back(self, receipt: Receipt, claim: Claim) -> None:
        if receipt.permanent:
            self._block(claim, "bounced")
        elif not receipt.of_message and claim.state == claims.BOUNCED:
            self._change(claim, lambda person: self._counted(person, claim, receipt))

    def _counted(self, person: Person, claim: Claim, receipt: Receipt | None) -> Person:
        """Count a message that came back for now, or that it did arrive; the third within 30 days blocks for now."""
        if receipt is None:
            came_back = bounces.without(person.soft_bounces, claim.claim_id)
        else:
            new = SoftBounce(claim.claim_id, claim.address_hash, receipt.at)
            came_back = bounces.counted(person.soft_bounces, new)
        person = replace(person, soft_bounces=came_back)
        until = bounces.too_often_until(came_back, claim.address_hash)
        if until is None:
            return suppression.lifted_on(person, claim.channel, suppression.OFTEN)
        return suppression.on_channel(person, claim.channel, suppression.OFTEN, self.clock.now(), until)

    def _block(self, claim: Claim, because: str) -> None:
        """Block the address (it survives the person's erasure) and, where we know them, the person."""
        now = self.clock.now()
        self._change(
            claim, lambda person: suppression.on_channel(person, claim.channel, because, now), because
        )

    def _change(
        self, claim: Claim, of_person: Callable[[Person], Person], because: str = "", lift: str = ""
    ) -> None:
        """Change whoever a claim was for, if they are known and still have the address, and the address's own block.

        ``because`` is why the address is blocked from now on, ``lift`` the reason that it is not blocked for any more.
        """
        for _ in range(MOST_TRIES):
            address = claim.address_hash
            before = self.records.read(
                claim.shop, persons=[claim.person_id], blocks=[address] if because or lift else []
            )
            person = self._person(claim, before)
            after = RowSet()
            known = before.blocks.get(address)
            if because:
                after.blocks[address] = known if suppression.lasts(known) else because
            elif lift and known == lift:
                after.blocks[address] = None
            if person is not None and person.address_hash(claim.channel) == address:
                after.persons[person.person_id] = of_person(person)
            if claims.COMPLAINED in (because, lift):
                account = self._account(claim, before)
                if account is not None:
                    after.persons[account.person_id] = of_person(account)
            try:
                self.records.save(claim.shop, before, after)
            except Conflict:
                continue
            return
        raise TryLater("the row keeps changing")

    def _account(self, claim: Claim, page: RowSet) -> Person | None:
        """The account that the cart was told with, if it has no mailbox yet: the complaint is its own as well."""
        if claim.subject.kind != CART:
            return None
        page.carts.update(self.records.read(claim.shop, carts=[claim.cart_id]).carts)
        cart = page.carts[claim.cart_id]
        if cart is None or cart.account_row is None:
            return None
        page.persons.update(self.records.read(claim.shop, persons=[cart.account_row]).persons)
        row = page.persons[cart.account_row]
        nameless = (
            row is not None and not row.merged_into and row.erased_at is None and row.email_hash is None
        )
        return row if nameless else None

    def _person(self, claim: Claim, page: RowSet) -> Person | None:
        """The person of a claim, or whom they have become one with; the page then holds that row too."""
        person = page.persons.get(claim.person_id)
        while person is not None and person.merged_into is not None:
            page.persons.update(self.records.read(claim.shop, persons=[person.merged_into]).persons)
            person = page.persons[person.merged_into]
        return person

    def _tell(self, receipt: Receipt, claim: Claim) -> None:
        name = f"message.{receipt.state}"
        weak = receipt.automatic or receipt.state == claims.COMPLAINED
        outweighed = weak and claim.state != receipt.state
        if name not in CATALOGUE or receipt.rescued or outweighed:
            return
        extra = {"permanent": receipt.permanent} if receipt.state == claims.BOUNCED else {}
        fact: Fact = tell(
            name,
            receipt.shop,
            receipt.at,
            receipt.key,
            claim_id=claim.claim_id,
            flow=claim.of_flow,
            subject_kind=claim.subject.kind,
            subject_id=claim.subject.id,
            step=claim.touch,
            cart_id=claim.cart_id if claim.subject.kind == CART else None,
            touch=claim.touch,
            channel=claim.channel,
            **extra,
        )
        self.bus.publish([fact])


def _with(claim: Claim, receipt: Receipt) -> Claim:
    if receipt.rescued:
        return claims.rescued(claim, receipt.at)
    return claims.settle(claim, receipt.state, receipt.at, receipt.detail or None, receipt.automatic)
