"""I1 to I10 of docs/promise.md, asked of every message that the provider accepted and of the end of the season.

Every question is answered from the shops' own knowledge (``witness``), the provider's list and the clock of the
schedule. Instants that the house wrote itself are used only where its clocks may be wrong, and only after they were
found to be as wrong as the season made them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from cartback.domain.claims import Claim
from cartback.domain.messaging.timing import QuietHours
from cartback.domain.policy import Policy
from tests.simulation import wishes
from tests.simulation.witness import Group, Witness

WRONG_CLOCK = timedelta(minutes=6)
"""How far the house's word for an instant may be from the schedule's: five minutes of skew, and the pauses."""

SAID_TO_US = (
    "email/cart_reminders/double_opt_in/sign-up ",
    "email/cart_reminders/preference_link/preferences/",
)
"""How a message quotes a yes that was said on a page of ours, by confirming a sign-up or by ticking a topic."""


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken promise: which one, whose, and what happened; in the field, in which scene."""

    invariant: str
    at: datetime
    what: str
    shopper: str | None = None
    scene: str | None = None

    def __str__(self) -> str:
        return f"{self.invariant}: {self.what}"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A message at the instant of its claim: what is about to be sent, to whom, under which rules.

    ``walls`` are the zones of the place that the shop told with the address; the shop's own counts if it told none.
    """

    claim: Claim
    address: str
    label: str
    policy: Policy
    now: datetime
    walls: tuple[str, ...] = ()
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A message that the provider took."""

    shop: str
    address: str
    claim_id: str
    touch: str
    label: str
    claimed_at: datetime
    at: datetime


def objections(witness: Witness, it: Candidate) -> Iterator[tuple[str, str]]:
    """What speaks against a claim at the instant at which it is taken: which invariant, and why."""
    said = witness.by_label[it.label]
    if said.shop != it.claim.shop:
        yield "I10", f"{it.claim.shop} writes about a cart of {said.shop}"
    person, cart = witness.person(it.claim.shop, it.address), witness.cart(it.label)
    bought = witness.bought_by(it.claim.shop, it.address)
    over = (
        ("I1", f"{it.label} was bought", cart.orders),
        ("I1", f"whoever filled {it.label} bought after that", bought),
        ("I1", f"{it.label} was emptied", cart.emptied),
        ("I2", f"{it.address} was erased after filling {it.label}", person.erasures),
    )
    for invariant, why, instants in over:
        if any(at >= said.at for at in instants):
            yield invariant, f"{why}, and that was stored"
    if f"{it.claim.shop}/email:{it.address}" not in witness.may_reach(it.label):
        yield "I11", f"{it.label} is told to {it.address}, who has nothing to do with it"
    if cart.joined:
        cart.reminding = cart.reminding or it.claim.cart_id
        if cart.reminding != it.claim.cart_id:
            yield "I3", f"two rows remind of {it.label}, though it is stored that they are one cart"
    yield from shop_objections(witness, it)
    yield from wishes.against(person.wishes, it.address, it.lang, it.now, 2 * WRONG_CLOCK)
    if it.claim.consent.startswith(SAID_TO_US):
        yield from own_objections(witness, person, it)
    else:
        yield from consent_objections(witness, person, it)


def shop_objections(witness: Witness, it: Candidate) -> Iterator[tuple[str, str]]:
    """What speaks against a claim whatever the person did: the shop, the address, the hour."""
    if it.claim.shop in witness.gone_shops:
        yield "I2", f"{it.claim.shop} had left"
    if (it.claim.shop, it.address) in witness.hurt:
        yield "I2", f"{it.address} had bounced or complained"
    if "cart_recovery" not in it.policy.flows:
        yield "I2", f"{it.claim.shop} had switched the flow off"
    if abs(it.claim.claimed_at - it.now) > WRONG_CLOCK:
        yield "I5", f"claimed for {it.claim.claimed_at}, but it is {it.now}"
    for zone in it.walls or (it.policy.time_zone,):
        if is_quiet(it.claim.claimed_at, zone, it.policy.quiet):
            yield "I5", f"{local(it.claim.claimed_at, zone)} is quiet in {zone}"


