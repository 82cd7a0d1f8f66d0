"""The shops and their policies in the table ``Settings``.

One partition per shop (``pk``): the row ``current`` and one row ``v#000001`` per version, each with the whole
document. A put writes both in one transaction, on condition that the version before is the present one.

Beside the document stand policy and face as the Lambdas use them, made when it was kept: reading them back takes a
hundredth of the time that validating it again would, and pydantic never has to be imported (150 ms of a cold start).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from cartback.domain.consent.frequency import Frequency, promised
from cartback.domain.hashes import short
from cartback.domain.messaging.timing import Caps, QuietHours
from cartback.domain.policy import Crowd, Policy, Touch
from cartback.domain.shop.brand import Brand, Logo, Mark, NamedLink, Picture
from cartback.domain.shop.shop_name import SHOP_NAME
from cartback.domain.trade.origins import Reckoning
from cartback.ports import KeptSettings, ShopFace
from cartback.store.codec import encode, text
from cartback.store.errors import translated

if TYPE_CHECKING:
    from cartback.domain.shop.settings import ShopSettings
    from cartback.domain.wording.own import ShopTexts
    from cartback.ports import Clock
    from cartback.store.clients import Clients

CURRENT = "current"
FRESH_FOR = timedelta(seconds=60)
NAMES_FRESH_FOR = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class _Ready:
    """What the Lambdas use of a shop's settings."""

    policy: Policy
    face: ShopFace


def _shape() -> str:
    """Changes when a field is added, renamed or taken away: what an older Cartback made ready is then made anew."""
    kinds = (
        *(Policy, Frequency, Touch, Caps, QuietHours, Crowd, Reckoning),
        *(ShopFace, Brand, Logo, Picture, NamedLink, Mark),
    )
    return short("ready", *(name for kind in kinds for name in kind.__dataclass_fields__))


def version_key(version: int) -> str:
    """The sort key of a version: padded, so that versions sort as they grew."""
    return f"v#{version:06d}"


class DynamoShopBook:
    """The book of shops, for the operator."""

    def __init__(self, clients: Clients, table: str) -> None:
        self._clients = clients
        self._table = table

    def read(self, shop: str, version: int | None = None) -> KeptSettings | None:
        """See ``ports.ShopBook``. The read is consistent: an operator sees what was just written."""
        key = {"pk": {"S": shop}, "sk": {"S": CURRENT if version is None else version_key(version)}}
        item = _item(self._clients, self._table, key)
        return None if item is None else _kept(item)

    def put(self, kept: KeptSettings) -> None:
        """See ``ports.ShopBook``."""
        settings = kept.settings
        row = {
            "pk": {"S": settings.shop},
            "version": {"N": str(settings.version)},
            "removed": {"BOOL": kept.removed},
            "document": {"S": json.dumps(settings.as_document(), ensure_ascii=False, separators=(",", ":"))},
            "ready": encode(_Ready(settings.policy(), face(settings))),
            "ready_as": text(_shape()),
        }
        current: dict[str, Any] = {"TableName": self._table, "Item": {**row, "sk": {"S": CURRENT}}}
        if settings.version == 1:
            current["ConditionExpression"] = "attribute_not_exists(pk)"
        else:
            current["ConditionExpression"] = "#version = :before"
            current["ExpressionAttributeNames"] = {"#version": "version"}
            current["ExpressionAttributeValues"] = {":before": {"N": str(settings.version - 1)}}
        archived = {
            "TableName": self._table,
            "Item": {**row, "sk": {"S": version_key(settings.version)}},
            "ConditionExpression": "attribute_not_exists(pk)",
        }
        with translated("keep the settings"):
            self._clients.dynamodb.transact_write_items(TransactItems=[{"Put": current}, {"Put": archived}])

    def names(self) -> list[str]:
        """Every shop that was ever added, also those that were removed, by name."""
        ask = {
            "TableName": self._table,
            "FilterExpression": "sk = :current",
            "ProjectionExpression": "pk",
            "ExpressionAttributeValues": {":current": {"S": CURRENT}},
        }
        with translated("list the shops"):
            pages = list(self._clients.dynamodb.get_paginator("scan").paginate(**ask))
        return sorted(item["pk"]["S"] for page in pages for item in page["Items"])

    def shops(self) -> list[ShopSettings]:
        """See ``ports.ShopBook``. Scans: an operator asks it, and a table of shops is small."""
        ask = {
            "TableName": self._table,
            "FilterExpression": "sk = :current",
            "ExpressionAttributeValues": {":current": {"S": CURRENT}},
            "ConsistentRead": True,
        }
        with translated("list the shops"):
            pages = list(self._clients.dynamodb.get_paginator("scan").paginate(**ask))
        kept = [_kept(item) for page in pages for item in page["Items"]]
        return sorted(
            (each.settings for each in kept if not each.removed), key=lambda settings: settings.shop
        )


