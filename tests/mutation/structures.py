"""Break what no Python line says: relations of the template and edges of the machines, one at a time.

python -m tests.mutation.structures                        # both, a sample of 150 each
python -m tests.mutation.structures --only machines --sample 0    # all of one kind

A change is made in the loaded template or machine, the laws that read them run in this process until one objects, and
the change is taken back.
"""

from __future__ import annotations

import argparse
import importlib
import itertools
import json
import random
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.asl_machine import Machine, NotInterpreted
from tests.laws import reading

LAWS = {
    "machines": ("test_patience", "test_machines", "test_edges"),
    "template": (
        "test_patience",
        "test_machines",
        "test_alarms",
        "test_template",
        "test_paths",
        "test_role_paths",
        "test_rights",
        "test_rights_needed",
    ),
}
"""The laws that read the one or the other."""

SLOW = {"test_every_star_has_its_reason_beside_it", "test_the_template_reads_in_banners"}
"""Laws that read the file anew and not what was loaded: they cannot see a change."""


class Edits:
    """Changes of nested dicts and lists that can be taken back."""

    def __init__(self) -> None:
        self._undo: list[Callable[[], None]] = []

    def put(self, holder: Any, key: Any, value: Any) -> None:
        """Put a value in the place of another, or where none was."""
        had = isinstance(holder, list) or key in holder
        before = holder[key] if had else None

        def back() -> None:
            if had:
                holder[key] = before
            else:
                del holder[key]

        self._undo.append(back)
        holder[key] = value

    def drop(self, holder: Any, key: Any) -> None:
        """Take an entry out; a dict keeps the order of the others."""
        before = list(holder.items()) if isinstance(holder, dict) else list(holder)

        def back() -> None:
            holder.clear()
            holder.update(before) if isinstance(holder, dict) else holder.extend(before)

        self._undo.append(back)
        del holder[key]

    def again(self, action: Callable[[], None]) -> None:
        """Do something now, and once more when all that comes before it is taken back."""
        self._undo.insert(0, action)
        action()

    def undo(self) -> None:
        """Take everything back, last first."""
        while self._undo:
            self._undo.pop()()


@dataclass(frozen=True)
class Broken:
    """One change: what it is called, and how it is made."""

    what: str
    make: Callable[[Edits], None]


def laws(kind: str) -> list[tuple[str, Callable[[], None]]]:
    """Every law that reads one of ``KINDS``, with each of its parameters."""
    found: list[tuple[str, Callable[[], None]]] = []
    for name in LAWS[kind]:
        module = importlib.import_module(f"tests.laws.{name}")
        for test, function in vars(module).items():
            if test.startswith("test_") and test not in SLOW:
                found += [(f"{name}::{test}", call) for call in _calls(function)]
    return found


def _calls(function: Any) -> Iterator[Callable[[], None]]:
    marks = [mark for mark in getattr(function, "pytestmark", []) if mark.name == "parametrize"]
    columns = []
    for mark in marks:
        names = mark.args[0].split(",") if isinstance(mark.args[0], str) else list(mark.args[0])
        names = [each.strip() for each in names]
        rows = [row if len(names) > 1 else (row,) for row in mark.args[1]]
        columns.append([dict(zip(names, row, strict=True)) for row in rows])
    for chosen in itertools.product(*columns):
        given = {key: value for part in chosen for key, value in part.items()}
        yield lambda given=given: function(**given)


def objection(checks: list[tuple[str, Callable[[], None]]]) -> str:
    """The first law that objects to things as they are; empty if none does."""
    for name, check in checks:
        try:
            check()
        except Exception:  # noqa: BLE001 - a law that stumbles over a change has noticed it
            return name
    return ""


def verdict(broken: Broken, checks: list[tuple[str, Callable[[], None]]]) -> str:
    """By which law a change is noticed; empty if by none."""
    edits = Edits()
    try:
        try:
            broken.make(edits)
        except (KeyError, NotInterpreted):
            return "the file is not understood any more"
        return objection(checks)
    finally:
        edits.undo()


# ── machines ─────────────────────────────────────────────────────────────────────────────────────────────────────


def compiled_anew(path: Path) -> None:
    """Let the compiled machine, which many hold, be what the loaded definition says now."""
    known = Machine.load(path)
    fresh = Machine.of(known.name, reading.machine(path))
    for name in ("start_at", "states", "timeout_seconds"):
        object.__setattr__(known, name, getattr(fresh, name))


