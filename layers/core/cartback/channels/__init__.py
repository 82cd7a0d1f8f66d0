"""The ways to a person, one provider per file. A new file here makes a new channel.

A file says which channel it serves (``CHANNEL``, one of ``domain.channels``), what implements it (``ADAPTER``, a
``ports.Channel``), which variables of the environment it needs (``NEEDS``) and how one is made of them (``from_env``).
A file whose name ends with ``_answers`` hears what people answer on a channel (``ANSWERS_ON``): it is a
``ports.AnswerLine``. One whose name ends with ``_events`` reads what a provider tells of its messages: ``tells`` says
whether an envelope of the intake queue is its own, ``receipts`` what stands in it.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast

from cartback.domain.errors import Refused

if TYPE_CHECKING:
    from cartback.domain.messaging.receipts import Receipt
    from cartback.ports import AnswerLine, Channel

_HEARS, _TELLS = "_answers", "_events"


def names() -> frozenset[str]:
    """The channels that somebody serves."""
    return frozenset(served())


def by_name(env: Mapping[str, str], session: Callable[[], Any]) -> dict[str, Channel]:
    """One of each channel that somebody serves. Raises KeyError for a variable that is not set.

    ``session`` gives the botocore session of the process, for those that call AWS.
    """
    return {name: module.from_env(env, session) for name, module in served().items()}


@cache
def served() -> dict[str, ModuleType]:
    """The file behind each channel."""
    found = (module.name for module in pkgutil.iter_modules(__path__))
    modules = [import_module(f"{__name__}.{name}") for name in found if not name.endswith((_HEARS, _TELLS))]
    return {module.CHANNEL: module for module in modules if hasattr(module, "CHANNEL")}


def receipts(envelope: Mapping[str, Any]) -> list[Receipt]:
    """What a provider's news says of our messages, read by the file that knows it; nothing if none does.

    Raises ``Refused`` for news of a known shape that cannot be read.
    """
    return [receipt for module in _told() if module.tells(envelope) for receipt in module.receipts(envelope)]


@cache
def _told() -> tuple[ModuleType, ...]:
    """The files that read what providers tell: each says of an envelope whether it ``tells`` of its messages."""
    names = (module.name for module in pkgutil.iter_modules(__path__))
    return tuple(import_module(f"{__name__}.{name}") for name in names if name.endswith(_TELLS))


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
