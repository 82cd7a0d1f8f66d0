"""The gates that any message to a person passes, in the order in which a flow asks them: the first that speaks wins.

A gate looks at one moment and gives a decision, or None to let the message on. It is pure: the same rows, plan and
instant give the same answer, so that a decision that was kept can be repeated and explained.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from cartback.domain.channels import ADDRESS_OF, CARD_CONTENT, CONTENT_OF, DEVICE, MAIL, PHONE, TEXT_CONTENT
from cartback.domain.consent.permission import accepted, permission
from cartback.domain.consent.preferences import free_at
from cartback.domain.context import Context
from cartback.domain.decision import SKIP, STOP, WAIT, Address, Decision, Ready, Reason
from cartback.domain.flows import Flow
from cartback.domain.messaging.budget import Intent, makes_room_until
from cartback.domain.messaging.channel_prices import price
from cartback.domain.messaging.engagement import engaged_at
from cartback.domain.messaging.ladder import CLOSED, Ceiling, climb
from cartback.domain.messaging.send_window import closing, opening
from cartback.domain.messaging.timing import after_caps
from cartback.domain.people import suppression, tickets
from cartback.domain.people.customer import Person
from cartback.domain.people.identity import refused_by
from cartback.domain.people.zones import countries_of
from cartback.domain.policy import Plan, Policy, Touch
from cartback.domain.shop import grace
from cartback.domain.subject import Subject, View

PAUSED = Reason.PAUSED_DELIVERABILITY
"""Why marketing of a shop is paused: too many of its mails bounced, or were called spam."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a flow itself has against a channel ("" for nothing), and until when it lets messages go there."""

    against: str = ""
    until: datetime | None = None


NO_LIMITS = Limits()


def _unlimited(moment: Moment, channel: str) -> Limits:
    return NO_LIMITS


@dataclass(frozen=True)
class Moment:
    """One step of one run, as it stands now. ``due`` is when the flow wants it sent, ``latest`` when it is too late.

    Both are asked only of a subject that is there: the first gates see to that. What several ask is worked out once.
    """

    context: Context
    subject: Subject
    flow: Flow
    plan: Plan
    position: int
    policy: Policy
    now: datetime
    due_at: Callable[[Moment], datetime]
    latest_at: Callable[[Moment], datetime]
    view_of: Callable[[Any], View]
    limits_of: Callable[[Moment, str], Limits] = _unlimited

    @property
    def step(self) -> Touch:
        """The step that is decided about."""
        return self.plan.touches[self.position]

    @cached_property
    def due(self) -> datetime:
        """When it is due."""
        return self.due_at(self)

    @cached_property
    def latest(self) -> datetime:
        """After which instant it is too late."""
        return self.latest_at(self)

    @cached_property
    def view(self) -> View:
        """What the subject says of itself."""
        return self.view_of(self.context.about)

    @cached_property
    def basis(self) -> Ready | Decision:
        """Whom the message would go to, where, and on which consent it stands; or why there is none."""
        return _basis_of(self)

    @property
    def channel(self) -> str:
        """The way that the message goes; where there is none, the one that it wants."""
        return self.basis.channel if isinstance(self.basis, Ready) else self.step.channel

    @property
    def person(self) -> Person:
        """The recipient. Raises LookupError where there is none: ``permitted`` is asked before."""
        if self.context.person is None:
            raise LookupError("there is nobody to write to")
        return self.context.person


type Gate = Callable[[Moment], Decision | None]


def first_word(gates: tuple[Gate, ...], moment: Moment) -> Decision | None:
    """What the first gate says that speaks at all."""
    for gate in gates:
        decision = gate(moment)
        if decision is not None:
            return decision
    return None


def shop_is_willing(moment: Moment) -> Decision | None:
    """The shop has left us, or is gone."""
    block = moment.context.shop_block
    return Decision(STOP, block) if block is not None and block != PAUSED else None


def flow_is_on(moment: Moment) -> Decision | None:
    """The shop has switched the flow off."""
    if moment.flow.name in moment.policy.flows:
        return None
    return Decision(STOP, Reason.FLOW_OFF, inputs={"policy_version": str(moment.policy.version)})


def is_due(moment: Moment) -> Decision | None:
    """Its time has not come yet."""
    due = moment.due
    if moment.now >= due:
        return None
    return Decision(WAIT, Reason.NOT_YET, until=due, inputs={"due_at": due.isoformat()})


def permitted(moment: Moment) -> Decision | None:
    """There is nobody to write to on any channel that may carry it, or nothing that allows it."""
    return moment.basis if isinstance(moment.basis, Decision) else None


