"""The ways to a person, one provider per file. A new file here makes a new channel.

A file says which channel it serves (``CHANNEL``, one of ``domain.channels``), where several can who it is by
(``PROVIDER``, one of ``domain.channels.PROVIDERS``), what implements it (``ADAPTER``, a ``ports.Channel``), which
variables of the environment it needs (``NEEDS``) and how one is made of them (``from_env``).
A file whose name ends with ``_answers`` hears what people answer on a channel (``ANSWERS_ON``): it is a
``ports.AnswerLine``. One whose name ends with ``_events`` reads what a provider tells of its messages: ``tells`` says
whether an envelope of the intake queue is its own, ``receipts`` what stands in it, and ``TELLS_OF`` of which channel.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast

from cartback.domain.channels import PROVIDERS
from cartback.domain.errors import Refused

if TYPE_CHECKING:
    from cartback.domain.messaging.receipts import Receipt
    from cartback.ports import AnswerLine, Channel, Doubtful, Means, NotSent, Outgoing, Sent

_HEARS, _TELLS = "_answers", "_events"


def names() -> frozenset[str]:
    """The channels that somebody serves."""
    return frozenset(served())


def by_name(env: Mapping[str, str], means: Means) -> dict[str, Channel]:
    """One of each channel that somebody serves. Raises KeyError for a variable that is not set."""
    found: dict[str, Channel] = {}
    for name, files in served().items():
        made = {provider: module.from_env(env, means) for provider, module in files.items()}
        found[name] = ByProvider(PROVIDERS[name], made) if name in PROVIDERS else made[""]
    return found


class ByProvider:
    """A channel that several providers carry: each message goes to its shop's."""

    def __init__(self, order: Sequence[str], carriers: Mapping[str, Channel]) -> None:
        self.carriers = carriers
        self._first = order[0]

    def send(self, message: Outgoing) -> Sent | NotSent | Doubtful:
        """See ``ports.Channel``."""
        from cartback.ports import NotSent  # the door that hears answers knows of no sending

        name = message.provider or self._first
        carrier = self.carriers.get(name)
        return carrier.send(message) if carrier is not None else NotSent(f"no provider {name} is served here")


@cache
def served() -> dict[str, dict[str, ModuleType]]:
    """The files behind each channel by their provider, which is "" where there is only one."""
    found = (module.name for module in pkgutil.iter_modules(__path__))
    modules = [import_module(f"{__name__}.{name}") for name in found if not name.endswith((_HEARS, _TELLS))]
    files: dict[str, dict[str, ModuleType]] = {}
    for module in modules:
        if hasattr(module, "CHANNEL"):
            files.setdefault(module.CHANNEL, {})[getattr(module, "PROVIDER", "")] = module
    return files


def receipts(envelope: Mapping[str, Any]) -> list[Receipt]:
    """What a provider's news says of our messages, read by the file that knows it; nothing if none does.

    Raises ``Refused`` for news of a known shape that cannot be read.
    """
    return [
        replace(receipt, channel=receipt.channel or getattr(module, "TELLS_OF", ""))
        for module in _told()
        if module.tells(envelope)
        for receipt in module.receipts(envelope)
    ]


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
