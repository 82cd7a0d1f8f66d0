"""A shop of the season that follows purchases: the flow ``post_purchase`` under every fault of the season.

Its buyers are those of ``buyers``. What counts is what was stored when a message was claimed; the season of
``purchases`` asks more of each single rule, this one asks whether they hold when anything fails anywhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from cartback.domain.messaging.timing import Caps
from cartback.domain.observations import (
    CustomerErased,
    CustomerSeen,
    Observation,
    OrderSeen,
    ParcelSeen,
    RefundSeen,
    ReturnSeen,
)
from cartback.domain.trade import sale
from cartback.ports import Outgoing
from tests.fakes.world import a_face, a_policy
from tests.simulation.buyers import DAY, KINDS, Buyer
from tests.simulation.invariants import WRONG_CLOCK, Candidate
from tests.simulation.provider import GOOD
from tests.simulation.schedule import stream

if TYPE_CHECKING:
    from tests.simulation.season import Season
    from tests.simulation.witness import Said

SHOP = "follows-purchases"
BUYERS = 6
LATE = timedelta(hours=1)
AFTER = {"care_guide": 2 * DAY, "goes_with_it": 10 * DAY}

type Objection = tuple[str, str]


def strikes(buyer: Buyer, at: datetime) -> None:
    """Keeps what came, unless the house stops between its decision and its claim: then it goes back just now."""
    ref = buyer.buy(at)
    buyer.ship(ref, at + DAY, at + 2 * DAY)


class Following:
    """The shop's buyers, what it told of them, and what became of that."""

    def __init__(self, season: Season) -> None:
        self.season = season
        self.buyers: list[Buyer] = []
        self.sent: Counter[tuple[str, str]] = Counter()
        self._said: dict[str, list[Said]] = {}
        self._taken: dict[str, tuple[Candidate, tuple[Objection, ...]]] = {}
        self.switched_on = season.start + 3 * DAY

    def enter(self) -> None:
        """The shop opens: some buy, and everything that follows is told when it happens."""
        season, policies = self.season, self.season.house.policies
        policies.faces[SHOP] = a_face(SHOP, url=f"https://{SHOP}.example")
        policies.policies[SHOP] = a_policy(
            flows=frozenset({"post_purchase"}),
            caps=Caps(per_day=20, per_week=20, per_month=20, min_gap=timedelta()),
            options={"post_purchase": {"care_page": f"https://{SHOP}.example/care"}},
            flows_since={"post_purchase": self.switched_on},
        )
        for number in range(BUYERS):
            draw = stream(season.seed, "buyer", number)
            kind = draw.choice(KINDS) if number else strikes
            name = f"{kind.__name__.replace('_', '')}{number}"
            buyer = Buyer(name, draw, agreed_at=season.start - 90 * DAY)
            kind(buyer, season.start + draw.uniform(0.1, 20) * DAY)
            self.buyers.append(buyer)
            for position, (at, seen) in enumerate(buyer.words):
                season.schedule.at(at, partial(self._tell, buyer, f"{name}-{position}", seen))

    def join(self) -> None:
        """The mailboxes of the buyers lie beside those of the others; they read, and do nothing."""
        stage = self.season.stage
        got, mailbox, walls = stage.got, stage.mailbox, stage.walls
        stage.got = lambda mail: None if mail.message.shop == SHOP else got(mail)
        stage.mailbox = lambda message: GOOD if message.shop == SHOP else mailbox(message)
        stage.walls = lambda shop, address: () if shop == SHOP else walls(shop, address)
        awaited, paused = stage.awaited, stage.paused
        stage.awaited = lambda shop, ref: self._strikes(ref) if shop == SHOP else awaited(shop, ref)
        stage.paused = lambda shop, ref: self._strike(ref) if shop == SHOP else paused(shop, ref)

    def _strikes(self, ref: str) -> bool:
        """Whether its buyer waits for a pause in the middle of a touch about this order."""
        return ref in self.buyers[0].orders and not _ends(ref, self._told(self.buyers[0]))

    def _strike(self, ref: str) -> None:
        """It is sent back, or paid back, between our decision and our claim."""
        if self._strikes(ref):
            at = self.season.schedule.now
            back = ReturnSeen(ref, "r", at, sale.REQUESTED), RefundSeen(ref, f"{ref}-f", at)
            self._tell(self.buyers[0], "strikes", self.buyers[0].draw.choice(back), at_once=True)

    def _told(self, buyer: Buyer) -> list[Observation]:
        return [one.seen[0] for one in self._said.get(buyer.name, [])]

    def _tell(self, buyer: Buyer, key: str, seen: Observation, *, at_once: bool = False) -> None:
        season = self.season
        season.note(buyer.name, "buyer", key)
        rng = stream(season.seed, "network", SHOP, key)
        said = season.network.say(
            rng, SHOP, season.schedule.now, (seen,), key=f"{SHOP} {key}", who=buyer.name, at_once=at_once
        )
        self._said.setdefault(buyer.name, []).append(said)

    # ── what may be said against a message ───────────────────────────────────────────────────────────────────────

    def take(self, candidate: Candidate) -> None:
        """A claim was taken: ask right now what speaks against it."""
        against = tuple(self._objections(candidate))
        self._taken[candidate.claim.claim_id] = candidate, against

    def address_of(self, shop: str, claim_id: str) -> str | None:
        """Where the message of a claim goes."""
        candidate, _ = self._taken.get(claim_id, (None, ()))
        return candidate.address if candidate is not None and shop == SHOP else None

    def accept(self, message: Outgoing, now: datetime) -> Iterator[Objection]:
        """The provider took a message: gives the promises that this breaks."""
        candidate, against = self._taken.get(message.claim_id, (None, ()))
        if candidate is None:
            yield "I3", f"{message.touch} of {SHOP} was sent without a claim"
            return
        yield from against
        ref, step = candidate.claim.cart_id, candidate.claim.touch
        self.sent[ref, step] += 1
        if self.sent[ref, step] > 1:
            yield "I3", f"{step} of {ref} went out twice"
        if message.address != candidate.address:
            yield "I3", f"{step} of {ref} was claimed to {candidate.address}, sent to {message.address}"
        if message.leave_url is None:
            yield "I9", f"{step} of {ref} cannot be left"

    def _objections(self, it: Candidate) -> Iterator[Objection]:
        ref, step = it.claim.cart_id, it.claim.touch
        buyer = next(each for each in self.buyers if ref in each.orders)
        told, stored = (
            self._told(buyer),
            [one.seen[0] for one in self._said[buyer.name] if one.stored_at is not None],
        )
        for why in sorted(_ends(ref, stored)):
            yield "I1", f"{step} of {ref} was claimed, and that the order is {why} was stored"
        for refused, moved in ((_refused(seen), _left(seen)) for seen in stored):
            if it.address == refused:
                yield "I2", f"{step} of {ref} goes to {it.address}, who had said no"
            if it.address == moved:
                yield "I11", f"{step} of {ref} goes to {it.address}, which the account had left"
        if not buyer.consents:
            yield "I9", f"{step} of {ref} goes to somebody who never agreed"
        if it.address not in buyer.boxes:
            yield "I11", f"{step} of {ref} goes to {it.address}, who is not its buyer"
        if _placed(ref, told) < self.switched_on:
            yield "old news", f"{step} of {ref} is about what was bought before the flow was switched on"
        if it.now + 2 * WRONG_CLOCK < _earliest(ref, told) + AFTER[step]:
            yield "I5", f"{step} of {ref} was claimed at {it.now}, before anybody could have it for so long"
        if not self.season.kinds and it.now > _latest(ref, stored) + AFTER[step] + LATE:
            yield "liveness", f"{step} of {ref} was claimed at {it.now}, and it was there long before"

    # ── what has to be ───────────────────────────────────────────────────────────────────────────────────────────

    def check(self) -> None:
        """Where nothing failed, whoever kept the goods and agreed has heard of them."""
        if self.season.kinds:
            return
        for buyer in self.buyers:
            seen = self._told(buyer)
            if not buyer.consents or len(buyer.boxes) > 1 or buyer.typed or any(map(_refused, seen)):
                continue
            told = {one.order_ref for one in seen if isinstance(one, OrderSeen)}
            for ref in [ref for ref in buyer.orders if ref in told]:
                if _ends(ref, seen) or _placed(ref, seen) < self.switched_on:
                    continue
                steps = ["care_guide"] + ["goes_with_it"] * (len(buyer.orders) == 1)
                for step in [step for step in steps if not self.sent[ref, step]]:
                    self.season.violated("liveness", f"{step} of {ref} never went out")


