"""One effect, claimed once: the row that decides whether a message may leave, and what became of it.

No provider that we use takes an idempotency key on a send, so a message is claimed before it is sent, sent once,
and then marked. A claim without a mark is doubtful: provider events settle it; until then, and after a deadline,
it counts as sent for everybody who asks, and is never sent again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from cartback.domain import channels
from cartback.domain.hashes import short
from cartback.domain.subject import Subject, kind_of_flow

CLAIMED, SENT, UNKNOWN, RELEASED = "claimed", "sent", "unknown", "released"
DELIVERED, BOUNCED, COMPLAINED, REJECTED = "delivered", "bounced", "complained", "rejected"

SETTLE_WITHIN = timedelta(hours=1)
"""How long a provider may take to tell of a message before a doubtful claim is called unknown."""

MOST_NAMES = 20
_AUTOMATIC = 3.5
"""The rank of a bounce that may be an answering machine's note: a delivery outweighs it, hardly anything else does."""
_RANK = {RELEASED: 0, CLAIMED: 0, UNKNOWN: 1, SENT: 2, REJECTED: 3, DELIVERED: 4, BOUNCED: 5, COMPLAINED: 6}


_NAMED_WITHOUT_THEIR_FLOW = frozenset({"cart_recovery", "double_opt_in"})
"""The flows of the first release: a claim of theirs under another name would be a second message."""


@dataclass(frozen=True, slots=True)
class EffectKey:
    """What makes two effects the same: equal keys have equal claims, so that a second one meets the first.

    ``step`` is the flow's own name for it, ``target`` system and action of an effect (``hubspot.upsert_contact``); that
    of messages is always the same (``of_message``).
    """

    shop: str
    flow: str
    subject: Subject
    step: str
    target: str

    @classmethod
    def of_message(cls, shop: str, flow: str, subject: Subject, step: str) -> EffectKey:
        """The key of a message, whichever way it goes: so that none goes two ways, in the claim itself.

        It is the one that messages by e-mail have had since the first release, when there was no other way.
        """
        return cls(shop, flow, subject, step, channels.EMAIL)

    @property
    def claim_id(self) -> str:
        """The name of the claim, the same in every release."""
        about = self.subject
        if self.flow in _NAMED_WITHOUT_THEIR_FLOW:
            return short("claim", self.shop, about.id, about.generation, self.step, self.target)
        kind = (about.kind, about.id, about.generation)
        return short("effect", self.shop, self.flow, *kind, self.step, self.target)


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to one effect: of one flow, subject and step, for a message to one person by one channel.

    ``cart_id`` is the id of its subject, whatever kind that has, and ``touch`` its step: these names are stored.
    ``provider_id`` is the provider's own name for the message, ``other_provider_ids`` any further ones: there should
    be none. ``purpose`` is what it is for. ``consent`` quotes the consent that was valid at ``claimed_at``. ``flow``
    and ``kind`` are empty in rows of the first release: then ``of_flow`` and ``subject`` know them.
    """

    shop: str
    claim_id: str
    cart_id: str
    generation: int
    touch: str
    channel: str
    person_id: str
    address_hash: str
    consent: str
    policy_version: int
    claimed_at: datetime
    state: str = CLAIMED
    provider_id: str | None = None
    settled_at: datetime | None = None
    because: str | None = None
    other_provider_ids: tuple[str, ...] = ()
    purpose: str = "cart_reminders"
    ceiling: int | None = None
    """How many messages the shop may claim on this day (UTC) while its sender is warming up; None: no limit."""
    automatic: bool = False
    """Something came back that may be an answering machine's note."""
    rescued_at: datetime | None = None
    """When the reader took the message out of the junk folder: no complaint from before that counts."""
    flow: str = ""
    kind: str = ""
    goods: tuple[str, ...] = ()
    """The short names of the goods that it names, where others were left out or its reader bought something since."""
    of_the_rest: bool = False
    """It is about what is left of a cart after a part of it was bought, as the shop wants it."""

    @property
    def of_flow(self) -> str:
        """The flow whose effect it is."""
        return self.flow or ("double_opt_in" if self.purpose == "service" else "cart_recovery")

    @property
    def subject(self) -> Subject:
        """What it is about."""
        return Subject(self.kind or kind_of_flow(self.of_flow), self.cart_id, self.generation)


def settle(
    claim: Claim, state: str, at: datetime, because: str | None = None, automatic: bool = False
) -> Claim:
    """Fold in what became of it. News arrives doubled and in any order: the graver state stays.

    An ``automatic`` bounce may be the note of somebody who is away, so it weighs less than a delivery. A complaint from
    before the reader took the message out of the junk folder says that it was delivered, and no more.
    """
    if state == COMPLAINED and claim.rescued_at is not None and at <= claim.rescued_at:
        state = DELIVERED
    told, known = _rank(state, automatic), _rank(claim.state, claim.automatic)
    if told < known or (told == known and claim.state == state):
        return claim
    noted = automatic if state == BOUNCED else claim.automatic
    return replace(claim, state=state, settled_at=at, because=because or claim.because, automatic=noted)


def rescued(claim: Claim, at: datetime) -> Claim:
    """Fold in that the reader took the message out of the junk folder: it takes back what they complained before."""
    if claim.rescued_at is not None and at <= claim.rescued_at:
        return claim
    claim = replace(claim, rescued_at=at)
    if claim.state == COMPLAINED and claim.settled_at is not None and claim.settled_at <= at:
        return replace(claim, state=DELIVERED, settled_at=at, because="not-spam")
    return settle(claim, DELIVERED, at, "not-spam")


def _rank(state: str, automatic: bool) -> float:
    return _AUTOMATIC if state == BOUNCED and automatic else _RANK[state]


def named(claim: Claim, provider_id: str | None) -> Claim:
    """Fold in the provider's own name for the message. A second name is the trace of a second message."""
    if provider_id is None or provider_id in (claim.provider_id, *claim.other_provider_ids):
        return claim
    if claim.provider_id is None:
        return replace(claim, provider_id=provider_id)
    return replace(claim, other_provider_ids=(*claim.other_provider_ids, provider_id)[:MOST_NAMES])


def is_doubtful(claim: Claim, now: datetime) -> bool:
    """Whether this claim was never marked and has had time enough to be settled."""
    return claim.state == CLAIMED and now >= claim.claimed_at + SETTLE_WITHIN
