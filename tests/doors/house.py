"""The doors on a moto-made AWS: each is called with exactly the variables that the template gives its function."""

from __future__ import annotations

import base64
import importlib
import json
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import boto3
import pytest
from moto.backends import get_backend

from cartback import wiring
from cartback.domain.shop.settings import ShopSettings
from cartback.ports import KeptSettings
from cartback.store.shop.settings import DynamoShopBook
from tests.contracts.stack import ACCOUNT, CREDENTIALS, REGION, ROOT, Stack, resources
from tests.doors.manners import well_mannered
from tests.doors.rights import acting_as
from tests.fakes.outside import CONTEXT
from tests.fakes.senders import generic_headers
from tests.fakes.world import START

SHOP = "lamp-shop"
SECRET = "whsec_" + base64.b64encode(b"a secret of the lamp shop").decode()
DOCUMENT = {
    "shop": SHOP,
    "platform": "generic",
    "name": "Lampenladen",
    "url": "https://lampen.example",
    "sender": {"name": "Lampenladen", "address": "hallo@lampen.example"},
    "imprint": ["Lampenladen GmbH", "Lichtweg 3, 50667 Köln"],
}
NOWHERE = "http://127.0.0.1:9"


@cache
def _mail() -> Any:
    return boto3.client("sesv2", region_name=REGION)


def function_of(door: str) -> str:
    """The function of the template whose file this is."""
    found = resources("AWS::Serverless::Function").items()
    return next(name for name, each in found if each["Handler"] == f"{door}.handler")


