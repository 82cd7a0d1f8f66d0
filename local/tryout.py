"""A shop that somebody connects by hand, as the page of Shopify says: `make up` lays out what that takes."""

from __future__ import annotations

from pathlib import Path

import yaml

from local.demo import shop as demo
from local.demo.platforms.shopify import Shop


class MyShop(Shop):
    """The shop of the page, which Cartback does not know yet."""

    shop = "myshop"


def laid_out(shop: MyShop, folder: Path) -> None:
    """Write ``shop.yaml``, ``access.yaml`` and ``secret.txt`` for a shop; its secret is a fresh one."""
    settings = demo.document(shop.ground.front_url, shop.shop) | {"policy": {"quiet_hours": None}}
    secret = shop.fresh_secret()
    folder.mkdir(parents=True, exist_ok=True)
    for name, read in (("shop.yaml", settings), ("access.yaml", shop.access())):
        (folder / name).write_text(yaml.safe_dump(read, allow_unicode=True, sort_keys=False), "utf-8")
    (folder / "secret.txt").write_text(f"{secret}\n", "utf-8")
