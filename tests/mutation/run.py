"""Break the rules one small piece at a time, and see whether a test notices.

python -m tests.mutation.run                             # everything, some forty minutes of one core
python -m tests.mutation.run --only domain/messaging/budget.py     # one module, some seconds
python -m tests.mutation.run --sample 30 --seed 1        # thirty of each module

A runner of our own, because the ones that are well kept do not fit here. mutmut 3.8 changes only the bodies of
functions, and half of our rules are constants, defaults of fields and tables; it also names modules by their path,
so that nothing under ``layers/core`` is ever met by a test. cosmic-ray starts pytest anew for each mutant, which
would take hours, and changes the files in which others are working.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import pkgutil
import random
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings

import cartback
from bench.report import about_this_run, rows, write_block
from cartback.domain.hashes import short
from tests.mutation.operators import mutants_of
from tests.mutation.trials import KILLED, NOT_REACHED, SURVIVED, TIMED_OUT, Suite, source_of, trial

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / ".local" / "mutants.json"
PAGE = ROOT / "docs" / "mutation.md"

CLAIM_CODE = (
    "flows/cart_recovery.py",
    "usecases/messaging/claiming.py",
    "usecases/messaging/send_message.py",
    "usecases/messaging/budgeting.py",
    "usecases/messaging/settle_claims.py",
    "usecases/messaging/closing.py",
)
_SHAPES = "the shape of a document, which pydantic compiles when it is imported"
_ADAPTERS = "what adapters read and ask: held by their own rooms, which take minutes or open sockets"
LEFT_OUT = {
    "domain/people/zone_tables.py": "a table of data: a test of each line would be the table, typed again",
    "domain/shop/setting_faults.py": "words for people about wrong settings",
    "domain/shop/settings.py": _SHAPES,
    "domain/shop/setting_kinds.py": _SHAPES,
    "domain/intake/payload_reader.py": _ADAPTERS,
    "domain/shop/calls.py": _ADAPTERS,
    "domain/shop/credentials.py": _ADAPTERS,
    "domain/intake/json_limits.py": _ADAPTERS,
    "domain/intake/forms.py": _ADAPTERS,
    "domain/shop/service.py": _ADAPTERS,
    "domain/observations.py": _ADAPTERS,
    "domain/intake/delivery.py": _ADAPTERS,
    "store/clients.py": "how patient a client is, and which there are: held by the doors and the budgets",
    "store/clock.py": "the time of the machine, and of the local cloud",
    "store/metrics.py": "a line of the log: held by the doors, which read what was printed",
}
ROOMS = (
    "tests/unit/domain",
    "tests/unit/usecases",
    "tests/unit/settings",
    "tests/unit/functions",
    "tests/unit/shops/test_reading.py",
    "tests/unit/texts/test_deadlines.py",
    "tests/unit/texts/test_weblink.py",
    "tests/properties",
)
"""The quick rooms that know the domain; no simulation, no doors, no kill points, no local cloud."""

STORE_ROOMS = ("tests/contracts",)
"""The room that knows the stores: on fakes, on moto, and on a moto that is stingy."""

VERDICTS = (KILLED, TIMED_OUT, SURVIVED, NOT_REACHED)
LEFT = (SURVIVED, NOT_REACHED)

EXAMPLES = 15
_PHASES = (Phase.explicit, Phase.generate)
_OWN_SETTINGS = "_hypothesis_internal_use_settings"
_OUT = os.dup(2)


def modules() -> list[str]:
    """What is mutated: domain, claim code, stores and doors, by their path in the package or the repository."""
    doors = (f"functions/{path.name}" for path in sorted((ROOT / "functions").glob("*.py")))
    return [name for name in (*_of("domain"), *CLAIM_CODE, *_of("store"), *doors) if name not in LEFT_OUT]


def _of(room: str) -> list[str]:
    folder = Path(cartback.__file__).parent / room
    files = (path.relative_to(folder.parent) for path in sorted(folder.rglob("*.py")))
    return [path.as_posix() for path in files if path.stem != "__init__"]


def module_name(name: str) -> str:
    """How the module of a path is imported: a door by its room, all else as a part of the package."""
    dotted = name.removesuffix(".py").replace("/", ".")
    return dotted if dotted.startswith("functions.") else f"cartback.{dotted}"


def rooms_for(chosen: Iterable[str]) -> list[str]:
    """The rooms that are asked: where only stores are broken, only theirs, which takes a third of the time."""
    of_stores = [name.startswith("store/") for name in chosen]
    return [*(() if all(of_stores) else ROOMS), *(STORE_ROOMS if any(of_stores) else ())]


class Trials:
    """A pytest plugin: instead of running the tests once, run them once per mutant."""

    def __init__(self, chosen: Sequence[str], sample: int, seed: int, again: bool) -> None:
        self.chosen, self.sample, self.seed, self.again = chosen, sample, seed, again
        self.told: dict[str, Any] = {}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Ask each property fewer times: the whole of it would run once per mutant."""
        for item in items:
            holder, name = (item.cls, "settings") if _is_machine(item) else (item.obj, _OWN_SETTINGS)
            own = getattr(holder, name, None)
            if own is not None:
                fewer = min(own.max_examples, EXAMPLES)
                setattr(holder, name, settings(own, max_examples=fewer, phases=_PHASES, database=None))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        for each in pkgutil.walk_packages(cartback.__path__, "cartback."):
            importlib.import_module(each.name)
        for name in modules():
            importlib.import_module(module_name(name))
        suite = Suite(list(session.items))
        suite.run_once()
        say(f"{len(suite.items)} tests, {sum(suite.seconds.values()):.0f} s")
        if suite.failed:
            say(f"{len(suite.failed)} are red without any mutant, and not asked: {suite.failed[:9]}")
        for name in self.chosen:
            self.told[name] = self._module(suite, name)
            keep(name, self.told[name])
        return True

    def _module(self, suite: Suite, name: str) -> dict[str, Any]:
        module = importlib.import_module(module_name(name))
        source, began = source_of(module), time.monotonic()
        every = mutants_of(source)
        before = self._known(name, source)
        places = [place for place, _, _ in before["left"]] if before else self._taken(name, len(every))
        results = [(place, *trial(suite, module, source, every[place])) for place in places]
        counts = Counter(verdict for _, verdict, _ in results)
        if before:
            counts += Counter({KILLED: before[KILLED], TIMED_OUT: before[TIMED_OUT]})
        spent = time.monotonic() - began
        say(f"{name:32} {dict(counts)} of {len(every)}, {spent:.0f} s")
        return {
            "all": len(every),
            "tried": counts.total(),
            **{verdict: counts[verdict] for verdict in VERDICTS},
            "left": [(place, str(every[place]), verdict) for place, verdict, _ in results if verdict in LEFT],
            "killers": Counter(test.partition("::")[0] for _, _, test in results if test),
            "seconds": round(spent + (before or {"seconds": 0})["seconds"]),
            "source": short("source", source),
        }

    def _known(self, name: str, source: str) -> dict[str, Any] | None:
        """What was measured of this very text, if only what was left of it is to be tried again."""
        measured = read_kept().get(name) if self.again else None
        return measured if measured and measured["source"] == short("source", source) else None

    def _taken(self, name: str, count: int) -> list[int]:
        if not self.sample or count <= self.sample:
            return list(range(count))
        return sorted(random.Random(f"{self.seed}/{name}").sample(range(count), self.sample))


