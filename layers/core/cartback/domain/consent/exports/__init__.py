"""What exports of subscribers look like: one file per tool, each a table. The folder is the registry."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cartback.domain.consent.export_table import Export


@cache
def all_exports() -> tuple[Export, ...]:
    """Every kind of export, the one with the most telling columns first."""
    modules = sorted(found.name for found in pkgutil.iter_modules(__path__))
    found: list[Export] = []
    for name in modules:
        found += import_module(f"{__name__}.{name}").EXPORTS
    return tuple(sorted(found, key=lambda export: -max(map(len, export.signs))))
