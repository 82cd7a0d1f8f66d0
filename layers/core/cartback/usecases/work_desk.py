"""What the desk does by itself, every minute: bring it to people, remind them, let time run out, tell runs.

Whatever fails is done by the next sweep: each entry says itself what is still to be done about it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from cartback.domain.desk.entries import (
    APPROVAL,
    DONE,
    HOUSE,
    LETTER,
    PARKED,
    SNOOZED,
    Step,
    expired,
    next_look,
    woken,
    words,
)
from cartback.domain.errors import Conflict, Doubtful, Refused
from cartback.domain.subject import Subject
from cartback.domain.tokens import hashed
from cartback.ports import AnswerLink
from cartback.usecases.connectors.asked import Asked

if TYPE_CHECKING:
    from datetime import datetime

    from cartback.domain.connectors.connection import Connection
    from cartback.domain.desk.entries import (
        Entry,
    )
    from cartback.ports import Clock, Connections, DeskBook, Metrics, Tokens
    from cartback.usecases.act import Act
    from cartback.usecases.connectors.reach_vendor import ReachVendor
    from cartback.usecases.desk.decide import Decide

FLOW = "desk"
LINK_LIVES = timedelta(days=7)
_QUIET = frozenset({PARKED, LETTER})
"""What alarms tell of already."""


@dataclass(frozen=True, slots=True)
class WorkDesk:
    """``public_url`` is where links lead; ``send_due`` sends on deliveries whose time has come."""

    desk: DeskBook
    decide: Decide
    connections: Connections
    reach: ReachVendor
    act: Act
    tokens: Tokens
    clock: Clock
    metrics: Metrics
    public_url: str
    shops: Callable[[], Sequence[str]]
    send_due: Callable[[], dict[str, int]]

    def __call__(self) -> dict[str, int]:
        """Give how many entries were brought to somebody, ran out of time and came back, and what was delivered."""
        counts = {"brought": 0, "expired": 0, "back": 0}
        for shop in self.shops():
            for entry in self.desk.due(shop, self.clock.now()):
                try:
                    self._work(entry, counts)
                except Conflict:
                    continue  # somebody decides at this very moment
        return counts | self.send_due()

    def _work(self, entry: Entry, counts: dict[str, int]) -> None:
        now = self.clock.now()
        after = woken(expired(entry, now), now)
        counts["expired"] += after.state == DONE != entry.state
        counts["back"] += entry.state == SNOOZED and after.state != SNOOZED
        if after.state == DONE:
            self._over(entry, after)
            return
        wait = 0
        if after.notice_at is not None and after.notice_at <= now:
            after, wait = self._brought(after, "notice", now)
            after = after if wait else replace(after, notice_at=None)
            counts["brought"] += not wait
        elif after.remind_at is not None and after.remind_at <= now:
            after, wait = self._brought(after, "reminder", now)
            after = after if wait else replace(after, remind_at=None)
        if after.state != SNOOZED:
            after = next_look(after, now)
        if wait:
            soon = now + timedelta(seconds=max(wait, 60))
            deadline = after.approval.deadline if after.approval is not None else soon
            after = replace(after, due_at=min(soon, deadline))
        self.desk.save(after)

    def _over(self, entry: Entry, after: Entry) -> None:
        """Keep what ran out of time, and tell the run that waits."""
        if after != entry:
            self.desk.save(after)
            after = replace(after, version=after.version + 1)
        self.decide.tell(after)

    def _brought(self, entry: Entry, step: str, now: datetime) -> tuple[Entry, int]:
        """Bring it to everybody who is to be told; gives the seconds to wait if somebody could not be reached yet."""
        longest = 0
        if entry.kind in _QUIET or entry.data.get("flow") == FLOW:
            return entry, 0  # a notice about a notice would never end
        for connection in self.connections.connected(entry.shop):
            if not (connection.desk and connection.is_on):
                continue
            try:
                longest = max(longest, self._told(entry, connection, step, now))
            except (Refused, Doubtful) as failure:
                note = Step(now, HOUSE, f"could not be brought by {connection.name}", failure.reason[:200])
                entry = replace(entry, history=(*entry.history, note)[-50:])
                self.metrics.count("NoticesRefused")
        return entry, longest

    def _told(self, entry: Entry, connection: Connection, step: str, now: datetime) -> int:
        reached = self.reach(entry.shop, connection.connector, connection.account)
        longest = 0
        may = entry.approval.may if entry.approval is not None else ()
        for person in reached.connector.people or ("",):
            if person and may and person not in may:
                continue
            fields = self._fields(entry, person, step)
            if person and entry.kind == APPROVAL:
                fields["link"] = self._link(entry, person, now)
            takes = reached.actions["ask_person"].takes
            asked = Asked(
                entry.shop,
                FLOW,
                entry.entry_id,
                Subject("desk", entry.entry_id, entry.times),
                f"{step}.{connection.account}.{person}",
                f"{connection.connector}.ask_person",
                {name: value for name, value in fields.items() if name in takes},
                account=connection.account,
            )
            answer = self.act(asked)
            longest = max(longest, int(answer["wait_seconds"]))
        return longest

    def _fields(self, entry: Entry, person: str, step: str) -> dict[str, str]:
        lines = [f"{name}: {value}" for name, value in sorted(entry.data.items())]
        approval = entry.approval
        if approval is not None:
            lines += [f"{name}: {value}" for name, value in sorted(approval.proposal.items())]
            if approval.amount is not None:
                lines.append(f"amount: {approval.amount} {approval.currency} (minor units)")
            lines.append(f"until {approval.deadline:%Y-%m-%d %H:%M} UTC, then: {approval.default}")
        lines.append(f"cartback desk show {entry.shop} {entry.entry_id}")
        title = entry.title if step == "notice" else f"Reminder: {entry.title}"
        return {
            "title": title[:150].replace("@", " at "),
            "text": "\n".join(lines)[:2800].replace("@", " at "),
            "entry": entry.entry_id,
            "words": ":".join(words(entry)),
            "person": person,
        }

    def _link(self, entry: Entry, person: str, now: datetime) -> str:
        """A link of this person's own, which answers once and ends with the deadline."""
        token = self.tokens.fresh()
        ends = entry.approval.deadline if entry.approval is not None else now + LINK_LIVES
        link = AnswerLink(entry.shop, hashed(token), entry.entry_id, person, "", ends)
        self.desk.keep_link(link)
        return f"{self.public_url.rstrip('/')}/a/{entry.shop}.{token}"