def _is_machine(item: pytest.Item) -> bool:
    return getattr(item, "cls", None) is not None and hasattr(item.cls, "settings")


def say(line: str) -> None:
    """One line to the terminal, past what pytest captures."""
    os.write(_OUT, f"{line}\n".encode())


def keep(name: str, told: dict[str, Any]) -> None:
    """Put what was measured of a module beside what was measured of others."""
    KEPT.parent.mkdir(exist_ok=True)
    KEPT.write_text(json.dumps({**read_kept(), name: {**told, "about": about_this_run()}}, indent=1))


def read_kept() -> dict[str, Any]:
    """What was measured last, by module."""
    return json.loads(KEPT.read_text()) if KEPT.exists() else {}


def score(each: dict[str, Any]) -> str:
    """How many of a hundred mutants were noticed; none to try is no score."""
    return f"{100 * (each[KILLED] + each[TIMED_OUT]) / each['tried']:.1f} %" if each["tried"] else "–"


def table(measured: dict[str, Any]) -> str:
    """The figures per module, and their sum."""
    named = list(measured.items())
    total = {key: sum(each[key] for _, each in named) for key in ("all", "tried", *VERDICTS)}
    body = [
        (name, each["all"], each["tried"], *(each[verdict] for verdict in VERDICTS), score(each))
        for name, each in (*named, ("together", total))
        if each["all"]
    ]
    return rows(("module", "mutants", "tried", *VERDICTS, "score"), body)


