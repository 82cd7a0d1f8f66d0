"""The ports of the local cloud, when `make demo` and `make up` start at the same time."""

from __future__ import annotations

import socket

from local.cloud import free_port
from local.proxy import Handler, Server
from local.stage import free, held


def _listens(port: int) -> bool:
    server = Server(Handler, port)
    server.server_close()
    return server.server_port == port


def test_who_comes_second_while_a_stack_is_deployed_gets_another_port():
    wanted = free_port()
    with held(wanted) as first, held(wanted) as second:
        assert first.number == wanted
        assert second.number != wanted
        assert free(wanted) != wanted
        assert _listens(first.let_go())
        assert _listens(second.let_go())


def test_a_port_that_was_never_let_go_is_free_when_the_deployment_failed():
    wanted = free_port()
    with held(wanted):
        pass
    with socket.socket() as again:
        again.bind(("127.0.0.1", wanted))
