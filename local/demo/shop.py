"""The demo shops as Cartback knows them: added and connected as `cartback shop` would, with the same rules."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime
from typing import Any

from cartback import channels, flows, shops
from cartback.domain.shop.calls import Call, Reply
from cartback.store.clients import Clients
from cartback.store.intake.secrets import SecretWriter
from cartback.store.shop.settings import DynamoShopBook
from cartback.store.tokens import SystemTokens
from cartback.texts import folder
from cartback.usecases.shop.connect_shop import ConnectShop
from cartback.usecases.shop.edit_shop import EditShop, Known
from cartback.web.client import Http
from local.demo import looks
from local.demo.platforms import DemoShop
from local.stage import Stage

SHOP = "demo"


SLOWER = 10
"""How many times as long as on AWS an answer may take while a shop is connected."""


class PatientHttp(Http):
    """A client that lets a busy machine take its time."""

    def send(self, call: Call) -> Reply:
        """See ``ports.Http``."""
        return super().send(replace(call, seconds=call.seconds * SLOWER))


class StageClients(Clients):
    """The AWS clients of the stage's cloud."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self._stage = stage

    def _make(self, service: str) -> Any:
        return self._stage.cloud.client(service)


def add(stage: Stage, url: str, **changes: object) -> str:
    """Add the Shopify shop with its front at ``url``; give the secret that its webhooks are signed with.

    ``changes`` replace whole fields of the document. Raises Refused, naming the field, for a wrong one.
    """
    book, shop = _book(stage), str(changes.get("shop", SHOP))
    book.add({**document(url), **changes}, "demo")
    secret = secrets.token_urlsafe(24)
    book.set_secret(shop, secret)
    return secret


def connect(stage: Stage, shop: DemoShop, **changes: object) -> None:
    """Add a shop and let the two find each other as its platform does it: by a secret, a ceremony or an API.

    ``changes`` replace whole fields of the document. Raises Refused for wrong settings or a refused access,
    RuntimeError where the shop finds fault with us.
    """
    front, book = shop.front, _book(stage)
    own = {"platform": shop.platform, "policy": shop.policy}
    book.add({**document(front, shop.shop), **own, **changes}, "demo")
    secret = shop.fresh_secret()
    if secret is not None:
        book.set_secret(shop.shop, secret)
    shop.introduce_itself()
    access = shop.access()
    if access is not None:
        keys = SecretWriter(StageClients(stage), stage.stack.outputs["ShopSecretPrefix"])
        http = PatientHttp(loopback=True)
        ConnectShop(keys, http, shops.api, SystemTokens(), stage.api_url)(shop.shop, shop.platform, access)


def stocked(shop: DemoShop, now: datetime) -> None:
    """Tell Cartback what a shop sells. Raises RuntimeError if it does not take it."""
    for number, told in enumerate(shop.goods(now)):
        shop.send(told, f"goods-{number}", now)


def _book(stage: Stage) -> EditShop:
    outputs, clients = stage.stack.outputs, StageClients(stage)
    return EditShop(
        DynamoShopBook(clients, outputs["SettingsTable"]),
        SecretWriter(clients, outputs["ShopSecretPrefix"]),
        stage.clock,
        Known(
            frozenset(shops.platforms()),
            {flow.name: flow for flow in flows.all_flows()},
            {kind: folder.written("cart_recovery", kind) for kind in folder.SPELT},
            check_secret=shops.check_secret,
            channels=channels.names(),
        ),
    )


def document(url: str, shop: str = SHOP) -> dict[str, Any]:
    """The settings of a shop whose front is at ``url``."""
    pages = ("support", "help"), ("returns", "returns"), ("shipping", "shipping"), ("privacy", "privacy")
    return {
        "shop": shop,
        "platform": "shopify",
        "url": url,
        "reply_to": "hallo@cartback.example",
        "time_zone": "Europe/Berlin",
        "languages": ["de", "en"],
        "links": {f"{name}_url": f"{url}/{page}" for name, page in pages},
        **looks.document(shop, url),
    }
