"""Send one touch of a run, or say why not: decide, claim, send once, mark.

The order is the promise. The text is made before anything is claimed, the claim is one transaction that holds only
if the cart, the person and the address are as they were decided on, and between claim and mark there is exactly one
request to the provider. A run that is woken twice meets its own claim and goes on without sending.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cartback.domain import claims
from cartback.domain.consent.permission import permission
from cartback.domain.context import Context
from cartback.domain.errors import Conflict, Refused, TryLater
from cartback.domain.messaging.timing import whole_seconds
from cartback.domain.messaging.warm_up import next_day
from cartback.domain.people import customer
from cartback.domain.touches import PURPOSE, SEND, SKIP, STOP, WAIT, Decision, decide, due_at
from cartback.domain.trade import visits
from cartback.domain.trade.bill import bill_of
from cartback.domain.trade.cart import give_up
from cartback.ports import (
    MARKETING,
    Doubtful,
    NotSent,
)
from cartback.usecases.messaging.budgeting import counting, following_due, give_back, reserve
from cartback.usecases.messaging.claiming import claim_for, language_of
from cartback.usecases.messaging.closing import close
from cartback.usecases.messaging.links import link_of
from cartback.usecases.runs import decision_line, ended_by, given_up
from cartback.usecases.sending import MOST_TRIES, addressed, mark_sent

if TYPE_CHECKING:
    from cartback.domain.claims import Claim
    from cartback.domain.people.customer import Person
    from cartback.domain.policy import Plan, Policy
    from cartback.ports import (
        Bus,
        Channel,
        Clock,
        Ledger,
        Link,
        Outgoing,
        Records,
        Sent,
        Settings,
        ShopFace,
        Texts,
        TimelineEntry,
        Tokens,
    )
    from cartback.usecases.runs import Run

LEAVE_LINK_LIFETIME = timedelta(days=730)


@dataclass(frozen=True, slots=True)
class Touch:
    """One touch. Answers ``wait`` (with seconds and the position to come back for) or ``stop``.

    Raises ``TryLater`` if the provider asks for a pause or rows keep changing, and ``Refused`` if the provider
    rejects what we send: that is for a person to see, not an outcome. An address that nothing can be sent to is one.
    """

    records: Records
    settings: Settings
    ledger: Ledger
    channels: Mapping[str, Channel]
    texts: Texts
    tokens: Tokens
    bus: Bus
    clock: Clock
    public_url: str
    fresh_stock: Callable[[str, Context, Policy, datetime], Context] | None = None

    def __call__(self, run: Run, plan: Plan, position: int) -> dict[str, object]:
        for _ in range(MOST_TRIES):
            now = self.clock.now()
            policy, face = self.settings.policy(run.shop), self.settings.shop(run.shop)
            if policy is None or face is None:
                gone = decision_line(run, plan.touches[position].name, Decision(STOP, "shop_unknown"), 0, now)
                self.ledger.note(run.shop, run.subject.timeline, gone)
                return self._stopped(run, "shop_unknown", now)
            context = self.records.context(run.shop, run.subject_id, run.person_id, run.variants)
            decision = decide(context, plan, position, run.generation, policy, now)
            if decision.word == SEND and self.fresh_stock is not None:
                context = self.fresh_stock(run.shop, context, policy, now)
                decision = decide(context, plan, position, run.generation, policy, now)
            line = decision_line(run, plan.touches[position].name, decision, policy.version, now)
            if decision.word == SEND:
                answer = self._send(run, plan, position, context, decision, policy, face, line)
                if answer is None:
                    continue
                return answer
            if decision.word == WAIT and not reserve(self.records, run, context, decision.until, now):
                continue
            self.ledger.note(run.shop, run.subject.timeline, line)
            if decision.word == WAIT:
                return self._wait(run, context, position, whole_seconds(now, decision.until))
            if decision.word == SKIP:
                return self._onwards(run, plan, position, context, policy, now)
            return self._stopped(run, decision.reason, now, decision.inputs.get("by"))
        raise TryLater("cart or person keep changing", after_seconds=60)

    def _send(
        self,
        run: Run,
        plan: Plan,
        position: int,
        context: Context,
        decision: Decision,
        policy: Policy,
        face: ShopFace,
        line: TimelineEntry,
    ) -> dict[str, object] | None:
        """Claim, send, mark. None if the rows were not as decided any more: decide again."""
        touch, now = plan.touches[position], line.at
        claim = claim_for(run, touch.name, touch.channel, context, policy, now)
        context, counted = counting(context, claim, run.flow, following_due(context, plan, position, policy))
        message, links = self._message(claim, context, decision, policy, face, run)
        line = replace(line, data={**line.data, "claim_id": claim.claim_id})
        refused = self.ledger.claim(claim, context, counted, line, links)
        if refused == "changed":
            return None
        if refused == "warming_up":
            free_at = next_day(now, int(claim.claim_id, 16))
            inputs = {"ceiling": str(claim.ceiling), "until": free_at.isoformat()}
            self._note(run, touch.name, Decision(WAIT, refused, inputs=inputs), policy, now)
            return self._wait(run, context, position, whole_seconds(now, free_at))
        if refused == "blocked":
            self._note(run, touch.name, Decision(STOP, "blocked"), policy, now)
            return self._stopped(run, "blocked", now)
        if refused is not None:
            self._note(run, touch.name, Decision(SKIP, refused), policy, now)
            return self._onwards(run, plan, position, context, policy, now)
        context = replace(context, cart=replace(context.cart, version=context.cart.version + 1))
        outcome = self.channels[touch.channel].send(message)
        now = self.clock.now()  # what became of it comes after the decision, in the story too
        if isinstance(outcome, NotSent):
            self._give_back(claim, outcome.reason, context.account)
            if outcome.of_address:
                self._note(run, touch.name, Decision(STOP, outcome.reason), policy, now)
                return self._stopped(run, outcome.reason, now)
            if outcome.after_seconds is None:
                raise Refused(f"{touch.channel}: {outcome.reason}")
            self._note(run, touch.name, Decision(WAIT, "provider_busy"), policy, now)
            return self._wait(run, context, position, outcome.after_seconds)
        if isinstance(outcome, Doubtful):
            self._note(
                run, touch.name, Decision(SKIP, "doubtful", inputs={"detail": outcome.reason}), policy, now
            )
            return self._onwards(run, plan, position, context, policy, now)
        return self._sent(run, plan, position, context, policy, claim, outcome)

    def _sent(
        self,
        run: Run,
        plan: Plan,
        position: int,
        context: Context,
        policy: Policy,
        claim: Claim,
        outcome: Sent,
    ) -> dict[str, object]:
        now = self.clock.now()
        marked = claims.named(claims.settle(claim, claims.SENT, now), outcome.provider_id)
        last = position + 1 >= len(plan.touches)
        closed = give_up(context.cart, now, "all_sent", run.name) if last else None
        try:
            self.ledger.mark(claim, marked, closed)
        except Conflict:
            # The provider's own news came first, or the cart changed meanwhile: then that stays as it is.
            mark_sent(self.ledger, claim, outcome.provider_id, now)
            return self._onwards(run, plan, position, context, policy, now)
        if closed is not None:
            self.bus.publish([given_up(closed, "all_sent", now)])
            return self._answer(run, context, "stop", 1, position)
        return self._onwards(run, plan, position, context, policy, now)

    def _give_back(self, claim: Claim, reason: str, account: Person | None) -> None:
        """It is proven that nothing went out: release the claim and the budget that it took."""
        if account is not None:
            give_back(self.records, claim, account.person_id)
        for _ in range(MOST_TRIES):
            person = self.records.read(claim.shop, persons=[claim.person_id]).persons.get(claim.person_id)
            if person is None:
                return
            released = replace(claim, state=claims.RELEASED, because=reason)
            try:
                self.ledger.release(
                    claim,
                    released,
                    visits.unsaid(customer.unsent(person, claim.claimed_at), claim.claimed_at),
                )
            except Conflict:
                continue
            return

    def _message(
        self,
        claim: Claim,
        context: Context,
        decision: Decision,
        policy: Policy,
        face: ShopFace,
        run: Run,
    ) -> tuple[Outgoing, list[Link]]:
        cart, person = context.cart, context.person
        lang = language_of(person, cart, face)
        restore, leave, prefs = (self.tokens.fresh() for _ in range(3))
        links = [
            link_of(claim, "restore", restore, claim.claimed_at + policy.link_lifetime, lang),
            link_of(claim, "leave", leave, claim.claimed_at + LEAVE_LINK_LIFETIME, lang, cart.account_row),
            link_of(claim, "prefs", prefs, claim.claimed_at + LEAVE_LINK_LIFETIME, lang, cart.account_row),
        ]
        bill = bill_of(cart, decision.items, face.prices)
        fields = {
            "shop": face,
            "first_name": person.first_name,
            "items": bill.items,
            "total": bill.total,
            "discount": bill.discount,
            "net": bill.net,
            "further": bill.further,
            "restore_url": f"{self.public_url}/r/{claim.shop}.{restore}",
            "leave_url": f"{self.public_url}/u/{claim.shop}.{leave}",
            "prefs_url": f"{self.public_url}/p/{claim.shop}.{prefs}",
            "basis": permission(person, claim.channel, PURPOSE, policy).word.basis,
        }
        words = self.texts.email(run.flow, claim.touch, lang, fields)
        return addressed(
            claim, person.email, face, words, lang, run.flow, MARKETING, str(fields["leave_url"])
        ), links

    def _onwards(
        self, run: Run, plan: Plan, position: int, context: Context, policy: Policy, now: datetime
    ) -> dict[str, object]:
        following = position + 1
        if following >= len(plan.touches):
            return self._stopped(run, "all_done", now)
        due = due_at(context.cart, plan, following, policy)
        return self._wait(run, context, following, whole_seconds(now, due))

    def _stopped(self, run: Run, because: str, now: datetime, by: str | None = None) -> dict[str, object]:
        cart = close(self.records, run.shop, run.subject_id, run.generation, because, run.name, now, by)
        if ended_by(cart, run, because):
            self.bus.publish([given_up(cart, cart.closed_because, now)])
        return self._answer(run, Context(cart, None), "stop", 1, 0)

    def _wait(self, run: Run, context: Context, position: int, seconds: int) -> dict[str, object]:
        return self._answer(run, context, "wait", seconds, position)

    def _answer(
        self, run: Run, context: Context, word: str, seconds: int, position: int
    ) -> dict[str, object]:
        items = context.cart.items if context.cart is not None else ()
        return {
            "next": word,
            "wait_seconds": seconds,
            "position": position,
            "person_id": context.person.person_id if context.person is not None else run.person_id,
            "variants": [item.variant_id for item in items],
        }

    def _note(self, run: Run, touch: str, decision: Decision, policy: Policy, now: datetime) -> None:
        self.ledger.note(
            run.shop, run.subject.timeline, decision_line(run, touch, decision, policy.version, now)
        )
