"""The local cloud: MiniStack as a child process on loopback, faster than life and forgotten when it stops."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from local.clock import VARIABLE as CLOCK_VARIABLE
from local.clock import Clock
from local.timekeeper import CHANNEL, Channel

ROOT = Path(__file__).resolve().parents[1]
STATE = ROOT / ".local"
REGION = "eu-central-1"
ACCOUNT = "000000000000"
BOOT_SECONDS = 240  # of a machine that does much else
STOP_SECONDS = 10

# Whatever AWS account this shell is logged in to, nothing here may ever reach it.
NOBODY = {
    "AWS_ACCESS_KEY_ID": ACCOUNT,
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_REGION": REGION,
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}
_KEPT_OUT = ("AWS_", "CARTBACK_", "PYTHON", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


@dataclass(frozen=True, slots=True)
class Cloud:
    """A running MiniStack: where it listens, how fast its time goes, which process it is, and how to lead its time."""

    endpoint_url: str
    clock: Clock
    pid: int
    channel: Channel

    def client(self, service: str) -> Any:
        """Return a boto3 client of this cloud for ``service``."""
        return _client(self.endpoint_url, service)


def environment(extra: dict[str, str]) -> dict[str, str]:
    """Return this shell's environment, its AWS, Python and proxy settings replaced by dummies and ``extra``."""
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(_KEPT_OUT)}
    kept["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), kept.get("PATH", os.defpath)])
    return kept | NOBODY | extra


@cache
def _client(endpoint_url: str, service: str) -> Any:
    # A session each: clients may be shared between threads, but making them from one session may not.
    session: Any = boto3.Session(NOBODY["AWS_ACCESS_KEY_ID"], NOBODY["AWS_SECRET_ACCESS_KEY"], None, REGION)
    return session.client(
        service,
        endpoint_url=endpoint_url,
        config=Config(retries={"max_attempts": 2}, max_pool_connections=50),
    )


def free_port() -> int:
    """Return a loopback port that nobody listens on at this moment."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@contextmanager
def running(clock: Clock, mail_url: str | None = None, port: int | None = None) -> Iterator[Cloud]:
    """Run MiniStack until the block ends.

    Its local executor hands its own environment on to the Lambdas, which is how they learn the clock and, through
    ``mail_url``, that SES is played by `local.mail_provider`: no line of the template has to know of either.

    Raises RuntimeError, with the end of the log, if it does not come up.
    """
    port = port or free_port()
    STATE.mkdir(exist_ok=True)
    scratch = STATE / f"ministack-{port}"
    scratch.mkdir(exist_ok=True)
    settings = {
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_REGION": REGION,
        "LAMBDA_EXECUTOR": "local",
        "LAMBDA_ACCOUNT_CONCURRENCY": "0",  # unlimited: local.emulator lets them take turns instead
        "PERSIST_STATE": "0",
        "IOT_MTLS_ENABLED": "0",  # it and SFTP would take fixed ports
        "SFTP_ENABLED": "0",
        "LOG_LEVEL": "INFO",
        "TMPDIR": str(scratch),
        CLOCK_VARIABLE: str(clock),
        "SHOPS_ON_LOOPBACK": "yes",  # the demo's shops have their APIs on this machine, without certificates
    }
    if mail_url:
        settings["AWS_ENDPOINT_URL_SESV2"] = mail_url
    log = STATE / "ministack.log"
    ours, theirs = socket.socketpair()
    with log.open("wb") as out, theirs:
        # A session of its own: Ctrl-C is for us, and we stop it after what still needs it.
        process = subprocess.Popen(
            [sys.executable, "-m", "local.emulator"],
            cwd=scratch,
            env=environment(settings | {CHANNEL: str(theirs.fileno())}),
            pass_fds=(theirs.fileno(),),
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        endpoint_url = f"http://127.0.0.1:{port}"
        _wait_until_ready(process, endpoint_url, log)
        yield Cloud(endpoint_url, clock, process.pid, Channel(ours))
    finally:
        ours.close()
        stop(process)
        shutil.rmtree(scratch, ignore_errors=True)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End MiniStack and the Lambda processes that it started."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, sign)
            process.wait(STOP_SECONDS)
        except ProcessLookupError:
            break
        except subprocess.TimeoutExpired:
            continue


def _wait_until_ready(process: subprocess.Popen[bytes], endpoint_url: str, log: Path) -> None:
    deadline = time.monotonic() + BOOT_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{endpoint_url}/_ministack/health", timeout=10):  # noqa: S310
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    tail = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
    raise RuntimeError(f"MiniStack did not come up; the end of {log.relative_to(ROOT)}:\n{tail}")
