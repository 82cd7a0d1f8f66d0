"""What goes wrong at the calls of a use case: one proxy around every port, one plan of faults per invocation.

The shares are those of reliability.md ("Figures to reach"), per invocation: 10 % throttled, 5 % with an effect whose
answer is lost, 5 % gone before or after a call. A pause lets the rest of the world go on in the middle of a call:
that is how two invocations interleave in a single thread.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from cartback.domain.errors import Conflict, TryLater

THROTTLE, SERVER_ERROR, LOST_ANSWER, OWN_ECHO = "throttle", "server error", "lost answer", "own echo"
CRASH_BEFORE, CRASH_AFTER, PAUSE, TWIN = "crash before", "crash after", "pause", "twin"
LOST_RESULT, SKEW = "lost result", "clock skew"
AT_CALLS = (THROTTLE, SERVER_ERROR, LOST_ANSWER, OWN_ECHO, CRASH_BEFORE, CRASH_AFTER, PAUSE, TWIN)
DUPLICATE, REORDER, DROP = "duplicate", "reorder", "drop"
LOST_FOR_EVER = "lost for ever"
RECEIVED_TWICE, TOLD_TWICE = "received twice", "told twice"
PROVIDER = "provider"
KINDS = frozenset(
    {
        *AT_CALLS,
        LOST_RESULT,
        SKEW,
        DUPLICATE,
        REORDER,
        DROP,
        LOST_FOR_EVER,
        RECEIVED_TWICE,
        TOLD_TWICE,
        PROVIDER,
    }
)

_SHARES = (
    (THROTTLE, 0.07),
    (SERVER_ERROR, 0.03),
    (LOST_ANSWER, 0.04),
    (OWN_ECHO, 0.01),
    (CRASH_BEFORE, 0.025),
    (CRASH_AFTER, 0.025),
)
_LATEST_CALL = 9
_ECHOING = frozenset({"records.save", "ledger.mark", "ledger.release"})


class Crash(BaseException):
    """The process is gone. Not an Exception: nothing in the house may catch it."""


@dataclass(slots=True)
class Invocation:
    """One run of one door: its clock's error, and which of its calls goes wrong how."""

    door: str
    subject: object = None
    shops: frozenset[str] = frozenset()
    skew: timedelta = timedelta(0)
    fault: str | None = None
    fault_at: int = 0
    pause_at: int = 0
    pause: timedelta = timedelta(0)
    twin: Callable[[], None] | None = None
    calls: int = 0
    depth: int = 0
    rendered: str = ""
    lang: str = ""
    verdicts: dict[str, str] = field(default_factory=dict)


def planned(
    drawn: list[float],
    kinds: frozenset[str],
    door: str,
    subject: object,
    shops: frozenset[str],
    depth: int,
    awaited: bool,
) -> Invocation:
    """What goes wrong in one invocation, from five ``drawn`` chances.

    ``depth`` is how many invocations this one happens in the middle of; ``awaited`` says that a shopper waits for a
    pause of just this one, so that it surely has one.
    """
    invocation = Invocation(door, subject, shops, depth=depth)
    luck, skew, where, pause_luck, length = drawn
    if SKEW in kinds:
        invocation.skew = timedelta(seconds=round((skew - 0.5) * 600))
    for kind, share in _SHARES:
        if luck < share:
            if kind in kinds:
                invocation.fault, invocation.fault_at = kind, 1 + int(where * _LATEST_CALL)
            break
        luck -= share
    if PAUSE in kinds and depth <= 2 and (awaited or pause_luck < 0.25):
        invocation.pause_at = 1 + int(pause_luck * 4 * _LATEST_CALL) % _LATEST_CALL
        if awaited:
            invocation.pause_at = 3 + int(pause_luck * 3)
        invocation.pause = timedelta(seconds=2 + round(length * 12))
    return invocation


class Guarded:
    """A port whose calls go through the season, which may spoil them."""

    def __init__(self, call: Callable[..., Any], name: str, port: object, methods: tuple[str, ...]) -> None:
        for method in methods:
            setattr(self, method, _through(call, f"{name}.{method}", getattr(port, method)))


def _through(call: Callable[..., Any], site: str, real: Callable[..., Any]) -> Callable[..., Any]:
    def spoilt(*given: Any, **named: Any) -> Any:
        return call(site, real, given, named)

    return spoilt


def spoil(kind: str, site: str, do: Callable[[], Any]) -> Any:
    """Make a call go wrong in this way."""
    if kind == CRASH_BEFORE:
        raise Crash(site)
    if kind in (THROTTLE, SERVER_ERROR):
        raise TryLater(f"{site}: {kind}")
    if kind == OWN_ECHO and site not in _ECHOING:
        return do()
    do()
    if kind == CRASH_AFTER:
        raise Crash(site)
    if kind == OWN_ECHO:
        # boto3 repeats a lost put by itself, and the repetition meets its own first write.
        raise Conflict(f"{site}: met its own write")
    raise TryLater(f"{site}: {kind}")