def _ends(ref: str, seen: list[Observation]) -> set[str]:
    """Why nothing is to be said about an order any more, by these words."""
    found = set()
    for one in seen:
        match one:
            case OrderSeen(order_ref=named) if named == ref:
                why = {"test": one.test, "staff": one.staff, "renewal": one.renewal}
                found |= {
                    name for name, holds in (why | {"cancelled": bool(one.cancelled_at)}).items() if holds
                }
            case ParcelSeen(order_ref=named, state=sale.UNDELIVERABLE) if named == ref:
                found.add("undelivered")
            case ReturnSeen(order_ref=named) if named == ref:
                found.add("sent back")
            case RefundSeen(payment_ref=named) if named == ref:
                found.add("refunded")
    return found


def _refused(seen: Observation) -> str | None:
    """The address of whom the shop told that they want nothing more."""
    if isinstance(seen, CustomerErased):
        return seen.contact.email
    said_no = (
        isinstance(seen, CustomerSeen) and seen.contact.consents and not seen.contact.consents[0].granted
    )
    return seen.contact.email if said_no else None


def _left(seen: Observation) -> str | None:
    """The mailbox that an account left."""
    if isinstance(seen, CustomerSeen) and ".new@" in str(seen.contact.email):
        return str(seen.contact.email).replace(".new@", "@")
    return None


def _placed(ref: str, seen: list[Observation]) -> datetime:
    """When the order was made."""
    return next(one.placed_at for one in seen if isinstance(one, OrderSeen) and one.order_ref == ref)


def _earliest(ref: str, seen: list[Observation]) -> datetime:
    """Before which nobody can have thought that the goods were there, whichever of these words was known."""
    parcels = [one for one in seen if isinstance(one, ParcelSeen) and one.order_ref == ref]
    there = [one.at + (timedelta() if one.state == sale.DELIVERED else 2 * DAY) for one in parcels]
    return min([_placed(ref, seen) + 5 * DAY, *there])


def _latest(ref: str, seen: list[Observation]) -> datetime:
    """When the goods are there by the best of these words."""
    parcels = [one for one in seen if isinstance(one, ParcelSeen) and one.order_ref == ref]
    there = [one.at for one in parcels if one.state == sale.DELIVERED]
    expected = [one.eta or one.at + 2 * DAY for one in parcels]
    return max(there or expected or [_placed(ref, seen) + 5 * DAY])
