"""The demo shop as Cartback knows it: added as `cartback shop add` would, with the same rules."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from cartback import flows, shops
from cartback.store.clients import Clients
from cartback.store.secrets import SecretWriter
from cartback.store.settings import DynamoShopBook
from cartback.texts import folder
from cartback.usecases.edit_shop import EditShop, Known
from local.demo import shopify
from local.demo.assortment import PRODUCT_NUMBERS
from local.demo.sender import Sender
from local.stage import Stage

SHOP = "demo"


class StageClients(Clients):
    """The AWS clients of the stage's cloud."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self._stage = stage

    def _make(self, service: str) -> Any:
        return self._stage.cloud.client(service)


def add(stage: Stage, url: str, **changes: object) -> str:
    """Add the shop with its front at ``url``; give the secret that its webhooks are signed with.

    ``changes`` replace whole fields of the document. Raises Refused, naming the field, for a wrong one.
    """
    outputs, clients = stage.stack.outputs, StageClients(stage)
    book = EditShop(
        DynamoShopBook(clients, outputs["SettingsTable"]),
        SecretWriter(clients, outputs["ShopSecretPrefix"]),
        stage.clock,
        Known(
            frozenset(shops.platforms()),
            frozenset(flow.name for flow in flows.all_flows()),
            folder.written("cart_recovery"),
        ),
    )
    shop = str(changes.get("shop", SHOP))
    book.add({**document(url), **changes}, "demo")
    secret = secrets.token_urlsafe(24)
    book.set_secret(shop, secret)
    return secret


def stocked(sender: Sender, front_url: str, now: datetime) -> None:
    """Tell Cartback what the shop sells. Raises RuntimeError if it does not take it."""
    for number in PRODUCT_NUMBERS:
        sender.send("products/create", shopify.product(number, front_url, now), f"product-{number}", now)


def document(url: str) -> dict[str, Any]:
    """The settings of the shop whose front is at ``url``."""
    return {
        "shop": SHOP,
        "platform": "shopify",
        "name": "Waldkante",
        "url": url,
        "sender": {"name": "Waldkante", "address": "hallo@cartback.example"},
        "reply_to": "hallo@cartback.example",
        "imprint": [
            "Waldkante GmbH",
            "Am Musterhang 7, 79098 Freiburg",
            "HRB 000000, Amtsgericht Musterstadt",
        ],
        "time_zone": "Europe/Berlin",
        "languages": ["de", "en"],
        "look": {"logo_url": f"{url}/logo.svg", "accent": "#2f5d50"},
        "links": {
            "support_url": f"{url}/help",
            "returns_url": f"{url}/returns",
            "shipping_url": f"{url}/shipping",
        },
    }