def in_machine(path: Path, change: Callable[[Edits, dict[str, Any]], None]) -> Callable[[Edits], None]:
    """A change of a machine's definition, compiled."""

    def make(edits: Edits) -> None:
        definition: Any = reading.machine(path)
        change(edits, definition)
        edits.again(lambda: compiled_anew(path))

    return make


def machines() -> list[Broken]:
    """Every change of every machine that we make."""
    found = []
    for path in reading.MACHINES:
        definition: Any = reading.machine(path)
        for where, what, change in _of_machine(definition):
            name = path.name.removesuffix(".asl.json")
            found.append(Broken(f"{name}: {where}: {what}", in_machine(path, change)))
    return found


Change = tuple[str, str, Callable[[Edits, dict[str, Any]], None]]


def _of_machine(definition: dict[str, Any]) -> Iterator[Change]:
    yield from _number(definition, "the machine", "TimeoutSeconds", lambda whole: whole)
    for state, body in definition["States"].items():

        def at(whole: dict[str, Any], state: str = state) -> Any:
            return whole["States"][state]

        yield from _of_state(definition, state, body, at)


def _of_state(
    definition: dict[str, Any], state: str, body: Any, at: Callable[[Any], Any]
) -> Iterator[Change]:
    for key in ("Next", "Default"):
        if key in body:
            for other in sorted(set(definition["States"]) - {body[key]}):
                yield state, f"{key} → {other}", lambda e, w, k=key, o=other: e.put(at(w), k, o)
    yield from _number(body, state, "TimeoutSeconds", at)
    for key in ("Assign", "Output", "Seconds", "Catch", "Retry", "Default"):
        if key in body:
            yield state, f"without {key}", lambda e, w, k=key: e.drop(at(w), k)
    for name in body.get("Assign", {}):
        yield state, f"Assign without {name}", lambda e, w, n=name: e.drop(at(w)["Assign"], n)
    for name in body.get("Arguments", {}).get("Payload", {}):
        yield state, f"Payload without {name}", lambda e, w, n=name: e.drop(at(w)["Arguments"]["Payload"], n)
    for part in (_of_choices, _of_retries, _of_catches):
        yield from part(definition, state, body, at)


def _of_choices(
    definition: dict[str, Any], state: str, body: Any, at: Callable[[Any], Any]
) -> Iterator[Change]:
    for number, rule in enumerate(body.get("Choices", [])):
        yield state, f"without choice {number}", lambda e, w, n=number: e.drop(at(w)["Choices"], n)
        word = rule["Condition"].replace(" = ", " != ")
        yield (
            state,
            f"choice {number}: !=",
            lambda e, w, n=number, c=word: e.put(at(w)["Choices"][n], "Condition", c),
        )
        for other in sorted(set(definition["States"]) - {rule["Next"]}):
            yield (
                state,
                f"choice {number} → {other}",
                lambda e, w, n=number, o=other: e.put(at(w)["Choices"][n], "Next", o),
            )


def _of_retries(
    definition: dict[str, Any], state: str, body: Any, at: Callable[[Any], Any]
) -> Iterator[Change]:
    for number, rule in enumerate(body.get("Retry", [])):
        for key in ("IntervalSeconds", "BackoffRate", "MaxAttempts", "MaxDelaySeconds"):
            yield from _number(rule, state, key, lambda w, n=number: at(w)["Retry"][n])
        yield (
            state,
            "Retry without jitter",
            lambda e, w, n=number: e.drop(at(w)["Retry"][n], "JitterStrategy"),
        )
        for place, error in enumerate(rule["ErrorEquals"]):
            yield (
                state,
                f"Retry without {error}",
                lambda e, w, n=number, p=place: e.drop(at(w)["Retry"][n]["ErrorEquals"], p),
            )


def _of_catches(
    definition: dict[str, Any], state: str, body: Any, at: Callable[[Any], Any]
) -> Iterator[Change]:
    for number, rule in enumerate(body.get("Catch", [])):
        for key in ("Assign", "Output"):
            if key in rule:
                yield (
                    state,
                    f"Catch without {key}",
                    lambda e, w, n=number, k=key: e.drop(at(w)["Catch"][n], k),
                )
        for other in sorted(set(definition["States"]) - {rule["Next"]}):
            yield (
                state,
                f"Catch → {other}",
                lambda e, w, n=number, o=other: e.put(at(w)["Catch"][n], "Next", o),
            )


