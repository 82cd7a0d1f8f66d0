"""`make load`: webhooks at a steady rate through the real handlers, then faults, and a reckoning per event after each.

In as many processes as the machine has cores, on the stand-in for AWS (`bench/stand_in`): the rate is what one such
machine holds, with botocore's own work included, and no network. Options: see ``--help``.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import handlers, report
from bench.doors import ROOT
from bench.host import Share, as_argument
from bench.reconcile import reckon
from bench.stand_in import Cloud, connected
from bench.stand_in.cloud import FACTS
from bench.stand_in.shelf import Shelf

_RAM = Path("/dev/shm")  # noqa: S108
_POISON_EVERY = 100


class Hosts:
    """The processes of one phase."""

    def __init__(self, shares: list[Share]) -> None:
        self.shares = shares
        self.running = [self._start(share) for share in shares]

    def _start(self, share: Share) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "bench.host", as_argument(share)]
        environment = os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'layers' / 'core'}"}
        log = Path(share.path).with_suffix(f".{share.index}.log").open("ab")
        return subprocess.Popen(command, env=environment, cwd=ROOT, stderr=log)

    def kill(self, place: int) -> None:
        """Kill one without warning, and let another take its place."""
        self.running[place].kill()
        self.running[place].wait()
        self.running[place] = self._start(self.shares[place])

    def alive(self) -> bool:
        """Whether anybody is still at work. Raises RuntimeError for a process that died by itself."""
        for place, process in enumerate(self.running):
            if process.poll() not in (None, 0):
                log = Path(self.shares[place].path).with_suffix(f".{self.shares[place].index}.log")
                raise RuntimeError(f"host {place} died: {log.read_text()[-1500:]}")
        return any(process.poll() is None for process in self.running)


def play(folder: Path, name: str, given: argparse.Namespace, seconds: float, faults: bool) -> dict[str, Any]:
    """One phase on a fresh shelf: load, and a reckoning when everything was worked off."""
    path = folder / f"{name}.db"
    with connected(Cloud(path)):
        handlers.furnish(path)
    shelf, began_at = Cloud(path).shelf, time.time()
    shares = _shares(path, given, seconds, began_at, _POISON_EVERY if faults else 0)
    starts_at = shares[0].starts_at
    hosts = Hosts(shares)
    plan = _faults(shelf, hosts, starts_at, seconds, given) if faults else []
    backlog = _watch(name, shelf, hosts, plan, starts_at + seconds * 5 + 120 + 20 * given.patience)
    ended_at = time.time()
    counted = reckon(shelf, datetime.fromtimestamp(began_at, UTC), shares[0].poison_every)
    told = {
        "asked_per_second": given.rate,
        "webhooks": shares[0].total,
        "seconds": round(seconds, 1),
        "drained_after_seconds": round(ended_at - starts_at - seconds, 1),
        "largest_backlog": backlog,
        **_times(shelf),
        "reckoning": counted.as_json(),
        "clean": counted.clean and not shelf.waiting(FACTS),
    }
    if faults:
        told["faults"] = {
            "poison": f"one new event of {_POISON_EVERY}",
            "away": f"DynamoDB for {given.outage:.0f} s, SQS for {given.outage / 4:.0f} s",
            "killed": f"one of {given.processes} processes, twice",
        }
    return told


def _shares(
    path: Path, given: argparse.Namespace, seconds: float, began_at: float, poison_every: int
) -> list[Share]:
    """What each process does. Three seconds are left for them to start."""
    return [
        Share(
            path=str(path),
            index=index,
            hosts=given.processes,
            first=0,
            total=int(seconds * given.rate),
            rate=given.rate,
            starts_at=began_at + 3,
            began_at=began_at,
            patience_seconds=given.patience,
            hidden_seconds=given.patience * 3,
            poison_every=poison_every,
        )
        for index in range(given.processes)
    ]


def _watch(
    name: str, shelf: Shelf, hosts: Hosts, plan: list[tuple[float, Callable[[], None]]], deadline: float
) -> int:
    """Let the faults happen in their time until everybody is done; the largest backlog that was seen."""
    backlog = 0
    while hosts.alive():
        while plan and time.time() >= plan[0][0]:
            plan.pop(0)[1]()
        backlog = max(backlog, shelf.waiting(handlers.INTAKE))
        if time.time() > deadline:
            raise RuntimeError(f"{name}: there are still {shelf.waiting(handlers.INTAKE)} messages")
        time.sleep(0.2)
    return backlog


def _faults(
    shelf: Shelf, hosts: Hosts, starts_at: float, seconds: float, given: argparse.Namespace
) -> list[tuple[float, Callable[[], None]]]:
    """What goes wrong, and when: a process dies, the tables are away, the queue is away, a process dies again."""
    at = lambda share: starts_at + share * seconds  # noqa: E731
    return sorted(
        [
            (at(0.1), lambda: hosts.kill(0)),
            (at(0.2), lambda: shelf.set_away("dynamodb", True)),
            (at(0.2) + given.outage, lambda: shelf.set_away("dynamodb", False)),
            (at(0.2) + given.outage * 1.2, lambda: shelf.set_away("sqs", True)),
            (at(0.2) + given.outage * 1.45, lambda: shelf.set_away("sqs", False)),
            (at(0.9), lambda: hosts.kill(given.processes - 1)),
        ],
        key=lambda each: each[0],
    )


def _times(shelf: Shelf) -> dict[str, Any]:
    answers = shelf.db.execute("SELECT ms, late_ms FROM answers WHERE status=202").fetchall()
    works = shelf.db.execute("SELECT ms, size FROM works WHERE door='apply_events'").fetchall()
    took, late = sorted(ms for ms, _ in answers), sorted(ms for _, ms in answers)
    sizes = [size for _, size in works]
    return {
        "handler_ms": report.spread(took),
        "due_to_answer_ms": report.spread(late),
        "apply_batch_ms": report.spread(sorted(ms for ms, _ in works)),
        "events_per_batch": round(statistics.fmean(sizes), 1) if sizes else 0,
    }


def options(arguments: list[str] | None = None) -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="bench.load", description=__doc__)
    parser.add_argument("--rate", type=float, default=500, help="webhooks a second")
    parser.add_argument("--seconds", type=float, default=600, help="of the steady phase")
    parser.add_argument("--fault-seconds", type=float, default=None, help="of the phase with faults")
    parser.add_argument("--outage", type=float, default=None, help="seconds for which the tables are away")
    parser.add_argument("--patience", type=float, default=None, help="stands for the worker's time-out")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 2)
    parser.add_argument("--output", type=Path, default=ROOT / ".local" / "bench" / "load.json")
    parser.add_argument("--write-docs", action="store_true", help="put the figures into docs/performance.md")
    given = parser.parse_args(arguments)
    given.fault_seconds = given.fault_seconds or min(given.seconds, 300)
    given.outage = given.outage or min(120, given.fault_seconds * 0.4)
    given.patience = given.patience or max(2, min(20, given.outage / 3))
    return given


def main(arguments: list[str] | None = None) -> int:
    """Play both phases; 0 if nothing was lost or doubled and the budget held."""
    given = options(arguments)
    handlers.set_environment()
    handlers.handler("receive_webhook")
    room = _RAM if _RAM.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="cartback-load-", dir=room) as folder:
        told = {
            **report.about_this_run(),
            "steady": play(Path(folder), "steady", given, given.seconds, faults=False),
            "faults": play(Path(folder), "faults", given, given.fault_seconds, faults=True),
        }
    told["budget_ms"] = 100
    told["within_budget"] = told["steady"]["handler_ms"]["p99"] < 100
    given.output.parent.mkdir(parents=True, exist_ok=True)
    given.output.write_text(json.dumps(told, indent=2) + "\n")
    table = report.load_table(told)
    print(table)
    if given.write_docs:
        report.write_block("load", table)
    return 0 if told["steady"]["clean"] and told["faults"]["clean"] and told["within_budget"] else 1


if __name__ == "__main__":
    sys.exit(main())
