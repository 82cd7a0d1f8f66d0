"""Do one thing at an outside system: at most once where it creates, with its approval where one is asked for.

The answer is ``done``, or ``wait`` for so many seconds: the account is at its limit, the system is away, or an answer
was lost and time has to pass before it can be asked what became of it. What will never be is refused, and what nobody
knows is doubtful; either parks the run with its reason, and a person sees it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from cartback.domain.claims import EffectKey
from cartback.domain.connectors import effects, limits
from cartback.domain.connectors.actions import Done, Wanted, checked, digest
from cartback.domain.connectors.connection import switched
from cartback.domain.connectors.effects import Move
from cartback.domain.desk.entries import ACCESS, HOUSE, UNKNOWN, releases
from cartback.domain.errors import Conflict, Doubtful, Refused, TryLater
from cartback.usecases.connectors.asked import Case
from cartback.usecases.desk.opening import put_on_desk

if TYPE_CHECKING:
    from cartback.domain.connectors.effects import Effect
    from cartback.ports import Clock, Connections, DeskBook, EffectBook, Ledger, Metrics, WaitingWork
    from cartback.usecases.connectors.asked import Asked
    from cartback.usecases.connectors.calling import Calling
    from cartback.usecases.connectors.reach_vendor import ReachVendor

_NO_ACCESS = frozenset({401, 403})
_GONE = 410
_LATER = 60
"""Seconds to wait for a system that is away and names no time."""


@dataclass(frozen=True, slots=True)
class Act:
    """Carry out one action."""

    reach: ReachVendor
    effects: EffectBook
    calling: Calling
    work: WaitingWork
    desk: DeskBook
    connections: Connections
    ledger: Ledger
    clock: Clock
    metrics: Metrics

    def __call__(self, asked: Asked) -> dict[str, Any]:
        """Give ``next`` (``done`` or ``wait``), ``wait_seconds`` and the vendor's id.

        Raises ``Refused``, ``Doubtful`` and, where our own rows cannot be reached, ``TryLater``.
        """
        connector, _, name = asked.target.partition(".")
        reached = self.reach(asked.shop, connector, asked.account)
        if name not in reached.actions:
            raise Refused(f"{connector} has no action {name}; it has {', '.join(sorted(reached.actions))}")
        action = reached.actions[name]
        fields = checked(action, asked.fields)
        effect_id = EffectKey(asked.shop, asked.flow, asked.subject, asked.step, asked.target).claim_id
        known = self.effects.linked(asked.shop, connector, asked.account, asked.subject.timeline)
        wanted = Wanted(effects.reference(asked.shop, effect_id), fields, known)
        return self._next(Case(asked, reached, action, wanted, effect_id))

    def _next(self, case: Case) -> dict[str, Any]:
        effect = self.effects.read(case.asked.shop, case.effect_id)
        found, seconds = effects.move(effect, case.action, self.clock.now())
        if effect is None or found is Move.CALL:
            return self._called(case, effect)
        if found is Move.ANSWER:
            return _done(effect)
        if found is Move.WAIT:
            return self._wait(case, effect, effect.because or "its answer was lost", seconds)
        if found is Move.ASK:
            raise self._doubt(case, effect, effect.because or "its answer was lost")
        return self._looked(case, effect)

    def _called(self, case: Case, before: Effect | None) -> dict[str, Any]:
        self._released(case)
        wait = self.calling.take(case.reached.connection, case.reached.rate)
        if wait:
            return self._wait(case, before, "the account is at its limit, or the system is away", wait)
        now = self.clock.now()
        effect = effects.claimed(before or case.fresh(now), case.action, now)
        self.effects.save(effect)
        effect = replace(effect, version=effect.version + 1)
        try:
            answer = getattr(case.reached.connector, case.action.name)(case.wanted)
        except TryLater as later:
            return self._later(case, effect, later)
        except Doubtful as doubt:
            return self._doubtful(case, effect, doubt.reason)
        except Refused as refusal:
            return self._refused(case, effect, refusal)
        if not isinstance(answer, Done):
            return self._doubtful(case, effect, "the connector gave an answer of no kind")
        return self._happened(case, effect, answer)

    def _looked(self, case: Case, effect: Effect) -> dict[str, Any]:
        """Ask the other system whether a doubtful effect happened."""
        connection = case.reached.connection
        wait = self.calling.take(connection, case.reached.rate)
        if wait:
            return self._wait(case, effect, "the system is away", wait)
        try:
            answer = getattr(case.reached.connector, str(case.action.found_by))(case.wanted)
        except (TryLater, Doubtful) as later:
            after = later.after_seconds if isinstance(later, TryLater) else None
            self.calling.failed(connection, after)
            return self._wait(case, effect, later.reason, after or _LATER)
        except Refused as refusal:
            if refusal.status in _NO_ACCESS:
                return self._without_access(case, effect, refusal)
            raise self._doubt(case, effect, refusal.reason) from refusal
        if isinstance(answer, Done):
            return self._happened(case, effect, answer)
        unfound, ask = effects.not_found(effect, self.clock.now())
        self.effects.save(unfound)
        unfound = replace(unfound, version=unfound.version + 1)
        if ask:
            raise self._doubt(case, unfound, str(unfound.because))
        return self._called(case, unfound)

    # ── what became of it ────────────────────────────────────────────────────────────────────────────────────────

    def _happened(self, case: Case, effect: Effect, answer: Done) -> dict[str, Any]:
        connection, subject = case.reached.connection, case.asked.subject.timeline
        after = effects.settled(effect, effects.DONE, self.clock.now(), vendor_id=answer.vendor_id)
        self.effects.save(after)
        if case.action.links and answer.vendor_id is not None:
            place = (connection.shop, connection.connector, connection.account)
            self.effects.link(*place, subject, answer.vendor_id)
        self.calling.answered(connection)
        self._note(case, effect, effects.DONE)
        return _done(after)

    def _later(self, case: Case, effect: Effect, later: TryLater) -> dict[str, Any]:
        after = effects.settled(effect, effects.RELEASED, self.clock.now(), later.reason)
        self.effects.save(after)
        self.calling.failed(case.reached.connection, later.after_seconds)
        return self._wait(case, after, later.reason, later.after_seconds or _LATER)

    def _doubtful(self, case: Case, effect: Effect, reason: str) -> dict[str, Any]:
        after = effects.settled(effect, effects.DOUBTFUL, self.clock.now(), reason)
        self.effects.save(after)
        self.calling.failed(case.reached.connection)
        if case.action.found_by is None and not case.action.repeatable:
            raise self._doubt(case, after, reason)
        return self._wait(case, after, reason, int(effects.SETTLES_WITHIN.total_seconds()))

    def _refused(self, case: Case, effect: Effect, refusal: Refused) -> dict[str, Any]:
        no_access = refusal.status in _NO_ACCESS
        state = effects.RELEASED if no_access else effects.REFUSED
        after = effects.settled(effect, state, self.clock.now(), refusal.reason)
        self.effects.save(after)
        if no_access:
            return self._without_access(case, after, refusal)
        self.calling.answered(case.reached.connection)  # it said no: it is there
        self._note(case, effect, effects.REFUSED, refusal.reason)
        if refusal.status == _GONE and case.reached.gone_ends_it:
            self._switch_off(case, refusal.reason)
        raise refusal

    def _without_access(self, case: Case, effect: Effect, refusal: Refused) -> dict[str, Any]:
        """Say once that access is lost, and keep the work."""
        connection = case.reached.connection
        if not self.calling.is_without_access(connection):
            self._alert(case, f"Access to {connection.name} is lost", refusal.reason, "lost")
        self.calling.lost(connection, refusal.reason)
        return self._wait(case, effect, refusal.reason, int(limits.LOST_PAUSE.total_seconds()))

    def _switch_off(self, case: Case, reason: str) -> None:
        connection, now = case.reached.connection, self.clock.now()
        try:
            self.connections.save(connection, switched(connection, reason, now, HOUSE))
        except Conflict:
            return  # somebody is changing it at this very moment, and knows better
        self._alert(case, f"{connection.name} was switched off", reason, "off")

    def _alert(self, case: Case, title: str, because: str, kind: str) -> None:
        now, connection = self.clock.now(), case.reached.connection
        put_on_desk(self.desk, case.entry(ACCESS, title, now, connection.name, kind, because=because), now)
        self.metrics.count("ConnectorAccessLost")

    def _doubt(self, case: Case, effect: Effect, reason: str) -> Doubtful:
        """Show it to a person, who says what became of it; the run is parked meanwhile."""
        asked, now = case.asked, self.clock.now()
        told = {"effect": effect.effect_id, "because": reason, "step": asked.step, "flow": asked.flow}
        title = f"Nobody knows whether {asked.target} happened"
        entry = case.entry(UNKNOWN, title, now, effect.effect_id, run=asked.run, **told)
        put_on_desk(self.desk, entry, now)
        self.metrics.count("EffectsUnknown")
        self._note(case, effect, effects.DOUBTFUL, reason)
        return Doubtful(f"{asked.target}: {reason}")

    # ── rows beside the effect's ─────────────────────────────────────────────────────────────────────────────────

    def _released(self, case: Case) -> None:
        """Raise Refused unless a person released exactly this, where that is asked for."""
        asked = case.asked
        wanted = case.action.approval or case.action.name in case.reached.connection.approve
        if not (wanted or asked.approval):
            return
        entry = self.desk.read(asked.shop, asked.approval) if asked.approval else None
        why = releases(entry, asked.subject.timeline, asked.target, digest(case.wanted.fields))
        if why is not None:
            raise Refused(f"{asked.target}: {why}", 409)

    def _wait(self, case: Case, effect: Effect | None, because: str, seconds: int) -> dict[str, Any]:
        """Keep that it waits, since when and why: an effect that waits for too long is shown to a person."""
        now = self.clock.now()
        if effect is None:
            effect = effects.settled(case.fresh(now), effects.RELEASED, now, because)
            self.effects.save(effect)
        self.work.wait(case.waiting(because, effect.first_at, now, seconds))
        return {"next": "wait", "wait_seconds": max(1, seconds), "vendor_id": None}

    def _note(self, case: Case, effect: Effect, word: str, reason: str = "") -> None:
        """It waits no more, if it ever did, and its subject's story says what became of it."""
        now, asked = self.clock.now(), case.asked
        if effect.version > 1:
            self.work.over(case.waiting("", now, now))
        self.ledger.note(asked.shop, asked.subject.timeline, case.line(word, reason, now))


def _done(effect: Effect) -> dict[str, Any]:
    return {"next": "done", "wait_seconds": 0, "vendor_id": effect.vendor_id}
