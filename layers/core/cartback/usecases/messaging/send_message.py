"""Send one step of a run, or say why not: decide, claim, send once, mark.

The order is the promise. The text is made before anything is claimed, the claim is one transaction that holds only
if the subject, the person and the address are as they were decided on, and between claim and mark there is exactly one
request to the provider. A run that is woken twice meets its own claim and goes on without sending.

Which rules decide, which facts the texts hold and what the subject is stands in the flow's file and in the kind's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cartback import flows, subjects
from cartback.domain import claims
from cartback.domain.channels import ADDRESS_OF, DEVICE, EMAIL, open_to
from cartback.domain.decision import SEND, SKIP, STOP, WAIT, Decision, Reason
from cartback.domain.errors import Conflict, Refused, TryLater
from cartback.domain.messaging.timing import whole_seconds
from cartback.domain.messaging.warm_up import next_day
from cartback.domain.policy import Plan
from cartback.ports import Doubtful, NotSent, RowSet
from cartback.usecases.messaging.blocking import block
from cartback.usecases.messaging.budgeting import counting, release, reserve
from cartback.usecases.messaging.claiming import claim_for, counted_with, guards_of
from cartback.usecases.messaging.closing import close
from cartback.usecases.messaging.composing import Compose
from cartback.usecases.messaging.falling import Fall, ways_of
from cartback.usecases.messaging.gone_browsers import forget_browser
from cartback.usecases.messaging.listing import list_step
from cartback.usecases.runs import MOST_LOOKS, answered, decision_line
from cartback.usecases.sending import MOST_TRIES, mark_sent

if TYPE_CHECKING:
    from cartback.domain.claims import Claim
    from cartback.domain.context import Context
    from cartback.domain.decision import Ready
    from cartback.domain.flows import Rules
    from cartback.domain.policy import Policy
    from cartback.domain.subject import Kind
    from cartback.domain.wording.own import ShopTexts
    from cartback.ports import (
        Bus,
        Channel,
        Clock,
        Counters,
        DueIndex,
        Ledger,
        Metrics,
        Records,
        Sent,
        Settings,
        ShopFace,
        Texts,
        TimelineEntry,
        Tokens,
    )
    from cartback.usecases.messaging.composing import Composed
    from cartback.usecases.runs import Run


@dataclass(frozen=True, slots=True)
class _Step:
    """One step of one run, with everything that was read for it.

    ``looks`` counts how often a run that has no plan yet was woken too early before; None for every other run.
    ``refused`` collects by channel why it would not take this very message.
    """

    run: Run
    rules: Rules
    kind: Kind
    plan: Plan
    position: int
    policy: Policy
    face: ShopFace
    context: Context
    now: datetime
    looks: int | None = None
    refused: dict[str, str] = field(default_factory=dict)

    def is_too_early(self, decision: Decision) -> bool:
        """Whether a run that has no plan yet finds that its first step is not due."""
        early = decision.reason in (Reason.SHOPPER_ACTIVE, Reason.NOT_YET)
        return self.looks is not None and decision.word == WAIT and early

    @property
    def name(self) -> str:
        """What the step is called in timelines; after the last one, its end."""
        there = self.position < len(self.plan.touches)
        return self.plan.touches[self.position].name if there else "end"


@dataclass(frozen=True, slots=True)
class SendMessage:
    """One step. Answers ``wait`` (with seconds and the position to come back for) or ``stop``.

    Raises ``TryLater`` if the provider asks for a pause or rows keep changing, and ``Refused`` if the provider
    rejects what we send: that is for a person to see, not an outcome. An address that nothing can be sent to is one.
    """

    records: Records
    settings: Settings
    ledger: Ledger
    channels: Mapping[str, Channel]
    texts: Texts
    tokens: Tokens
    clock: Clock
    public_url: str
    bus: Bus | None = None
    fresh_stock: Callable[[str, Context, Policy, datetime], Context] | None = None
    counters: Counters | None = None
    index: DueIndex | None = None
    own_texts: Callable[[str], ShopTexts | None] | None = None
    metrics: Metrics | None = None

    def step(self, run: Run, name: str, plan: Plan | None = None) -> dict[str, object]:
        """Decide about the step of this name, for machines with a state for each step.

        Answers ``wait`` for the same step at a better time, ``next`` for the one that follows it, or ``stop``; and in
        ``known`` what it gives back with its next call. Raises KeyError for a step that the flow's card does not have.
        """
        steps = flows.rules(run.flow).FLOW.steps
        if name not in steps:
            raise KeyError(name)
        answer = self(run, plan, steps.index(name))
        goes_on = answer["next"] == "wait" and answer["position"] != steps.index(name)
        return {
            "next": "next" if goes_on else answer["next"],
            "wait_seconds": answer["wait_seconds"],
            "known": {"person_id": answer["person_id"], "variants": answer["variants"]},
        }

    def planned(self, run: Run, known: Mapping[str, Any]) -> dict[str, object]:
        """Decide about the next step of a plan, for machines whose steps are the shop's policy.

        ``known`` is what the last answer called so; without anything, the plan is made, and stays as it is from the
        moment on at which its first step is due. Answers ``wait`` or ``stop``, and in ``known`` plan and position.
        """
        told = known.get("plan")
        plan = Plan.from_variables(told) if told else None
        looks = int(known.get("looks") or 0) if plan is None else None
        answer, planned = self._go(run, plan, int(known.get("position") or 0), looks)
        still = {"looks": looks + 1} if looks is not None else {}
        goes_on = {"plan": planned.as_variables(), "position": answer["position"]} if planned else still
        return {
            "next": answer["next"],
            "wait_seconds": answer["wait_seconds"],
            "known": {"person_id": answer["person_id"], "variants": answer["variants"], **goes_on},
        }

    def __call__(self, run: Run, plan: Plan | None, position: int) -> dict[str, object]:
        """Decide about step ``position`` of a run's plan; without one, of the flow's own."""
        return self._go(run, plan, position, None)[0]

    def _go(
        self, run: Run, plan: Plan | None, position: int, looks: int | None
    ) -> tuple[dict[str, object], Plan | None]:
        """The answer, and the plan that the run goes on with; None where its first step is not due yet."""
        rules, kind = flows.rules(run.flow), subjects.kind(run.kind)
        refused: dict[str, str] = {}
        for number in range(MOST_TRIES):
            now = self.clock.now()
            policy, face = self.settings.policy(run.shop), self.settings.shop(run.shop)
            planned = plan
            if planned is None and policy is not None and face is not None:
                planned = rules.plan(policy, open_to(self.channels, face.senders))
            if policy is None or face is None or planned is None or not planned.touches:
                why = Reason.SHOP_UNKNOWN if policy is None or face is None else Reason.NO_TOUCHES
                name = plan.touches[position].name if plan is not None else ""
                line = decision_line(run, name, Decision(STOP, why), 0, now)
                self.ledger.note(run.shop, run.subject.timeline, line)
                return self._stopped(run, kind, why, now), None
            context = self.records.context(run.shop, run.subject_id, run.person_id, run.variants, kind)
            ways = ways_of(self.channels, self.texts, rules, planned, position, policy, face, refused)
            context = replace(context, ways=ways)
            step = _Step(run, rules, kind, planned, position, policy, face, context, now, looks, refused)
            step, decision = self._decided(step, counts=number == 0)
            if step.is_too_early(decision):
                return self._sleep_on(step, decision), None
            self._begin(step, decision)
            answer = self._obey(step, decision)
            if answer is not None:
                return answer, planned
        raise TryLater("subject or person keep changing", after_seconds=60)

    def _decided(self, step: _Step, counts: bool) -> tuple[_Step, Decision]:
        """Decide; before something is sent, ask the shop itself and count against floods, and decide again."""

        def decide(context: Context, crowded: bool = False) -> Decision:
            return step.rules.decide(
                context, step.plan, step.position, step.run.generation, step.policy, step.now, crowded
            )

        context = step.context
        decision = decide(context)
        if decision.word != SEND:
            return step, decision
        if self.fresh_stock is not None:
            context = self.fresh_stock(step.run.shop, context, step.policy, step.now)
            step, decision = replace(step, context=context), decide(context)
        if decision.word == SEND and counts and self._is_crowded(step):
            decision = decide(context, crowded=True)
        return step, decision

    def _is_crowded(self, step: _Step) -> bool:
        """Whether a mailbox, or a crowd that it is one of, has had enough of such messages: each is counted."""
        if self.counters is None:
            return False
        shop, floods = step.run.shop, step.rules.floods(step.context)
        many = [self.counters.count(shop, flood.name, flood.within) > flood.most for flood in floods]
        return any(many)

    def _sleep_on(self, step: _Step, decision: Decision) -> dict[str, object]:
        """Look again when the first step will be due; not for ever."""
        self._note(step, decision)
        if (step.looks or 0) >= MOST_LOOKS or decision.until is None:
            self._note(step, Decision(STOP, Reason.RESTLESS))
            return self._stopped(step.run, step.kind, Reason.RESTLESS, step.now)
        return self._wait(step, step.position, whole_seconds(step.now, decision.until))

    def _begin(self, step: _Step, decision: Decision) -> None:
        """Tell that the first step is due, before anything comes of it; told twice, it is the same fact."""
        if step.looks is None or decision.word == STOP or self.bus is None:
            return
        began = step.rules.began(step.context, step.policy)
        if began is not None:
            self.bus.publish([began])

    def _obey(self, step: _Step, decision: Decision) -> dict[str, object] | None:
        """Do what was decided. None if the rows were not as decided any more: decide again."""
        run, now = step.run, step.now
        line = decision_line(run, step.name, decision, step.policy.version, now)
        if decision.word == SEND:
            return self._send(step, decision, line)
        flow, until = step.rules.FLOW, decision.until
        if decision.word == WAIT and not reserve(
            self.records, run, step.context, flow, step.kind, until, now
        ):
            return None
        self.ledger.note(run.shop, run.subject.timeline, line)
        if decision.word == WAIT and until is not None:
            return self._wait(step, step.position, whole_seconds(now, until))
        if decision.word == SKIP:
            return self._onwards(step)
        return self._stopped(run, step.kind, decision.reason, now, decision.inputs.get("by"))

    def _send(self, step: _Step, decision: Decision, line: TimelineEntry) -> dict[str, object] | None:
        """Claim, send, mark. None if the rows were not as decided any more: decide again."""
        if decision.ready is None:
            raise LookupError("nothing is ready to be sent")
        ready, flow = decision.ready, step.rules.FLOW
        claim = claim_for(step.run, step.name, ready.channel, ready, step.policy, step.now, decision.named)
        rows = counting(step.context, claim, flow, step.kind, self._next_message(step))
        made = self._composed(step, claim, decision, ready)
        line = replace(line, data={**line.data, "claim_id": claim.claim_id, **made.story})
        guards = guards_of(claim, flow, step.kind, step.context, rows)
        refused = self.ledger.claim(claim, guards, rows, line, made.links)
        if refused is not None:
            return self._refused(step, claim, refused)
        context = counted_with(step.context, step.kind, step.run.subject_id, rows)
        outcome = self.channels[claim.channel].send(made.message)
        # What became of it comes after the decision, in the story too.
        step = replace(step, context=context, now=self.clock.now())
        if isinstance(outcome, NotSent):
            return self._not_sent(step, claim, outcome)
        if isinstance(outcome, Doubtful):
            self._note(step, Decision(SKIP, Reason.DOUBTFUL, inputs={"detail": outcome.reason}))
            return self._onwards(step)
        return self._sent(step, claim, outcome)

    def _refused(self, step: _Step, claim: Claim, refused: str) -> dict[str, object] | None:
        """What follows from a claim that was not taken."""
        if refused == "changed":
            return None
        if refused == Reason.WARMING_UP:
            free_at = next_day(step.now, int(claim.claim_id, 16))
            inputs = {"ceiling": str(claim.ceiling), "until": free_at.isoformat()}
            self._note(step, Decision(WAIT, refused, inputs=inputs))
            return self._wait(step, step.position, whole_seconds(step.now, free_at))
        if refused == Reason.BLOCKED and self._falls(step, claim, refused):
            return None
        if refused == Reason.BLOCKED:
            self._note(step, Decision(STOP, refused))
            return self._stopped(step.run, step.kind, refused, step.now)
        self._note(step, Decision(SKIP, refused))
        return self._onwards(step)

    def _falls(self, step: _Step, claim: Claim, reason: str) -> bool:
        """Whether another channel can carry what this one does not; the story says so, and it is decided anew."""
        fall = Fall(step.rules, step.context, step.plan, step.position, step.run, step.policy, step.now)
        line = fall(claim.channel, reason)
        if line is None:
            return False
        step.refused[claim.channel] = reason
        self.ledger.note(step.run.shop, step.run.subject.timeline, line)
        return True

    def _not_sent(self, step: _Step, claim: Claim, outcome: NotSent) -> dict[str, object] | None:
        """It is proven that nothing went out: all is given back, and the next channel is tried, or later this one.

        None where the next channel, or another browser, can carry it: decide again.
        """
        release(self.records, self.ledger, claim, outcome.reason, step.context.account)
        if outcome.block:
            block(self.records, claim, outcome.block, step.now)
        if outcome.of_address and ADDRESS_OF[claim.channel] == DEVICE:
            forget_browser(self.records, claim, step.now)
            return None
        if outcome.after_seconds is None and self._falls(step, claim, outcome.reason):
            return None
        if outcome.of_address and claim.channel != EMAIL:
            # The next step may go by another way.
            self._note(step, Decision(SKIP, outcome.reason))
            return self._onwards(step)
        if outcome.of_address:
            self._note(step, Decision(STOP, outcome.reason))
            return self._stopped(step.run, step.kind, outcome.reason, step.now)
        if outcome.after_seconds is None:
            raise Refused(f"{claim.channel}: {outcome.reason}")
        self._note(step, Decision(WAIT, Reason.PROVIDER_BUSY))
        return self._wait(step, step.position, outcome.after_seconds)

    def _sent(self, step: _Step, claim: Claim, outcome: Sent) -> dict[str, object]:
        run, kind, now = step.run, step.kind, step.now
        marked = claims.named(claims.settle(claim, claims.SENT, now), outcome.provider_id)
        closing = None
        if self._comes_back(step) is None:
            closed = kind.closed(step.context.about, now, Reason.ALL_SENT, run.name, None)
            closing = RowSet(**{kind.part: {run.subject_id: closed}})
        try:
            self.ledger.mark(claim, marked, closing)
        except Conflict:
            # The provider's own news came first, or the row changed meanwhile: then that stays as it is.
            mark_sent(self.ledger, claim, outcome.provider_id, now)
            return self._onwards(step)
        if closing is None:
            return self._onwards(step)
        self._tell_end(run, kind, getattr(closing, kind.part)[run.subject_id], Reason.ALL_SENT, now)
        return self._answer(step, "stop", 1, step.position)

    def _composed(self, step: _Step, claim: Claim, decision: Decision, ready: Ready) -> Composed:
        compose = Compose(
            self.texts, self.tokens, self.public_url, self.own_texts, self.metrics, frozenset(self.channels)
        )
        account = step.kind.view(step.context.about).account_row
        return compose(step.rules, step.context, account, step.policy, step.face, claim, decision, ready)

    def _comes_back(self, step: _Step) -> datetime | None:
        """When the run comes back after this step; None if it was the last."""
        return step.rules.following(step.context, step.plan, step.position, step.policy, step.now)

    def _next_message(self, step: _Step) -> datetime | None:
        """When the next message about this subject is due; None after the last."""
        return self._comes_back(step) if step.position + 1 < len(step.plan.touches) else None

    def _onwards(self, step: _Step) -> dict[str, object]:
        due = self._comes_back(step)
        if due is None:
            return self._stopped(step.run, step.kind, Reason.ALL_DONE, step.now)
        longest = step.rules.FLOW.longest_wait
        if self.index is not None and longest is not None and due > step.now + longest:
            following = step.plan.touches[step.position + 1].name
            view = step.kind.view(step.context.about)
            list_step(self.index, self.ledger, step.run, following, due, view, step.policy, step.now)
            return self._answer(step, "stop", 1, step.position + 1)
        return self._wait(step, step.position + 1, whole_seconds(step.now, due))

    def _stopped(
        self, run: Run, kind: Kind, because: str, now: datetime, by: str | None = None
    ) -> dict[str, object]:
        row = close(self.records, kind, run.shop, run.subject_id, run.generation, because, run.name, now, by)
        self._tell_end(run, kind, row, because, now)
        known = kind.view(row).variants if row is not None else ()
        return answered("stop", 1, 0, run.person_id, known)

    def _tell_end(self, run: Run, kind: Kind, row: object, because: str, now: datetime) -> None:
        fact = kind.told_end(row, run.generation, because, now) if row is not None else None
        if fact is not None and self.bus is not None:
            self.bus.publish([fact])

    def _wait(self, step: _Step, position: int, seconds: int) -> dict[str, object]:
        return self._answer(step, "wait", seconds, position)

    def _answer(self, step: _Step, word: str, seconds: int, position: int) -> dict[str, object]:
        context = step.context
        person_id = context.person.person_id if context.person is not None else step.run.person_id
        known = step.kind.view(context.about).variants if context.about is not None else ()
        return answered(word, seconds, position, person_id, known)

    def _note(self, step: _Step, decision: Decision) -> None:
        line = decision_line(step.run, step.name, decision, step.policy.version, step.now)
        self.ledger.note(step.run.shop, step.run.subject.timeline, line)
