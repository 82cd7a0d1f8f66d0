"""`make bench`: every figure in one go, as JSON and as tables, each beside its floor or its budget."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from bench import bills, cold, report
from bench.doors import ROOT, doors

DECISION_BUDGET_US = 200
_SIZES = (1_000, 10_000, 100_000, 1_000_000)
# The seasons are the tests' own: they are played in a process of theirs, and nothing here knows them.
_SEASONS = """
import time
from tests.simulation.play import play
play(2)
began = time.process_time()
carts = sum(play(seed).counts["carts"] for seed in range(30))
spent = time.process_time() - began
told = {"seasons": 30, "carts_per_second": carts / spent, "seconds_per_season": round(spent / 30, 2)}
"""


def measure(given: argparse.Namespace) -> dict[str, Any]:
    """All figures. Warm figures and growth come from processes of their own, so that none warms another's caches."""
    told = report.about_this_run()
    told["profile"] = _apart("from bench import profile; told = profile.write()")
    told["cold"] = []
    for name in sorted(doors()):
        compared = cold.compare(name, given.pairs)
        told["cold"].append(
            {
                "door": name,
                "cpu_ms": round(compared.cpu_ms, 1),
                "bare_ms": round(compared.bare_ms, 1),
                "ratio": round(compared.ratio, 2),
                "budget": compared.budget,
                "memory_mb": round(compared.memory_mb),
            }
        )
    told["importtime"] = cold.slowest_imports("receive_webhook")
    told["warm"] = _apart("from bench import warm; told = warm.measure()")
    told["simulation"] = _apart(_SEASONS)
    sizes = [size for size in _SIZES if size <= given.carts]
    openings = [size for size in _SIZES if size <= max(given.carts, given.openings)]
    told["growth"] = {
        "carts": [_apart(f"from bench import growth; told = growth.of_carts({size})") for size in sizes],
        "openings": [
            _apart(f"from bench import growth; told = growth.of_openings({size})") for size in openings
        ],
        "history": [
            _apart(f"from bench import growth; told = growth.of_history({before})")
            for before in (1, 10, 100, 1_000, 10_000)
        ],
    }
    return told


def _apart(script: str) -> Any:
    """What a script calls ``told``, from a fresh process."""
    code = f"import json, sys; sys.path[:0] = [{str(ROOT)!r}, {str(ROOT / 'layers' / 'core')!r}]\n{script}\n"
    done = subprocess.run(
        [sys.executable, "-c", code + "print(json.dumps(told))"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return json.loads(done.stdout.splitlines()[-1])


def tables(told: dict[str, Any]) -> str:
    """The figures for people."""
    parts = [report.headline(told), "", "Cold starts, CPU from the first import to the first event:", ""]
    parts.append(
        report.rows(
            ("door", "ms", "bare script ms", "ratio", "budget", "MB"),
            [
                (c["door"], c["cpu_ms"], c["bare_ms"], c["ratio"], c["budget"], c["memory_mb"])
                for c in told["cold"]
            ],
        )
    )
    slow = ", ".join(f"{name} {ms:.1f}" for name, ms in told["importtime"][:8])
    parts += ["", f"Slowest imports of `receive_webhook` by themselves, ms: {slow}.", "", "Warm:", ""]
    parts += [report.rows(("what", "figure", "floor, peer or budget", "ratio"), _warm_rows(told["warm"]))]
    played = told["simulation"]
    speed = (
        f"Simulation: {played['carts_per_second']:.0f} carts per second and core through the real use cases and state "
        f"machines with all their faults ({played['seconds_per_season']} s of CPU per season of 30 days, "
        f"{played['seasons']} seasons)."
    )
    parts += ["", speed]
    parts += ["", "Growth: CPU per event with the house's own code alone, rows in memory:", ""]
    parts.append(
        report.rows(
            ("carts", "events", "µs per event", "MB"),
            [
                (g["carts"], g["events"], g["us_per_event"], g["memory_mb"])
                for kind in ("carts", "openings")
                for g in told["growth"][kind]
            ],
        )
    )
    parts.append("")
    parts.append(
        report.rows(
            (
                "events of one customer before",
                "µs for one more (median)",
                "largest cart row, bytes",
                "largest person row, bytes",
            ),
            [
                (g["events_before"], g["us_per_event"], g["cart_row_bytes"], g["person_row_bytes"])
                for g in told["growth"]["history"]
            ],
        )
    )
    return "\n".join(parts)


def _warm_rows(warm: dict[str, Any]) -> list[tuple[object, ...]]:
    intake, apply = warm["intake"], warm["apply"]
    decision, render = warm["decision"], warm["render"]
    return [
        ("intake handler, p50 / p99", f"{intake['ms']['p50']} / {intake['ms']['p99']} ms", "hookflare p99 642 ms", ""),
        ("intake, CPU per webhook", f"{intake['cpu_ms']} ms", f"HMAC, JSON, an SQS call: {intake['floor_cpu_ms']} ms",
         intake["ratio"]),
        ("batch of ten applied, p50 / p99", f"{apply['batch_ms']['p50']} / {apply['batch_ms']['p99']} ms", "", ""),
        ("applying, CPU per event", f"{apply['cpu_ms_per_event']} ms",
         f"its {apply['calls_per_event']} calls, bare: {apply['floor_cpu_ms_per_event']} ms", apply["ratio"]),
        ("decision about a touch", f"{decision['us']} µs", f"budget {DECISION_BUDGET_US} µs",
         round(decision["us"] / DECISION_BUDGET_US, 2)),
        ("a mail (HTML and text)", f"{render['us']} µs", f"bare Jinja2, as many bytes: {render['bare_us']} µs",
         render["ratio"]),
    ]  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, and keep; 0 if every budget held."""
    parser = argparse.ArgumentParser(prog="bench.run", description=__doc__)
    parser.add_argument(
        "--carts", type=int, default=100_000, help="the largest of the growth curve, to 1000000"
    )
    parser.add_argument(
        "--openings", type=int, default=0, help="the same with only the first event of each cart, to 1000000"
    )
    parser.add_argument("--pairs", type=int, default=5, help="cold starts per door")
    parser.add_argument("--output", type=Path, default=ROOT / ".local" / "bench" / "bench.json")
    parser.add_argument("--write-docs", action="store_true", help="put the figures into docs/")
    given = parser.parse_args(arguments)
    told = measure(given)
    given.output.parent.mkdir(parents=True, exist_ok=True)
    given.output.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n")
    print(tables(told))
    if given.write_docs:
        report.write_block("bench", tables(told))
        bills.write()
    cold_held = all(each["ratio"] <= each["budget"] for each in told["cold"])
    return 0 if cold_held and told["warm"]["decision"]["us"] <= DECISION_BUDGET_US else 1


if __name__ == "__main__":
    sys.exit(main())
