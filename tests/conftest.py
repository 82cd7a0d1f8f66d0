"""What every room shares: no room but ``flows`` and ``browser`` opens a socket, and AWS is asked in its own words."""

from __future__ import annotations

import gc
from typing import Any

import pytest
from botocore import session as botocore_session
from botocore.config import Config
from botocore.loaders import Loader
from botocore.session import Session
from hypothesis import settings
from pytest_socket import disable_socket, enable_socket

# A busy machine is no fault: how long things may take is asked by the budgets, in calls and in processor time.
settings.register_profile("default", deadline=None)


def pytest_configure() -> None:
    """Nothing that is collected is garbage …"""
    gc.disable()


def pytest_collection_finish() -> None:
    """… nor ever becomes any: seventeen thousand tests, which no collector needs to look through again and again."""
    gc.freeze()
    gc.enable()


_MEASURED = "tests/budgets/"
_MAY_CONNECT = ("tests/flows/", "tests/browser/", "tests/doors/", "tests/unit/channels/", "tests/unit/web/")


@pytest.fixture(autouse=True)
def _sockets(request: pytest.FixtureRequest):
    """Block sockets where the room has none. Doors use moto, which patches botocore and opens none itself."""
    if any(room in str(request.node.fspath) for room in _MAY_CONNECT):
        enable_socket()
        yield
        return
    disable_socket(allow_unix_socket=True)
    yield
    enable_socket()


def _reading_once(path: str | None = None) -> Loader:
    """What AWS's services understand is megabytes of JSON, which each session would read anew: read once a process."""
    loader = _loader(path)
    loader._cache = _READ.setdefault(path, loader._cache)
    return loader


_loader = botocore_session.create_loader
_READ: dict[str | None, Any] = {}


@pytest.fixture(autouse=True)
def _validated(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch):
    """Let botocore compare every call with AWS's own description of it, which the house's clients skip to be quicker.

    moto takes many a parameter that AWS refuses. Where calls are measured they are made as in production.
    """
    if _MEASURED in str(request.node.fspath):
        return
    monkeypatch.setattr(botocore_session, "create_loader", _reading_once)
    make, thoroughly = Session.create_client, Config(parameter_validation=True)

    def create_client(self: Session, *given: Any, config: Config | None = None, **more: Any) -> Any:
        return make(self, *given, config=config.merge(thoroughly) if config else thoroughly, **more)

    monkeypatch.setattr(Session, "create_client", create_client)
