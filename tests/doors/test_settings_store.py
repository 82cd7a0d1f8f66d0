"""The book of shops and the secrets on a moto-made AWS: the same rules as the fakes, and races that are real."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.config import Config
from moto import mock_aws

from cartback.domain.errors import Conflict, TryLater
from cartback.domain.shop.settings import ShopSettings
from cartback.ports import KeptSettings, ShopKeys
from cartback.store.clients import Clients
from cartback.store.intake.secrets import SecretWriter
from cartback.store.shop.settings import CachedSettings, DynamoShopBook, face
from tests.unit.settings.shop import BookInMemory, document

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
TABLE, PREFIX = "Settings", "cartback/shops/"


class MotoClients(Clients):
    """Clients that need nothing of this machine."""

    def _make(self, service: str) -> Any:
        return boto3.client(
            service, region_name="eu-central-1", aws_access_key_id="nobody", aws_secret_access_key="nothing"
        )


class Standing:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.instant = NOW

    def now(self) -> datetime:
        return self.instant


@pytest.fixture
def clients() -> Iterator[Clients]:
    with mock_aws():
        clients = MotoClients()
        clients.dynamodb.create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
        )
        yield clients


@pytest.fixture(params=["moto", "fake"])
def book(request: pytest.FixtureRequest, clients: Clients) -> DynamoShopBook | BookInMemory:
    return DynamoShopBook(clients, TABLE) if request.param == "moto" else BookInMemory()


def kept(version: int, *, removed: bool = False, **changes: object) -> KeptSettings:
    settings = ShopSettings.parse(document(**changes)).stamped(version, NOW, "anna")
    return KeptSettings(settings, removed=removed)


def test_what_was_put_is_read_as_present_and_by_version(book: DynamoShopBook) -> None:
    first, second = kept(1), kept(2, name="Müller & Söhne")
    book.put(first)
    book.put(second)
    assert book.read("lamp-shop") == second
    assert (book.read("lamp-shop", 1), book.read("lamp-shop", 2)) == (first, second)
    assert (book.read("lamp-shop", 3), book.read("other-shop")) == (None, None)


@pytest.mark.parametrize("version", [1, 2, 4])
def test_only_the_next_version_can_be_put(book: DynamoShopBook, version: int) -> None:
    book.put(kept(1))
    book.put(kept(2))
    with pytest.raises(Conflict):
        book.put(kept(version, name="Too late"))
    assert book.read("lamp-shop").settings.name == "Lampenladen"


def test_a_lost_race_writes_nothing_at_all(book: DynamoShopBook) -> None:
    book.put(kept(1))
    book.put(kept(2, name="Quicker"))
    with pytest.raises(Conflict):
        book.put(kept(2, name="Slower"))
    assert book.read("lamp-shop", 2).settings.name == "Quicker"


def test_shops_are_listed_by_name_without_versions_and_without_the_removed(book: DynamoShopBook) -> None:
    for shop in ("zebra", "ant", "mole"):
        book.put(kept(1, shop=shop))
    book.put(kept(2, shop="ant"))
    book.put(kept(2, shop="mole", removed=True))
    assert [(shop.shop, shop.version) for shop in book.shops()] == [("ant", 2), ("zebra", 1)]
    assert book.read("mole").removed


def test_a_long_list_of_shops_is_read_to_its_end(clients: Clients) -> None:
    book = DynamoShopBook(clients, TABLE)
    imprint = ["L" * 120] * 12
    for number in range(12):
        book.put(kept(1, shop=f"shop-{number:02}", imprint=imprint))
    pages = clients.dynamodb.get_paginator
    clients.dynamodb.get_paginator = lambda name: _SmallPages(pages(name))
    assert len(book.shops()) == 12


class _SmallPages:
    """A paginator that gets three rows at a time."""

    def __init__(self, paginator: Any) -> None:
        self._paginator = paginator

    def paginate(self, **ask: Any) -> Any:
        return self._paginator.paginate(**ask, PaginationConfig={"PageSize": 3})


def test_a_policy_is_read_at_most_once_a_minute_and_a_change_is_seen_after_it(clients: Clients) -> None:
    book, clock = DynamoShopBook(clients, TABLE), Standing()
    settings = CachedSettings(clients, TABLE, clock)
    book.put(kept(1))
    assert settings.policy("lamp-shop").version == 1
    book.put(kept(2))
    clock.instant += timedelta(seconds=59)
    assert settings.policy("lamp-shop").version == 1
    clock.instant += timedelta(seconds=1)
    assert settings.policy("lamp-shop").version == 2


def test_a_shop_that_is_not_there_or_was_removed_has_no_policy_and_no_face(clients: Clients) -> None:
    book, clock = DynamoShopBook(clients, TABLE), Standing()
    settings = CachedSettings(clients, TABLE, clock)
    assert (settings.policy("lamp-shop"), settings.shop("lamp-shop")) == (None, None)
    book.put(kept(1))
    assert settings.policy("lamp-shop") is not None
    book.put(kept(2, removed=True))
    clock.instant += timedelta(minutes=2)
    assert (settings.policy("lamp-shop"), settings.shop("lamp-shop")) == (None, None)


def test_the_face_shows_what_the_shop_said() -> None:
    settings = ShopSettings.parse(
        document(
            reply_to="fragen@lampen.example",
            look={"logo_url": "https://lampen.example/l.png", "accent": "#000001"},
            links={
                f"{page}_url": f"https://lampen.example/{page}" for page in ("support", "returns", "shipping")
            },
        )
    )
    seen = face(settings)
    assert (seen.sender, seen.sender_name) == ("hallo@lampen.example", "Lampenladen Köln")
    assert (seen.reply_to, seen.domains) == ("fragen@lampen.example", ("lampen.example",))
    assert (seen.logo_url, seen.accent) == ("https://lampen.example/l.png", "#000001")
    assert [seen.support_url, seen.returns_url, seen.shipping_url] == [
        f"https://lampen.example/{page}" for page in ("support", "returns", "shipping")
    ]
    assert (seen.imprint, seen.languages) == (settings.imprint, ("de", "en"))


def test_a_table_that_cannot_be_reached_is_tried_later() -> None:
    clients = Clients()
    clients.__dict__["dynamodb"] = boto3.client(
        "dynamodb",
        region_name="eu-central-1",
        endpoint_url="http://127.0.0.1:9",
        aws_access_key_id="nobody",
        aws_secret_access_key="nothing",
        config=Config(retries={"total_max_attempts": 1}),
    )
    book = DynamoShopBook(clients, TABLE)
    for act in (lambda: book.read("lamp-shop"), lambda: book.put(kept(1)), book.shops):
        with pytest.raises(TryLater):
            act()


def test_secrets_are_kept_replaced_and_dropped(clients: Clients) -> None:
    keys = SecretWriter(clients, PREFIX)
    assert keys.read("lamp-shop") is None
    keys.write("lamp-shop", ShopKeys("shopify", ("new", "old")))
    keys.write("lamp-shop", ShopKeys("shopify", ("newest", "new")))
    assert keys.read("lamp-shop") == ShopKeys("shopify", ("newest", "new"))
    assert keys.read("other-shop") is None
    keys.drop("lamp-shop")
    assert keys.read("lamp-shop") is None
    keys.drop("lamp-shop")
    keys.drop("other-shop")


def test_a_dropped_secret_comes_back_only_with_what_is_new(clients: Clients) -> None:
    keys = SecretWriter(clients, PREFIX)
    keys.write("lamp-shop", ShopKeys("shopify", ("old",)))
    keys.drop("lamp-shop")
    keys.write("lamp-shop", ShopKeys("generic", ("new",)))
    assert keys.read("lamp-shop") == ShopKeys("generic", ("new",))


def test_each_shop_has_a_secret_of_its_own_under_the_prefix(clients: Clients) -> None:
    keys = SecretWriter(clients, PREFIX)
    for shop in ("ant", "zebra"):
        keys.write(shop, ShopKeys("shopify", (f"secret of {shop}",)))
    names = [secret["Name"] for secret in clients.secretsmanager.list_secrets()["SecretList"]]
    assert sorted(names) == ["cartback/shops/ant", "cartback/shops/zebra"]


def test_the_operators_secrets_lie_under_our_key_and_say_their_platform(clients: Clients) -> None:
    """And those that an older version kept are brought up to it when they are next written."""
    made = clients.secretsmanager
    made.create_secret(Name=f"{PREFIX}old", SecretString='{"platform": "shopware", "secrets": ["a"]}')
    keys = SecretWriter(clients, PREFIX, key="arn:aws:kms:eu-central-1:123456789012:key/ours")
    for shop, platform in (("old", "shopware"), ("new", "shopify")):
        keys.write(shop, ShopKeys(platform, ("b",)))
        told = made.describe_secret(SecretId=f"{PREFIX}{shop}")
        assert told["KmsKeyId"] == "arn:aws:kms:eu-central-1:123456789012:key/ours"
        assert told["Tags"] == [{"Key": "platform", "Value": platform}]
        assert keys.read(shop) == ShopKeys(platform, ("b",))


def test_a_door_that_keeps_a_secret_leaves_its_key_and_its_platform_alone(clients: Clients) -> None:
    """Its role may not change them, and has no need to."""
    SecretWriter(clients, PREFIX, key="arn:aws:kms:eu-central-1:123456789012:key/ours").write(
        "shop", ShopKeys("shopware", ("a",))
    )
    before = clients.secretsmanager.describe_secret(SecretId=f"{PREFIX}shop")
    SecretWriter(clients, PREFIX).write("shop", ShopKeys("shopware", ("b",)))
    after = clients.secretsmanager.describe_secret(SecretId=f"{PREFIX}shop")
    assert (after["KmsKeyId"], after["Tags"]) == (before["KmsKeyId"], before["Tags"])
    assert SecretWriter(clients, PREFIX).read("shop") == ShopKeys("shopware", ("b",))
