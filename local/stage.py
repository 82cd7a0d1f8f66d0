"""Everything that runs on this machine in place of AWS, put together: what demo, flow tests and `make up` stand on."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from local import cloud, deploy, gateway, inbox, mail_provider
from local.clock import Clock
from local.cloud import REGION, ROOT, STATE, Cloud, free_port
from local.deploy import Stack
from local.mail_provider import MailProvider
from local.timekeeper import Timekeeper

STACK_FILE = STATE / "stack.json"
API_PORT, INBOX_PORT = 8480, 8481


@dataclass(frozen=True, slots=True)
class Stage:
    """A deployed Cartback with its surroundings. ``api_url`` is the public door, without a trailing slash.

    Its time stands until somebody leads it: ``time``.
    """

    clock: Clock
    time: Timekeeper
    cloud: Cloud
    stack: Stack
    mail: MailProvider
    mail_url: str
    api_url: str
    inbox_url: str

    def as_json(self) -> dict[str, Any]:
        """Return what other programs on this machine need to find it: the content of .local/stack.json."""
        return {
            "api_url": self.api_url,
            "inbox_url": self.inbox_url,
            "endpoint_url": self.cloud.endpoint_url,
            "endpoints": {"sesv2": self.mail_url},
            "region": REGION,
            "stack_name": self.stack.name,
            "speed": self.clock.speed,
            "clock": str(self.clock),
            "outputs": self.stack.outputs,
            "pid": os.getpid(),
            "ministack_pid": self.cloud.pid,
        }


@contextmanager
def running(
    speed: float, template: Path = ROOT / "template.yaml", since: datetime | None = None
) -> Iterator[Stage]:
    """Build, start and deploy everything; take it down when the block ends.

    ``speed`` is how many virtual seconds pass in a real one at most, ``since`` what the clock shows at first, for None
    the real time. Raises RuntimeError, with the tool's own words, if a step fails.
    """
    built = deploy.build(template)
    with _clock(speed, since) as clock, _around(clock, built, real=since is None) as stage:
        yield stage


@contextmanager
def _clock(speed: float, since: datetime | None) -> Iterator[Clock]:
    STATE.mkdir(exist_ok=True)
    file = STATE / f"clock-{os.getpid()}"
    try:
        yield Clock.set_to(since or datetime.now(UTC), speed, file)
    finally:
        file.unlink(missing_ok=True)


@contextmanager
def _around(clock: Clock, built: Path, *, real: bool) -> Iterator[Stage]:
    mail = MailProvider(clock)
    with (
        held(API_PORT) as api_port,
        held(INBOX_PORT) as inbox_port,
        mail_provider.running(mail) as mail_url,
        cloud.running(clock, mail_url) as ministack,
        mail.attached(ministack),
    ):
        stack = deploy.deploy(ministack, built, f"http://127.0.0.1:{api_port.number}")
        with (
            gateway.running(
                ministack.endpoint_url, next(iter(stack.apis.values())), api_port.let_go()
            ) as api_url,
            inbox.running(mail, clock, inbox_port.let_go()) as inbox_url,
        ):
            if real:
                clock.move(datetime.now(UTC))
            time = Timekeeper(clock, ministack.channel, lambda: mail.under_way)
            yield Stage(clock, time, ministack, stack, mail, mail_url, api_url, inbox_url)


@contextmanager
def announced(stage: Stage) -> Iterator[None]:
    """Tell other programs of this machine where the stage is, in .local/stack.json, until the block ends."""
    STACK_FILE.write_text(json.dumps(stage.as_json(), indent=2) + "\n")
    try:
        yield
    finally:
        STACK_FILE.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class HeldPort:
    """A port that no other program gets until it is let go."""

    number: int
    _holder: socket.socket

    def let_go(self) -> int:
        """Give the port to whoever listens on it next."""
        self._holder.close()
        return self.number


@contextmanager
def held(port: int) -> Iterator[HeldPort]:
    """Hold ``port``, or any free one if somebody has it: deploying takes a minute, and the address is told to it."""
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            holder.bind(("127.0.0.1", port))
            holder.listen(1)  # one that only bound it would keep nobody else away who reuses addresses
        except OSError:
            with held(free_port()) as other:
                yield other
            return
        yield HeldPort(holder.getsockname()[1], holder)


def free(port: int) -> int:
    """Return ``port``, so that addresses stay the same from day to day, or any free one if somebody has it."""
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind(("127.0.0.1", port))
        except OSError:
            return free_port()
    return port
