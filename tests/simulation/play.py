"""Play one seed from the first visit until nothing is left to happen, and say what came of it."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, partial

from cartback.domain.errors import Refused
from cartback.domain.observations import ShopLeft
from cartback.domain.trade.cart import cart_id_for
from cartback.ports import Outgoing
from tests.simulation import (
    endings,
    faults,
    kinds_buying,
    kinds_choosing,
    kinds_refusing,
    kinds_signing,
    kinds_striking,
    liveness,
    looking_back,
)
from tests.simulation.field.cast import drawn
from tests.simulation.invariants import Violation
from tests.simulation.kinds import KINDS, prepared
from tests.simulation.provider import Mail
from tests.simulation.schedule import Endless, stream
from tests.simulation.season import Season
from tests.simulation.shopper import NextMail, Shopper
from tests.simulation.shops import DAYS, PLACES, SimShop, changed, changes_of_clocks, shops_of, start_of
from tests.simulation.signing import asked_as

SHOPPERS = 48
ENDS_WITHIN = timedelta(days=40)
"""I7: how long after the last activity the last run has to have ended."""

_cart_id = cache(cart_id_for)
ROOMS = (kinds_buying, kinds_refusing, kinds_striking, kinds_choosing, kinds_signing)
"""Where the kinds are: importing them enters them."""

_NAMES = tuple(KINDS)
_WEIGHTS = tuple(weight for weight, _ in KINDS.values())


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a seed. ``digest`` is the same whenever the same seed is played."""

    seed: int
    violations: list[Violation]
    digest: str
    counts: Counter[str]
    promised: int
    kept: int
    story: list[tuple[datetime, str, str, str]] = field(default_factory=list)


def kinds_of(seed: int) -> frozenset[str]:
    """Every fifth seed has no faults (and exact promises), every fifth only a bad network; the others have all."""
    if seed % 5 == 0:
        return frozenset()
    if seed % 5 == 1:
        return frozenset({faults.DUPLICATE, faults.REORDER, faults.DROP, faults.LOST_FOR_EVER, faults.PAUSE})
    return faults.KINDS


def scenes_of(seed: int) -> tuple[str, ...]:
    """The scenes of the field that a seed plays."""
    return drawn(seed)


