"""What a flow is: a state machine that a fact starts, once per subject and generation; and its card."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from cartback.domain.hashes import short
from cartback.domain.messaging.ranks import MONEY as MONEY
from cartback.domain.messaging.ranks import NEWS as NEWS
from cartback.domain.messaging.ranks import RANKS as RANKS
from cartback.domain.messaging.ranks import SERVICE as SERVICE

if TYPE_CHECKING:
    from cartback.domain.context import Context
    from cartback.domain.decision import Decision
    from cartback.domain.facts import Fact
    from cartback.domain.flow_options import Option
    from cartback.domain.messaging.due import Due
    from cartback.domain.money import Money
    from cartback.domain.policy import Plan, Policy
    from cartback.domain.subject import Subject

MARKETING, TRANSACTIONAL, INTERNAL = "marketing", "transactional", "internal"
LAWS = (MARKETING, TRANSACTIONAL, INTERNAL)
"""What a flow is for the law: advertising, which needs a consent and can be left; an answer to what somebody did or
bought; or nothing that a shopper ever sees."""


@dataclass(frozen=True, slots=True)
class Flow:
    """A flow's card.

    ``starts_on`` are the facts that start it, ``id_field`` the field of them that names the subject, and ``kind`` what
    kind of subject that is (``subjects``). Where that is a part of what ``id_field`` names, ``part_field`` says which:
    the subject is called ``<id>/<part>``. ``purpose`` says what it is for; ``law`` is one of ``LAWS`` and ``topic``
    what a consent must cover, where one is needed. ``rank`` is one of ``RANKS``: a flow that claims none lets all
    others go first. ``steps`` are its effects in their order, as its machine and its texts name them; empty where a
    shop's policy names them. ``owner`` answers for it, ``builder`` and ``reviewer`` change it, ``it`` runs it
    (OPS-16); ``kpi`` is the figure that it is judged by, ``area`` and ``title`` are how people find it (OPS-8).
    ``answers`` are those of the steps that are transactional in a flow that advertises. ``longest_wait`` is how long a
    run waits for its next step; what is further away lies on the list of what is due, and another run takes it from
    there. ``options`` are what a shop may set of it (``policy.flows.<flow>.<option>``); its rules read them with
    ``Policy.option``.
    """

    name: str
    starts_on: tuple[str, ...]
    kind: str
    id_field: str
    purpose: str
    law: str = MARKETING
    topic: str = ""
    rank: str = NEWS
    steps: tuple[str, ...] = ()
    area: str = "marketing"
    title: str = ""
    owner: str = "marketing"
    builder: str = "marketing"
    reviewer: str = "legal"
    it: str = "operations"
    kpi: str = ""
    part_field: str = ""
    options: tuple[Option[Any], ...] = ()
    answers: tuple[str, ...] = ()
    longest_wait: timedelta | None = None

    def law_of(self, step: str) -> str:
        """What a step is for the law."""
        return TRANSACTIONAL if step in self.answers else self.law


@dataclass(frozen=True, slots=True)
class LinkWish:
    """A link that a flow's messages carry: what it opens, and for how long. Its URL is the text's ``<kind>_url``."""

    kind: str
    lives: Callable[[Context, Policy, datetime], datetime]


def _as_long_as_kept(context: Context, policy: Policy, now: datetime) -> datetime:
    return now + timedelta(days=730)


WAYS_TO_LEAVE = (LinkWish("leave", _as_long_as_kept), LinkWish("prefs", _as_long_as_kept))
"""What every advertisement carries, for two years: mails are kept, and somebody may leave by an old one."""


@dataclass(frozen=True, slots=True)
class Flood:
    """A count that keeps messages to one mailbox, or of one crowd, within bounds: at most ``most`` in ``within``."""

    name: str
    most: int
    within: timedelta


class Rules(Protocol):
    """What a file of ``flows`` says beside its card: pure functions, asked by the verbs.

    ``decide`` says whether step ``position`` of a plan goes out now. ``following`` is when a run comes back after it:
    for the next step, or once more for the end; None where it was the last. ``fields`` are the facts of its texts,
    ``floods`` the counts that bound them, ``began`` the fact that a look tells which finds it due. ``first_look`` is
    when the subject of a fact is looked at first (None: at once), ``look`` what becomes of an entry of the list whose
    time has come: None, a run begins; an entry, it is listed anew; else why not.
    """

    FLOW: Flow
    LINKS: tuple[LinkWish, ...]

    def plan(self, policy: Policy, channels: Container[str]) -> Plan: ...

    def decide(
        self,
        context: Context,
        plan: Plan,
        position: int,
        generation: int,
        policy: Policy,
        now: datetime,
        crowded: bool = False,
    ) -> Decision: ...

    def following(
        self, context: Context, plan: Plan, position: int, policy: Policy, now: datetime
    ) -> datetime | None: ...

    def fields(
        self, context: Context, decision: Decision, face: Any, lang: str, wording: Callable[..., str]
    ) -> Mapping[str, object]: ...

    def language(self, context: Context, face: Any) -> str: ...

    def floods(self, context: Context) -> tuple[Flood, ...]: ...

    def began(self, context: Context, policy: Policy) -> Fact | None: ...

    def first_look(self, data: Mapping[str, object], policy: Policy) -> datetime | None: ...

    def look(self, due: Due, row: Any, policy: Policy, now: datetime) -> Decision | Due | None: ...


@dataclass(frozen=True, slots=True)
class Opening:
    """With which step a fact begins, and when (None: at once). The first step has no name here."""

    step: str = ""
    at: datetime | None = None


def opening(rules: Rules, data: Mapping[str, object], policy: Policy, now: datetime) -> Opening:
    """How a flow begins by a fact: with its first step, unless its own ``opening`` says another."""
    own: Callable[[Mapping[str, object], Policy, datetime], Opening] | None = getattr(rules, "opening", None)
    return own(data, policy, now) if own is not None else Opening(at=rules.first_look(data, policy))


@dataclass(frozen=True, slots=True)
class Proposal:
    """One step of an internal flow, decided: for ``act``, or for a person first.

    ``target`` is ``<connector>.<action>`` of ``account``. The action's fields are the blocks of the step's text, told
    what the rule ``says``, and beside them what it ``gives`` as it is. ``amount`` is what it would cost and ``may`` who
    is asked, where somebody is (nobody named: anybody at the desk). ``inputs`` is what was looked at, for the story.
    """

    step: str
    target: str
    account: str
    says: Mapping[str, object]
    gives: Mapping[str, str] = field(default_factory=dict)
    amount: Money | None = None
    may: tuple[str, ...] = ()
    inputs: dict[str, str] = field(default_factory=dict)


class InternalRules(Protocol):
    """What a file of ``flows`` says whose law is ``INTERNAL``: no shopper ever sees what it does.

    ``propose`` says what is to be done now, or why nothing is; ``step`` is empty when a run begins. It is asked again
    before each deed. Of the steps in ``LOOKS_BACK`` it is told when so many earlier generations did them.
    """

    FLOW: Flow
    LOOKS_BACK: Mapping[str, int]

    def first_look(self, data: Mapping[str, object], policy: Policy) -> datetime | None: ...

    def propose(
        self,
        context: Context,
        subject: Subject,
        step: str,
        policy: Policy,
        imprint: Sequence[str],
        now: datetime,
        earlier: Sequence[datetime] = (),
    ) -> Decision | Proposal: ...


def execution_name(flow: str, shop: str, subject: str, generation: int, step: str = "") -> str:
    """The name of a run. Step Functions refuses a second run of one name, so a doubled fact starts nothing.

    ``step`` is the step that it begins with, where that is not the first: each such run has its own name. At most 80
    characters, letters, digits and hyphens (a quota of Step Functions).
    """
    named = short("run", shop, subject, generation, *([step] if step else []), length=32)
    return f"{flow.replace('_', '-')}-{named}"


def subject_of(flow: Flow, data: Mapping[str, object]) -> tuple[str, int]:
    """Subject and generation of the run that a fact's data asks for."""
    part = f"/{data[flow.part_field]}" if flow.part_field else ""
    return f"{data[flow.id_field]}{part}", int(data.get("generation", 1))  # type: ignore[call-overload]
