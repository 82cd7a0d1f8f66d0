"""What waits for a person: one row each, with a state, who did what, and why.

An entry is open until somebody decides, snoozes or settles it; one that is snoozed comes back by itself. Whatever
happens to it is kept with its actor and reason.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from cartback.domain.errors import Refused
from cartback.domain.hashes import short

APPROVAL, TASK, PARKED, UNKNOWN, ACCESS, LETTER = "approval", "task", "parked", "unknown", "access", "letter"
KINDS = (APPROVAL, TASK, PARKED, UNKNOWN, ACCESS, LETTER)
OPEN, SNOOZED, DONE = "open", "snoozed", "done"

HOUSE = "cartback"
"""The actor of what happens by itself."""

KEPT = timedelta(days=400)
LONGEST_SNOOZE = timedelta(days=90)
MOST_STEPS = 50

# What somebody may decide about an entry of each kind; an approval says its own words.
WORDS: dict[str, tuple[str, ...]] = {
    TASK: ("done", "dropped"),
    PARKED: ("done", "dropped"),
    UNKNOWN: ("happened", "not_happened"),
    ACCESS: ("done",),
    LETTER: ("done",),
}


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened to an entry: when, by whom, what, and why."""

    at: datetime
    actor: str
    what: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Approval:
    """A frozen proposal that waits for a yes. Money is in minor units; ``token`` wakes the run that waits.

    ``digest`` names ``proposal`` for the ``target`` that may carry it out, and nothing else. ``may`` are the people who
    may answer (nobody named: anybody at the desk); with ``four_eyes`` two of them have to say yes. ``told_at`` is when
    the run heard the answer.
    """

    flow: str
    run: str
    step: str
    token: str
    proposal: dict[str, str]
    digest: str
    target: str
    deadline: datetime
    default: str = "rejected"
    amount: int | None = None
    currency: str = ""
    may: tuple[str, ...] = ()
    asked_by: str = ""
    four_eyes: bool = False
    yes: tuple[str, ...] = ()
    told_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the desk. ``about`` is a subject's timeline, ``due_at`` when the desk looks at the entry by itself."""

    shop: str
    entry_id: str
    kind: str
    title: str
    opened_at: datetime
    about: str = ""
    data: dict[str, str] = field(default_factory=dict)
    state: str = OPEN
    outcome: str = ""
    history: tuple[Step, ...] = ()
    due_at: datetime | None = None
    notice_at: datetime | None = None
    remind_at: datetime | None = None
    approval: Approval | None = None
    times: int = 1
    version: int = 0

    @property
    def waits(self) -> bool:
        """Whether somebody still has to look at it."""
        return self.state != DONE

    @property
    def listed_at(self) -> datetime | None:
        """The instant under which the desk lists it; None for what is over, the run that waits for it included."""
        if self.waits or (self.approval is not None and self.approval.told_at is None):
            return self.due_at or self.opened_at + KEPT
        return None


def entry_id_for(shop: str, kind: str, *same: object) -> str:
    """The name of an entry: what is the same is one entry, however often it is told."""
    return short("desk", shop, kind, *same, length=16)


def opened(
    shop: str, kind: str, title: str, now: datetime, *same: object, about: str = "", **data: str
) -> Entry:
    """A new entry that somebody should look at; ``same`` is what makes two of them one."""
    first = Step(now, HOUSE, "opened")
    kept = {name: str(value)[:500] for name, value in data.items() if value}
    entry_id = entry_id_for(shop, kind, *same)
    return Entry(
        shop, entry_id, kind, title[:200], now, about, kept, history=(first,), notice_at=now, due_at=now
    )


def told_again(before: Entry, fresh: Entry, now: datetime) -> Entry:
    """The entry once more: what was done with it before is over, what is open counts one more."""
    data, times = {**before.data, **fresh.data}, before.times + 1
    if before.state == DONE:
        step = Step(now, HOUSE, "opened again", before.outcome)
        again = replace(fresh, history=_with(before.history, step), times=times, version=before.version)
        return replace(again, opened_at=before.opened_at)
    return replace(before, data=data, times=times)


def words(entry: Entry) -> tuple[str, ...]:
    """What may be decided about it."""
    return ("approved", "rejected") if entry.kind == APPROVAL else WORDS[entry.kind]


