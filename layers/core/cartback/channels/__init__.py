"""The ways to a person, one provider per file. A new file here makes a new channel.

A file says which channel it serves (``CHANNEL``) and what implements it (``ADAPTER``, a ``ports.Channel``). A file
whose name ends with ``_answers`` hears what people answer on a channel (``ANSWERS_ON``): it is a ``ports.AnswerLine``.
"""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, cast

from cartback.domain.errors import Refused

if TYPE_CHECKING:
    from cartback.ports import AnswerLine, Channel

_HEARS = "_answers"


def names() -> frozenset[str]:
    """The channels that somebody serves."""
    return frozenset(_adapters())


def load(channel: str) -> type[Channel]:
    """What implements a channel; ``wiring`` makes one of it. Raises ``Refused`` for one that nobody serves."""
    adapter = _adapters().get(channel)
    if adapter is None:
        raise Refused(f"there is no channel {channel}")
    return adapter


@cache
def answered() -> dict[str, AnswerLine]:
    """Who hears the answers on each channel. Only these files are loaded: the door that asks starts cold."""
    names = (module.name for module in pkgutil.iter_modules(__path__))
    found = [import_module(f"{__name__}.{name}") for name in names if name.endswith(_HEARS)]
    return {module.ANSWERS_ON: cast("AnswerLine", module) for module in found}


def answer_line(channel: str) -> AnswerLine:
    """Who hears the answers on a channel. Raises ``Refused`` (404) for one on which nobody can answer us."""
    lines = answered()
    if channel not in lines:
        raise Refused(f"no answers are heard here; there are {', '.join(sorted(lines))}", 404)
    return lines[channel]


def _adapters() -> dict[str, type[Channel]]:
    modules = (import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__))
    return {module.CHANNEL: module.ADAPTER for module in modules if hasattr(module, "CHANNEL")}
