"""Look at the truth, and say what a run of an internal flow is to do now: one word, and the proposal behind it.

It is asked when a run begins and again before each deed, because waits and answers of people take their time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cartback import flows, subjects
from cartback.domain.claims import EffectKey
from cartback.domain.connectors.effects import CLAIMED, DONE, DOUBTFUL
from cartback.domain.decision import ACT, STOP, Decision, Reason
from cartback.usecases.runs import decision_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from cartback.domain.connectors.effects import Effect
    from cartback.domain.context import Context
    from cartback.domain.flows import Proposal
    from cartback.domain.policy import Policy
    from cartback.ports import Clock, EffectBook, Ledger, Records, Settings, ShopFace, Texts
    from cartback.usecases.runs import Run

STANDARD = "en"
"""The language of the words if the shop's own is none that they are written in."""


@dataclass(frozen=True, slots=True)
class Propose:
    """Answer a run with the name of the step that is due, or with ``stop``."""

    records: Records
    settings: Settings
    ledger: Ledger
    effects: EffectBook
    texts: Texts
    languages: tuple[str, ...]
    clock: Clock

    def __call__(self, run: Run, step: str = "", proposed: str = "") -> dict[str, object]:
        """Give ``next`` and the ``proposal`` of that step: target, account, fields, and what a person is asked.

        With the target that was ``proposed`` before, a step is only asked about again: what may have begun goes on, so
        that somebody finds out, and otherwise the rules decide. Nothing is proposed anew then.
        """
        now, rules = self.clock.now(), flows.internal(run.flow)
        policy, face = self.settings.policy(run.shop), self.settings.shop(run.shop)
        if policy is None or face is None:
            return self._answer(run, step, Decision(STOP, Reason.SHOP_UNKNOWN), 0, now)
        if proposed and self._is_under_way(run, step, proposed):
            return self._answer(run, step, Decision(ACT, Reason.UNSETTLED), policy.version, now)
        context = self.records.context(run.shop, run.subject_id, None, None, subjects.kind(run.kind))
        imprint = face.imprint or (face.name,)
        found = rules.propose(context, run.subject, step, policy, imprint, now)
        if not isinstance(found, Decision):
            found = self._unless_open(run, found, context, policy, imprint, now)
        if isinstance(found, Decision):
            return self._answer(run, step, found, policy.version, now)
        answer = self._answer(
            run, found.step, Decision(ACT, Reason.DUE, inputs=found.inputs), policy.version, now
        )
        return {**answer, "proposal": {} if proposed else self._written(run, found, face)}

    def _unless_open(
        self,
        run: Run,
        found: Proposal,
        context: Context,
        policy: Policy,
        imprint: tuple[str, ...],
        now: datetime,
    ) -> Decision | Proposal:
        """Ask the rules once more where they have to know what earlier generations did."""
        rules = flows.internal(run.flow)
        earlier = tuple(self._earlier(run, found, rules.LOOKS_BACK.get(found.step, 0)))
        if not earlier:
            return found
        return rules.propose(context, run.subject, found.step, policy, imprint, now, earlier)

    def _earlier(self, run: Run, found: Proposal, generations: int) -> Iterator[datetime]:
        for generation in range(run.generation - 1, max(0, run.generation - 1 - generations), -1):
            effect = self._effect(replace(run, generation=generation), found.step, found.target)
            if effect is not None and effect.state == DONE:
                yield effect.at

    def _is_under_way(self, run: Run, step: str, target: str) -> bool:
        effect = self._effect(run, step, target)
        return effect is not None and effect.state in (CLAIMED, DOUBTFUL)

    def _effect(self, run: Run, step: str, target: str) -> Effect | None:
        key = EffectKey(run.shop, run.flow, run.subject, step, target)
        return self.effects.read(run.shop, key.claim_id)

    def _written(self, run: Run, found: Proposal, face: ShopFace) -> dict[str, object]:
        lang = face.languages[0] if face.languages[0] in self.languages else STANDARD
        said = self.texts.note(run.flow, found.step, lang, {**found.says, "shop": face.name})
        question = said.pop("question", "")
        cost = {"amount": found.amount.amount, "currency": found.amount.currency} if found.amount else {}
        return {
            "step": found.step,
            "target": found.target,
            "account": found.account,
            "fields": {**said, **found.gives},
            "question": question,
            "may": list(found.may),
            **({"amount": None, "currency": None} | cost),
        }

    def _answer(
        self, run: Run, step: str, decision: Decision, version: int, now: datetime
    ) -> dict[str, object]:
        self.ledger.note(run.shop, run.subject.timeline, decision_line(run, step, decision, version, now))
        return {"next": "stop" if decision.word == STOP else step, "proposal": {}}
