"""Cold starts: what a door does before its first event, against a bare script that makes the same clients.

Both run in fresh processes, one after the other, several times, and what counts is the CPU time between the first
line and the last: importing is bound by the CPU, and on a machine with neighbours the wall clock measures them. The
interpreter's own start is left out on both sides. Byte code is there on both sides.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from dataclasses import dataclass

from bench.doors import ROOT, Door, doors, variables

INTAKE_BUDGET, OTHER_BUDGET = 1.15, 1.5

# What else a first event of the usual kind loads: a lazy import must not hide from its budget.
FIRST_EVENT = {
    "receive_webhook": ("cartback.shops.shopify",),
    "apply_events": ("cartback.shops.shopify.traces", "cartback.shops.shopify.translation"),
    "collect": ("cartback.shops.generic.traces", "cartback.shops.generic.translation"),
    "touch": (
        "cartback.texts.mail",
        "email.generator",
        "cartback.flows.cart_recovery",
        "cartback.flows.double_opt_in",
    ),
    "ask_confirmation": ("cartback.texts.mail", "email.generator"),
    "confirm": ("cartback.texts.pages",),
    "leave": ("cartback.texts.pages",),
    "preferences": ("cartback.texts.pages",),
}

_REGION = "eu-central-1"
# botocore takes pyOpenSSL and the native CRT where it finds them: tools for development bring them along, neither
# the layer nor Lambda's runtime does, and they would make the floor a third higher than it is there.
_FRAME = """
import sys, time
sys.modules["OpenSSL"] = sys.modules["awscrt"] = None
began = time.process_time()
{body}
took = time.process_time() - began
import resource
print(took * 1000, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
print(*sorted(sys.modules))
"""


@dataclass(frozen=True, slots=True)
class Start:
    """One start: milliseconds of CPU, megabytes of memory, and the modules that were loaded."""

    cpu_ms: float
    memory_mb: float
    modules: frozenset[str]


@dataclass(frozen=True, slots=True)
class Compared:
    """A door's cold start beside the bare script's; medians, and the median of the paired ratios."""

    door: str
    services: tuple[str, ...]
    cpu_ms: float
    bare_ms: float
    ratio: float
    budget: float
    memory_mb: float
    modules: frozenset[str]


def compare(name: str, pairs: int = 3) -> Compared:
    """Start a door and its bare script alternately; the first start of all only writes byte code.

    A ratio above the budget is looked at with up to thirty-six pairs before it is believed: neighbours on the machine
    disturb a pair now and then, and the median of more pairs is what they disturb less. If that is over, too, the
    quickest starts of either side are compared: neighbours only ever add.
    """
    door = doors()[name]
    budget = INTAKE_BUDGET if name == "receive_webhook" else OTHER_BUDGET
    loaded = start(door_script(door), door).modules
    ours: list[Start] = []
    bare: list[Start] = []
    for wanted in (pairs, 9, 18, 36):
        while len(ours) < wanted:
            bare.append(start(bare_script(door), door))
            ours.append(start(door_script(door), door))
        ratio = statistics.median(a.cpu_ms / b.cpu_ms for a, b in zip(ours, bare, strict=True))
        if ratio <= budget:
            break
    else:
        ratio = min(ratio, min(one.cpu_ms for one in ours) / min(one.cpu_ms for one in bare))
    return Compared(
        door=name,
        services=door.services,
        cpu_ms=statistics.median(one.cpu_ms for one in ours),
        bare_ms=statistics.median(one.cpu_ms for one in bare),
        ratio=ratio,
        budget=budget,
        memory_mb=statistics.median(one.memory_mb for one in ours),
        modules=loaded,
    )


def door_script(door: Door) -> str:
    """Everything that this door does before it can work on its first event."""
    lines = [f"import {door.name}", "from cartback import wiring"]
    lines += [f"wiring.{made}()" for made in door.wired]
    lines += [f"import {module}" for module in FIRST_EVENT.get(door.name, ())]
    for service in door.services:
        if service == "sesv2":
            lines.append("wiring.channels()['email'].client()")
        else:
            lines.append(f"wiring.clients().{service}")
    return "\n".join(lines)


def bare_script(door: Door) -> str:
    """The least that any Python must do: import boto3 and make a client. The intake's floor has but the queue's."""
    services = ("sqs",) if door.name == "receive_webhook" else door.services
    return "\n".join(["import boto3", *(f"boto3.client({service!r})" for service in services)])


def start(script: str, door: Door, *flags: str) -> Start:
    """Run a script in a fresh interpreter that has the door's variables."""
    done = _run(script, door, *flags)
    numbers, modules = done.stdout.splitlines()[-2:]
    cpu_ms, memory_mb = (float(number) for number in numbers.split())
    return Start(cpu_ms, memory_mb, frozenset(modules.split()))


def slowest_imports(name: str, most: int = 12) -> list[tuple[str, float]]:
    """The modules that take most by themselves (`python -X importtime`), in milliseconds."""
    door = doors()[name]
    done = _run(door_script(door), door, "-X", "importtime")
    rows = [line.split("|") for line in done.stderr.splitlines() if line.startswith("import time:")][1:]
    own = {row[2].strip(): int(row[0].removeprefix("import time:")) / 1000 for row in rows}
    return sorted(own.items(), key=lambda each: -each[1])[:most]


def _run(script: str, door: Door, *flags: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, *flags, "-c", _FRAME.format(body=script)],
        env=_environment(),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{door.name} does not start: {done.stderr.strip().splitlines()[-1]}")
    return done


def _environment() -> dict[str, str]:
    """What Lambda sets, without a network behind it, and a place for byte code outside of the sources."""
    return {
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": os.pathsep.join(str(ROOT / room) for room in ("layers/core", "functions")),
        "PYTHONPYCACHEPREFIX": str(ROOT / ".local" / "pycache"),
        "AWS_ACCESS_KEY_ID": "nobody",
        "AWS_SECRET_ACCESS_KEY": "nothing",
        "AWS_REGION": _REGION,
        "AWS_DEFAULT_REGION": _REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        **dict.fromkeys(variables(), "https://bench.invalid/name"),
    }
