"""The three shops of a season. Their customers and carts have the same names, so that mixing them up shows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from cartback.domain.messaging.timing import Caps, QuietHours
from cartback.domain.policy import ORCHESTRATIONS, Policy
from cartback.domain.shop.presets import PRESETS
from cartback.ports import ShopFace
from tests.simulation.schedule import chances, stream

DAYS = 30
GENERIC, SHOPIFY, TICKS = "dated consents", "anonymous carts", "ticks without a date"

# Seasons begin so that many of them hold a change of clocks: Berlin, New York and Lord Howe (half an hour).
_STARTS = (
    datetime(2026, 3, 5, tzinfo=UTC),
    datetime(2026, 3, 16, tzinfo=UTC),
    datetime(2026, 10, 6, tzinfo=UTC),
    datetime(2026, 10, 20, tzinfo=UTC),
    datetime(2026, 12, 20, tzinfo=UTC),
    datetime(2027, 6, 1, tzinfo=UTC),
)
_ZONES = (("Europe/Berlin",), ("America/New_York",), ("Asia/Tokyo", "Australia/Lord_Howe", "Europe/London"))
NOWHERE = (None, None)
PLACES: dict[tuple[str | None, str | None], tuple[str, ...]] = {
    NOWHERE: (),
    ("JP", None): ("Asia/Tokyo",),
    ("US", "CA"): ("America/Los_Angeles",),
    ("CA", None): ("America/St_Johns", "America/Toronto", "America/Vancouver"),
    ("AU", "NSW"): ("Australia/Sydney", "Australia/Lord_Howe"),
    ("PT", "20"): ("Atlantic/Azores",),
}
"""Where shoppers live, by country and region, and clocks that hang there: found by hand, not in the house's table."""
_QUIET = (
    QuietHours(time(21), time(8)),
    QuietHours(time(22), time(2, 30)),
    QuietHours(time(20, 30), time(9, 15)),
    QuietHours(time(1), time(2, 30)),
    QuietHours(time(23, 30), time(6)),
)
_CAPS = (Caps(), Caps(), Caps(1, 3, 6), Caps(2, 3, 4, timedelta(hours=6)), Caps(3, 5, 9, timedelta(hours=1)))
_PRESETS = ("standard", "standard", "three_step", "gentle", "peak", "basic", "multichannel", "simple")
_BASES = frozenset({"double_opt_in", "explicit"})


@dataclass(frozen=True, slots=True)
class SimShop:
    """A shop: how it tells its events, and its policy at the start."""

    name: str
    style: str
    policy: Policy

    @property
    def face(self) -> ShopFace:
        """How it shows itself."""
        return ShopFace(
            shop=self.name,
            name=self.name,
            url=f"https://{self.name}.example",
            domains=(f"{self.name}.example",),
            sender=f"hello@{self.name}.example",
            reply_to=None,
            imprint=(self.name, "Some Street 1"),
            languages=("de", "en"),
            time_zone=self.policy.time_zone,
        )


def start_of(seed: int) -> datetime:
    """When a season begins: at midnight UTC of some days around a change of clocks, or far from any."""
    rng = stream(seed, "start")
    return rng.choice(_STARTS) + timedelta(days=rng.randrange(6))


@cache
def changes_of_clocks(zone: str, start: datetime) -> tuple[datetime, ...]:
    """When the clocks of a zone change in a season that begins then, to the hour."""
    here = ZoneInfo(zone)
    hours = [start + timedelta(hours=number) for number in range(24 * DAYS)]
    offsets = [hour.astimezone(here).utcoffset() for hour in hours]
    return tuple(hours[i] for i in range(1, len(hours)) if offsets[i] != offsets[i - 1])


def shops_of(seed: int) -> list[SimShop]:
    """The three shops of a season."""
    shops = []
    for number, style in enumerate((GENERIC, SHOPIFY, TICKS)):
        rng = stream(seed, "shop", number)
        preset = PRESETS[rng.choice(_PRESETS)]
        # Shops that date consents may be where only a double opt-in counts.
        strict = style == GENERIC and chances(1, seed, "strict", number)[0] < 0.5
        policy = Policy(
            version=1,
            flows=frozenset({"cart_recovery", "double_opt_in"}),
            touches=preset.touches,
            silence=preset.silence,
            since=preset.since,
            time_zone=rng.choice(_ZONES[number]),
            quiet=rng.choice(_QUIET),
            caps=rng.choice(_CAPS),
            accepted_bases=_BASES - {"explicit"} if strict else _BASES,
            pack="dach" if strict else "eu",
            rest_after_purchase=timedelta(hours=rng.choice((0, 24, 48))),
            give_up_after=timedelta(days=rng.choice((3, 7))),
            orchestration=stream(seed, "orchestration", number).choice(ORCHESTRATIONS),
        )
        shops.append(SimShop(f"shop{number}", style, policy))
    return shops


def changed(policy: Policy, draw: float) -> Policy:
    """Another policy of the same shop, one version on."""
    version = policy.version + 1
    if draw < 0.15:
        return replace(policy, version=version, flows=frozenset())
    if draw < 0.5:
        return replace(policy, version=version, quiet=QuietHours(time(18), time(10)), caps=Caps(1, 2, 3))
    if draw < 0.6:
        return replace(policy, version=version, accepted_bases=frozenset({"double_opt_in"}))
    preset = PRESETS["gentle" if policy.touches != PRESETS["gentle"].touches else "standard"]
    return replace(
        policy, version=version, touches=preset.touches, silence=preset.silence, since=preset.since
    )