def _number(body: Any, where: str, key: str, at: Callable[[Any], Any]) -> Iterator[Change]:
    if key in body:
        for other in (body[key] + 1, body[key] * 10, max(body[key] // 10, 0)):
            yield where, f"{key} {body[key]} → {other}", lambda e, w, k=key, o=other: e.put(at(w), k, o)


# ── the template ─────────────────────────────────────────────────────────────────────────────────────────────────

_RELATIONS = {
    "AWS::CloudWatch::Alarm",
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Role",
    "AWS::KMS::Key",
    "AWS::SES::ConfigurationSetEventDestination",
    "AWS::SNS::Subscription",
    "AWS::SNS::Topic",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::Queue",
    "AWS::SQS::QueuePolicy",
    "AWS::S3::BucketPolicy",
    "AWS::Serverless::Function",
    "AWS::Serverless::StateMachine",
}
_WORDS_FOR_PEOPLE = {"Description", "AlarmDescription", "Sid", "PolicyName", "Version", "Metadata", "comment"}
_PEERS = (
    "AWS::SQS::Queue",
    "AWS::SNS::Topic",
    "AWS::DynamoDB::Table",
    "AWS::Serverless::Function",
    "AWS::IAM::Role",
)


def template() -> list[Broken]:
    """Every change of the template's relations that we make: an entry left out, a number, a truth, another target."""
    found = []
    for name, each in reading.template()["Resources"].items():
        if each["Type"] in _RELATIONS:
            found += list(_inside(each.get("Properties", {}), name))
    return found


def _inside(value: Any, where: str) -> Iterator[Broken]:
    entries = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in list(entries):
        if key in _WORDS_FOR_PEOPLE:
            continue
        place = f"{where}.{key}"
        if not (isinstance(value, dict) and len(value) == 1 and key in ("Ref", "GetAtt", "Sub", "If")):
            yield Broken(f"{place}: left out", lambda e, v=value, k=key: e.drop(v, k))
        if isinstance(inner, dict | list):
            yield from _inside(inner, place)
        else:
            yield from (
                Broken(f"{place}: {inner} → {o}", lambda e, v=value, k=key, o=o: e.put(v, k, o))
                for o in _others(key, inner)
            )


def _others(key: Any, value: Any) -> Iterator[Any]:
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int | float):
        yield from {value + 1, value * 10, value // 10} - {value}
    elif isinstance(value, str):
        if key in ("Ref", "GetAtt"):
            named, dot, attribute = value.partition(".")
            kind = reading.template()["Resources"].get(named, {}).get("Type")
            if kind in _PEERS:
                peers = sorted(set(reading.resources(kind)) - {named})
                yield from (f"{other}{dot}{attribute}" for other in peers[:1] + peers[-1:])
        elif key == "Effect":
            yield "Deny" if value == "Allow" else "Allow"
        elif ":" in value and key not in ("Sub", "Format"):
            yield value.partition(":")[0] + ":Nothing"


KINDS: dict[str, Callable[[], list[Broken]]] = {"machines": machines, "template": template}


def measured(kind: str, sample: int, seed: int) -> dict[str, Any]:
    """Try the changes of one kind; the figures, and what nobody noticed."""
    every, checks, began = KINDS[kind](), laws(kind), time.monotonic()
    chosen = (
        every if not sample or len(every) <= sample else random.Random(f"{seed}/{kind}").sample(every, sample)
    )
    left = [each.what for each in chosen if not verdict(each, checks)]
    return {
        "mutants": len(every),
        "tried": len(chosen),
        "noticed": len(chosen) - len(left),
        "left": sorted(left),
        "seconds": round(time.monotonic() - began),
    }


def main(given: list[str] | None = None) -> int:
    """Read the command line, try, and tell."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    ask.add_argument("--only", default="", help="machines or template")
    ask.add_argument(
        "--sample", type=int, default=150, help="at most so many changes of each kind; 0 for all"
    )
    ask.add_argument("--seed", type=int, default=1, help="which ones")
    asked = ask.parse_args(given)
    for kind in KINDS:
        if asked.only in kind:
            if red := objection(laws(kind)):
                print(f"red without any change: {red}")
                return 1
            print(kind, json.dumps(measured(kind, asked.sample, asked.seed), indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
