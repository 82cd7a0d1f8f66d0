"""The texts of shops on a moto-made AWS and in memory: the same rules, and races that are real."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cartback.domain.errors import Conflict
from cartback.domain.shop.settings import ShopSettings
from cartback.domain.wording.own import ShopTexts, changed
from cartback.domain.wording.parts import named
from cartback.ports import KeptSettings
from cartback.store.shop.settings import DynamoShopBook
from cartback.store.shop.texts import DynamoTextBook, SpokenSettings
from tests.contracts.conftest import STINGY
from tests.contracts.stingy import hooked
from tests.contracts.test_settings_store import Standing
from tests.unit.settings.shop import TextsInMemory, document

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
TABLE = "Settings"
REMINDER, ANSWERS = named("cart_recovery/reminder.email.de"), named("cart_recovery/answers.email.de")


@pytest.fixture(params=["moto", "fake"])
def book(request):
    if request.param == "fake":
        return TextsInMemory()
    return DynamoTextBook(request.getfixturevalue("stack").clients, TABLE)


def put(book, shop, name, **parts):
    texts, change = changed(book.read(shop), name, parts, NOW, "anna")
    book.put(texts, change)
    return change


def test_a_shop_without_texts_is_at_version_0(book):
    assert book.read("lamp-shop") == ShopTexts("lamp-shop")
    assert list(book.changes("lamp-shop")) == []


def test_what_was_put_is_read_and_every_change_is_kept_newest_first(book):
    first = put(book, "lamp-shop", REMINDER, subject="Eins")
    second = put(book, "lamp-shop", ANSWERS, button="Los")
    third = put(book, "lamp-shop", REMINDER, subject="Zwei")
    put(book, "other-shop", REMINDER, subject="Fremd")
    texts = book.read("lamp-shop")
    assert (texts.version, texts.parts(REMINDER), texts.parts(ANSWERS)) == (
        3,
        {"subject": "Zwei"},
        {"button": "Los"},
    )
    assert list(book.changes("lamp-shop")) == [third, second, first]
    assert (third.before, third.after) == ({"subject": "Eins"}, {"subject": "Zwei"})


def test_of_two_who_change_at_once_the_later_is_told_and_nothing_is_lost(book):
    texts = book.read("lamp-shop")
    book.put(*changed(texts, REMINDER, {"subject": "Schneller"}, NOW, "anna"))
    with pytest.raises(Conflict):
        book.put(*changed(texts, ANSWERS, {"subject": "Langsamer"}, NOW, "bert"))
    assert book.read("lamp-shop").parts(REMINDER) == {"subject": "Schneller"}
    assert [change.changed_by for change in book.changes("lamp-shop")] == ["anna"]


def test_settings_and_texts_come_in_one_call_and_a_changed_word_is_live_within_a_minute(stack, aws):
    calls = []

    def listen(params, model, **_):
        calls.append(model.name)

    clock = Standing()
    DynamoShopBook(stack.clients, TABLE).put(
        KeptSettings(ShopSettings.parse(document()).stamped(1, NOW, "anna"))
    )
    book, spoken = DynamoTextBook(stack.clients, TABLE), SpokenSettings(stack.clients, TABLE, clock)
    put(book, "lamp-shop", REMINDER, subject="Eins")
    with hooked(stack.clients, "provide-client-params", listen):
        assert (spoken.policy("lamp-shop").version, spoken.shop("lamp-shop").name) == (1, "Lampenladen")
        assert spoken.texts("lamp-shop").parts(REMINDER) == {"subject": "Eins"}
    assert set(calls) == {"Query"}
    assert aws == STINGY or len(calls) == 1
    put(book, "lamp-shop", REMINDER, subject="Zwei")
    clock.instant += timedelta(seconds=59)
    assert spoken.texts("lamp-shop").parts(REMINDER) == {"subject": "Eins"}
    clock.instant += timedelta(seconds=1)
    assert spoken.texts("lamp-shop").parts(REMINDER) == {"subject": "Zwei"}


def test_neither_the_settings_nor_the_list_of_shops_knows_of_texts(stack):
    shops, book = DynamoShopBook(stack.clients, TABLE), DynamoTextBook(stack.clients, TABLE)
    shops.put(KeptSettings(ShopSettings.parse(document()).stamped(1, NOW, "anna")))
    put(book, "lamp-shop", REMINDER, subject="Eins")
    put(book, "gone-shop", REMINDER, subject="Eins")
    assert (shops.names(), [shop.shop for shop in shops.shops()]) == (["lamp-shop"], ["lamp-shop"])
