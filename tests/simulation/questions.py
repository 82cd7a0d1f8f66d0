"""Sign-ups: who asked to be written to, which mails ask them whether it was they, and when that is over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cartback.domain.claims import Claim
from cartback.domain.policy import Policy
from cartback.ports import Outgoing
from tests.simulation.invariants import WRONG_CLOCK
from tests.simulation.witness import Witness

LIVES = timedelta(hours=48)
MOST_MAILS = 2
"""How long a request may be confirmed, and how many mails ask for that: what docs/flows/double_opt_in.md says."""


@dataclass(slots=True)
class Request:
    """From a form until its yes or its end. ``yes_at`` is when the page came that says so."""

    shop: str
    address: str
    asked_at: datetime
    yes_at: datetime | None = None
    mails: list[str] = field(default_factory=list)

    def is_over(self, now: datetime) -> bool:
        """Whether it cannot be confirmed any more, on any clock."""
        return self.yes_at is not None or now > self.asked_at + LIVES + 2 * WRONG_CLOCK


class Questions:
    """What may be said against a mail that asks for a yes: as with reminders, asked when it is claimed."""

    def __init__(self, witness: Witness, hashed: Callable[[str, str], str]) -> None:
        self._witness, self._hashed = witness, hashed
        self._latest: dict[tuple[str, str], Request] = {}
        self._taken: dict[tuple[str, str], tuple[Request | None, list[tuple[str, str]]]] = {}
        self.sent = 0

    def form(self, shop: str, address: str, now: datetime) -> Request:
        """Somebody sends a form. While a request is pending, a second form is the same request."""
        name = (shop, self._hashed(shop, f"email:{address}"))
        known = self._latest.get(name)
        if known is None or known.is_over(now):
            known = self._latest[name] = Request(shop, address, now)
        return known

    def take(self, claim: Claim, policy: Policy, now: datetime) -> None:
        """A mail was claimed: ask right now what speaks against it."""
        request = self._latest.get((claim.shop, claim.address_hash))
        self._taken[(claim.shop, claim.claim_id)] = request, list(self._against(request, claim, policy, now))

    def _against(
        self, request: Request | None, claim: Claim, policy: Policy, now: datetime
    ) -> Iterator[tuple[str, str]]:
        if request is None:
            yield "I2", f"somebody who never signed up at {claim.shop} is asked for a yes"
            return
        who = f"{request.address} of {request.shop}"
        if request.yes_at is not None:
            yield "I2", f"{who} is asked for a yes that was said at {request.yes_at}"
        elif request.is_over(now):
            yield "I2", f"{who} is asked for a yes, but signed up at {request.asked_at}"
        if (request.shop, request.address) in self._witness.hurt:
            yield "I2", f"{who} is asked for a yes, but had bounced or complained"
        if request.shop in self._witness.gone_shops or "double_opt_in" not in policy.flows:
            yield "I2", f"{request.shop} had left, or takes no sign-ups any more"

    def address_of(self, shop: str, claim_id: str) -> str | None:
        """Where the mail of a claim goes."""
        request, _ = self._taken.get((shop, claim_id), (None, ()))
        return request.address if request is not None else None

    def accept(self, message: Outgoing, now: datetime) -> Iterator[tuple[str, str]]:
        """The provider took a mail: gives the promises that this breaks."""
        request, against = self._taken.get((message.shop, message.claim_id), (None, None))
        if against is None:
            yield "I3", f"{message.touch} was sent to {message.address} without a claim"
            return
        yield from against
        if request is None:
            return
        self.sent += 1
        if request.address != message.address:
            yield "I3", f"claimed for {request.address}, sent to {message.address}"
        if message.claim_id in request.mails:
            yield "I3", f"{message.touch} went to {message.address} twice under one claim"
        request.mails.append(message.claim_id)
        if len(request.mails) > MOST_MAILS:
            yield "I6", f"mail {len(request.mails)} asks {message.address} for one yes"
