"""What a shop wants: the rules of its reminders as plain values, and the plan of one run."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cartback.domain.channels import EMAIL
from cartback.domain.flow_options import Option, Told, value_of
from cartback.domain.messaging.timing import Caps, QuietHours
from cartback.domain.messaging.warm_up import WarmUp
from cartback.domain.trade.origins import AS_TOLD, Reckoning

PER_CART, DUE_INDEX, BATCH = "per_cart", "due_index", "batch"
ORCHESTRATIONS = (PER_CART, DUE_INDEX, BATCH)
"""How a shop's runs begin (``domain.messaging.due``)."""

CLOCKS_APART = timedelta(minutes=1)
"""How far a shop's clock may be from ours, and how coarse its times."""

MOST_MESSAGES = 3
"""Messages per cart, whatever a policy says: more than that annoys (SEQ-8, CONFLICTS-3)."""


@dataclass(frozen=True, slots=True)
class Touch:
    """One message of a cadence: which text, how long after the last activity, on which channel it is wanted."""

    name: str
    after: timedelta
    channel: str = "email"


@dataclass(frozen=True, slots=True)
class Crowd:
    """What is too much for one shopper. ``worth`` is in hundredths of a major unit of whatever currency.

    More than ``of_one`` pieces of one thing, or ``pieces`` in all, are too many only if they cost more than ``worth``
    or nobody said what they cost: five hundred screws are a workshop's.
    """

    lines: int = 100
    of_one: int = 200
    pieces: int = 1_000
    worth: int = 500_000


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules of one shop at one version of its settings. Built from validated settings, never by hand.

    ``pack`` names the law of the shop's market (``domain.consent.jurisdiction``), the strictest if nothing is said.
    ``options`` holds by flow what the shop set of it, as it wrote it, and ``flows_since`` when it was switched on.
    ``lapse_after`` is after how long without a purchase a buyer has lapsed, ``expects`` which facts that fall due are
    told even if no flow of the shop starts on them (``domain.people.awaited``). ``ladder`` are the channels to which a
    message falls that the one it was planned for does not carry, and the percentages what it may cost
    (``domain.messaging.ladder``).
    """

    version: int
    flows: frozenset[str]
    touches: tuple[Touch, ...]
    silence: timedelta
    since: str = "activity"
    time_zone: str = "Europe/Berlin"
    quiet: QuietHours | None = None
    caps: Caps = field(default_factory=Caps)
    accepted_bases: frozenset[str] = frozenset({"double_opt_in", "explicit"})
    pack: str = "dach"
    rest_after_purchase: timedelta = timedelta(days=1)
    give_up_after: timedelta = timedelta(days=7)
    silent_after: timedelta = timedelta(days=365)
    warm_up: WarmUp | None = None
    link_lifetime: timedelta = timedelta(days=30)
    ask_shop: bool = False
    orchestration: str = PER_CART
    crowd: Crowd = Crowd()
    reckoning: Reckoning = AS_TOLD
    one_visit: timedelta = timedelta(days=5)
    options: dict[str, dict[str, Told]] = field(default_factory=dict)
    flows_since: dict[str, datetime] = field(default_factory=dict)
    lapse_after: timedelta = timedelta(days=90)
    expects: frozenset[str] = frozenset()
    ladder: tuple[str, ...] = ()
    margin_percent: int = 30
    message_share_percent: int = 5

    def option[T](self, flow: str, option: Option[T]) -> T:
        """What the shop wants of a flow, as its card declares it."""
        return value_of(option, self.options.get(flow, {}))

    def channels_for(self, touch: Touch, plan: Plan) -> tuple[str, ...]:
        """Which channels may carry a touch, the one that it was planned for first.

        A shop that says nothing has those of the plan itself, and e-mail.
        """
        others = self.ladder or (*{each.channel: None for each in plan.touches}, EMAIL)
        return tuple(dict.fromkeys((touch.channel, *others)))

    def is_news(self, flow: str, at: datetime | None) -> bool:
        """Whether a flow may act on what happened at this instant: not if it was switched on later.

        A flow without an instant was on before anybody kept one; what has no instant is as good as new. Shops tell
        times in whole seconds, by clocks of their own, so what is older by less than ``CLOCKS_APART`` is news as well.
        """
        since = self.flows_since.get(flow)
        return since is None or at is None or at > since - CLOCKS_APART


@dataclass(frozen=True, slots=True)
class Plan:
    """What one run will do, fixed when it is made: a policy that changes later touches only later runs."""

    policy_version: int
    touches: tuple[Touch, ...]
    since: str = "activity"
    give_up_after: timedelta = timedelta(days=7)

    def as_variables(self) -> dict[str, object]:
        """The plan as it travels in a state machine's variables: whole seconds and words."""
        return {
            "policy_version": self.policy_version,
            "since": self.since,
            "give_up_after": int(self.give_up_after.total_seconds()),
            "touches": [
                {"name": touch.name, "after": int(touch.after.total_seconds()), "channel": touch.channel}
                for touch in self.touches
            ],
        }

    @classmethod
    def from_variables(cls, variables: dict[str, Any]) -> Plan:
        """Read back what ``as_variables`` wrote. Raises KeyError or TypeError for anything else."""
        return cls(
            policy_version=int(variables["policy_version"]),
            since=str(variables["since"]),
            give_up_after=timedelta(seconds=int(variables["give_up_after"])),
            touches=tuple(
                Touch(str(row["name"]), timedelta(seconds=int(row["after"])), str(row["channel"]))
                for row in variables["touches"]
            ),
        )


def plan_for(policy: Policy) -> Plan:
    """The plan of a run that starts under this policy. Which channel carries a touch is decided when it is due."""
    return Plan(policy.version, policy.touches[:MOST_MESSAGES], policy.since, policy.give_up_after)