def decided(entry: Entry, word: str, actor: str, reason: str, now: datetime) -> Entry:
    """The entry after somebody decided. Raises Refused for one that is over, a word that it has not, or the wrong one.

    With four eyes, the first yes leaves it open for the second person's.
    """
    if entry.state == DONE:
        raise Refused(f"it was {entry.outcome} already, by {_last(entry).actor}", 409)
    if word not in words(entry):
        raise Refused(f"decide: must be one of {', '.join(words(entry))}")
    approval = entry.approval
    if approval is not None:
        _may_answer(approval, actor, now)
        if word == "approved":
            approval = replace(approval, yes=(*approval.yes, actor))
            if approval.four_eyes and len(approval.yes) < 2:
                first = Step(now, actor, "approved, one of two", reason[:300])
                return replace(entry, approval=approval, history=_with(entry.history, first), state=OPEN)
    return _over(replace(entry, approval=approval), word, Step(now, actor, word, reason[:300]))


def _may_answer(approval: Approval, actor: str, now: datetime) -> None:
    if approval.may and actor not in approval.may:
        raise Refused(f"{actor} may not answer this; {', '.join(approval.may)} may", 403)
    if approval.four_eyes and (actor in approval.yes or actor == approval.asked_by):
        raise Refused("four eyes: another person has to answer", 403)
    if now >= approval.deadline:
        raise Refused("it is too late: its time was over", 409)


def expired(entry: Entry, now: datetime) -> Entry:
    """An approval whose time is over has the outcome that was agreed on for that."""
    if entry.approval is None or entry.state == DONE or now < entry.approval.deadline:
        return entry
    default = entry.approval.default
    return _over(entry, default, Step(now, HOUSE, default, "nobody answered in time"))


def told(entry: Entry, now: datetime, how: str) -> Entry:
    """The run that waits was told, or could not be told any more."""
    if entry.approval is None:
        return entry
    step = Step(now, HOUSE, how)
    heard = replace(entry.approval, told_at=now)
    return replace(entry, approval=heard, history=_with(entry.history, step), due_at=None)


def snoozed(entry: Entry, until: datetime, actor: str, reason: str, now: datetime) -> Entry:
    """Put off. An approval is not put off beyond its time. Raises Refused for what is over or too far away."""
    if entry.state == DONE:
        raise Refused(f"it was {entry.outcome} already", 409)
    last = now + LONGEST_SNOOZE if entry.approval is None else entry.approval.deadline
    if not now < until <= last:
        raise Refused(f"until: must be after now and not after {last:%Y-%m-%d %H:%M} UTC")
    step = Step(now, actor, "snoozed", reason[:300])
    return replace(entry, state=SNOOZED, due_at=until, history=_with(entry.history, step))


def next_look(entry: Entry, now: datetime) -> Entry:
    """The entry with the next instant at which the desk has something to do about it by itself."""
    instants = [
        *([entry.notice_at] if entry.notice_at else []),
        *([entry.remind_at] if entry.remind_at and entry.waits else []),
        *([entry.approval.deadline] if entry.approval and entry.waits else []),
    ]
    if entry.approval is not None and entry.state == DONE and entry.approval.told_at is None:
        instants = [now]
    return replace(entry, due_at=min(instants, default=None))


def woken(entry: Entry, now: datetime) -> Entry:
    """A snoozed entry whose time has come is open again, and somebody is told of it again."""
    if entry.state != SNOOZED or entry.due_at is None or now < entry.due_at:
        return entry
    step = Step(now, HOUSE, "is back")
    return replace(entry, state=OPEN, notice_at=now, history=_with(entry.history, step))


def releases(entry: Entry | None, about: str, target: str, digest: str) -> str | None:
    """Why this entry does not release an effect; None if it does: approved, of this subject, target and proposal."""
    if entry is None or entry.approval is None:
        return "no approval was asked for"
    if entry.state != DONE or entry.outcome != "approved":
        return f"it was not approved: {entry.outcome or entry.state}"
    if (entry.about, entry.approval.target, entry.approval.digest) != (about, target, digest):
        return "something else was approved"
    return None


def _over(entry: Entry, word: str, step: Step) -> Entry:
    return replace(entry, state=DONE, outcome=word, history=_with(entry.history, step), notice_at=None)


def _with(history: tuple[Step, ...], step: Step) -> tuple[Step, ...]:
    """The first step and the latest ones: a row may not grow without end."""
    return (*history, step) if len(history) < MOST_STEPS else (history[0], *history[2:], step)


def _last(entry: Entry) -> Step:
    return entry.history[-1] if entry.history else Step(entry.opened_at, HOUSE, "opened")
