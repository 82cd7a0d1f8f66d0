"""The outside systems, one file each: the folder is the registry. Each holds a ``ports.Connector``.

A file says what its access NEEDS and which OPTIONS its connections have, how often an account may be called (RATE), and
whether it is told of facts (TAKES_FACTS), brings people what waits for them (BRINGS_DESK), or is switched off by a
receiver that answers 410 (GONE_ENDS_IT). Its class is called ``Connector``, and the methods marked with ``action`` are
what it can do. It is made of a connection, its access and the ways out.
"""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from cartback.domain.connectors.actions import actions_of
from cartback.domain.connectors.connection import Kind
from cartback.domain.errors import Refused

if TYPE_CHECKING:
    from cartback.domain.connectors.actions import Action


@cache
def names() -> tuple[str, ...]:
    """The names of all connectors, sorted."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def load(name: str) -> ModuleType:
    """The module of a connector. Raises ``Refused`` for a name that is not in this folder."""
    if name not in names():
        raise Refused(f"there is no connector {name}; there are {', '.join(names())}")
    return import_module(f"{__name__}.{name}")


def actions(name: str) -> dict[str, Action]:
    """The actions of a connector. Raises ``Refused`` as ``load`` does."""
    return actions_of(load(name).Connector)


def kind(name: str) -> Kind:
    """What a connector says of itself. Raises ``Refused`` as ``load`` does."""
    module = load(name)
    return Kind(
        name,
        module.NEEDS,
        module.OPTIONS,
        frozenset(actions_of(module.Connector)),
        takes_facts=module.TAKES_FACTS,
        brings_desk=module.BRINGS_DESK,
    )
