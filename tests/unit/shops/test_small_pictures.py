"""Pictures in the size in which they are shown, where a shop names such: originals are megabytes."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from cartback.domain.intake.payload_reader import Reader
from cartback.shops.shopware import goods as shopware
from cartback.shops.woocommerce import goods as woocommerce
from tests.unit.shops.samples import EVENTS

FULL = "https://shop.example/lamp.jpg"


def _read(name: str) -> dict[str, object]:
    read: dict[str, object] = json.loads((EVENTS / name).read_text())
    return read


def _woocommerce(**picture: object) -> str | None:
    told = {**_read("woocommerce/product.created.json"), "images": [{"src": FULL, **picture}]}
    return woocommerce.read_variant(Reader(told, ""), "1").image_url


def _shopware(thumbnails: object) -> str | None:
    told = {
        **_read("shopware/fetched/product.json"),
        "cover": {"media": {"url": FULL, "thumbnails": thumbnails}},
    }
    return shopware.read_product(Reader(told, ""), datetime(2026, 11, 1, tzinfo=UTC)).variants[0].image_url


def test_woocommerce_names_the_picture_of_its_own_lists():
    small = "https://shop.example/lamp-324x324.jpg"
    assert _woocommerce(thumbnail=small) == small
    assert _woocommerce() == FULL, "before 10.2 it names none"


@pytest.mark.parametrize(
    "odd", [None, "", 7, [], {"url": FULL}, "http://elsewhere.example/x.jpg", "javascript:x"]
)
def test_what_is_no_picture_leaves_the_original(odd):
    assert _woocommerce(thumbnail=odd) == FULL
    assert _shopware(odd) == FULL
    assert (
        _shopware([odd, {"width": 400, "url": odd}, {"width": odd, "url": "https://shop.example/x.jpg"}])
        == FULL
    )


def test_of_shopwares_thumbnails_the_smallest_is_taken_that_is_sharp():
    links = {width: f"https://shop.example/lamp_{width}.jpg" for width in (1920, 96, 400, 800)}
    told = [{"width": width, "height": width, "url": link} for width, link in links.items()]
    assert _shopware(told) == links[400]
    assert _shopware(told[1:2]) == FULL, "one that is too small would be blurred"
