"""The flows, one file each. A new file here, its machine in ``statemachines/`` and its texts make a new flow."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from typing import cast

from cartback.domain.flows import INTERNAL, Flow, InternalRules, Rules


@cache
def all_flows() -> tuple[Flow, ...]:
    """Every flow's card, by name."""
    return tuple(rules(name).FLOW for name in names())


@cache
def names() -> tuple[str, ...]:
    """The names of all flows of this folder."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


@cache
def rules(name: str) -> Rules:
    """A flow's card and rules; only its file is loaded. Raises KeyError for a flow that there is not."""
    if name not in names():
        raise KeyError(name)
    return cast("Rules", import_module(f"{__name__}.{name}"))


@cache
def internal(name: str) -> InternalRules:
    """The card and rules of a flow that no shopper sees. Raises KeyError for one that there is not."""
    if name not in names() or rules(name).FLOW.law != INTERNAL:
        raise KeyError(name)
    return cast("InternalRules", import_module(f"{__name__}.{name}"))


def rank_of(name: str) -> str:
    """The rank of a flow's messages in a person's budget. Raises KeyError for a flow that there is not."""
    return rules(name).FLOW.rank


def started_by(fact: str) -> tuple[Flow, ...]:
    """The flows that a fact starts."""
    return tuple(flow for flow in all_flows() if fact in flow.starts_on)
