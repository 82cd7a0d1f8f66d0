"""Every claim and every message that the provider took, side by side: what may still be said against a send."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from cartback.ports import Outgoing
from tests.simulation import invariants
from tests.simulation.invariants import Accepted, Candidate
from tests.simulation.witness import Witness


@dataclass(frozen=True, slots=True)
class Taken:
    """A claim, what spoke against it when it was taken, and the wish that its person then had."""

    candidate: Candidate
    against: tuple[tuple[str, str], ...]
    apart: timedelta


MOST_PER_CART = 3
"""Messages about one cart within 30 days, over all its generations."""


class Sendings:
    """Claims and accepted messages of a season. What is accepted cannot be put right any more."""

    def __init__(self, witness: Witness, start: datetime) -> None:
        self._witness, self._start = witness, start
        self._taken: dict[tuple[str, str], Taken] = {}
        self._about: dict[str, list[Accepted]] = {}
        self._to: dict[tuple[str, str], list[Accepted]] = {}
        self._of_cart: dict[tuple[str, str], list[datetime]] = {}
        self.sent: list[Accepted] = []

    def take(self, candidate: Candidate) -> None:
        """A claim was taken: ask right now what speaks against it, before anything else can happen."""
        claim = candidate.claim
        person = self._witness.person(claim.shop, candidate.address)
        against = tuple(invariants.objections(self._witness, candidate))
        self._taken[(claim.shop, claim.claim_id)] = Taken(candidate, against, person.wishes.apart)

    def to(self, shop: str, address: str) -> list[Accepted]:
        """The messages that an address got."""
        return self._to.get((shop, address), [])

    def address_of(self, shop: str, claim_id: str) -> str | None:
        """Where the message of a claim goes."""
        taken = self._taken.get((shop, claim_id))
        return taken.candidate.address if taken is not None else None

    def accept(self, message: Outgoing, now: datetime) -> Iterator[tuple[str, str]]:
        """The provider took a message: gives the promises that this breaks."""
        taken, about = self._taken.get((message.shop, message.claim_id)), message.html
        if taken is None:
            yield "I3", f"{message.touch} of {about} was sent without a claim"
            return
        yield from taken.against
        candidate = taken.candidate
        if (candidate.address, candidate.label) != (message.address, about):
            yield "I3", f"claimed {candidate.label} to {candidate.address}, sent {about} to {message.address}"
        at = candidate.claim.claimed_at
        new = Accepted(message.shop, message.address, message.claim_id, message.touch, about, at, now)
        cart = about.rpartition("/")[0]
        yield from invariants.repeated(self._about.get(cart, []), new)
        of_cart = self._of_cart.setdefault((message.shop, candidate.claim.cart_id), [])
        of_cart.append(at)
        if sum(1 for earlier in of_cart if earlier > at - timedelta(days=30)) > MOST_PER_CART:
            yield "I6", f"{new.touch} is one too many about {cart} within 30 days"
        # Who was forgotten has no budget that is remembered.
        since = max(self._witness.person(message.shop, message.address).forgotten, default=self._start)
        others = [old for old in self.to(message.shop, message.address) if old.at > since]
        yield from invariants.over_budget(others, new, candidate.policy)
        yield from invariants.too_soon(others, new, taken.apart)
        self.sent.append(new)
        self._to.setdefault((message.shop, message.address), []).append(new)
        self._about.setdefault(cart, []).append(new)
