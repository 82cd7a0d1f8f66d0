"""What every room shares: no room but ``flows`` and ``browser`` opens a socket."""

from __future__ import annotations

import pytest
from pytest_socket import disable_socket, enable_socket

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
