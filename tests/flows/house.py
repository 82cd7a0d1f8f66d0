"""The deployed stack as a test sees it: what it can send, and what came of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from cartback.domain.flows import execution_name
from cartback.domain.trade.cart import cart_id_for
from cartback.ports import TimelineEntry
from cartback.store.messaging.ledger import DynamoLedger
from cartback.store.tables import Tables
from local.cloud import ROOT
from local.demo import shopify
from local.demo.assortment import PLENTY
from local.demo.sender import Reply, ask
from local.demo.shop import SHOP, StageClients
from local.demo.shopify import Buyer
from local.mail import Message
from local.signing import shopify_headers
from local.stage import Stage
from local.timekeeper import Timekeeper

PATIENCE_SECONDS = 60.0
_TIMES: list[Timekeeper] = []
ONE_THING = ((PLENTY[0], 1),)
_NUMBERS = count(5000)


@contextmanager
def led_by(keeper: Timekeeper) -> Iterator[None]:
    """Let whoever waits lead the time of this stack, until the block ends."""
    _TIMES.append(keeper)
    try:
        yield
    finally:
        _TIMES.remove(keeper)


def until[T](found: Callable[[], T], what: str, seconds: float = PATIENCE_SECONDS) -> T:
    """Let time go on until something is found; fail with ``what`` was waited for.

    ``seconds`` are real ones in which time got on: as long as it stands for work, nothing is too slow.
    """
    (keeper,) = _TIMES
    keeper.begin()
    left = seconds
    while True:
        keeper.rest()
        if result := found():
            return result
        assert left > 0, f"waited {seconds:g} s for {what}"
        keeper.rest()  # from looking
        began = time.monotonic()
        keeper.step()
        left -= time.monotonic() - began


@dataclass
class Shopper:
    """Somebody who stops at the checkout of the deployed stack's shop, and the run that this started."""

    house: House
    buyer: Buyer
    began_at: datetime
    lines: shopify.Lines = ONE_THING

    def leaves_a_cart(self) -> None:
        """checkouts/create, now; who agreed has confirmed it before."""
        if self.buyer.has_confirmed:
            word = shopify.consent(self.buyer, "subscribed", self.began_at - timedelta(days=60))
            assert self.house.send("customers_email_marketing_consent/update", word).status == 202
        told = shopify.checkout(self.buyer, self.lines, self.house.front_url, self.began_at, self.began_at)
        assert self.house.send("checkouts/create", told).status == 202

    def buys(self) -> None:
        """orders/create, now."""
        told = shopify.order(self.buyer, self.lines, self.house.stage.clock.now())
        assert self.house.send("orders/create", told).status == 202

    @property
    def cart_id(self) -> str:
        """Our id of the cart: it was first heard of as a checkout."""
        return cart_id_for(SHOP, f"checkout:{self.buyer.checkout_token}")

    @property
    def mails(self) -> list[Message]:
        """What arrived, oldest first."""
        return [each for each in self.house.stage.mail.messages if each.to == (self.buyer.email,)]

    def gets(self, number: int) -> Message:
        """Wait for the mail of this number, from 1."""
        return until(lambda: self.mails[number - 1 : number], f"mail {number} to {self.buyer.email}")[0]

    def run_arn(self, generation: int = 1) -> str:
        """The execution of this cart."""
        name = execution_name("cart_recovery", SHOP, self.cart_id, generation)
        machine = self.house.stage.stack.outputs["CartRecoveryArn"]
        return f"{machine.replace(':stateMachine:', ':execution:')}:{name}"

    def run_status(self) -> str | None:
        """How the run stands; None before it has started."""
        states = self.house.stage.cloud.client("stepfunctions")
        try:
            return states.describe_execution(executionArn=self.run_arn())["status"]
        except states.exceptions.ExecutionDoesNotExist:
            return None

    def run_starts(self) -> None:
        """Wait until there is a run."""
        until(self.run_status, f"the start of {self.run_arn()}")

    def run_ends(self) -> str:
        """Wait until the run is over; give its status."""
        until(lambda: self.run_status() not in (None, "RUNNING"), f"the end of {self.run_arn()}")
        return self.run_status() or ""

    def transitions(self) -> int:
        """How many states the run entered: what Step Functions bills."""
        states = self.house.stage.cloud.client("stepfunctions")
        pages = states.get_paginator("get_execution_history").paginate(executionArn=self.run_arn())
        return sum(event["type"].endswith("StateEntered") for page in pages for event in page["events"])

    def story(self) -> list[TimelineEntry]:
        """What the ledger tells of the cart, oldest first."""
        return self.house.ledger().story(SHOP, f"cart#{self.cart_id}")

    def decisions(self) -> list[tuple[str, str]]:
        """The words and reasons of its decisions, in order."""
        said = [line.data for line in self.story() if line.kind == "decision"]
        return [(data["word"], data["reason"]) for data in said]


@dataclass
class House:
    """The deployed stack, its shop ``demo`` and the secret of its webhooks. ``folder`` tells the command line."""

    stage: Stage
    secret: str
    front_url: str
    folder: Path
    _events: Any = field(default_factory=count)

    def shopper(self, **about: Any) -> Shopper:
        """Somebody new. ``about`` are fields of ``Buyer`` and the lines of the cart."""
        lines = about.pop("lines", ONE_THING)
        number = next(_NUMBERS)
        given = {
            "first_name": "Mia",
            "last_name": "Muster",
            "email": f"mia{number}@example.com",
            "lang": "de",
        }
        return Shopper(self, Buyer(number, **(given | about)), self.stage.clock.now(), lines)

    def send(self, topic: str, payload: Any, **other: Any) -> Reply:
        """Send a webhook. ``other`` may replace shop, secret, body, event_id, and add headers."""
        body = other.get("body", json.dumps(payload, ensure_ascii=False).encode())
        event_id = other.get("event_id", f"flow-{next(self._events)}-{time.time_ns()}")
        signed = shopify_headers(body, topic, other.get("secret", self.secret), event_id=event_id)
        headers = {"content-type": "application/json"} | signed | other.get("headers", {})
        return ask("POST", f"{self.stage.api_url}/webhooks/{other.get('shop', SHOP)}", body, headers)

    def ledger(self) -> DynamoLedger:
        """The ledger of the stack."""
        tables = Tables(ledger=self.stage.stack.outputs["LedgerTable"])
        return DynamoLedger(StageClients(self.stage), tables, self.stage.clock)

    def cartback(self, *words: str) -> Any:
        """Run the operator's command line on this stack; give its JSON."""
        done = subprocess.run(
            [sys.executable, "-c", "from cli.cartback import run; run()", "--local", "--json", *words],
            cwd=self.folder,
            env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "layers" / "core")])},
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_SECONDS,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def queue_is_empty(self) -> bool:
        """Whether all accepted events were worked off."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        told = self.stage.cloud.client("sqs").get_queue_attributes(
            QueueUrl=self.stage.stack.outputs["IntakeQueueUrl"], AttributeNames=names
        )["Attributes"]
        return all(told[name] == "0" for name in names)
