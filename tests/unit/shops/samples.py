"""The sample events of every platform, as the deliveries that they would arrive as."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

from cartback import shops
from cartback.ports import Delivery

EVENTS = Path(__file__).parents[3] / "events"
RECEIVED_AT = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
HEADERS = {
    "x-shopify-shop-domain": "werkhof-muster.myshopify.com",
    "x-shopify-triggered-at": "2026-11-21T09:59:58.877041743Z",
}


def topic_of(adapter: ModuleType, file: Path) -> str:
    """The topic that a sample's name tells: the topic with ``_`` for ``/``, then perhaps a dot and what is special."""
    names = {topic.replace("/", "_"): topic for topic in adapter.TOPICS}
    fitting = [name for name in names if file.stem == name or file.stem.startswith(f"{name}.")]
    assert len(fitting) == 1, f"{file.name} is named after no topic of its platform"
    return names[fitting[0]]


def files(platform: str) -> list[Path]:
    """The samples of a platform."""
    return sorted((EVENTS / platform).glob("*.json"))


def delivery(platform: str, file: Path) -> Delivery:
    """A sample as a verified delivery."""
    return as_delivery(platform, topic_of(shops.load(platform), file), file.read_text())


def sample(platform: str, stem: str) -> Delivery:
    """The sample of this name as a verified delivery."""
    return delivery(platform, EVENTS / platform / f"{stem}.json")


def as_delivery(platform: str, topic: str, body: object) -> Delivery:
    """Any body as a verified delivery of this topic."""
    text = body if isinstance(body, str) else json.dumps(body)
    return Delivery("werkhof", platform, topic, "key", RECEIVED_AT, text, dict(HEADERS))


def observe(platform: str, stem: str) -> list[object]:
    """What the sample of this name says."""
    return shops.load(platform).observe(sample(platform, stem))
