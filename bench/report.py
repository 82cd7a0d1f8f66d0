"""How figures are told: percentiles, the machine they come from, tables, and the blocks of docs/performance.md."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.doors import ROOT

_PACKAGES = ("boto3", "botocore", "aws-lambda-powertools", "msgspec", "pydantic", "jinja2")
_PAGE = ROOT / "docs" / "performance.md"


def spread(ordered: Sequence[float]) -> dict[str, float]:
    """Median, p90, p99 and the worst of sorted figures."""
    if not ordered:
        return {"p50": 0.0, "p90": 0.0, "p99": 0.0, "max": 0.0}
    at = {name: ordered[min(len(ordered) - 1, int(share * len(ordered)))] for name, share in _SHARES.items()}
    return {name: round(value, 3) for name, value in at.items()}


_SHARES = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "max": 1.0}


def about_this_run() -> dict[str, Any]:
    """When, where and with what: a figure without them is a rumour."""
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {
            "cpu": _cpu(),
            "cores": os.cpu_count(),
            "load_average_before": round(os.getloadavg()[0], 2),
            "system": f"{platform.system()} {platform.machine()}",
            "python": platform.python_version(),
        },
        "versions": {name: importlib.metadata.version(name) for name in _PACKAGES},
        "commit": _commit(),
    }


def headline(told: dict[str, Any]) -> str:
    """One line that says where figures come from."""
    machine = told["machine"]
    return (
        f"Measured {told['measured_at'][:16].replace('T', ' ')} UTC on {machine['cores']} cores of {machine['cpu']}, "
        f"Python {machine['python']}, botocore {told['versions']['botocore']}, commit {told['commit']}; "
        f"load average before: {machine['load_average_before']}."
    )


def rows(head: Sequence[str], body: Sequence[Sequence[object]]) -> str:
    """A Markdown table with columns of even width, readable in a terminal too."""
    lines = [[str(cell) for cell in line] for line in (head, *body)]
    wide = [max(len(line[column]) for line in lines) for column in range(len(head))]
    told = [" | ".join(cell.ljust(width) for cell, width in zip(line, wide, strict=True)) for line in lines]
    rule = " | ".join("-" * width for width in wide)
    return "\n".join(f"| {line} |" for line in (told[0], rule, *told[1:]))


def load_table(told: dict[str, Any]) -> str:
    """The figures of a load."""
    body = []
    for name in ("steady", "faults"):
        phase, reckoning = told[name], told[name]["reckoning"]
        body.append(
            (
                name,
                f"{phase['asked_per_second']:.0f}/s for {phase['seconds']:.0f} s",
                reckoning["accepted"],
                reckoning["events"],
                reckoning["lost"],
                reckoning["doubled"],
                reckoning["wrong_state"],
                f"{phase['handler_ms']['p50']:.1f} / {phase['handler_ms']['p99']:.1f}",
                f"{phase['due_to_answer_ms']['p99']:.0f}",
                phase["largest_backlog"],
                f"{phase['drained_after_seconds']:.0f}",
            )
        )
    head = (
        "phase", "webhooks", "accepted", "events", "lost", "doubled", "wrong state", "handler p50 / p99 ms",
        "due to answer p99 ms", "largest backlog", "drained after s",
    )  # fmt: skip
    faults = told["faults"].get("faults", {})
    wrong = "; ".join(f"{name}: {what}" for name, what in faults.items())
    parked = told["faults"]["reckoning"]
    return "\n".join(
        [
            headline(told),
            "",
            rows(head, body),
            "",
            f"Faults: {wrong}.",
            f"{parked['parked_with_reason']} of {parked['poison']} poisoned events are parked with their reason.",
        ]
    )


def write_block(name: str, text: str, page: Path = _PAGE) -> None:
    """Put figures between the marks of their block. Raises ValueError for a page without the block."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    old = page.read_text()
    new, found = re.subn(
        re.escape(begin) + ".*?" + re.escape(end), lambda _: f"{begin}\n\n{text}\n\n{end}", old, flags=re.S
    )
    if not found:
        raise ValueError(f"{page.name} has no block {name}")
    page.write_text(new)


def _cpu() -> str:
    found = (
        re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
        if Path("/proc/cpuinfo").exists()
        else None
    )
    return found[1].strip() if found else platform.processor() or "unknown"


def _commit() -> str:
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or "unknown"
