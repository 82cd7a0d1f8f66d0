"""A suite that proves silence by sending nothing is worthless: who is promised messages, and when exactly.

The expected instants are found without the house's own arithmetic: minute by minute, until the wall is not quiet.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from cartback.domain.policy import Policy
from tests.simulation.invariants import Accepted, is_quiet
from tests.simulation.season import Season
from tests.simulation.shopper import Shopper, SimCart
from tests.simulation.shops import NOWHERE
from tests.simulation.wishes import Wishes

MOST_PER_CART = 3
"""Messages about one cart in a month, whatever was bought of it and filled in again."""

NEWS_IS_LATE, HELD_UP = timedelta(minutes=10), timedelta(hours=16)
"""From when on news is late, and how much later that may make a message: two hours, and a night."""

SOON = timedelta(seconds=30)
"""How late a message may be that nothing held up: the queue's second, the tasks, waits in whole seconds."""


def check(season: Season, shoppers: list[Shopper]) -> tuple[int, int]:
    """Compare promised and sent messages of those who did nothing but leave a cart; gives how many of both.

    Without faults the instants must fit exactly, too; with faults the shares of many seeds are compared.
    """
    promised = kept = 0
    for shopper in shoppers:
        if shopper.expects is None or shopper.expects is not shopper.carts[-1] or shopper.place != NOWHERE:
            continue
        cart = shopper.expects
        policy = season.house.policies.policies[shopper.shop.name]
        if policy.version != 1 or shopper.shop.name in season.witness.gone_shops:
            continue
        about = f"{shopper.shop.name}/{cart.name}/"
        got = [(one.touch, one.at) for one in season.sendings.sent if one.label.startswith(about)]
        since = cart.bought[-1] if cart.bought else season.start
        before = [at for _, at in got if at <= since]
        to_others = season.sendings.to(shopper.shop.name, shopper.email)
        elsewhere = [one for one in to_others if one.at < cart.content[0][0]]
        person = season.witness.person(shopper.shop.name, shopper.email)
        wished, ordered = person.wishes, max(person.orders, default=season.start)
        # Whatever a shopper of this world puts into a cart is the same goods, and what was said of them stays said.
        said = [one for one in elsewhere if one.claimed_at > ordered]
        wanted = expected(policy, cart, before, elsewhere, wished, said, on_list=True)
        sent = [(touch, at) for touch, at in got if at > since]
        promised += len(wanted)
        kept += min(len(sent), len(wanted))
        if not season.kinds:
            soonest = expected(policy, cart, before, elsewhere, wished, said, on_list=False)
            latest = [(name, _soon(at, policy)) for name, at in wanted]
            _exactly(season, shopper, soonest, latest, sent)
    return promised, kept


type Sent = list[tuple[str, datetime]]


def _exactly(season: Season, shopper: Shopper, soonest: Sent, latest: Sent, sent: Sent) -> None:
    """Each touch at its instant. From a list it may come up to its round later, but not if an earlier round is at hand:

    a shopper who looks in once more seconds before the sweep is found to be due by that very sweep.
    """
    names = [name for name, _ in sent]
    late = _late_news(season, shopper.shop.name)
    fits = names in ([name for name, _ in soonest], [name for name, _ in latest]) and all(
        first
        <= at
        <= last + (HELD_UP if any(first - HELD_UP < then <= at for then in late) else timedelta(0))
        for (_, first), (_, last), (_, at) in zip(soonest, latest, sent, strict=False)
    )
    if not fits:
        told = [f"{name} {at}" for name, at in latest]
        season.violated("liveness", f"{shopper.who} was promised {told}, got {[f'{t} {a}' for t, a in sent]}")


def _soon(at: datetime, policy: Policy) -> datetime:
    """Until when a message of this instant may come: where the quiet begins within that moment, it comes after it."""
    late = at + SOON
    awake = _awake(late, policy)
    return late if awake == late else awake + SOON


