"""`make up` and `make down`: the local cloud alone, for trying things by hand."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
from types import FrameType
from typing import NoReturn

from local.stage import STACK_FILE, Stage, announced, running

STOP_SECONDS = 30

_HOW_TO = """\
Cartback is up: {speed:g} virtual seconds pass in one.

  door      {api_url}
  inbox     {inbox_url}
  AWS       AWS_ENDPOINT_URL={endpoint_url} aws --region {region} ...
  details   .local/stack.json, .local/ministack.log, .local/deploy.log

A signed webhook of a Shopify shop named "demo", with its webhook secret in SECRET:

  BODY='{{"id":"c1","token":"c1","line_items":[],"updated_at":"{now}"}}'
  SIGNATURE=$(printf %s "$BODY" | openssl dgst -sha256 -hmac "$SECRET" -binary | base64)
  curl -i {api_url}/webhooks/demo -H 'Content-Type: application/json' -H 'X-Shopify-Topic: carts/create' \\
    -H "X-Shopify-Webhook-Id: $(date +%s)" -H "X-Shopify-Hmac-Sha256: $SIGNATURE" -d "$BODY"

Ctrl-C or `make down` stops it.
"""


def _interrupt(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def tell(stage: Stage) -> None:
    """Print where everything is and how to send a first webhook."""
    print(_HOW_TO.format(now=f"{stage.clock.now():%Y-%m-%dT%H:%M:%SZ}", **stage.as_json()), flush=True)


def up(speed: float) -> int:
    """Run the local cloud until Ctrl-C or SIGTERM; give the exit code."""
    signal.signal(signal.SIGTERM, _interrupt)
    print("Building and deploying, some 30 seconds ...", flush=True)
    try:
        with running(speed) as stage, announced(stage):
            tell(stage)
            while True:
                time.sleep(3600)
    except KeyboardInterrupt:
        print("Stopped.")
        return 0
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1


def down() -> int:
    """Stop the local cloud that runs in another shell and wait until it is gone; give the exit code."""
    try:
        pid = json.loads(STACK_FILE.read_text())["pid"]
        os.kill(pid, signal.SIGTERM)
    except (FileNotFoundError, ProcessLookupError):
        STACK_FILE.unlink(missing_ok=True)
        print("Nothing is running.")
        return 0
    deadline = time.monotonic() + STOP_SECONDS
    while _alive(pid):
        if time.monotonic() > deadline:
            print(f"Process {pid} does not stop.", file=sys.stderr)
            return 1
        time.sleep(0.1)
    print("Stopped.")
    return 0


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m local.up", description=__doc__)
    parser.add_argument("--speed", type=float, default=600.0, help="virtual seconds per real second")
    parser.add_argument("--stop", action="store_true", help="stop the one that runs")
    options = parser.parse_args()
    return down() if options.stop else up(options.speed)


if __name__ == "__main__":
    sys.exit(main())
