"""What is asked of an outside system, and the rows that tell of it beside the effect's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self

from cartback.domain.connectors.actions import digest
from cartback.domain.connectors.connection import MAIN
from cartback.domain.connectors.deliveries import RUN, Waiting
from cartback.domain.connectors.effects import Effect
from cartback.domain.desk.entries import opened
from cartback.domain.errors import Refused
from cartback.domain.subject import Subject
from cartback.ports import TimelineEntry

if TYPE_CHECKING:
    from datetime import datetime

    from cartback.domain.connectors.actions import Action, Wanted
    from cartback.domain.desk.entries import Entry
    from cartback.usecases.connectors.reach_vendor import Reached


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be done: for which run and step, about what, and with which values.

    ``target`` is ``<connector>.<action>``; ``approval`` names the desk's entry that released it.
    """

    shop: str
    flow: str
    run: str
    subject: Subject
    step: str
    target: str
    fields: Mapping[str, object]
    account: str = MAIN
    approval: str = ""

    @classmethod
    def from_task(cls, task: Mapping[str, Any]) -> Self:
        """What a machine's task asks for. Raises Refused, naming the field, for what is missing or malformed."""
        try:
            about = task["subject"]
            subject = Subject(str(about["kind"]), str(about["id"]), int(about.get("generation", 1)))
            words = [str(task[name]) for name in ("shop", "flow", "run", "step", "target")]
            fields = dict(task.get("fields") or {})
        except (KeyError, TypeError, ValueError) as error:
            raise Refused(f"the task's input is not what an action needs: {error}") from error
        if not all(words):
            raise Refused("shop, flow, run, step and target must be said")
        shop, flow, run, step, target = words
        account = str(task.get("account") or MAIN)
        return cls(shop, flow, run, subject, step, target, fields, account, str(task.get("approval") or ""))


@dataclass(frozen=True, slots=True)
class Case:
    """One call on its way: what was asked, of whom, and under which name."""

    asked: Asked
    reached: Reached
    action: Action
    wanted: Wanted
    effect_id: str

    def fresh(self, now: datetime) -> Effect:
        """The effect as it begins."""
        asked = self.asked
        return Effect(
            asked.shop,
            self.effect_id,
            asked.flow,
            asked.subject,
            asked.step,
            asked.target,
            asked.account,
            asked.run,
            self.action.kind,
            digest(self.wanted.fields),
            first_at=now,
            at=now,
            approval=asked.approval or None,
        )

    def waiting(self, because: str, first_at: datetime, now: datetime, seconds: int = 0) -> Waiting:
        """The row that shows that this waits."""
        connection = self.reached.connection
        place = (connection.shop, connection.connector, connection.account)
        due_at = now + timedelta(seconds=seconds)
        return Waiting(*place, self.effect_id, RUN, because[:200], first_at, due_at, action=self.action.name)

    def entry(self, kind: str, title: str, now: datetime, *same: str, **data: str) -> Entry:
        """Something about this for a person to see."""
        asked, name = self.asked, self.reached.connection.name
        about = asked.subject.timeline
        return opened(asked.shop, kind, title, now, *same, about=about, connection=name, **data)

    def line(self, word: str, reason: str, now: datetime) -> TimelineEntry:
        """What became of it, for the subject's story."""
        asked = self.asked
        told = {
            "flow": asked.flow,
            "run": asked.run,
            "step": asked.step,
            "target": asked.target,
            "word": word,
        }
        return TimelineEntry(now, "action", told | ({"reason": reason[:300]} if reason else {}))
