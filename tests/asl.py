"""Step Functions for tests: steps one JSONata state machine, and leaves time and tasks to whoever drives it.

A run never waits and never calls. ``resume`` goes on until the machine needs the world and says what it needs:
``Wait`` (so many seconds), ``Call`` (this function with this payload) or ``Ended``; the driver answers with ``resume``
or ``fail``. So one scheduler interleaves thousands of runs in virtual time, and ``play`` drives a single one.

Retry, Catch, Assign and Output behave as on AWS; ``tests/asl_machine.py`` says which states are understood.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.asl_expressions import QueryError, Scope, Template
from tests.asl_machine import Branch, Machine, State

_NOT_CAUGHT_BY_ALL = {"States.DataLimitExceeded", "States.Runtime"}


MOST_STATES = 12_500
"""A run's history holds 25,000 events (Step Functions quotas), and each state is entered and left."""


class TaskFailed(Exception):
    """A task function raises this to fail under a name of its choice; other exceptions fail under their class's."""

    def __init__(self, error: str, cause: str = "") -> None:
        super().__init__(error, cause)
        self.error = error
        self.cause = cause


@dataclass(frozen=True, slots=True)
class Wait:
    """Come back after so many seconds: a Wait state, or the pause before a repetition."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Call:
    """Call this function (the placeholder in the file, without its braces) and come back with its answer.

    With a ``token`` its own answer counts for nothing: come back with what somebody answers under the token.
    """

    function: str
    payload: Any
    timeout_seconds: int
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """The run is over: SUCCEEDED, FAILED or TIMED_OUT."""

    status: str
    output: Any = None
    error: str | None = None
    cause: str | None = None


@dataclass(slots=True)
class Run:
    """One execution. ``transitions`` is what AWS bills: each state entered, each repetition, and the end."""

    machine: Machine
    states: dict[str, Any]
    jitter: Callable[[float], float]
    variables: dict[str, Any] = field(default_factory=dict)
    path: list[str] = field(default_factory=list)
    transitions: int = 0
    ended: Ended | None = None
    _here: State | None = None
    _asked: Wait | Call | None = None
    _repeating: bool = False
    _tokens: int = 0
    _retries: dict[int, int] = field(default_factory=dict)
    _waited: float = 0

    def resume(self, answer: Any = None) -> Wait | Call | Ended:
        """Go on: at first, after a wait, or with the answer of a call."""
        try:
            if self._asked is None:
                return self._enter(self.machine.start_at)
            if isinstance(self._asked, Call):
                waited = self._asked.token is not None
                return self._leave(answer if waited else {"StatusCode": 200, "Payload": answer})
            if self.machine.timeout_seconds <= self._waited:
                return self._end(Ended("TIMED_OUT", error="States.Timeout"))
            if self._repeating:
                self._repeating = False
                return self._call()
            return self._leave(None)
        except QueryError as error:
            return self._failed("States.QueryEvaluationError", str(error))

    def fail(self, error: str, cause: str = "") -> Wait | Call | Ended:
        """Go on after a call that failed under this name."""
        if not isinstance(self._asked, Call):
            raise RuntimeError("nothing was called")  # noqa: TRY004 - the run's state is wrong, not a type
        return self._failed(error, cause)

    def _enter(self, name: str) -> Wait | Call | Ended:
        while True:
            self._here = here = self.machine.states[name]
            self._retries = {}
            self.path.append(name)
            if len(self.path) > MOST_STATES:
                return self._end(Ended("FAILED", None, "States.Runtime", "the history of the run is full"))
            self.transitions += 1
            match here.type:
                case "Wait":
                    return self._wait(self._seconds(here))
                case "Task":
                    return self._call()
                case "Choice":
                    name = self._choose(here)
                case "Pass":
                    name = self._after(here, here.next)
                case "Succeed":
                    return self._end(Ended("SUCCEEDED", self._output(here.output)))
                case "Fail":
                    scope = self._scope()
                    return self._end(Ended("FAILED", None, here.error(scope), here.cause(scope)))
            if name is None:
                return self._end(Ended("SUCCEEDED", self.states["input"]))

    def _call(self) -> Wait | Call | Ended:
        here = self._here
        token = None
        if here.waits:
            self._tokens += 1
            token = f"token-{self._tokens}"
            self.states["context"] = {**self.states["context"], "Task": {"Token": token}}
        try:
            payload = here.payload(self._scope())
        except QueryError as error:
            return self._failed("States.QueryEvaluationError", str(error))
        self._asked = Call(here.function, payload, here.timeout_seconds, token)
        return self._asked

    def _leave(self, result: Any) -> Wait | Call | Ended:
        here = self._here
        if result is not None:
            self.states["result"] = result
        following = self._after(here, here.next, default=result)
        self.states.pop("result", None)
        if following is None:
            return self._end(Ended("SUCCEEDED", self.states["input"]))
        return self._enter(following)

    def _after(self, way: State | Branch, following: str | None, default: Any = None) -> str | None:
        """Compute output and variables from the same old variables, as AWS does, then take over both."""
        scope = self._scope()
        output = way.output(scope) if way.output else default if default is not None else self.states["input"]
        if way.assign:
            self.variables = {**self.variables, **{name: template(scope) for name, template in way.assign}}
        self.states["input"] = output
        return following

    def _choose(self, here: State) -> str:
        scope = self._scope()
        for condition, branch in here.choices:
            answer = condition(scope)
            if not isinstance(answer, bool):
                raise QueryError(f"{here.name}: a condition must be true or false, not {answer!r}")
            if answer:
                return self._after(branch, branch.next)
        if here.default is None:
            raise RuntimeError(f"{here.name}: no rule fits and there is no Default")
        return self._after(here, here.default)

    def _failed(self, error: str, cause: str) -> Wait | Call | Ended:
        here = self._here
        self.states.pop("result", None)
        for number, rule in enumerate(here.retry):
            if _covers(rule["ErrorEquals"], error):
                done = self._retries.get(number, 0)
                if done >= rule.get("MaxAttempts", 3):
                    break
                self._retries[number] = done + 1
                self.transitions += 1
                self._repeating = True
                return self._wait(self._pause(rule, done))
        for errors, branch in here.catch:
            if _covers(errors, error):
                return self._caught(branch, error, cause)
        return self._end(Ended("FAILED", None, error, cause))

    def _caught(self, branch: Branch, error: str, cause: str) -> Wait | Call | Ended:
        self.states["errorOutput"] = caught = {"Error": error, "Cause": cause}
        try:
            following = self._after(branch, branch.next, default=caught)
        except QueryError as broken:
            return self._end(Ended("FAILED", None, "States.QueryEvaluationError", str(broken)))
        finally:
            del self.states["errorOutput"]
        try:
            return self._enter(following)
        except QueryError as broken:
            return self._failed("States.QueryEvaluationError", str(broken))

    def _pause(self, rule: Mapping[str, Any], done: int) -> float:
        longest = rule.get("IntervalSeconds", 1) * rule.get("BackoffRate", 2.0) ** done
        longest = min(longest, rule.get("MaxDelaySeconds", longest))
        return self.jitter(longest) if rule.get("JitterStrategy") == "FULL" else longest

    def _wait(self, seconds: float) -> Wait:
        left = self.machine.timeout_seconds - self._waited
        self._asked = Wait(min(seconds, left))
        self._waited += self._asked.seconds
        return self._asked

    def _seconds(self, here: State) -> float:
        seconds = here.seconds(self._scope())
        if isinstance(seconds, bool) or not isinstance(seconds, int) or not 0 <= seconds <= 99_999_999:
            raise QueryError(f"{here.name}: Seconds must be whole, from 0 to 99999999, not {seconds!r}")
        return seconds

    def _output(self, template: Template | None) -> Any:
        return template(self._scope()) if template else self.states["input"]

    def _scope(self) -> Scope:
        return self.states, self.variables

    def _end(self, ended: Ended) -> Ended:
        self.transitions += 1
        self.ended = ended
        return ended


def start(
    machine: Machine, given: Any, name: str = "run", jitter: Callable[[float], float] | None = None
) -> Run:
    """Prepare a run. ``jitter`` draws a pause from the longest one that Retry allows; without it, that one is taken."""
    context = {
        "Execution": {"Id": f"{machine.name}:{name}", "Input": given, "Name": name},
        "StateMachine": {"Id": machine.name, "Name": machine.name},
    }
    return Run(machine, {"input": given, "context": context}, jitter or float)


def play(
    machine: Machine,
    given: Any,
    tasks: Mapping[str, Callable[[Any], Any]],
    seed: int | None = None,
    elapse: Callable[[float], None] = lambda seconds: None,
) -> Run:
    """Drive one run to its end; ``elapse`` is told of each wait. With a seed, pauses are drawn as FULL jitter asks."""
    draw = random.Random(seed)
    run = start(machine, given, jitter=None if seed is None else lambda longest: draw.uniform(0, longest))
    step = run.resume()
    while not isinstance(step, Ended):
        if isinstance(step, Wait):
            elapse(step.seconds)
            step = run.resume()
            continue
        try:
            answer = tasks[step.function](step.payload)
        except TaskFailed as failure:
            step = run.fail(failure.error, failure.cause)
        except Exception as bug:  # noqa: BLE001 - a Lambda fails under its exception's name, whatever that is
            step = run.fail(type(bug).__name__, str(bug))
        else:
            step = run.resume(answer)
    return run


def _covers(names: list[str] | tuple[str, ...], error: str) -> bool:
    if error in names:
        return True
    if "States.ALL" in names:
        return error not in _NOT_CAUGHT_BY_ALL
    return "States.TaskFailed" in names and error != "States.Timeout"