def consent_objections(witness: Witness, person: Group, it: Candidate) -> Iterator[tuple[str, str]]:
    """What speaks against the consent that a claim quotes: it must exist, suffice, and be the person's last word."""
    said = witness.spoken.get((it.claim.shop, it.claim.consent), ())
    quoted = [(at, word) for at, word, address in said if word.granted and address == it.address]
    if not quoted:
        yield "I9", f"nobody ever said {it.claim.consent} for {it.address}"
        return
    heard_at, word = max(quoted, key=lambda pair: pair[0])
    if word.basis not in it.policy.accepted_bases:
        yield "I9", f"{word.basis} is not enough for {it.claim.shop}"
    for at in person.erasures:
        if word.at <= at:
            yield "I2", f"{it.address} was erased after agreeing"
    for at, no in person.words:
        if no.granted:
            continue
        own_tick_taken_back = (
            not no.sticky and not word.sticky and no.source == word.source and at >= heard_at
        )
        if own_tick_taken_back or (no.sticky and no.at >= word.at):
            yield "I2", f"{it.address} had withdrawn the consent ({no.source}, {no.at})"
    for at in person.leaves:
        if not word.sticky or at - WRONG_CLOCK >= word.at:
            yield "I2", f"{it.address} had left through the page at {at}"


def own_objections(witness: Witness, person: Group, it: Candidate) -> Iterator[tuple[str, str]]:
    """What speaks against a yes that was said on a page of ours: somebody must have pressed, and not refused since."""
    said_at = datetime.fromisoformat(it.claim.consent.rpartition("/")[2])
    pressed = witness.yeses.get((it.claim.shop, it.address), ())
    if not any(abs(at - said_at) <= WRONG_CLOCK for at in pressed):
        yield "I9", f"nobody ever said {it.claim.consent} for {it.address}"
    basis = it.claim.consent.split("/")[2]
    worth = "explicit" if basis == "preference_link" else basis
    if worth not in it.policy.accepted_bases:
        yield "I9", f"{basis} is not enough for {it.claim.shop}"
    for at in (*person.erasures, *(no.at for _, no in person.words if no.sticky and not no.granted)):
        if at - WRONG_CLOCK >= said_at:
            yield "I2", f"{it.address} had withdrawn, or was forgotten, at {at}"
    for at in person.leaves:
        if at - 2 * WRONG_CLOCK >= said_at:
            yield "I2", f"{it.address} had left through the page at {at}"


def too_soon(others: list[Accepted], new: Accepted, apart: timedelta) -> Iterator[tuple[str, str]]:
    """I6: whether a person who wants messages only so far apart got this one sooner than that."""
    for other in others:
        if timedelta(0) <= new.claimed_at - other.claimed_at < apart:
            yield "I6", f"{new.address} wants one in {apart}, and had got one at {other.claimed_at}"


def repeated(sent: list[Accepted], new: Accepted) -> Iterator[tuple[str, str]]:
    """I3: whether this message is one that went out before."""
    for old in sent:
        if (old.shop, old.claim_id) == (new.shop, new.claim_id):
            yield "I3", f"{new.touch} of {new.label} went out twice under one claim, first at {old.at}"
        elif (old.shop, old.label, old.touch) == (new.shop, new.label, new.touch):
            yield "I3", f"{new.touch} of {new.label} went out twice, first at {old.at}"


def over_budget(others: list[Accepted], new: Accepted, policy: Policy) -> Iterator[tuple[str, str]]:
    """I6: whether one person got more than the budget; ``others`` are that person's other messages."""
    windows = ((1, policy.caps.per_day), (7, policy.caps.per_week), (30, policy.caps.per_month))
    for days, most in windows:
        since = new.claimed_at - timedelta(days=days)
        lately = sum(1 for other in others if since < other.claimed_at <= new.claimed_at)
        if lately >= most:
            yield "I6", f"message {lately + 1} to {new.address} within {days} days, {most} are allowed"
    for other in others:
        if abs(other.claimed_at - new.claimed_at) < policy.caps.min_gap:
            yield "I6", f"{new.address} got one at {other.claimed_at} and one at {new.claimed_at}"


def is_quiet(instant: datetime, zone: str, quiet: QuietHours | None) -> bool:
    """Whether the clock on a wall of the zone shows a quiet time. Told in minutes of the day, unlike the house does."""
    if quiet is None:
        return False
    wall = instant.astimezone(ZoneInfo(zone))
    minute = wall.hour * 60 + wall.minute
    start, end = _minute(quiet.start), _minute(quiet.end)
    return (minute - start) % 1440 < (end - start) % 1440


def _minute(wall: time) -> int:
    return wall.hour * 60 + wall.minute


def local(instant: datetime, zone: str) -> str:
    """An instant as the wall clock shows it."""
    return instant.astimezone(ZoneInfo(zone)).strftime("%a %Y-%m-%d %H:%M:%S %Z")
