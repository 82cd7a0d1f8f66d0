"""Whether what was promised held: claims of one day against purchases and refusals, judged after the fact.

Nothing here asks how a decision was made. It looks at what was written down: when a message was claimed, and since
when *we* knew what spoke against it. A purchase that the shop had not told us yet is no broken promise; it is
counted apart, as in flight.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from cartback.domain.claims import BOUNCED, COMPLAINED, DELIVERED, RELEASED, SENT, UNKNOWN, Claim, is_doubtful
from cartback.domain.consent.consent import GRANTED, MARKETING, WITHDRAWN, Consent
from cartback.domain.people import suppression
from cartback.domain.people.customer import Person
from cartback.domain.trade import bought_lines
from cartback.domain.trade.cart import ERASED, Cart
from cartback.domain.trade.line_names import names_of

AFTER_PURCHASE, AFTER_OPT_OUT, WITHOUT_BASIS = "after_purchase", "after_opt_out", "without_basis"
OWNED_LINE = "owned_line"
DUPLICATE, NOBODY_KNOWS, IN_FLIGHT, UNJUDGED = "duplicate", "unknown", "in_flight", "unjudged"
KINDS = (
    AFTER_PURCHASE,
    OWNED_LINE,
    AFTER_OPT_OUT,
    WITHOUT_BASIS,
    DUPLICATE,
    NOBODY_KNOWS,
    IN_FLIGHT,
    UNJUDGED,
)
BROKEN = frozenset({AFTER_PURCHASE, OWNED_LINE, AFTER_OPT_OUT, WITHOUT_BASIS, DUPLICATE})
"""What may never happen. The other kinds are honest limits of the promise."""

SIMULTANEOUS = timedelta(seconds=30)
"""A worker takes the time first and writes afterwards, at latest when its time-out (30 s) ends it. Closer together
than this, the instants cannot say what came first; the claim's own conditions did."""

SERVICE = "service"
"""The purpose of messages that were asked for, such as a confirmation: they stand on the request, not on a consent."""

MOST_FINDINGS = 200
PAID_WITHIN = timedelta(days=30)
"""For how long an order whose payment was never told may still have been paid, for all that anybody can know."""
_ACCEPTED = frozenset({SENT, DELIVERED, BOUNCED, COMPLAINED})


