"""The ways to a person, one provider per file. A new file here makes a new channel.

A file says which channel it serves (``CHANNEL``) and what implements it (``ADAPTER``, a ``ports.Channel``).
"""

from __future__ import annotations

import pkgutil
from importlib import import_module

from cartback.domain.errors import Refused
from cartback.ports import Channel


def channels() -> dict[str, type[Channel]]:
    """Every channel of this folder and what implements it."""
    modules = (import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__))
    return {module.CHANNEL: module.ADAPTER for module in modules if hasattr(module, "CHANNEL")}


def load(channel: str) -> type[Channel]:
    """What implements a channel. Raises ``Refused`` for a channel that nobody serves."""
    adapter = channels().get(channel)
    if adapter is None:
        raise Refused(f"there is no channel {channel}")
    return adapter
