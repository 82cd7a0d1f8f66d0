"""Start the runs of listed carts whose time has come; take those off the list that were bought or emptied in time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from cartback import subjects
from cartback.domain.decision import Decision
from cartback.domain.messaging.due import in_groups
from cartback.flows import rules, started_by
from cartback.usecases.intake.fold_awaited import awaited
from cartback.usecases.starting import begin, hindrance, note

if TYPE_CHECKING:
    from datetime import datetime

    from cartback.domain.flows import Flow
    from cartback.domain.messaging.due import Due
    from cartback.domain.policy import Policy
    from cartback.domain.subject import Subject
    from cartback.ports import Clock, DueIndex, Ledger, Metrics, Records, RowSet, Runs, Settings
    from cartback.usecases.people.tell_awaited import TellAwaited

MOST_GROUPS = 20
"""Groups of one sweep: a thousand carts, at some 35 ms each. What is left is due a minute later just as well."""


@dataclass(frozen=True, slots=True)
class StartListed:
    """One sweep over the lists of all shops, most valuable carts first; shops take turns, group by group.

    An entry is dropped only after its run was started or its reason noted, so that a sweep that dies leaves the
    entry to the next one; runs have names, so that starting again starts nothing.
    """

    shops: Callable[[], Sequence[str]]
    index: DueIndex
    records: Records
    settings: Settings
    ledger: Ledger
    runs: Runs
    flows: Mapping[str, Flow]
    clock: Clock
    metrics: Metrics
    tell_awaited: Callable[[], TellAwaited] | None = None

    def __call__(self) -> dict[str, int]:
        """Give how many runs were started, carts listed anew and entries dropped without a run; and what is left."""
        now = self.clock.now()
        dues = {shop: self.index.until(shop, now) for shop in self.shops()}
        turns = [
            group
            for turn in zip_longest(*map(in_groups, dues.values()))
            for group in turn
            if group is not None
        ]
        counts = {"started": 0, "again": 0, "dropped": 0, "left": sum(map(len, turns[MOST_GROUPS:]))}
        for group in turns[:MOST_GROUPS]:
            self._group(group, counts)
        late = [now - listed[0].due_at for listed in dues.values() if listed]
        if late:
            self.metrics.count("DueLateSeconds", int(max(late).total_seconds()))
        return counts

    def _group(self, group: tuple[Due, ...], counts: dict[str, int]) -> None:
        shop, now = group[0].shop, self.clock.now()
        policy = self.settings.policy(shop)
        runs = tuple(due for due in group if not due.fact)
        self.index.drop([due for due in group if due.fact and self._told(due, policy)])
        rows = self._read(shop, runs)
        for due in runs:
            flow = self.flows[due.flow]
            why = hindrance(policy, due.flow, due.told_at)
            if policy is None or why is not None:
                self._leave_out(due, flow, "not_started", {"reason": str(why)}, now, counts)
                continue
            found = rules(due.flow).look(due, rows[due.subject], policy, now)
            if isinstance(found, Decision):
                said = {"word": found.word, "reason": found.reason, "policy_version": str(policy.version)}
                self._leave_out(due, flow, "decision", {**found.inputs, **said}, now, counts)
            elif found is not None:
                self.index.put(found)
                counts["again"] += 1
            else:
                run = begin(
                    self.runs,
                    self.ledger,
                    flow,
                    shop,
                    due.cart_id,
                    due.generation,
                    due.person_id,
                    1,
                    now,
                    due.step,
                )
                counts["started"] += run is not None
        self.index.drop(runs)

    def _told(self, due: Due, policy: Policy | None) -> bool:
        """Whether an entry that a fact waits for is done with."""
        return self.tell_awaited is None or self.tell_awaited()(due, awaited(policy, started_by))

    def _read(self, shop: str, group: tuple[Due, ...]) -> dict[Subject, Any]:
        """The rows that the entries are about, in one read."""
        wanted: dict[str, list[str]] = {}
        for due in group:
            kind = subjects.kind(due.kind)
            wanted.setdefault(kind.part, []).append(kind.row_of(due.cart_id))
        page = self.records.read(shop, **wanted)
        return {due.subject: self._row(page, due) for due in group}

    def _row(self, page: RowSet, due: Due) -> Any:
        kind = subjects.kind(due.kind)
        kept = getattr(page, kind.part)[kind.row_of(due.cart_id)]
        return kind.seen(kept, due.cart_id) if kept is not None else None

    def _leave_out(
        self,
        due: Due,
        flow: Flow,
        kind: str,
        said: dict[str, str],
        now: datetime,
        counts: dict[str, int],
    ) -> None:
        note(self.ledger, flow, due.shop, due.cart_id, kind, {**said, "generation": str(due.generation)}, now)
        counts["dropped"] += 1