class House:
    """One stack, one shop, and a clock that stands still until it is moved."""

    def __init__(self, stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
        self.stack, self.monkeypatch = stack.with_services(), monkeypatch
        self.now: datetime = START
        self.extra: dict[str, str] = {}
        for name, value in CREDENTIALS.items():
            monkeypatch.setenv(name, value)
        self.add_shop()
        mail = _mail()
        for name in ("ConfigurationSet", "TransactionalSet"):
            mail.create_configuration_set(ConfigurationSetName=stack.refs[name])
        mail.create_email_identity(EmailIdentity="lampen.example")
        mail.create_email_identity(EmailIdentity="hallo@lampen.example")
        self._listen()

    def add_shop(
        self,
        shop: str = SHOP,
        version: int = 1,
        secrets: tuple[str, ...] = (SECRET,),
        removed: bool = False,
        **changes: Any,
    ) -> None:
        """Keep a shop, or its next version, and its secrets."""
        settings = ShopSettings.parse({**DOCUMENT, "shop": shop, **changes}).stamped(version, START, "tester")
        DynamoShopBook(self.stack.clients, "Settings").put(KeptSettings(settings, removed))
        if version == 1:
            value = json.dumps({"platform": settings.platform, "secrets": list(secrets)})
            name = self.stack.environment("ReceiveWebhook")["SHOP_SECRET_PREFIX"] + shop
            self.stack.clients.secretsmanager.create_secret(Name=name, SecretString=value)

    def _listen(self) -> None:
        """Let everything that is told on the bus land on a queue of its own."""
        sqs, events, bus = self.stack.clients.sqs, self.stack.clients.events, self.stack.refs["Bus"]
        self.stack.refs["Heard"] = url = sqs.create_queue(QueueName="Heard")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        events.put_rule(Name="all", EventBusName=bus, EventPattern='{"source": ["cartback"]}')
        events.put_targets(Rule="all", EventBusName=bus, Targets=[{"Id": "1", "Arn": arn}])

    def call(self, door: str, event: Any) -> Any:
        """Invoke a door in a process of its own, as far as its wiring goes, with the rights of its role."""
        function = function_of(door)
        with self.monkeypatch.context() as patch:
            for other in resources("AWS::Serverless::Function"):
                for name in self.stack.environment(other):
                    patch.delenv(name, raising=False)
            for name, value in {**self.stack.environment(function), **self.extra}.items():
                patch.setenv(name, value)
            patch.setenv("CARTBACK_CLOCK", f"0@{self.now.isoformat()}")
            for made in vars(wiring).values():
                if hasattr(made, "cache_clear"):
                    made.cache_clear()
            if not self.extra:  # making clients is slow, and these are the same
                patch.setattr(wiring, "clients", lambda: self.stack.clients)
            with acting_as(self.stack, function), well_mannered(self.stack):
                return importlib.import_module(f"functions.{door}").handler(event, CONTEXT)

    def unreachable(self, service: str) -> None:
        """From now on nothing listens where this service was; botocore's pauses are skipped."""
        self.extra[f"AWS_ENDPOINT_URL_{service}"] = NOWHERE
        self.monkeypatch.setattr("botocore.endpoint.time.sleep", lambda seconds: None)

    def webhook(self, body: bytes, headers: dict[str, str], shop: str = SHOP) -> dict[str, Any]:
        """Send a webhook as API Gateway would pass it on."""
        event = sample("receive_webhook")
        event["pathParameters"] = {"shop": shop}
        event["headers"] = {"content-type": "application/json", **headers}
        event["body"], event["isBase64Encoded"] = base64.b64encode(body).decode(), True
        return self.call("receive_webhook", event)

    def signed(
        self, body: bytes, key: str = "msg_1", ago: timedelta = timedelta(), secret: str = SECRET
    ) -> dict[str, str]:
        """The headers with which the shop signs a body."""
        return generic_headers(body, secret, message_id=key, timestamp=self.now - ago)

    def tell(self, document: dict[str, Any], key: str) -> None:
        """Send an event and let the queue be worked off."""
        body = json.dumps(document).encode()
        assert self.webhook(body, self.signed(body, key))["statusCode"] == 202
        assert self.work_off() == []

    def work_off(self) -> list[str]:
        """Hand everything on the queue to the worker; gives the bodies that come back."""
        found = self.stack.messages("IntakeQueue")
        failed = self.apply([message["Body"] for message in found])
        for message in found:
            self.stack.clients.sqs.delete_message(
                QueueUrl=self.stack.refs["IntakeQueue"], ReceiptHandle=message["ReceiptHandle"]
            )
        return [found[number]["Body"] for number in failed]

    def apply(self, bodies: list[str], receives: int = 1) -> list[int]:
        """Hand bodies to the worker as one batch; gives the places of those that have to come back."""
        records = [
            {"messageId": str(number), "body": body, "attributes": {"ApproximateReceiveCount": str(receives)}}
            for number, body in enumerate(bodies)
        ]
        answer = self.call("apply_events", {"Records": records})
        return [int(each["itemIdentifier"]) for each in answer["batchItemFailures"]]

    def heard(self) -> list[dict[str, Any]]:
        """The facts that were told since the last time."""
        return [json.loads(message["Body"])["detail"] for message in self.stack.messages("Heard")]

    def parked(self) -> list[tuple[str, str]]:
        """What lies in the dead-letter queue: body and reason."""
        found = self.stack.messages("IntakeDlq")
        return [(each["Body"], each["MessageAttributes"]["reason"]["StringValue"]) for each in found]

    def mails(self) -> list[Any]:
        """What the mail provider took."""
        return get_backend("ses")[ACCOUNT][REGION].sent_messages


def sample(name: str) -> Any:
    """A file of events/doors."""
    return json.loads((ROOT / "events" / "doors" / f"{name}.json").read_text())


def checkout(minutes: float = 0, *, ref: str = "c-1", consent: bool = True, **data: Any) -> dict[str, Any]:
    """An event of the lamp shop: somebody put a lamp into the cart."""
    at = (START + timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z")
    consents = [
        {
            "channel": "email",
            "granted": True,
            "at": "2026-01-01T00:00:00Z",
            "basis": "double_opt_in",
            "source": "newsletter form",
        }
    ]
    return {
        "type": "cart.updated",
        "at": at,
        "data": {
            "cart_id": ref,
            "currency": "EUR",
            "total": "59.90",
            "items": [{"variant_id": "LAMP", "title": "Leselampe", "quantity": 1, "unit_price": "59.90"}],
            "customer": {"email": "ada@example.com", "locale": "de", "consents": consents if consent else []},
            "restore_url": "https://lampen.example/cart/c-1?key=1",
            **data,
        },
    }


def order(minutes: float, ref: str = "c-1") -> dict[str, Any]:
    """An event of the lamp shop: the cart was bought."""
    at = (START + timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z")
    return {
        "type": "order.placed",
        "at": at,
        "data": {
            "order_id": "o-1",
            "placed_at": at,
            "currency": "EUR",
            "total": "59.90",
            "cart_id": ref,
            "customer": {"email": "ada@example.com"},
        },
    }
