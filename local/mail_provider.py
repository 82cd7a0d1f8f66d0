"""Plays SES for the local cloud: takes messages, keeps them for the inbox, and tells what became of them.

MiniStack's SES checks identities but forgets tags and headers, and publishes nothing about a configuration set's
messages. So the Lambdas' SES v2 endpoint points here (AWS_ENDPOINT_URL_SESV2). A message is read, handed on to
MiniStack for its verdict and, once accepted, its events go to the SNS topic of its configuration set's event
destination: the same road that they take on AWS.

As with SES's mailbox simulator, the recipient's local part decides the outcome: ``bounce+any@…`` bounces for good,
``softbounce@…`` for now, ``complaint@…`` is delivered and complained about. Two more are about the sender:
``throttled@…`` is refused for the rate, and the answer for ``lost@…`` never arrives although the message does.
"""

from __future__ import annotations

import http.client
import json
import queue
import re
import socket
import sys
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.clock import Watch
from local.cloud import Cloud
from local.mail import Message, read, stamp
from local.proxy import Answer, Handler, Server, serving

SEND_PATH = "/v2/email/outbound-emails"
FLUSH_SECONDS = 5
_OUTCOME = re.compile(r"(bounce|softbounce|complaint|throttled|lost)(?:[+.-].*)?@")
_THROTTLED = Answer(
    429,
    [("Content-Type", "application/json"), ("x-amzn-ErrorType", "TooManyRequestsException")],
    b'{"message": "Maximum sending rate exceeded."}',
)


class MailProvider:
    """SES as the local cloud's Lambdas see it. Give it the cloud with ``attached`` before the first message."""

    def __init__(self, clock: Watch) -> None:
        self._clock = clock
        self._cloud: Cloud | None = None
        self._messages: list[Message] = []
        self._events: queue.Queue[tuple[Message, dict[str, Any]] | None] = queue.Queue()
        self._destinations: dict[str, list[dict[str, Any]]] = {}

    @contextmanager
    def attached(self, cloud: Cloud) -> Iterator[None]:
        """Work with ``cloud``, which had to be told first where we are, and publish its events until the block ends."""
        self._cloud = cloud
        teller = threading.Thread(target=self._publish, daemon=True)
        teller.start()
        try:
            yield
        finally:
            self._events.put(None)
            teller.join(FLUSH_SECONDS)

    @property
    def cloud(self) -> Cloud:
        """The attached cloud. Raises RuntimeError before ``attached``."""
        if self._cloud is None:
            raise RuntimeError("the mail provider has no cloud yet: see attached")
        return self._cloud

    @property
    def messages(self) -> tuple[Message, ...]:
        """Every message accepted so far, oldest first."""
        return tuple(self._messages)

    @property
    def under_way(self) -> tuple[str, ...]:
        """What is still to be told of messages."""
        left = self._events.unfinished_tasks
        return (f"{left} events of the mail provider",) if left else ()

    @property
    def delivered(self) -> tuple[Message, ...]:
        """Every message that reached its recipient, oldest first."""
        return tuple(message for message in self._messages if not message.bounces)

    def click(self, message: Message, link: str) -> None:
        """Report that the recipient followed ``link``, as SES does where a configuration set tracks clicks."""
        detail = {"ipAddress": "127.0.0.1", "userAgent": "Mozilla/5.0", "link": link, "linkTags": None}
        self._report(message, "Click", detail)

    def complain(self, message: Message) -> None:
        """Report that the recipient marked the message as spam."""
        detail = {
            "complainedRecipients": [{"emailAddress": each} for each in message.to],
            "feedbackId": str(uuid.uuid4()),
            "complaintFeedbackType": "abuse",
            "arrivalDate": stamp(self._clock.now()),
        }
        self._report(message, "Complaint", detail)

    def accept(self, request: dict[str, Any], message_id: str) -> None:
        """Keep an accepted message and report its fate."""
        outcome = outcome_of(request)
        message = read(request, message_id, self._clock.now(), bounces=outcome in ("bounce", "softbounce"))
        self._messages.append(message)
        self._report(message, "Send", {})
        if message.bounces:
            self._report(message, "Bounce", _bounce(message, permanent=outcome == "bounce"))
            return
        self._report(message, "Delivery", {"processingTimeMillis": 900, "recipients": list(message.to)})
        if outcome == "complaint":
            self.complain(message)

    def _publish(self) -> None:
        while (item := self._events.get()) is not None:
            message, event = item
            try:
                for topic in self._topics(message, event["eventType"]):
                    self.cloud.client("sns").publish(TopicArn=topic, Message=json.dumps(event))
            except (BotoCoreError, ClientError) as error:
                print(
                    f"mail provider: {event['eventType']} of {message.id} not told: {error}", file=sys.stderr
                )
            finally:
                self._events.task_done()

    def _report(self, message: Message, kind: str, detail: dict[str, Any]) -> None:
        later = self._clock.now() + timedelta(seconds=1 if kind == "Delivery" else 0)
        self._events.put((message, message.event(kind, later, detail)))

    def _topics(self, message: Message, kind: str) -> Iterator[str]:
        """Yield the topics that asked for this kind of event: none for a message without a configuration set."""
        name = message.configuration_set
        if not name:
            return
        if name not in self._destinations:
            found = self.cloud.client("sesv2").get_configuration_set_event_destinations(
                ConfigurationSetName=name
            )
            self._destinations[name] = found["EventDestinations"]
        for destination in self._destinations[name]:
            wanted = destination.get("Enabled") and kind.upper() in destination["MatchingEventTypes"]
            if wanted and "SnsDestination" in destination:
                yield destination["SnsDestination"]["TopicArn"]


def outcome_of(request: dict[str, Any]) -> str:
    """Return what the recipient's address asks for, ``delivery`` for a usual one."""
    addresses = request.get("Destination", {}).get("ToAddresses") or [""]
    found = _OUTCOME.search(addresses[0])
    return found.group(1) if found else "delivery"


def _bounce(message: Message, *, permanent: bool) -> dict[str, Any]:
    status, words = ("5.1.1", "550 5.1.1 user unknown") if permanent else ("4.2.2", "452 4.2.2 mailbox full")
    recipient = {"action": "failed", "status": status, "diagnosticCode": f"smtp; {words}"}
    return {
        "bounceType": "Permanent" if permanent else "Transient",
        "bounceSubType": "General" if permanent else "MailboxFull",
        "bouncedRecipients": [recipient | {"emailAddress": each} for each in message.to],
        "feedbackId": str(uuid.uuid4()),
        "reportingMTA": "dsn; mta.cartback.example",
    }


def endpoint(provider: MailProvider) -> type[Handler]:
    """Return the handler of the SES v2 API: sending is played here, all else is MiniStack's."""

    class Endpoint(Handler):
        def respond(self) -> None:
            body = self.body()
            sending = self.command == "POST" and self.path == SEND_PATH
            request = json.loads(body) if sending else {}
            outcome = outcome_of(request)
            if outcome == "throttled":
                self.tell(_THROTTLED)
                return
            try:
                answer = self.ask(provider.cloud.endpoint_url, body)
            except (OSError, http.client.HTTPException) as error:
                answer = Answer(503, [("Content-Type", "text/plain")], str(error).encode())
            if sending and answer.status == 200:
                provider.accept(request, json.loads(answer.body)["MessageId"])
            if outcome == "lost":
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self.tell(answer)

    return Endpoint


@contextmanager
def running(provider: MailProvider) -> Iterator[str]:
    """Serve the provider's SES v2 endpoint until the block ends; give its URL."""
    with serving(Server(endpoint(provider))) as server:
        yield server.url
