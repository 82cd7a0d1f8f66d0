"""One process that has loaded everything, and for each mutant a forked child that runs the tests which meet it."""

from __future__ import annotations

import ast
import gc
import os
import resource
import select
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from tests.laws.reading import imports
from tests.mutation import transplant
from tests.mutation.operators import Mutant, mutated

KILLED, SURVIVED, TIMED_OUT, NOT_REACHED = "killed", "survived", "timed out", "not reached"

LEAST_SECONDS = 4
SLOWER = 8
"""A child may take this many times the processor time that its tests took before, and at least some seconds."""

MOST_SECONDS = 5.0
"""Of the tests that meet a mutant as many run, the quick ones first, as fit into this time."""

MOST_MEMORY = 3 << 30


class Suite:
    """The collected tests: how long each takes, and which lines of the house it runs."""

    def __init__(self, items: list[pytest.Item]) -> None:
        self.items = items
        self.seconds: dict[pytest.Item, float] = {}
        self.by_line: dict[tuple[str, int], set[pytest.Item]] = defaultdict(set)
        self.by_name: dict[str, set[pytest.Item]] = defaultdict(set)
        self.by_import: dict[str, set[pytest.Item]] = defaultdict(set)
        self.failed: list[str] = []

    def run_once(self) -> None:
        """Run every test as the house is, and watch where it goes."""
        watch = _Watch()
        for item in self.items:
            before = time.process_time()
            is_green = passes(item)
            self.seconds[item] = time.process_time() - before
            lines, codes = watch.seen()
            if not is_green:
                self.failed.append(item.nodeid)
                continue
            for line in lines:
                self.by_line[line].add(item)
            for name in imports(item.path):
                self.by_import[name].add(item)
            for name in {name for code in codes for name in code.co_names}:
                self.by_name[name].add(item)
        watch.close()
        transplant.forget()
        # What is there stays: no child has to look through it, and no page of it is copied for that.
        gc.collect()
        gc.freeze()
        gc.disable()

    def meeting(self, module: ModuleType, mutant: Mutant, statement: ast.stmt) -> list[pytest.Item]:
        """The tests that run the mutant's lines; of a value made at import, who imports it or runs what names it."""
        first, last = mutant.lines
        lines = ((module.__file__, line) for line in range(first, last + 1))
        found = set().union(*(self.by_line.get(line, ()) for line in lines))
        if not _is_in_function(statement, mutant):
            found |= self.by_import[module.__name__]
            for name in _spoken(statement, mutant):
                found |= self.by_name.get(name, set())
        return sorted(found, key=lambda each: (self.seconds[each], each.nodeid))


class _Watch:
    """Which lines of the house ran since it was last asked."""

    def __init__(self) -> None:
        self.lines: set[tuple[str, int]] = set()
        self.codes: set[CodeType] = set()
        self.tool = sys.monitoring
        self.tool.use_tool_id(self.tool.PROFILER_ID, "mutants")
        self.tool.register_callback(self.tool.PROFILER_ID, self.tool.events.LINE, self._line)
        for code in _own_codes():
            self.tool.set_local_events(self.tool.PROFILER_ID, code, self.tool.events.LINE)

    def _line(self, code: CodeType, line: int) -> Any:
        self.lines.add((code.co_filename, line))
        self.codes.add(code)
        return self.tool.DISABLE

    def seen(self) -> tuple[set[tuple[str, int]], set[CodeType]]:
        lines, codes, self.lines, self.codes = self.lines, self.codes, set(), set()
        self.tool.restart_events()
        return lines, codes

    def close(self) -> None:
        for code in _own_codes():
            self.tool.set_local_events(self.tool.PROFILER_ID, code, 0)
        self.tool.free_tool_id(self.tool.PROFILER_ID)


def _own_codes() -> list[CodeType]:
    waiting = [
        each.__code__
        for each in gc.get_objects()
        if isinstance(each, FunctionType) and (each.__module__ or "").startswith(("cartback.", "functions."))
    ]
    found: dict[int, CodeType] = {}
    while waiting:
        code = waiting.pop()
        if id(code) not in found:
            found[id(code)] = code
            waiting.extend(each for each in code.co_consts if isinstance(each, CodeType))
    return list(found.values())


def _is_in_function(statement: ast.stmt, mutant: Mutant) -> bool:
    """Whether the change stands in a body that runs when called, not in a default or a value made at import."""
    node: ast.AST = statement
    for name, index in mutant.path:
        if isinstance(node, ast.FunctionDef) and name == "body":
            return True
        node = getattr(node, name) if index is None else getattr(node, name)[index]
    return False


def _spoken(statement: ast.stmt, mutant: Mutant) -> set[str]:
    """The names under which a value that is made at import is used: the constant, or the field and its class."""
    names = {getattr(statement, "name", "")}
    node: ast.AST = statement
    for name, index in mutant.path:
        if isinstance(node, ast.AnnAssign | ast.Assign | ast.FunctionDef):
            break
        node = getattr(node, name) if index is None else getattr(node, name)[index]
    if isinstance(node, ast.FunctionDef):
        return {node.name}
    targets = getattr(node, "targets", None) or [getattr(node, "target", None)]
    named = {
        each.id for target in targets if target for each in ast.walk(target) if isinstance(each, ast.Name)
    }
    return (names | named) - {""}


def passes(item: pytest.Item) -> bool:
    """Run one test with its fixtures, alone."""
    return not any(report.failed for report in runtestprotocol(item, log=False, nextitem=None))


def trial(suite: Suite, module: ModuleType, source: str, mutant: Mutant) -> tuple[str, str]:
    """What became of one mutant, and by which test."""
    tree = ast.parse(source)
    tests = suite.meeting(module, mutant, tree.body[mutant.statement])
    if not tests:
        return NOT_REACHED, ""
    chosen, spent = [], 0.0
    for item in tests:
        spent += suite.seconds[item]
        if chosen and spent > MOST_SECONDS:
            break
        chosen.append(item)
    return _in_a_child(lambda: _try(chosen, module, mutated(source, mutant), tree), spent)


def _try(tests: Iterable[pytest.Item], module: ModuleType, statement: ast.stmt, tree: ast.Module) -> str:
    try:
        transplant.transplant(module, statement, tree)
    except Exception as error:  # noqa: BLE001 (a module that cannot be made is noticed by whoever imports it)
        return f"import: {type(error).__name__}"
    return next((item.nodeid for item in tests if not passes(item)), "")


def _in_a_child(work: Any, spent: float) -> tuple[str, str]:
    seconds = max(LEAST_SECONDS, int(spent * SLOWER))
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(reading)
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
            resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
            os.write(writing, work().encode()[:4000] or b"-")
            status = 0
        finally:
            os._exit(status)
    os.close(writing)
    told = _read(reading, child, seconds * 6)
    os.close(reading)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        slow = os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGKILL)
        return (TIMED_OUT, "") if slow else (KILLED, f"signal {os.WTERMSIG(status)}")
    if not told:
        return KILLED, "the process ended"
    return (SURVIVED, "") if told == "-" else (KILLED, told)


def _read(pipe: int, child: int, seconds: float) -> str:
    ready, _, _ = select.select([pipe], [], [], seconds)
    if not ready:
        os.kill(child, signal.SIGKILL)
        return ""
    return os.read(pipe, 4000).decode()


def source_of(module: ModuleType) -> str:
    """The text of a module."""
    return Path(module.__file__).read_text()
