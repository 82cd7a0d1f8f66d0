"""What may be said against a message in the field, from the side of whoever reads it.

Asked of every claim when it is taken and of every message when the provider took it; what only the end can tell is
asked there. The answers come from ``truth`` alone: from the world, not from what our rows say of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from cartback.domain.policy import Policy
from cartback.ports import Outgoing
from tests.simulation import invariants
from tests.simulation.field.truth import COPY, NO_CART, Thing, Truth
from tests.simulation.invariants import Accepted, Candidate
from tests.simulation.witness import Witness

IN_ONE_FLOOD = timedelta(minutes=8)
"""How far behind its cart an order may come that is waited for: a flood's five minutes, and the way to our rows."""

OLD_NEWS = timedelta(minutes=45)
"""From when on what is heard of a cart is old."""

type Objection = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Told:
    """A message that somebody got: about what, and when it was claimed."""

    thing: Thing
    message: Accepted
    claimed_at: datetime
    reached: bool
    """Whether it went where it may."""


def objections(truth: Truth, witness: Witness, it: Candidate) -> Iterator[Objection]:
    """What speaks against a claim at the instant at which it is taken: which promise, and why."""
    thing = truth.things.get(it.label)
    if thing is None:
        yield "I10", f"{it.claim.shop} writes about {it.label}, which no shop told"
        return
    if thing.shop != it.claim.shop:
        yield "I10", f"{it.claim.shop} writes about a cart of {thing.shop}"
    if thing.kind == NO_CART:
        yield "carts", f"{it.label} is no cart that anybody took"
    if thing.kind == COPY:
        yield "voices", f"{it.label} lies on a copy of the shop"
    if it.address not in thing.may_reach:
        yield "I11", f"{it.label} is told to {it.address}, who has nothing to do with it"
    for _, at, said in truth.bought(thing):
        if said.stored_at is not None:
            yield "I1", f"whoever filled {it.label} bought at {at}, and that was stored at {said.stored_at}"
    yield from _heard_too_late(thing, it)
    yield from _unwilling(truth, thing, it)
    yield from invariants.shop_objections(witness, it)


def _heard_too_late(thing: Thing, it: Candidate) -> Iterator[Objection]:
    """Of a cart that was first heard of when even its first message was out of date, nobody is written to."""
    first = it.policy.touches[0].after
    heard = thing.stored_at
    if heard is not None and heard > thing.began + max(first, it.policy.silence) + it.policy.give_up_after:
        yield "old news", f"{it.label} of {thing.began} was heard of at {heard}"


def _unwilling(truth: Truth, thing: Thing, it: Candidate) -> Iterator[Objection]:
    reader = truth.reader(thing.shop, it.address)
    if reader is None or reader.agrees(it.address):
        return
    if it.address in reader.left:
        yield "I2", f"whoever reads {it.address} had left at {reader.left[it.address]}"
    elif reader is thing.owner:
        yield "I9", f"whoever reads {it.address} never agreed"


class Book:
    """Claims and messages of the field's shops."""

    def __init__(self, truth: Truth, witness: Witness) -> None:
        self._truth, self._witness = truth, witness
        self._taken: dict[tuple[str, str], tuple[Candidate, tuple[Objection, ...]]] = {}
        self._to: dict[tuple[str, str], list[Accepted]] = {}
        self._of_account: dict[tuple[str, str], list[Accepted]] = {}
        self._visits: dict[tuple[str, str], list[Accepted]] = {}
        self.told: list[Told] = []

    def take(self, candidate: Candidate) -> None:
        """A claim was taken: ask right now what speaks against it, before anything else can happen."""
        against = tuple(objections(self._truth, self._witness, candidate))
        self._taken[(candidate.claim.shop, candidate.claim.claim_id)] = candidate, against

    def address_of(self, shop: str, claim_id: str) -> str | None:
        """Where the message of a claim goes."""
        candidate, _ = self._taken.get((shop, claim_id), (None, ()))
        return candidate.address if candidate is not None else None

    def accept(self, message: Outgoing, now: datetime) -> Iterator[Objection]:
        """The provider took a message: gives the promises that this breaks."""
        candidate, against = self._taken.get((message.shop, message.claim_id), (None, ()))
        if candidate is None:
            yield "I3", f"{message.touch} of {message.html} was sent without a claim"
            return
        yield from against
        if (candidate.address, candidate.label) != (message.address, message.html):
            yield "I3", f"claimed {candidate.label} to {candidate.address}, sent to {message.address}"
        at, label = candidate.claim.claimed_at, candidate.label
        new = Accepted(message.shop, message.address, message.claim_id, message.touch, label, at, now)
        got = self._to.setdefault((message.shop, message.address), [])
        yield from invariants.over_budget(got, new, candidate.policy)
        got.append(new)
        thing = self._truth.things.get(label)
        if thing is not None:
            yield from self._budget_of_account(thing, new, candidate.policy)
            yield from self._story(thing, new, len(candidate.policy.touches))
            reached = message.address in thing.may_reach
            self.told.append(Told(thing, new, candidate.now, reached))

    def _budget_of_account(self, thing: Thing, new: Accepted, policy: Policy) -> Iterator[Objection]:
        """Whoever is behind an account has one budget, to whichever addresses its carts are told."""
        if thing.account is None:
            return
        told = self._of_account.setdefault((thing.shop, thing.account.ref), [])
        if any(other.address != new.address for other in told):
            yield from invariants.over_budget(told, new, policy)
        told.append(new)

    def _story(self, thing: Thing, new: Accepted, most: int) -> Iterator[Objection]:
        """One visit is one story, however many checkouts it had: each text once, and no more than the policy has."""
        visit = self._visits.setdefault((thing.shop, thing.visit), [])
        again = [old for old in visit if old.touch == new.touch]
        if again and again[0].label == new.label:
            yield "I3", f"{new.touch} of {new.label} went out twice, first at {again[0].at}"
        elif again:
            yield (
                "stories",
                f"{new.touch} about {new.label}, after one about {again[0].label} of the same visit",
            )
        elif len(visit) >= most:
            yield "stories", f"message {len(visit) + 1} about the visit of {new.label}"
        visit.append(new)

    def too_soon(self) -> Iterator[tuple[Thing, str]]:
        """Messages about old news that did not wait for the order in the same flood."""
        for one in self.told:
            heard = one.thing.stored_at
            if heard is None or heard - one.thing.began < OLD_NEWS:
                continue
            for _, at, said in self._truth.bought(one.thing):
                came = said.stored_at
                if came is not None and at < one.claimed_at < came <= heard + IN_ONE_FLOOD:
                    yield (
                        one.thing,
                        f"{one.message.label} was written about at {one.claimed_at}, its order came at {came}",
                    )
                    break

    def silent(self) -> Iterator[tuple[Thing, str | None]]:
        """What was promised and never told where it may be, with what permits that, if anything does.

        One visit is one story: a message about any of its checkouts is one about all.
        """
        reached = {(one.thing.shop, one.thing.visit) for one in self.told if one.reached}
        for thing in self._truth.things.values():
            if thing.promised and (thing.shop, thing.visit) not in reached:
                hinted = "somebody bought who shares a name" if self._truth.hinted(thing) else None
                yield thing, thing.silence or hinted
