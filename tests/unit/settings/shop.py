"""A shop to take apart, and the fakes to keep it with."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta

from cartback import shops
from cartback.domain.errors import Conflict
from cartback.domain.flow_options import Count, Counts, Flag, Span, Text, Texts, Word, Words
from cartback.domain.flows import Flow
from cartback.domain.shop.settings import ShopSettings
from cartback.domain.wording.own import ShopTexts, TextChange
from cartback.flows import all_flows
from cartback.ports import KeptSettings, ShopKeys
from cartback.usecases.shop.edit_shop import EditShop, Known

DOCUMENT = {
    "shop": "lamp-shop",
    "platform": "shopify",
    "name": "Lampenladen",
    "url": "https://lampen.example",
    "sender": {"name": "Lampenladen Köln", "address": "Hallo@lampen.example"},
    "imprint": ["Lampenladen GmbH", "Lichtweg 3, 50667 Köln"],
}
AFTER = Span("after", timedelta(days=90), "how long", timedelta(days=30), timedelta(days=730))
MOST = Count("most", 2, "how many", 1, 5, "messages")
TIERS = Counts("tiers", (15, 8, 5), "levels", 0, 1000, length=4)
OPTIONS = (
    Flag("mild", True, "whether gently"),
    MOST,
    TIERS,
    AFTER,
    Word("day", "tue", "on which day", ("mon", "tue")),
    Words("ways", ("email",), "by which ways", ("email", "sms")),
    Text("account", "", "which account"),
    Texts("approvers", (), "who approves"),
)
PLAIN = Flow("plain", ("cart.opened",), "cart", "cart_id", "do without options")
WINBACK = Flow("winback", ("person.lapsed",), "person", "person_id", "win somebody back", options=OPTIONS)
"""A flow that is nowhere, with an option of each kind."""

KNOWN = Known(
    platforms=frozenset({"shopify", "generic"}),
    flows={card.name: card for card in (*all_flows(), PLAIN, WINBACK)},
    texts={"mail": {name: frozenset({"de", "en"}) for name in ("reminder", "answers", "last_note")}},
    check_secret=shops.check_secret,
    channels=frozenset({"email"}),
)
START = datetime(2026, 3, 1, 9, tzinfo=UTC)


def document(**changes: object) -> dict:
    """The shop's document with some fields changed."""
    return {**copy.deepcopy(DOCUMENT), **changes}


class Ticking:
    """A clock that is one minute later each time it is asked."""

    def __init__(self) -> None:
        self.instant = START

    def now(self) -> datetime:
        self.instant += timedelta(minutes=1)
        return self.instant


class BookInMemory:
    """The book of shops with the store's own rules: versions in a row, all of them kept."""

    def __init__(self) -> None:
        self.present: dict[str, KeptSettings] = {}
        self.versions: dict[tuple[str, int], KeptSettings] = {}

    def read(self, shop: str, version: int | None = None) -> KeptSettings | None:
        return self.present.get(shop) if version is None else self.versions.get((shop, version))

    def put(self, kept: KeptSettings) -> None:
        shop, version = kept.settings.shop, kept.settings.version
        present = self.present.get(shop)
        if version != (present.settings.version if present else 0) + 1:
            raise Conflict(shop)
        self.present[shop] = self.versions[shop, version] = kept

    def shops(self) -> list[ShopSettings]:
        return [
            self.present[shop].settings for shop in sorted(self.present) if not self.present[shop].removed
        ]


class TextsInMemory:
    """The texts of shops with the store's own rules: versions in a row, every change kept."""

    def __init__(self) -> None:
        self.present: dict[str, ShopTexts] = {}
        self.kept: list[TextChange] = []

    def read(self, shop: str) -> ShopTexts:
        return self.present.get(shop, ShopTexts(shop))

    def put(self, texts: ShopTexts, change: TextChange) -> None:
        if texts.version != self.present.get(texts.shop, ShopTexts(texts.shop)).version + 1:
            raise Conflict(texts.shop)
        self.present[texts.shop] = texts
        self.kept.append(change)

    def changes(self, shop: str) -> list[TextChange]:
        return [change for change in reversed(self.kept) if change.shop == shop]


class KeysInMemory:
    """Secrets in a dict."""

    def __init__(self) -> None:
        self.kept: dict[str, ShopKeys] = {}

    def read(self, shop: str) -> ShopKeys | None:
        return self.kept.get(shop)

    def write(self, shop: str, keys: ShopKeys) -> None:
        self.kept[shop] = keys

    def drop(self, shop: str) -> None:
        self.kept.pop(shop, None)


def desk() -> EditShop:
    """The use case over fakes."""
    return EditShop(BookInMemory(), KeysInMemory(), Ticking(), KNOWN)