def _basis_of(moment: Moment) -> Ready | Decision:
    """The basis on the channel that carries the message (``messaging.ladder``); why there is none on that it wants."""
    channels, ways = moment.policy.channels_for(moment.step, moment.plan), moment.context.ways
    wanted = _basis_on(moment, channels[0])
    if len(channels) == 1 and not (
        ways.against(channels[0]) or moment.limits_of(moment, channels[0]).against
    ):
        return wanted
    found = {name: wanted if name == channels[0] else _basis_on(moment, name) for name in channels}
    ladder = climb(
        channels,
        {name: _against(moment, name, basis) for name, basis in found.items()},
        {name: price(name, _country(moment)) for name in channels},
        Ceiling(moment.view.worth, moment.policy.margin_percent, moment.policy.message_share_percent),
        max(moment.latest - moment.now, timedelta()),
        _answers(moment),
    )
    if ladder.chosen is not None:
        basis = found[ladder.chosen]
        return replace(basis, ladder=ladder.looked_at) if isinstance(basis, Ready) else basis
    if isinstance(wanted, Decision):
        more = ladder.looked_at if len(channels) > 1 else {}
        return replace(wanted, inputs={**wanted.inputs, **more})
    return Decision(SKIP, ladder.against[channels[0]], inputs=ladder.looked_at)


def _against(moment: Moment, channel: str, basis: Ready | Decision) -> str:
    """What speaks against a channel; "" for nothing."""
    against = moment.context.ways.against(channel)
    if against:
        return against
    if isinstance(basis, Decision):
        return basis.reason
    limits = moment.limits_of(moment, channel)
    opens_at = opening(moment.now, moment.person, channel, moment.policy).at
    ends = moment.latest if limits.until is None else min(moment.latest, limits.until)
    return limits.against or (CLOSED if opens_at > ends else "")


def _country(moment: Moment) -> str | None:
    person = moment.context.person
    if person is None:
        return None
    return person.country or next(iter(countries_of(person.phone)), None)


def _answers(moment: Moment) -> dict[str, int]:
    person = moment.context.person
    known = person.answered if person is not None else {}
    return {name: one.weight(moment.now) for name, one in known.items()}


def _basis_on(moment: Moment, channel: str) -> Ready | Decision:
    person, topic, policy = moment.context.person, moment.flow.topic, moment.policy
    address = address_on(person, channel)
    if person is None or address is None:
        gone = person is not None and person.erased_at is not None
        return Decision(STOP, Reason.ERASED if gone else Reason.NO_ADDRESS)
    blocked = suppression.reason_at(person, moment.now, channel)
    if blocked is not None:
        return Decision(STOP, blocked)
    allowed = permission(person, channel, topic, policy)
    if allowed.word is not None and not refused_by(moment.context.account, allowed.word):
        word = allowed.word
        return Ready(
            moment.subject,
            person.person_id,
            address,
            word.reference,
            word.basis,
            topic,
            _deadline(moment, person, channel),
            channel,
        )
    enough = " ".join(sorted(accepted(policy, channel, topic)))
    looked_at = {"channel": channel, "purpose": topic, "accepted": enough, "pack": policy.pack}
    return Decision(STOP, allowed.reason or Reason.OPTED_OUT, inputs=looked_at)


def _deadline(moment: Moment, person: Person, channel: str) -> datetime | None:
    """After which instant a message must not arrive: too late, or at night. None for what waits in a mailbox."""
    if CONTENT_OF[channel] not in (TEXT_CONTENT, CARD_CONTENT):
        return None
    closes, limits = closing(moment.now, person, channel, moment.policy), moment.limits_of(moment, channel)
    return min(filter(None, (moment.latest, limits.until, closes)))


def address_on(person: Person | None, channel: str) -> Address | None:
    """Where a channel reaches a person now; None for who is forgotten, merged, or has no such address."""
    if person is None or person.erased_at is not None or person.merged_into is not None:
        return None
    kind = ADDRESS_OF[channel]
    newest = person.devices[0] if person.devices else None
    known = {
        MAIL: (person.email, person.email_hash),
        PHONE: (person.phone, person.phone_hash),
        DEVICE: (newest.address, newest.hash) if newest is not None else (None, None),
    }
    value, hashed = known.get(kind, (None, None))
    return Address(kind, value, hashed or "") if value is not None else None


