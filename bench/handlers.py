"""The real handlers of `functions/`, wired by the real wiring, on the stand-in."""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from botocore.session import Session

from bench.doors import ROOT, variables
from bench.stand_in import Cloud
from bench.traffic import SECRET, SHOPS

Handler = Callable[[dict[str, Any], Any], Any]
INTAKE, DEAD = "https://stand-in.invalid/intake", "https://stand-in.invalid/dead"
_NAMES = {
    "INTAKE_QUEUE_URL": INTAKE,
    "INTAKE_DLQ_URL": DEAD,
    "SHOP_SECRET_PREFIX": "bench/shop/",
    "PEPPER_SECRET": "bench/pepper",
    "CARTS_TABLE": "Carts",
    "CUSTOMERS_TABLE": "Customers",
    "CATALOGUE_TABLE": "Catalogue",
    "ORDERS_TABLE": "Orders",
    "LEDGER_TABLE": "Ledger",
    "SETTINGS_TABLE": "Settings",
    "IDEMPOTENCY_TABLE": "Idempotency",
    "INSIGHTS_TABLE": "Insights",
    "RAW_BUCKET": "raw",
    "BUS_NAME": "bus",
    "PUBLIC_URL": "https://api.example",
    "CONFIGURATION_SET": "mails",
}


def set_environment() -> None:
    """What the template gives the functions, all in one, and nowhere to go."""
    os.environ.update(
        {
            "AWS_ACCESS_KEY_ID": "nobody",
            "AWS_SECRET_ACCESS_KEY": "nothing",
            "AWS_REGION": "eu-central-1",
            "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "POWERTOOLS_METRICS_DISABLED": "true",
        }
    )
    for name in variables():
        os.environ.setdefault(name, name.lower().replace("_", "-"))
    os.environ.update(_NAMES)


def handler(door: str) -> Handler:
    """The handler of a door."""
    rooms = [str(ROOT / "functions"), str(ROOT / "layers" / "core")]
    sys.path[:0] = [room for room in rooms if room not in sys.path]
    found: Handler = importlib.import_module(door).handler
    return found


def furnish(path: Path, version: int = 1, **policy: Any) -> None:
    """Make the shops of the traffic, or their next version: secrets and settings."""
    from cartback.domain.shop.settings import ShopSettings
    from cartback.ports import KeptSettings
    from cartback.store.clients import Clients
    from cartback.store.shop.settings import DynamoShopBook

    class FreshClients(Clients):
        """Clients of a session of their own: one process may furnish several shelves."""

        def _make(self, service: str) -> Any:
            return Session().create_client(service, config=self._config)

    cloud = Cloud(path)
    cloud.keep_secret("bench/pepper", "pepper" * 8)
    book = DynamoShopBook(FreshClients(), "Settings")
    for shop in SHOPS:
        cloud.keep_secret(f"bench/shop/{shop}", json.dumps({"platform": "shopify", "secrets": [SECRET]}))
        document = {
            "shop": shop,
            "platform": "shopify",
            "name": "Bench & Co.",
            "url": "https://bench.example",
            "domains": ["bench.example", "werkhof-muster.myshopify.com"],
            "sender": {"name": "Bench", "address": "hello@bench.example"},
            "imprint": ["Bench & Co.", "Main Road 1, 10115 Berlin"],
            "policy": {"quiet_hours": None, "accepted_bases": ["double_opt_in", "explicit"], **policy},
            "version": version,
        }
        book.put(KeptSettings(ShopSettings.parse(document)))