class Remembered:
    """The names of all shops, asked for once in five minutes: a sweep comes every minute, and shops come rarely.

    A new shop's first cart is due no sooner than the shortest silence that settings allow, which is as long.
    """

    def __init__(self, names: Callable[[], list[str]], clock: Clock) -> None:
        self._names, self._clock = names, clock
        self._known: tuple[datetime, list[str]] | None = None

    def __call__(self) -> list[str]:
        """Every shop that was ever added."""
        now = self._clock.now()
        if self._known is None or now - self._known[0] >= NAMES_FRESH_FOR:
            self._known = (now, self._names())
        return self._known[1]


class CachedSettings:
    """What the Lambdas read: policy and face of a shop, at most 60 s old by our own clock.

    A changed policy needs no deployment, only this minute; a shop that is not there is asked for every time.
    """

    def __init__(self, clients: Clients, table: str, clock: Clock) -> None:
        self._clients, self._table = clients, table
        self._clock = clock
        self._known: dict[str, tuple[datetime, _Ready]] = {}
        self._texts: dict[str, ShopTexts] = {}

    def policy(self, shop: str) -> Policy | None:
        """The rules of a shop, or None for one that is not known or was removed."""
        ready = self._present(shop)
        return None if ready is None else ready.policy

    def shop(self, shop: str) -> ShopFace | None:
        """How a shop shows itself, or None for one that is not known or was removed."""
        ready = self._present(shop)
        return None if ready is None else ready.face

    def _present(self, shop: str) -> _Ready | None:
        now = self._clock.now()
        read_at, ready = self._known.get(shop, (None, None))
        if ready is not None and read_at is not None and now - read_at < FRESH_FOR:
            return ready
        if not SHOP_NAME.fullmatch(shop):  # an empty or overlong key would be an error of DynamoDB's
            return None
        item = self._read(shop)
        if item is None or item["removed"]["BOOL"]:
            self._known.pop(shop, None)
            return None
        self._known[shop] = (now, _ready(item))
        return self._known[shop][1]

    def _read(self, shop: str) -> dict[str, Any] | None:
        return _item(self._clients, self._table, {"pk": {"S": shop}, "sk": {"S": CURRENT}})


def face(settings: ShopSettings) -> ShopFace:
    """What shoppers see of these settings."""
    return ShopFace(
        shop=settings.shop,
        name=settings.name,
        url=settings.url,
        domains=settings.restore_hosts(),
        sender=settings.sender.address,
        sender_name=settings.sender.name,
        reply_to=settings.reply_to,
        imprint=settings.imprint,
        languages=settings.languages,
        time_zone=settings.time_zone,
        brand=settings.brand.brand(),
        support_url=settings.links.support_url,
        returns_url=settings.links.returns_url,
        shipping_url=settings.links.shipping_url,
        price_notes={lang: note for lang, note in settings.price_note.model_dump().items() if note},
        frequency=promised(settings.policy()),
        prices=settings.prices,
        sources=settings.sources,
        privacy_url=settings.links.privacy_url,
        imprint_url=settings.links.imprint_url,
        form_of_address=settings.form_of_address,
        senders=dict(settings.senders),
        country_senders=dict(settings.country_senders),
        providers=dict(settings.providers),
    )


def _item(clients: Clients, table: str, key: dict[str, Any]) -> dict[str, Any] | None:
    with translated("read the settings"):
        answer = clients.dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True)
    item: dict[str, Any] | None = answer.get("Item")
    return item


def _ready(item: dict[str, Any]) -> _Ready:
    """What was made ready, if by a Cartback with the same fields; else made anew from the document."""
    if item.get("ready_as", {}).get("S") == _shape():
        return msgspec.json.decode(item["ready"]["S"], type=_Ready)
    settings = _kept(item).settings
    return _Ready(settings.policy(), face(settings))


def _kept(item: dict[str, Any]) -> KeptSettings:
    # Pydantic is for operators, who write settings; see the top of this file.
    from cartback.domain.shop.settings import ShopSettings

    settings = ShopSettings.kept(json.loads(item["document"]["S"]))
    return KeptSettings(settings, removed=item["removed"]["BOOL"])