def still_cares(moment: Moment) -> Decision | None:
    """Nothing was heard of the person for so long that writing to them would be a nuisance."""
    since = engaged_at(moment.person, moment.view.activity_at)
    if since is None or since + moment.policy.silent_after > moment.now:
        return None
    return Decision(STOP, Reason.SILENT_FOR_LONG, inputs={"engaged_at": since.isoformat()})


def not_too_late(moment: Moment) -> Decision | None:
    """Its time is over."""
    if moment.now <= moment.latest:
        return None
    return Decision(SKIP, Reason.EXPIRED, inputs={"due_at": moment.due.isoformat()})


def marketing_goes_on(moment: Moment) -> Decision | None:
    """Marketing of the shop is paused: left out, not kept waiting, for it must not burst out all at once later."""
    return Decision(SKIP, PAUSED) if moment.context.shop_block == PAUSED else None


def news_is_in_time(moment: Moment) -> Decision | None:
    """News of the shop comes late: this person's order may be among what is missing."""
    until = grace.until(moment.context.behind_at, moment.due, moment.policy.silence)
    return (
        later(Reason.SHOP_BEHIND, until, moment.latest) if until is not None and moment.now < until else None
    )


def nobody_waits_for_an_answer(moment: Moment) -> Decision | None:
    """They wrote to the shop and wait to hear of it: advertising rests until then, or is left out (CON-14, SEQ-15)."""
    asked = tickets.waiting(moment.person.tickets, moment.now)
    return later(Reason.TICKET_OPEN, asked.ends_at, moment.latest) if asked is not None else None


def as_wished(moment: Moment) -> Decision | None:
    """What the person's own preferences say against this instant; skipped if it would wait for too long."""
    wishes = moment.person.prefs
    if wishes.paused(moment.now) and wishes.paused_until is not None:
        return later(Reason.PERSON_PAUSED, wishes.paused_until, moment.latest)
    free = free_at(moment.now, moment.person.sends, wishes)
    return later(Reason.TOO_OFTEN, free, moment.latest) if free > moment.now else None


def within_caps_and_hours(moment: Moment) -> Decision | None:
    """What the caps and the hours of day leave open."""
    now, person = moment.now, moment.person
    free = after_caps(now, person.sends, moment.policy.caps)
    if free is None:
        return Decision(SKIP, Reason.CAP_IS_ZERO)
    allowed = opening(free, person, moment.channel, moment.policy)
    if allowed.at > moment.latest:
        return Decision(SKIP, Reason.NO_ROOM, inputs={"free_at": allowed.at.isoformat()})
    if allowed.at <= now:
        return None
    at_night = Reason.QUIET_HOURS if allowed.common else Reason.NO_COMMON_HOUR
    looked_at = {"until": allowed.at.isoformat(), "zones": " ".join(allowed.zones)}
    reason = Reason.BUDGET_SPENT if free > now else at_night
    return Decision(WAIT, reason, until=allowed.at, inputs=looked_at)


def makes_room(moment: Moment) -> Decision | None:
    """Another message needs the place in the person's budget more."""
    policy, person = moment.policy, moment.person

    def free(instant: datetime, sends: tuple[datetime, ...]) -> datetime | None:
        return after_caps(free_at(instant, sends, person.prefs), sends, policy.caps)

    first_after = max(policy.touches[0].after, policy.silence) if policy.touches else policy.silence
    rivals = [rival.resolved(first_after) for rival in person.intents]
    mine = intent_of(moment.subject, moment.flow, moment.now, moment.view)
    better = makes_room_until(rivals, mine, person.sends, free, moment.now)
    return later(Reason.MAKES_ROOM, better, moment.latest, Reason.NO_ROOM) if better is not None else None


ALLOWED: tuple[Gate, ...] = (permitted, still_cares, not_too_late)
"""What any advertisement is asked of the person, once it is due."""

NOW: tuple[Gate, ...] = (news_is_in_time, as_wished, within_caps_and_hours, makes_room)
"""What any advertisement is asked of the instant, last of all."""


def intent_of(subject: Subject, flow: Flow, due_at: datetime, view: View) -> Intent:
    """What a run means to send next: worth what its subject is, in the rank of its flow."""
    return Intent(subject.id, flow.name, due_at, view.worth, rank=flow.rank)


def later(reason: str, until: datetime, latest: datetime, too_late: str | None = None) -> Decision:
    """Wait, or leave it out where it would be too late by then."""
    looked_at = {"until": until.isoformat()}
    if until > latest:
        return Decision(SKIP, too_late or reason, inputs=looked_at)
    return Decision(WAIT, reason, until=until, inputs=looked_at)