def left_out() -> str:
    """Which modules are not broken, by their reasons."""
    reasons = dict.fromkeys(LEFT_OUT.values())
    named = {why: ", ".join(f"`{name}`" for name, its in LEFT_OUT.items() if its == why) for why in reasons}
    return "Left out:\n\n" + "\n".join(f"- {names}: {why}." for why, names in named.items())


def headline(measured: dict[str, Any]) -> str:
    """When, on what and with which tool."""
    abouts = sorted((each["about"] for each in measured.values()), key=lambda about: about["measured_at"])
    commits = sorted({about["commit"] for about in abouts})
    machine, seconds = abouts[-1]["machine"], sum(each["seconds"] for each in measured.values())
    return (
        f"Measured until {abouts[-1]['measured_at'][:16].replace('T', ' ')} UTC at commit {', '.join(commits)} with "
        f"`tests/mutation`, Python {machine['python']}, one process on {machine['cores']} cores of {machine['cpu']} "
        f"that others used too: {seconds / 60:.0f} minutes."
    )


def survivors(measured: dict[str, Any]) -> str:
    """Every change that nobody noticed, by module, as the command found it."""
    told = []
    for name in (name for name in measured if measured[name]["left"]):
        told.append(name)
        told += [
            f"  {what}{'  (not reached)' * (verdict == NOT_REACHED)}"
            for _, what, verdict in measured[name]["left"]
        ]
    return "\n".join(("```text", *told, "```"))


def write_page(measured: dict[str, Any]) -> None:
    """Put what was measured into the page."""
    write_block("mutants", "\n\n".join((headline(measured), table(measured), left_out())), PAGE)
    write_block("survivors", survivors(measured), PAGE)


def main(given: list[str] | None = None) -> int:
    """Read the command line, run, and tell; the exit code is 1 if nothing could be measured."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    ask.add_argument("--only", default="", help="modules, by a part of their path, with commas between")
    ask.add_argument("--sample", type=int, default=0, help="at most so many mutants of each module")
    ask.add_argument("--seed", type=int, default=1, help="which ones")
    ask.add_argument(
        "--again", action="store_true", help="only what was left last time, if the module is the same"
    )
    ask.add_argument("--write-docs", action="store_true", help="put the figures into docs/mutation.md")
    asked = ask.parse_args(given)
    chosen = dict.fromkeys(name for part in asked.only.split(",") for name in modules() if part in name)
    trials = Trials(list(chosen), asked.sample, asked.seed, asked.again)
    settings.register_profile(
        "mutants",
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=_PHASES,
        suppress_health_check=list(HealthCheck),
    )
    settings.load_profile("mutants")
    switches = ("-o", "addopts=", "--import-mode=importlib", "-p", "no:cacheprovider", "-p", "no:terminal")
    pytest.main([*switches, *rooms_for(chosen)], plugins=[trials])
    for name, each in trials.told.items():
        say(
            "\n".join(
                [f"{name}: {score(each)}", *(f"  {what}  {verdict}" for _, what, verdict in each["left"])]
            )
        )
    if trials.told and asked.write_docs:
        known = read_kept()
        write_page({name: known[name] for name in modules() if name in known})
    return 0 if trials.told else 1


if __name__ == "__main__":
    sys.exit(main())
