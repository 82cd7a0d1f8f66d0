"""The bill: dollars per thousand carts, from what the handlers were recorded to ask for and a dated price list.

`bench/profile.json` says what one invocation of each door asks of AWS; here it is multiplied with how often that
happens for a cart, and with the prices of `bench/prices.py`. What is not recorded is assumed, and said so: how many
webhooks a cart makes, how its runs end, how long a request of AWS's takes, how many bytes an invocation logs.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.prices import PRICES, QUOTAS, Quota

PROFILE = Path(__file__).with_name("profile.json")
SCALES = (1_000, 1_000_000, 100_000_000)
SECONDS_A_MONTH = 365.25 / 12 * 86_400
# Transitions of a run that ends after so many touches: counted on the machine itself by the tests.
TRANSITIONS = {0: 5, 1: 8, 2: 11, 3: 11}
ALARMS = 28  # of the template, which a test counts
MEMORY_GB = 0.5
_SHARE_OF_A_CPU = 512 / 1769  # Lambda gives a whole CPU at 1,769 MB
_BATCHES_AT_ONCE = 5  # pollers that an SQS event source starts with: each fills batches of its own
_DAYS_OPEN = {0: 0.04, 1: 0.5, 2: 1.5, 3: 3.0}


@dataclass(frozen=True, slots=True)
class Shape:
    """What carts are like. ``ends`` is the share of runs that end after so many touches; together they make 1."""

    webhooks: float = 5.0
    ends: Mapping[int, float] = field(default_factory=lambda: {0: 0.20, 1: 0.05, 2: 0.10, 3: 0.65})
    recovered: float = 0.10
    events_per_mail: float = 2.2  # Send and Delivery, and now and then a bounce or complaint
    clicks_per_mail: float = 0.05
    call_ms: float = 8.0
    log_bytes: float = 350.0
    peak: float = 10.0
    listed: bool = False
    """Carts wait on the list instead of in a run (``policy.orchestration``: due_index or batch)."""
    in_time: float = 0.15
    """The share of carts that are bought or emptied before their first message is due; part of ``ends[0]``."""

    @property
    def mails(self) -> float:
        """Mails per cart."""
        return sum(touches * share for touches, share in self.ends.items())

    @property
    def transitions(self) -> float:
        """Transitions per cart. Whoever is bought on the list has none."""
        saved = self.in_time * TRANSITIONS[0] if self.listed else 0.0
        return sum(TRANSITIONS[touches] * share for touches, share in self.ends.items()) - saved

    @property
    def touches(self) -> dict[str, float]:
        """How often a cart's run is woken, by what becomes of it: the names of the recorded works.

        A run that ends before its third message finds, when it is woken for the next one, that there is nothing to do.
        """
        first, last = 1 - self.ends[0], self.ends[3]
        return {
            "first_touch": first,
            "touch": self.mails - first - last,
            "last_touch": last,
            "stopped_touch": self.runs - last,
        }

    @property
    def runs(self) -> float:
        """Runs per cart."""
        return 1 - self.in_time if self.listed else 1.0


def shape_with(in_time: float, **more: Any) -> Shape:
    """Carts of which so many are bought or emptied before their first message is due; the others end as they do.

    One in twenty also ends before its first message, for lack of consent or stock. Raises ValueError for a share that
    leaves nobody to be reminded.
    """
    usual = Shape()
    others = usual.ends[0] - usual.in_time
    left = 1 - in_time - others
    if in_time < 0 or left <= 0:
        raise ValueError(f"no share of carts that are bought in time: {in_time}")
    scale = left / (1 - usual.ends[0])
    ends = {touches: share * scale for touches, share in usual.ends.items() if touches}
    return Shape(ends={0: in_time + others, **ends}, in_time=in_time, **more)


@dataclass(frozen=True, slots=True)
class Bill:
    """What so many carts a month cost, by item, in dollars a month."""

    carts: int
    items: dict[str, float]
    fixed: float
    recovered: float

    @property
    def total(self) -> float:
        """Dollars a month."""
        return sum(self.items.values()) + self.fixed

    @property
    def per_thousand(self) -> float:
        """Dollars per thousand started carts."""
        return self.total / self.carts * 1000

    @property
    def per_thousand_recovered(self) -> float:
        """Dollars per thousand recovered carts."""
        return self.per_thousand / self.recovered


def profile(path: Path = PROFILE) -> dict[str, Any]:
    """What was recorded."""
    read: dict[str, Any] = json.loads(path.read_text())
    return read


def batch_size(carts: int, shape: Shape) -> float:
    """How many events a batch of the worker holds: what arrives in its window of one second, one to ten."""
    a_second = carts * shape.webhooks / SECONDS_A_MONTH
    return min(10.0, max(1.0, a_second / _BATCHES_AT_ONCE))


def bill(carts: int, shape: Shape | None = None, recorded: dict[str, Any] | None = None) -> Bill:
    """What so many carts a month cost."""
    shape, works = shape or Shape(), (recorded or profile())["works"]
    size = batch_size(carts, shape)
    times = {  # invocations per cart
        "receive_webhook": shape.webhooks,
        "apply": shape.webhooks / size,
        "list_cart" if shape.listed else "start_flows": 1.0,
        "sweep_cart": 1.0 if shape.listed else 0.0,
        **shape.touches,
    }
    works = {**works, "apply": _between(works["apply_one"], works["apply_ten"], size)}
    used: Counter[str] = Counter()
    for door, often in times.items():
        used.update({name: amount * often for name, amount in used_by(works[door], shape).items()})
    news = shape.mails * shape.events_per_mail
    used.update(
        {
            "api_request": shape.webhooks + shape.mails * shape.clicks_per_mail,
            "transition": shape.transitions,
            "sns_publish": news,
            # Each message is sent once, and received and deleted with its batch.
            "sqs_request": (shape.webhooks + news) * (1 + 2 / size),
            "lambda_request": news / size,
            "write_unit": news * 4,
            "read_unit": news,
        }
    )
    items = {name: used[name] * carts * PRICES[name].dollars for name in used}
    fixed = _fixed(used_by(works["sweep_idle"], shape))
    return Bill(carts, dict(sorted(items.items(), key=lambda each: -each[1])), fixed, shape.recovered)


def _between(one: dict[str, Any], ten: dict[str, Any], size: float) -> dict[str, Any]:
    """A batch of so many events, between the recorded batch of one and that of ten."""
    along = (size - 1) / 9
    names = set(one["calls"]) | set(ten["calls"])
    mixed = {
        name: one[name] + (ten[name] - one[name]) * along
        for name in ("write_units", "read_units", "facts", "cpu_ms", "byte_months")
    }
    calls = {
        name: one["calls"].get(name, 0) + (ten["calls"].get(name, 0) - one["calls"].get(name, 0)) * along
        for name in names
    }
    return {**mixed, "calls": calls}


def used_by(work: Mapping[str, Any], shape: Shape) -> dict[str, float]:
    """What one invocation uses, in units of the price list."""
    calls: Mapping[str, float] = work["calls"]
    seconds = (work["cpu_ms"] / _SHARE_OF_A_CPU + sum(calls.values()) * shape.call_ms) / 1000
    return {
        "lambda_request": 1,
        "lambda_gb_second": seconds * MEMORY_GB,
        "write_unit": work["write_units"],
        "read_unit": work["read_units"],
        "event": work["facts"],
        "s3_put": calls.get("s3.PutObject", 0),
        "mail": calls.get("sesv2.SendEmail", 0),
        "log_gb": shape.log_bytes / 1e9,
        "storage_gb_month": work["byte_months"] / 1e9,
    }


def _fixed(sweep: Mapping[str, float]) -> float:
    """What a stack costs a month without carts: key, secrets, alarms, and pollers and sweeps that find nothing."""
    idle_polls = _BATCHES_AT_ONCE * SECONDS_A_MONTH / 20
    return (
        PRICES["key_month"].dollars
        + 2 * PRICES["secret_month"].dollars
        + ALARMS * PRICES["alarm_month"].dollars
        + idle_polls * PRICES["sqs_request"].dollars
        + SECONDS_A_MONTH / 60 * sum(amount * PRICES[name].dollars for name, amount in sweep.items())
    )


@dataclass(frozen=True, slots=True)
class Strain:
    """How much of a quota is used: at the peak where it is a rate."""

    quota: Quota
    used: float
    breaks_at: float

    @property
    def share(self) -> float:
        """Of the quota; above 1 it breaks."""
        return self.used / self.quota.most


def strains(carts: int, shape: Shape | None = None, recorded: dict[str, Any] | None = None) -> list[Strain]:
    """All quotas at so many carts a month, the most strained first."""
    shape, works = shape or Shape(), (recorded or profile())["works"]
    each = carts / SECONDS_A_MONTH
    size = batch_size(int(carts * shape.peak), shape)
    told = works["apply_ten"]["calls"]["events.PutEvents"] / 10 * shape.webhooks + 1  # a run tells of its own
    busy = {
        "receive_webhook": shape.webhooks,
        "apply_ten": shape.webhooks / size,
        "list_cart" if shape.listed else "start_flows": 1.0,
        "sweep_cart": 1.0 if shape.listed else 0.0,
        **shape.touches,
    }
    seconds = sum(
        often * used_by(works[door], shape)["lambda_gb_second"] / MEMORY_GB for door, often in busy.items()
    )
    days_open = sum(_DAYS_OPEN[touches] * share for touches, share in shape.ends.items())
    used = {
        "ses_rate": each * shape.mails,
        "open_runs": each * 86_400 * (days_open - shape.listed * shape.in_time * _DAYS_OPEN[0]),
        "transitions": each * shape.transitions,
        "starts": each * shape.runs,
        "put_events": each * told,
        "lambda": each * seconds,
        "api": each * shape.webhooks,
        "table_writes": each * shape.webhooks * works["apply_ten"]["write_units"] / 10 * 0.5,
    }
    found = []
    for quota in QUOTAS:
        now = used[quota.name] * (shape.peak if quota.peak else 1)
        found.append(Strain(quota, now, carts * quota.most / now))
    return sorted(found, key=lambda strain: -strain.share)
