"""Outside systems for doors: connections of the lamp shop, and addresses that answer as they are told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from cartback import wiring
from cartback.domain.connectors.connection import Connection
from cartback.domain.connectors.tool_tokens import made
from cartback.domain.shop.calls import Call, Reply
from cartback.ports import AnswerLink
from cartback.store.connectors.connections import DynamoConnections, SecretAccess
from cartback.store.connectors.effects import DynamoEffects
from cartback.store.desk.book import DynamoDesk, DynamoWaiting
from cartback.store.messaging.ledger import DynamoLedger
from tests.doors.house import SHOP, House
from tests.fakes.world import START, HandClock

HOOK_SECRET = "whsec_" + "c2VjcmV0" * 5
SLACK = "https://slack.example/api"
SIGNING = "0123456789abcdef"


@dataclass
class Addresses:
    """The port ``Http``: each address answers with the first of its moods, and goes on with the last one.

    A mood is what is raised, or a document that comes back.
    """

    moods: dict[str, list[Exception | Mapping[str, Any]]] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)

    def send(self, call: Call) -> Reply:
        self.calls.append(call)
        known = next((moods for url, moods in self.moods.items() if call.url.startswith(url)), [{}])
        mood = known.pop(0) if len(known) > 1 else known[0]
        if isinstance(mood, Exception):
            raise mood
        return Reply(200, {}, json.dumps(mood))


class Outside:
    """What lies beyond a house: the rows of its connections and its desk, as a test makes and reads them."""

    def __init__(self, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
        self.house, self.addresses = house, Addresses()
        monkeypatch.setattr(wiring, "http", lambda: self.addresses)
        own, self.clock = house.stack.own, HandClock(house.now)
        self.connections = DynamoConnections(own, "Settings")
        self.keys = self.fresh_keys()
        self.desk, self.work = DynamoDesk(own, "Desk", self.clock), DynamoWaiting(own, "Desk", self.clock)
        self.effects = DynamoEffects(own, "Ledger", self.clock)
        self.ledger = DynamoLedger(own, house.stack.tables, self.clock)

    def fresh_keys(self) -> SecretAccess:
        """The secrets as somebody sees them who has not looked before."""
        prefix = self.house.stack.environment("Act")["CONNECTOR_SECRET_PREFIX"]
        return SecretAccess(self.house.stack.own, prefix, self.clock)

    def connect(self, name: str, access: Mapping[str, str], shop: str = SHOP, **more: Any) -> None:
        """Make a connection, and keep its access."""
        connector, _, account = name.partition("/")
        connection = Connection(shop, connector, account or "main", **more)
        self.connections.save(None, connection)
        self.keys.write(f"{shop}/{connection.connector}/{connection.account}", access)

    def hook(self, account: str, *moods: Exception | Mapping[str, Any], **more: Any) -> str:
        """Connect an address that is told of opened carts; gives it."""
        url = f"https://{account}.example/hook"
        self.addresses.moods[url] = list(moods) or [{}]
        given = {"facts": ("cart.opened",), **more}
        self.connect(f"standard_webhooks/{account}", {"url": url, "secret": HOOK_SECRET}, **given)
        return url

    def slack(self, *moods: Exception | Mapping[str, Any], **more: Any) -> None:
        """Connect Slack, whose buttons anna may press."""
        self.addresses.moods[f"{SLACK}/"] = list(moods) or [
            {"ok": True, "ts": "1.1", "channel": "C0123456789"}
        ]
        access = {"token": "xoxb-1234567890-abc", "signing_secret": SIGNING, "url": SLACK}
        self.connect("slack", access, options={"channel": "C0123456789", "people": "U0123=anna"}, **more)

    def mail(self, **more: Any) -> None:
        """Let the shop's team be told by mail."""
        options = {"to": "anna@lampen.example", "sender": "hallo@lampen.example"}
        self.connect("alert_email", {}, options=options, **more)

    def token(self, *scopes: str, shop: str = SHOP, name: str = "n8n") -> dict[str, str]:
        """The header of a tool that cannot sign."""
        row, shown = made(shop, name, scopes, f"{name:A<43}", START, "anna")
        self.connections.keep_token(row)
        return {"authorization": f"Bearer {shown}"}

    def link(self, entry_id: str, token_hash: str, lang: str = "en") -> None:
        """Let anna answer an entry by a link."""
        entry = self.desk.read(SHOP, entry_id)
        assert entry is not None
        assert entry.approval is not None
        self.desk.keep_link(AnswerLink(SHOP, token_hash, entry_id, "anna", lang, entry.approval.deadline))

    def called(self, url: str) -> list[Call]:
        """The calls of an address."""
        return [call for call in self.addresses.calls if call.url.startswith(url)]
