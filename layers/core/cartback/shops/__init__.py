"""The shop platforms, one module each: the folder is the registry. Each implements ``ports.ShopAdapter``.

A module here must be cheap to import, because the door that answers webhooks loads it on its cold start: what
translates a delivery is imported when there is one to translate.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module
from typing import TYPE_CHECKING, cast

from cartback.domain.errors import Refused

if TYPE_CHECKING:
    from cartback.ports import ShopAdapter


def platforms() -> tuple[str, ...]:
    """The names of all platforms, sorted."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def load(platform: str) -> ShopAdapter:
    """The adapter of a platform. Raises ``Refused`` for a name that is not in this folder."""
    if platform not in platforms():
        raise Refused(f"unknown platform; known are {', '.join(platforms())}")
    return cast("ShopAdapter", import_module(f"{__name__}.{platform}"))
