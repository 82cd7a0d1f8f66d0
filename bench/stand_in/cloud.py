"""Answers in place of the wire, for every client that botocore makes in this process."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import botocore
from botocore.awsrequest import AWSResponse
from botocore.session import Session

from bench.stand_in.dynamo import Dynamo
from bench.stand_in.shelf import Shelf

Seen = Callable[[str, str, int, int], None]
FACTS = "facts"


class _Body:
    """What urllib3 would give: a stream that was read from the wire."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, **_: Any) -> Iterator[bytes]:
        """The whole body."""
        yield self._body


class Cloud:
    """Answers requests. ``seen`` is told of each call: service, operation, bytes out, bytes back."""

    def __init__(self, path: Path, seen: Seen | None = None) -> None:
        self.path = path
        self.shelf = Shelf(path)
        self._dynamo = Dynamo(self.shelf)
        self._seen = seen
        self._away: dict[str, tuple[float, bool]] = {}

    def __call__(self, request: Any, event_name: str, **_: Any) -> AWSResponse:
        """Stand where botocore's HTTP session would be (the event ``before-send``)."""
        _, service, operation = event_name.split(".")
        body = request.body or b""
        raw = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else body.read()
        if self._is_away(service):
            status, answer = 503, {"__type": "ServiceUnavailable", "message": "away"}
        else:
            status, answer = self._answer(service, operation, raw, request)
        text = json.dumps(answer).encode()
        if self._seen is not None:
            self._seen(service, operation, len(raw), len(text))
        headers = {"content-type": "application/x-amz-json-1.0"}
        return AWSResponse(request.url, status, headers, _Body(text if service != "s3" else b""))

    def _is_away(self, service: str) -> bool:
        now = time.monotonic()
        asked_at, away = self._away.get(service, (0.0, False))
        if now - asked_at > 0.2:
            away = self.shelf.is_away(service)
            self._away[service] = (now, away)
        return away

    def _answer(self, service: str, operation: str, raw: bytes, request: Any) -> tuple[int, dict[str, Any]]:
        if service == "s3":
            self.shelf.db.execute(
                "INSERT INTO objects VALUES (?,?,1) ON CONFLICT (key) DO UPDATE SET writes=writes+1",
                (request.url.split("?")[0], len(raw)),
            )
            return 200, {}
        asked = json.loads(raw) if raw else {}
        if service == "dynamodb":
            return self._dynamo.answer(operation, asked)
        calls: dict[str, Callable[[dict[str, Any]], tuple[int, dict[str, Any]]]] = {
            "SendMessage": self._send,
            "PutEvents": self._tell,
            "StartExecution": self._start,
            "GetSecretValue": self._secret,
            "SendEmail": lambda _: (200, {"MessageId": "stand-in"}),
        }
        return calls[operation](asked)

    def _send(self, asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        self.shelf.send(
            asked["QueueUrl"], asked["MessageBody"], json.dumps(asked.get("MessageAttributes", {}))
        )
        return 200, {"MessageId": "stand-in"}

    def _tell(self, asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        with self.shelf.writing():
            for entry in asked["Entries"]:
                if entry["DetailType"] == "cart.opened":
                    self.shelf.send(FACTS, entry["Detail"])
        return 200, {"FailedEntryCount": 0, "Entries": [{"EventId": "1"} for _ in asked["Entries"]]}

    def _start(self, asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        with self.shelf.writing():
            known = self.shelf.db.execute("SELECT 1 FROM runs WHERE name=?", (asked["name"],)).fetchone()
            if known:
                return 400, {"__type": "ExecutionAlreadyExists", "message": "taken"}
            self.shelf.db.execute("INSERT INTO runs VALUES (?,?,1)", (asked["name"], asked["input"]))
        return 200, {"executionArn": f"arn:aws:states:::execution:{asked['name']}", "startDate": time.time()}

    def _secret(self, asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        found = self.shelf.db.execute(
            "SELECT value FROM secrets WHERE name=?", (asked["SecretId"],)
        ).fetchone()
        if found is None:
            return 400, {"__type": "ResourceNotFoundException", "message": "no such secret"}
        return 200, {"ARN": "arn", "Name": asked["SecretId"], "SecretString": found[0]}

    def count_calls(self, into: list[int]) -> Callable[[], None]:
        """Add one to the first of ``into`` for every call, until what is given back is called."""
        before = self._seen

        def count(*_: object) -> None:
            into[0] += 1

        self._seen = count

        def stop() -> None:
            self._seen = before

        return stop

    def keep_secret(self, name: str, value: str) -> None:
        """Keep a secret for the clients to read."""
        self.shelf.db.execute("INSERT OR REPLACE INTO secrets VALUES (?,?)", (name, value))


@contextlib.contextmanager
def connected(cloud: Cloud) -> Iterator[Cloud]:
    """Let every client that is made inside be answered by this cloud."""

    def plug(session: Session) -> None:
        session.register("before-send", cloud)

    botocore.register_initializer(plug)
    try:
        yield cloud
    finally:
        botocore.unregister_initializer(plug)
