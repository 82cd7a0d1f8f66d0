"""Spans of time as settings spell them: minutes as a number, or a text such as ``45m``, ``1h``, ``3d``."""

from __future__ import annotations

import re
from datetime import timedelta

_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


def span_of(value: object) -> timedelta:
    """Read minutes as a number, or a text such as ``45m``, ``1h``, ``3d``. Raises ValueError for anything else."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**6:
        return timedelta(minutes=value)
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,5}[mhd]", value, re.ASCII):
        return int(value[:-1]) * _UNITS[value[-1]]
    raise ValueError  # without words: who asks knows what would do, and within which bounds


def span_words(span: timedelta) -> str:
    """A span as settings spell it, in the largest unit that needs no fraction: ``90m``, ``1h``, ``3d``."""
    unit = next(word for word in ("d", "h", "m") if span % _UNITS[word] == timedelta(0))
    return f"{span // _UNITS[unit]}{unit}"
