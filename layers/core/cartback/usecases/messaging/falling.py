"""What becomes of a message that a channel does not carry: whether another one can, and how the story says so."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from cartback.domain.channels import CHANNELS, CONTENT_OF, open_to
from cartback.domain.decision import SEND, WAIT
from cartback.domain.messaging.ladder import Ways
from cartback.ports import TimelineEntry

if TYPE_CHECKING:
    from cartback.domain.context import Context
    from cartback.domain.flows import Rules
    from cartback.domain.policy import Plan, Policy
    from cartback.ports import ShopFace, Texts
    from cartback.usecases.runs import Run

FELL = "fell"
"""The kind of the line that says that a message goes another way."""


def ways_of(
    served: Collection[str],
    texts: Texts,
    rules: Rules,
    plan: Plan,
    position: int,
    policy: Policy,
    face: ShopFace,
    refused: Mapping[str, str],
) -> Ways:
    """The channels as they stand for one step: those on which the shop can write, and for which it has words.

    Words are asked for only where there is a choice.
    """
    touch = plan.touches[position] if position < len(plan.touches) else None
    if touch is None or len(policy.channels_for(touch, plan)) == 1:
        return Ways(open_to(served, face.senders), refused=refused)
    kinds = texts.kinds(rules.FLOW.name, touch.name)
    mute = frozenset(name for name in CHANNELS if CONTENT_OF[name] not in kinds)
    return Ways(open_to(served, face.senders), mute, refused)


@dataclass(frozen=True, slots=True)
class Fall:
    """One step whose channel does not carry it. Gives the line of its story, or None where no other channel can."""

    rules: Rules
    context: Context
    plan: Plan
    position: int
    run: Run
    policy: Policy
    now: datetime

    def __call__(self, channel: str, reason: str) -> TimelineEntry | None:
        ways = self.context.ways
        without = replace(ways, refused={**ways.refused, channel: reason})
        context = replace(self.context, ways=without)
        decision = self.rules.decide(
            context, self.plan, self.position, self.run.generation, self.policy, self.now
        )
        touch = self.plan.touches[self.position]
        alone = len(self.policy.channels_for(touch, self.plan)) == 1
        same = decision.ready is not None and decision.ready.channel in without.refused
        if alone or same or decision.word not in (SEND, WAIT):
            return None  # the flow has one way only, or does not choose
        told = {"flow": self.run.flow, "run": self.run.name, "touch": touch.name}
        return TimelineEntry(self.now, FELL, {**told, "channel": channel, "reason": reason})
