"""The flows, one file each. A new file here, its machine in ``statemachines/`` and its texts make a new flow."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module

from cartback.domain.flows import Flow


@cache
def all_flows() -> tuple[Flow, ...]:
    """Every flow of this folder, by name."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return tuple(import_module(f"{__name__}.{name}").FLOW for name in names)


def rank_of(name: str) -> str:
    """The rank of a flow's messages in a person's budget. Raises KeyError for a flow that there is not."""
    return {flow.name: flow.rank for flow in all_flows()}[name]


def started_by(fact: str) -> tuple[Flow, ...]:
    """The flows that a fact starts."""
    return tuple(flow for flow in all_flows() if flow.starts_on == fact)
