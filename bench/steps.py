"""A clock that counts the interpreter's steps instead of time: the same on a busy machine as on an idle one.

For shapes of growth. It sees calls and jumps, in Python and into C, but not how long a call into C takes: what those
chew on is bounded by the bytes of the rows.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_EVENTS = sys.monitoring.events
_STEPS = (_EVENTS.PY_START, _EVENTS.CALL, _EVENTS.JUMP)


@contextmanager
def stepping() -> Iterator[Callable[[], float]]:
    """A clock in seconds, each step taking a microsecond, that runs until the context is left (PEP 669)."""
    monitoring, steps = sys.monitoring, 0

    def count(*_: object) -> None:
        nonlocal steps
        steps += 1

    monitoring.use_tool_id(monitoring.PROFILER_ID, "steps")
    try:
        for event in _STEPS:
            monitoring.register_callback(monitoring.PROFILER_ID, event, count)
        monitoring.set_events(monitoring.PROFILER_ID, sum(_STEPS))
        yield lambda: steps / 1e6
    finally:
        # Its callbacks and events go with it only from Python 3.14 on.
        monitoring.set_events(monitoring.PROFILER_ID, 0)
        for event in _STEPS:
            monitoring.register_callback(monitoring.PROFILER_ID, event, None)
        monitoring.free_tool_id(monitoring.PROFILER_ID)
