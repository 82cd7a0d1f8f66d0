"""The ways to a person, one provider per file. A new file here makes a new channel.

A file says which channel it serves (``CHANNEL``) and what implements it (``ADAPTER``, a ``ports.Channel``).
"""

from __future__ import annotations

import pkgutil
from importlib import import_module

from cartback.domain.errors import Refused
from cartback.ports import Channel


def names() -> frozenset[str]:
    """The channels that somebody serves."""
    return frozenset(_adapters())


def load(channel: str) -> type[Channel]:
    """What implements a channel; ``wiring`` makes one of it. Raises ``Refused`` for one that nobody serves."""
    adapter = _adapters().get(channel)
    if adapter is None:
        raise Refused(f"there is no channel {channel}")
    return adapter


def _adapters() -> dict[str, type[Channel]]:
    modules = (import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__))
    return {module.CHANNEL: module.ADAPTER for module in modules if hasattr(module, "CHANNEL")}