def _late_news(season: Season, shop: str) -> list[datetime]:
    """When news of a shop came late: its messages wait until it has caught up, and perhaps over a night then."""
    told = (said for said in season.network.said if said.shop == shop and said.stored_at is not None)
    return [said.stored_at for said in told if said.stored_at - said.at > NEWS_IS_LATE]


def expected(
    policy: Policy,
    cart: SimCart,
    before: list[datetime],
    elsewhere: list[Accepted],
    wished: Wishes,
    said: list[Accepted],
    *,
    on_list: bool,
) -> list[tuple[str, datetime]]:
    """What somebody gets who leaves this cart for good and has no other by then: each touch and its instant.

    After a purchase, what was put in later counts; ``before`` are the messages until then, ``elsewhere`` those about
    other carts, ``said`` those of them since the last purchase: no text is said twice. A message that may not go out
    yet waits, as the person wishes first and as the shop does then; ``on_list``: the first one waits for the next
    round of its shop's list, too.
    """
    content = [at for at, _ in cart.content if not cart.bought or at > cart.bought[-1]]
    first, last = content[0], content[-1]
    if cart.bought and cart.bought[-1] + policy.rest_after_purchase > last:
        return []
    sends: list[tuple[str, datetime]] = []
    for number, touch in enumerate(policy.touches[:3]):
        after = max(touch.after, policy.silence) if number == 0 else touch.after
        due = last + after
        if policy.since == "creation":
            due = max(first + touch.after, last + policy.silence)
        if number == 0 and on_list:
            due = _listed(due, policy)
        others = [*before, *(when for _, when in sends)]
        lately = [one for one in said if one.claimed_at > due - timedelta(days=30)]
        if len(others) + len(lately) >= MOST_PER_CART:
            break
        if touch.name in {one.touch for one in lately}:
            continue
        all_of_them = [*(one.at for one in elsewhere), *others]
        wanted_at = max(filter(None, (due, wished.paused_until)))
        if wished.apart and all_of_them:
            wanted_at = max(wanted_at, max(all_of_them) + wished.apart)
        at = _awake(_within_budget(wanted_at, policy, all_of_them), policy)
        if at <= due + policy.give_up_after:
            sends.append((touch.name, at))
    return sends


def _listed(due: datetime, policy: Policy) -> datetime:
    """Where carts wait on a list, the first message waits for the minute or half hour that follows."""
    step = {"due_index": 60, "batch": 1800}.get(policy.orchestration, 1)
    return due + timedelta(seconds=-due.timestamp() % step) if step > 1 else due


def _windows(policy: Policy) -> tuple[tuple[timedelta, int], ...]:
    caps = policy.caps
    days = ((1, caps.per_day), (7, caps.per_week), (30, caps.per_month))
    return ((caps.min_gap, 1), *((timedelta(days=number), most) for number, most in days))


def _within_budget(at: datetime, policy: Policy, before: list[datetime]) -> datetime:
    """The first instant from then on at which no window is full: it is the end of one."""
    ends = sorted(old + span for span, _ in _windows(policy) for old in before)
    for instant in (at, *(end for end in ends if end > at)):
        if all(sum(1 for old in before if old > instant - span) < most for span, most in _windows(policy)):
            return instant
    raise ValueError("a window that allows nothing never ends")


def _awake(at: datetime, policy: Policy) -> datetime:
    """The first instant from then on that is not quiet, minute by minute."""
    if not is_quiet(at, policy.time_zone, policy.quiet):
        return at
    while is_quiet(at, policy.time_zone, policy.quiet):
        at = at.replace(second=0, microsecond=0) + timedelta(minutes=1)
    return _again(at, policy.time_zone)


def _again(at: datetime, zone: str) -> datetime:
    """The second time of a wall's hour that comes twice: a night that ends in it ends at its last minute."""
    wall = at.astimezone(ZoneInfo(zone))
    later = wall.replace(fold=1)
    return at + (wall.utcoffset() - later.utcoffset()) if wall.fold == 0 else at