@dataclass(frozen=True, slots=True)
class Evidence:
    """One claim, and the rows that speak for or against it, as they are today.

    ``merged_at`` is set if the claim's person has become one with another: what was known of that other one counts
    from then on.
    """

    claim: Claim
    cart: Cart | None
    person: Person | None
    merged_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about one claim. ``known_at`` is since when we knew what speaks against it."""

    kind: str
    claim_id: str
    cart_id: str
    touch: str
    claimed_at: datetime
    known_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Audit:
    """One day of one shop, in UTC. ``counts`` has every kind; ``findings`` the first 200, the gravest first."""

    shop: str
    day: date
    audited_at: datetime
    claims: int = 0
    accepted: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    @property
    def broken(self) -> int:
        """How often the promise was broken."""
        return sum(self.counts[kind] for kind in BROKEN)


def audit(shop: str, day: date, evidence: Iterable[Evidence], now: datetime) -> Audit:
    """Judge all claims of one shop and day."""
    claims = accepted = 0
    found: list[Finding] = []
    effects: dict[tuple[object, ...], set[str]] = {}
    for each in evidence:
        claim = each.claim
        claims += 1
        accepted += claim.state in _ACCEPTED
        found.extend(_duplicates(claim, effects))
        if claim.state != RELEASED:
            found.extend(_judged(each, now))
    counts = {kind: sum(1 for finding in found if finding.kind == kind) for kind in KINDS}
    found.sort(key=lambda finding: (KINDS.index(finding.kind), finding.claimed_at))
    return Audit(shop, day, now, claims, accepted, counts, tuple(found[:MOST_FINDINGS]))


def _judged(each: Evidence, now: datetime) -> Iterator[Finding]:
    claim = each.claim
    after_purchase = list(_gravest(claim, AFTER_PURCHASE, _purchases(each)))
    yield from after_purchase
    if not after_purchase:
        yield from _gravest(claim, OWNED_LINE, _owned_lines(each))
    yield from _gravest(claim, AFTER_OPT_OUT, _refusals(each))
    if claim.purpose != SERVICE and not _ever_agreed(each):
        yield _finding(WITHOUT_BASIS, claim)
    if claim.state == UNKNOWN or is_doubtful(claim, now):
        yield _finding(NOBODY_KNOWS, claim)
    if claim.purpose != SERVICE and _cannot_be_judged(each):
        yield _finding(UNJUDGED, claim)


def _gravest(
    claim: Claim, kind: str, against: Iterable[tuple[datetime | None, datetime]]
) -> Iterator[Finding]:
    """At most one finding: against better knowledge, or at least while the news was under way."""
    under_way: datetime | None = None
    for happened_at, known_at in against:
        if claim.claimed_at > known_at + SIMULTANEOUS:
            yield _finding(kind, claim, known_at)
            return
        if happened_at is not None and happened_at <= claim.claimed_at:
            under_way = known_at
    if under_way is not None:
        yield _finding(IN_FLIGHT, claim, under_way)


def _purchases(each: Evidence) -> Iterator[tuple[datetime | None, datetime]]:
    """Purchases that end this claim's generation: of the cart itself, or by the person since it was started.

    A message about the rest of a cart is judged by the goods that it names (``_owned_lines``).
    """
    claim, cart, person = each.claim, each.cart, each.person
    if cart is None:
        return
    if cart.bought_recorded_at is not None and cart.bought_generation >= claim.generation:
        yield cart.bought_at, cart.bought_recorded_at
    started_at = _start(cart, claim.generation)
    if person is None or started_at is None:
        return
    for purchase in person.purchases:
        if claim.of_the_rest and purchase.lines is not None:
            continue
        if purchase.placed_at >= started_at:
            yield purchase.placed_at, _from(each, purchase.recorded_at)
        elif purchase.paid_at is not None and purchase.paid_at >= started_at:
            yield purchase.paid_at, _from(each, purchase.paid_recorded_at or purchase.recorded_at)


def _owned_lines(each: Evidence) -> Iterator[tuple[datetime | None, datetime]]:
    """Purchases of a line that the message named, made since it lay in the cart, as far as the row still tells."""
    claim, cart, person = each.claim, each.cart, each.person
    if cart is None or person is None or cart.generation != claim.generation:
        return
    changed = cart.activity_at is None or cart.activity_at > claim.claimed_at
    for item in cart.items:
        told = claim.goods if claim.goods else () if changed else None
        if told is not None and not names_of([item]).issubset(told):
            continue
        lain_since = bought_lines.since(cart, item)
        for one in person.purchases:
            if lain_since is None or not bought_lines.owned_by(item, lain_since, [one]):
                continue
            recorded_at = max(filter(None, (one.recorded_at, one.lines_recorded_at)))
            if lain_since > one.placed_at + bought_lines.TOUCHED_AFTER:  # it is owned by the payment alone
                recorded_at = max(recorded_at, one.paid_recorded_at or recorded_at)
            yield one.last_at, _from(each, recorded_at)


def _cannot_be_judged(each: Evidence) -> bool:
    """Whether nobody says if an order from before the cart was paid after its beginning: shops need not tell."""
    started_at = _start(each.cart, each.claim.generation) if each.cart is not None else None
    if started_at is None or each.person is None:
        return False
    return any(
        one.paid_at is None and started_at - PAID_WITHIN < one.placed_at < started_at
        for one in each.person.purchases
    )


def _refusals(each: Evidence) -> Iterator[tuple[datetime | None, datetime]]:
    claim, cart, person = each.claim, each.cart, each.person
    if cart is not None and cart.status == ERASED and cart.closed_at is not None:
        yield None, cart.closed_at
    if person is None:
        return
    if person.erased_at is not None:
        yield None, _from(each, person.erased_at)
    since = suppression.recorded_at(person, claim.channel)
    if since is not None and suppression.reason_at(person, claim.claimed_at, claim.channel):
        yield None, _from(each, since)
    said = _words(claim, person) if claim.purpose != SERVICE else []
    for word in said:
        undone = any(later.state == GRANTED and later.at > word.at for later in said)
        if word.state == WITHDRAWN and not undone:
            yield word.at, _from(each, word.recorded_at)


def _words(claim: Claim, person: Person) -> list[Consent]:
    """What the person said that is about this message: of the whole channel, and of its purpose there."""
    found = (person.consent(claim.channel, purpose) for purpose in dict.fromkeys((MARKETING, claim.purpose)))
    return [word for word in found if word is not None]


def _ever_agreed(each: Evidence) -> bool:
    """Whether there was ever a word that a message could stand on; one that was taken back is a refusal's matter.

    An empty tick box is no word at all, unless it came after the message: then it took back one that is gone now.
    """
    if each.person is None or each.person.erased_at is not None:
        return True  # nobody can say any more; an erasure is a refusal's matter
    said = _words(each.claim, each.person)
    return any(
        word.state in (GRANTED, WITHDRAWN) or _from(each, word.recorded_at) > each.claim.claimed_at
        for word in said
    )


def _start(cart: Cart, generation: int) -> datetime | None:
    if cart.generation == generation:
        return cart.started_at
    return min((step.at for step in cart.history if step.generation == generation), default=None)


def _from(each: Evidence, known_at: datetime) -> datetime:
    return known_at if each.merged_at is None else max(known_at, each.merged_at)


def _duplicates(claim: Claim, effects: dict[tuple[object, ...], set[str]]) -> Iterator[Finding]:
    """A message that the provider knows under a second name, or one effect that was claimed under two."""
    for _ in claim.other_provider_ids:
        yield _finding(DUPLICATE, claim)
    if claim.state not in _ACCEPTED:
        return
    effect = (claim.of_flow, claim.subject, claim.touch)
    names = effects.setdefault(effect, set())
    if names and claim.claim_id not in names:
        yield _finding(DUPLICATE, claim)
    names.add(claim.claim_id)


def _finding(kind: str, claim: Claim, known_at: datetime | None = None) -> Finding:
    return Finding(kind, claim.claim_id, claim.cart_id, claim.touch, claim.claimed_at, known_at)
