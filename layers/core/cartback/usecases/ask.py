"""Ask a person before a run goes on: the proposal is frozen, and the run waits for the answer or for the deadline.

Asking again with the same proposal is asking once; a run that was sent on, or a task that was called again, brings a
new token and hears at once what was decided before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from cartback.domain.connectors.actions import checked, digest
from cartback.domain.desk.entries import APPROVAL, DONE, Approval, next_look, opened
from cartback.domain.errors import Refused
from cartback.usecases.connectors.asked import Asked
from cartback.usecases.desk.opening import changed

if TYPE_CHECKING:
    from datetime import datetime

    from cartback.domain.connectors.actions import Action
    from cartback.domain.desk.entries import Entry
    from cartback.ports import Clock, DeskBook
    from cartback.usecases.desk.decide import Decide

SHORTEST, LONGEST = timedelta(minutes=1), timedelta(days=30)
_REMIND_AFTER = 0.75
_OUTCOMES = ("approved", "rejected")
_MOST_PEOPLE = 20


@dataclass(frozen=True, slots=True)
class Ask:
    """``actions`` are those of a connector by name: what could not be carried out is not asked for."""

    desk: DeskBook
    decide: Decide
    actions: Callable[[str], Mapping[str, Action]]
    clock: Clock

    def __call__(self, task: Mapping[str, Any]) -> dict[str, str]:
        """Put the question on the desk; gives the entry's name. The run hears the answer by its token.

        Raises ``Refused``, naming the field, for a question that nobody could answer.
        """
        asked, token = Asked.from_task(task), str(task.get("token") or "")
        if not token:
            raise Refused("token: a run that asks must be able to hear the answer")
        fresh = self._entry(asked, token, task)

        def again(kept: Entry | None) -> Entry:
            if kept is None or kept.approval is None:
                return fresh
            approval = replace(kept.approval, token=token, run=asked.run, told_at=None)
            return next_look(replace(kept, approval=approval), self.clock.now())

        entry = changed(self.desk, asked.shop, fresh.entry_id, again)
        if entry.state == DONE:
            kept = self.desk.read(asked.shop, entry.entry_id)
            self.decide.tell(kept or entry)
        return {"approval": entry.entry_id}

    def _entry(self, asked: Asked, token: str, task: Mapping[str, Any]) -> Entry:
        now = self.clock.now()
        connector, _, name = asked.target.partition(".")
        actions = self.actions(connector)
        if name not in actions:
            raise Refused(f"target: {connector} has no action {name}")
        proposal = checked(actions[name], asked.fields)
        deadline = now + _span(task)
        frozen = Approval(
            flow=asked.flow,
            run=asked.run,
            step=asked.step,
            token=token,
            proposal=proposal,
            digest=digest(proposal),
            target=asked.target,
            deadline=deadline,
            default=_word(task, "default", "rejected"),
            may=_people(task),
            asked_by=str(task.get("asked_by") or ""),
            four_eyes=task.get("four_eyes") is True,
            **_money(task),
        )
        title = str(task.get("title") or asked.target)
        about = asked.subject
        same = (asked.flow, about.timeline, about.generation, asked.step, asked.target, frozen.digest)
        entry = opened(asked.shop, APPROVAL, title, now, *same, about=about.timeline)
        return next_look(replace(entry, approval=frozen, remind_at=_reminder(now, deadline)), now)


def _span(task: Mapping[str, Any]) -> timedelta:
    seconds = task.get("deadline_seconds")
    if isinstance(seconds, bool) or not isinstance(seconds, int):
        raise Refused("deadline_seconds: must be whole seconds")
    span = timedelta(seconds=min(seconds, 10**9))
    if not SHORTEST <= span <= LONGEST:
        raise Refused("deadline_seconds: must be a minute to thirty days")
    return span


def _word(task: Mapping[str, Any], name: str, default: str) -> str:
    word = str(task.get(name) or default)
    if word not in _OUTCOMES:
        raise Refused(f"{name}: must be one of {', '.join(_OUTCOMES)}")
    return word


def _people(task: Mapping[str, Any]) -> tuple[str, ...]:
    people = task.get("may") or ()
    if not isinstance(people, list | tuple) or not all(isinstance(each, str) and each for each in people):
        raise Refused("may: must be a list of names")
    if len(people) > _MOST_PEOPLE:
        raise Refused(f"may: must be at most {_MOST_PEOPLE} names")
    return tuple(people)


def _money(task: Mapping[str, Any]) -> dict[str, Any]:
    amount, currency = task.get("amount"), task.get("currency")
    if amount is None:
        return {}
    if isinstance(amount, bool) or not isinstance(amount, int) or not isinstance(currency, str):
        raise Refused("amount: must be whole minor units, with a currency")
    return {"amount": amount, "currency": currency[:3].upper()}


def _reminder(now: datetime, deadline: datetime) -> datetime:
    return now + (deadline - now) * _REMIND_AFTER
