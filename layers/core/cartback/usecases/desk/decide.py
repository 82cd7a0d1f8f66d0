"""Decide what waits on the desk, or put it off; whoever waits for the answer is told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cartback.domain.connectors import effects
from cartback.domain.desk.entries import DONE, UNKNOWN, decided, expired, next_look, snoozed, told
from cartback.domain.errors import Conflict, Refused, TryLater
from cartback.usecases.desk.opening import changed

if TYPE_CHECKING:
    from datetime import datetime

    from cartback.domain.desk.entries import Entry
    from cartback.ports import AnswerLink, Clock, DeskBook, EffectBook, WaitingRuns

_MOST_TRIES = 8


@dataclass(frozen=True, slots=True)
class Decide:
    """Answer an entry. The row says what was decided before the run hears it; a sweep tells who was not told."""

    desk: DeskBook
    effects: EffectBook
    runs: WaitingRuns
    clock: Clock

    def __call__(
        self,
        shop: str,
        entry_id: str,
        word: str,
        actor: str,
        reason: str = "",
        link: AnswerLink | None = None,
    ) -> Entry:
        """Gives the row as it is then; ``link`` is used up with it.

        Raises ``Refused`` (404, 403, 409) for what is not there, not this person's to decide, or over.
        """
        for _ in range(_MOST_TRIES):
            now = self.clock.now()
            kept = self.desk.read(shop, entry_id)
            if kept is None:
                raise Refused(f"{entry_id}: there is no such entry", 404)
            after = next_look(decided(expired(kept, now), word, actor, reason, now), now)
            if after.state == DONE and after.kind == UNKNOWN and "effect" in after.data:
                self._settle(shop, after.data["effect"], word, now)
            try:
                if link is None or after.state != DONE:
                    self.desk.save(after)
                else:
                    self.desk.answer(after, link)
            except Conflict:
                continue
            return self.tell(replace(after, version=after.version + 1))
        raise TryLater("the entry keeps changing")

    def snooze(self, shop: str, entry_id: str, until: datetime, actor: str, reason: str) -> Entry:
        """Put off until an instant."""
        now = self.clock.now()

        def later(kept: Entry | None) -> Entry:
            if kept is None:
                raise Refused(f"{entry_id}: there is no such entry", 404)
            return snoozed(kept, until, actor, reason, now)

        return changed(self.desk, shop, entry_id, later)

    def tell(self, entry: Entry) -> Entry:
        """Tell the run that waits what was decided; one that waits no more is noted as such."""
        approval = entry.approval
        if approval is None or entry.state != DONE or approval.told_at is not None:
            return entry
        heard = self.runs.answer(approval.token, {"next": entry.outcome, "approval": entry.entry_id})
        after = told(entry, self.clock.now(), "the run was told" if heard else "the run waits no more")
        try:
            self.desk.save(after)
        except Conflict:
            return entry  # somebody else is telling it at this very moment
        return after

    def _settle(self, shop: str, effect_id: str, word: str, now: datetime) -> None:
        """Let a doubtful effect be done, or free to be asked for anew, as the person says."""
        effect = self.effects.read(shop, effect_id)
        if effect is None or effect.state == effects.DONE:
            return
        if word == "happened":
            after = effects.settled(effect, effects.DONE, now, "a person says that it happened")
        else:
            after = effects.settled(effect, effects.RELEASED, now, "a person says that it did not happen")
            after = replace(after, creates=0, first_at=now)
        self.effects.save(after)