class Cast:
    """The shoppers of a season and what befalls their shops."""

    def __init__(self, season: Season, shops: list[SimShop], only: Collection[int] | None) -> None:
        self.season = season
        self.shoppers: list[Shopper] = []
        self._waiting: dict[int, tuple[object, int]] = {}
        self._waits = 0
        self._about_to_leave: dict[str, SimShop] = {}
        for shop in shops:
            season.house.policies.policies[shop.name] = shop.policy
            season.house.policies.faces[shop.name] = shop.face
        for number in range(SHOPPERS):
            rng = stream(season.seed, "kind", number)
            name = rng.choices(_NAMES, _WEIGHTS)[0]
            if only is not None and number not in only:
                continue
            shopper = Shopper(season, shops[number % 3], number, name)
            prepared(shopper)
            self.shoppers.append(shopper)
            season.schedule.at(self._arrival(rng, shopper), partial(self._enter, shopper))
        self.by_address = {
            (s.shop.name, address): s
            for s in self.shoppers
            for address in (s.email, f"moved-{s.email}", f"too-{s.email}", f"new-{s.email}")
        }
        season.stage.mailbox, season.stage.got = self._mailbox, self._got
        season.stage.walls = lambda shop, address: PLACES[self.by_address[(shop, address)].place]
        season.stage.paused = self._paused
        season.stage.awaited = self._awaited
        season.field.join()
        season.following.enter()
        season.following.join()
        if season.kinds:
            for number, shop in enumerate(shops):
                self._fate(shop, number)

    def _arrival(self, rng: random.Random, shopper: Shopper) -> datetime:
        """Any time of the season; many come on the eve of a change of clocks, if the season has one."""
        at = self.season.start + timedelta(seconds=rng.randrange(DAYS * 86_400))
        eager, before = rng.random() < 0.25, timedelta(seconds=rng.randrange(40 * 3600))
        changes = changes_of_clocks(shopper.shop.policy.time_zone, self.season.start)
        return changes[0] - before if eager and changes else at

    def _fate(self, shop: SimShop, number: int) -> None:
        """Policies change, shops leave, senders send nonsense."""
        season, rng = self.season, stream(self.season.seed, "fate", number)
        when = [season.start + timedelta(seconds=rng.randrange(DAYS * 86_400)) for _ in range(4)]
        changes, leaves, how = rng.random() < 0.4, rng.random() < 0.06, rng.random()
        if changes:
            season.schedule.at(when[0], partial(self._change_policy, shop, how))
        if leaves and how < 0.5:
            season.schedule.at(when[1], partial(self._leave, shop))
        elif leaves:
            season.schedule.at(when[1], partial(self._about_to_leave.__setitem__, shop.name, shop))
        season.schedule.at(when[2], partial(self._say, shop, "nonsense", Refused("quantity is no number")))
        season.schedule.at(when[3], partial(self._say, shop, "odd topic", None))

    def _change_policy(self, shop: SimShop, how: float) -> None:
        policies = self.season.house.policies.policies
        policies[shop.name] = changed(policies[shop.name], how)
        self.season.note(shop.name, "shop", f"changes its policy to {policies[shop.name]}")

    def _leave(self, shop: SimShop, **how: bool) -> None:
        """A shop removes us; some do it in the middle of a touch."""
        self._about_to_leave.pop(shop.name, None)
        self._say(shop, "leaves", (ShopLeft(self.season.schedule.now),), **how)

    def _say(self, shop: SimShop, what: str, seen, **how: bool) -> None:
        season = self.season
        season.note(shop.name, "shop", what)
        rng = stream(season.seed, "network", shop.name, what)
        season.network.say(
            rng, shop.name, season.schedule.now, seen, key=f"{shop.name} {what}", who=shop.name, **how
        )

    def _enter(self, shopper: Shopper) -> None:
        self.season.note(shopper.who, "shopper", f"{shopper.kind} at {shopper.shop.name}")
        life = KINDS[shopper.kind][1](shopper)
        self._go_on(shopper, life, None)

    def _go_on(self, shopper: Shopper, life, mail: Mail | None) -> None:
        try:
            wish = life.send(mail)
        except StopIteration:
            return
        if isinstance(wish, NextMail):
            self._waits += 1
            self._waiting[shopper.number] = (life, self._waits)
            self.season.schedule.after(wish.within, partial(self._give_up, shopper, self._waits))
        else:
            self.season.schedule.after(wish, partial(self._go_on, shopper, life, None))

    def _give_up(self, shopper: Shopper, wait: int) -> None:
        life, number = self._waiting.get(shopper.number, (None, 0))
        if number == wait:
            del self._waiting[shopper.number]
            self._go_on(shopper, life, None)

    def _mailbox(self, message: Outgoing) -> str:
        return self.by_address[(message.shop, message.address)].mailbox

    def _got(self, mail: Mail) -> None:
        """Whoever waited for a mail reads it some minutes later."""
        shopper = self.by_address[(mail.message.shop, mail.message.address)]
        if shopper.number % 4 == 0:
            # Mail filters open every address of a mail. That is no wish to leave (RFC 8058), and no yes.
            for path in mail.links.keys() - {"r"}:
                self.season.pages.open(path, mail.token(path))
        life, _ = self._waiting.pop(shopper.number, (None, 0))
        if life is not None:
            self.season.schedule.after(shopper.minutes(1, 30), partial(self._go_on, shopper, life, mail))

    def _strikers(self, shop: str, cart_id: str) -> list[Shopper]:
        """Who waits for a pause in the middle of a touch about this cart, or of a question about this sign-up."""
        waiting = [s for s in self.shoppers if s.strike is not None and s.shop.name == shop]
        return [
            s
            for s in waiting
            if any(cart_id == _cart_id(shop, ref) for cart in s.carts for ref in cart.refs)
            or (s.signs_up and cart_id == asked_as(s))
        ]

    def _awaited(self, shop: str, cart_id: str) -> bool:
        return shop in self._about_to_leave or bool(self._strikers(shop, cart_id))

    def _paused(self, shop: str, cart_id: str) -> None:
        if shop in self._about_to_leave:
            self._leave(self._about_to_leave[shop], at_once=True)
        for shopper in self._strikers(shop, cart_id):
            strike, shopper.strike = shopper.strike, None
            strike()


def let_happen(season: Season, *, to_the_first: bool = False) -> None:
    """Run a season to its end or to the first broken promise, or until it is clear that it has no end."""
    try:
        season.run(timedelta(days=DAYS + 20) + ENDS_WITHIN, to_the_first=to_the_first)
    except Endless:
        season.violated("I7", "the season does not come to an end")


def play(
    seed: int,
    *,
    kinds: frozenset[str] | None = None,
    only: Collection[int] | None = None,
    scenes: Collection[str] | None = None,
    keep_story: bool = False,
    to_the_first: bool = False,
) -> Outcome:
    """Play a seed; ``kinds``, ``only`` and ``scenes`` leave out faults, shoppers and scenes; the rest stays.

    ``to_the_first`` broken promise is enough where it is asked whether there is one: the outcome counts no more.
    """
    kinds = kinds_of(seed) if kinds is None else kinds
    scenes = scenes_of(seed) if scenes is None else scenes
    season = Season(seed, kinds, start_of(seed), keep_story, scenes)
    cast = Cast(season, shops_of(seed), only)
    let_happen(season, to_the_first=to_the_first)
    if to_the_first and season.violations:
        return Outcome(seed, season.violations, season.log.hexdigest(), season.counts, 0, 0, season.story)
    endings.check(season, cast.shoppers)
    promised, kept = liveness.check(season, cast.shoppers)
    played = season.field.check()
    season.following.check()
    looking_back.check(season)
    season.counts["messages"] = len(season.sendings.sent) + len(season.field.book.told)
    season.counts["followed"] = season.following.sent.total()
    season.counts["questions"] = season.questions.sent
    season.counts["runs"] = len(season.machines.runs)
    season.counts["events"] = len(season.network.said)
    return Outcome(
        seed,
        season.violations,
        season.log.hexdigest(),
        season.counts,
        promised + played.promised,
        kept + played.kept,
        season.story,
    )
