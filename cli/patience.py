"""How long the command line waits for AWS, and what it says meanwhile to whoever waits with it."""

from __future__ import annotations

import sys
from typing import Any

from botocore.config import Config
from botocore.exceptions import HTTPClientError

_MOST_ATTEMPTS = 3
PATIENCE = Config(
    connect_timeout=3,
    read_timeout=10,
    retries={"total_max_attempts": _MOST_ATTEMPTS, "mode": "standard"},
)
"""Seconds and attempts: a cloud that answers nothing is given up after about half a minute."""


def say_who_is_silent(service: str, attempts: int, caught_exception: Exception | None, **_: Any) -> None:
    """Tell that a service does not answer, and whether it is asked again. It decides nothing (``needs-retry``)."""
    if isinstance(caught_exception, HTTPClientError):
        asked = attempts < _MOST_ATTEMPTS
        again = f"asking again ({attempts + 1} of {_MOST_ATTEMPTS})" if asked else "giving up"
        print(f"cartback: {service} does not answer; {again}", file=sys.stderr, flush=True)
