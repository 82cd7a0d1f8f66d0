"""The shop platforms, one module each: the folder is the registry. Each implements ``ports.ShopAdapter``.

A module here must be cheap to import, because the door that answers webhooks loads it on its cold start: what
translates a delivery is imported when there is one to translate.
"""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, cast

from cartback.domain.errors import Refused

if TYPE_CHECKING:
    from cartback.ports import ShopAdapter


@cache
def platforms() -> tuple[str, ...]:
    """The names of all platforms, sorted. The folder is read once per process, not once per webhook."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def load(platform: str) -> ShopAdapter:
    """The adapter of a platform. Raises ``Refused`` for a name that is not in this folder."""
    if platform not in platforms():
        raise Refused(f"unknown platform; known are {', '.join(platforms())}")
    return cast("ShopAdapter", import_module(f"{__name__}.{platform}"))


def check_secret(platform: str, secret: str) -> None:
    """Raise ``Refused`` for a secret with which this platform could never sign; most take any."""
    check = getattr(load(platform), "check_secret", None)
    if check is not None:
        check(secret)


def api(platform: str) -> ModuleType:
    """The module ``api`` of a platform, which may take its time to import.

    It holds its ``Api`` (a ``ports.ShopApi`` made of keys and ``Http``), what that ``NEEDS``, what is left to do
    ``BY_HAND`` and whether the platform ``TELLS_OF_CARTS``. Raises ``Refused`` for a name that is not in this folder.
    """
    load(platform)
    return import_module(f"{__name__}.{platform}.api")
