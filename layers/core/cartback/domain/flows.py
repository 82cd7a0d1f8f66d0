"""What a flow is: a state machine that a fact starts, once per subject and generation; and its card."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
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
    from cartback.domain.policy import Plan, Policy

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
    ``options`` are what a shop may set of it (``policy.flows.<flow>.<option>``); its rules read them with
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


@dataclass(frozen=True, slots=True)
class LinkWish:
    """A link that a flow's messages carry: what it opens, and for how long. Its URL is the text's ``<kind>_url``."""

    kind: str
    lives: Callable[[Context, Policy, datetime], datetime]


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


def execution_name(flow: str, shop: str, subject: str, generation: int) -> str:
    """The name of a run. Step Functions refuses a second run of one name, so a doubled fact starts nothing.

    At most 80 characters, letters, digits and hyphens (a quota of Step Functions).
    """
    return f"{flow.replace('_', '-')}-{short('run', shop, subject, generation, length=32)}"


def subject_of(flow: Flow, data: Mapping[str, object]) -> tuple[str, int]:
    """Subject and generation of the run that a fact's data asks for."""
    part = f"/{data[flow.part_field]}" if flow.part_field else ""
    return f"{data[flow.id_field]}{part}", int(data.get("generation", 1))  # type: ignore[call-overload]
