"""The book of shops and the secrets on a moto-made AWS: the same rules as the fakes, and races that are real."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from botocore.stub import Stubber

from cartback.domain.errors import Conflict, TryLater
from cartback.domain.shop.brand import Logo, Mark, NamedLink, Picture
from cartback.domain.shop.settings import ShopSettings
from cartback.ports import KeptSettings, ShopKeys
from cartback.store.clients import Clients
from cartback.store.intake.secrets import SecretWriter
from cartback.store.shop.settings import CachedSettings, DynamoShopBook, Remembered, face
from tests.contracts.stack import Stack
from tests.contracts.stingy import hooked
from tests.unit.settings.shop import BookInMemory, document

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
TABLE, PREFIX = "Settings", "cartback/shops/"


class Standing:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.instant = NOW

    def now(self) -> datetime:
        return self.instant


@pytest.fixture
def clients(stack: Stack) -> Clients:
    return stack.clients


@pytest.fixture(params=["moto", "fake"])
def book(request: pytest.FixtureRequest) -> DynamoShopBook | BookInMemory:
    if request.param == "fake":
        return BookInMemory()
    return DynamoShopBook(request.getfixturevalue("stack").clients, TABLE)


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


def test_what_an_operator_reads_is_what_was_just_written(clients: Clients) -> None:
    """moto is never behind; DynamoDB is, unless it is asked not to be."""
    asked: dict[str, dict[str, Any]] = {}

    def listen(params: dict[str, Any], model: Any, **_: Any) -> None:
        asked[model.name] = params

    book = DynamoShopBook(clients, TABLE)
    with hooked(clients, "provide-client-params", listen):
        book.read("lamp-shop")
        book.shops()
    assert [asked[name].get("ConsistentRead") for name in ("GetItem", "Scan")] == [True, True]


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


def test_the_options_of_flows_and_since_when_they_are_on_reach_whoever_acts(clients: Clients) -> None:
    told = {"double_opt_in": {"on": True, "remind": False}, "winback": {"tiers": [8, 5], "after": "90d"}}
    settings = ShopSettings.parse(document(policy={"flows": told})).stamped(
        1, NOW, "anna", {"double_opt_in": NOW - timedelta(days=1)}
    )
    DynamoShopBook(clients, TABLE).put(KeptSettings(settings))
    policy = CachedSettings(clients, TABLE, Standing()).policy("lamp-shop")
    assert policy is not None
    assert policy == settings.policy()
    assert policy.options["winback"] == {"tiers": [8, 5], "after": "90d"}
    assert policy.flows_since == {"double_opt_in": NOW - timedelta(days=1)}


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
            brand={
                "accent": "#FFD400",
                "logo": {"url": "https://lampen.example/l.png", "width": 120},
                "header": [{"url": "https://lampen.example/neu", "de": "Neu"}],
                "trust": [{"name": "Geprüft", "picture": {"url": "https://lampen.example/g.png"}}],
            },
            links={
                f"{page}_url": f"https://lampen.example/{page}"
                for page in ("support", "returns", "shipping", "privacy")
            },
        )
    )
    seen = face(settings)
    assert (seen.sender, seen.sender_name) == ("hallo@lampen.example", "Lampenladen Köln")
    assert (seen.reply_to, seen.domains) == ("fragen@lampen.example", ("lampen.example",))
    assert seen.brand.accent == "#ffd400"
    assert seen.brand.logo == Logo(Picture("https://lampen.example/l.png", width=120))
    assert seen.brand.header == (NamedLink("https://lampen.example/neu", {"de": "Neu"}),)
    assert seen.brand.trust == (Mark("Geprüft", Picture("https://lampen.example/g.png")),)
    assert (seen.privacy_url, seen.imprint_url) == ("https://lampen.example/privacy", None)
    assert [seen.support_url, seen.returns_url, seen.shipping_url] == [
        f"https://lampen.example/{page}" for page in ("support", "returns", "shipping")
    ]
    assert (seen.imprint, seen.languages) == (settings.imprint, ("de", "en"))


@pytest.mark.answered
def test_a_table_that_cannot_be_reached_is_tried_later(clients: Clients) -> None:
    def away(**_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="https://nowhere.example")

    book = DynamoShopBook(clients, TABLE)
    for act in (lambda: book.read("lamp-shop"), lambda: book.put(kept(1)), book.shops, book.names):
        with hooked(clients, "before-call", away), pytest.raises(TryLater):
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


def test_each_shop_has_a_secret_of_its_own_under_the_prefix(stack: Stack) -> None:
    keys = SecretWriter(stack.clients, PREFIX)
    for shop in ("ant", "zebra"):
        keys.write(shop, ShopKeys("shopify", (f"secret of {shop}",)))
    names = [secret["Name"] for secret in stack.own.secretsmanager.list_secrets()["SecretList"]]
    assert sorted(names) == ["cartback/shops/ant", "cartback/shops/zebra"]


def test_the_operators_secrets_lie_under_our_key_and_say_their_platform(stack: Stack) -> None:
    """And those that an older version kept are brought up to it when they are next written."""
    made, clients = stack.own.secretsmanager, stack.clients
    made.create_secret(Name=f"{PREFIX}old", SecretString='{"platform": "shopware", "secrets": ["a"]}')
    keys = SecretWriter(clients, PREFIX, key="arn:aws:kms:eu-central-1:123456789012:key/ours")
    for shop, platform in (("old", "shopware"), ("new", "shopify")):
        keys.write(shop, ShopKeys(platform, ("b",)))
        told = made.describe_secret(SecretId=f"{PREFIX}{shop}")
        assert told["KmsKeyId"] == "arn:aws:kms:eu-central-1:123456789012:key/ours"
        assert told["Tags"] == [{"Key": "platform", "Value": platform}]
        assert keys.read(shop) == ShopKeys(platform, ("b",))


def test_a_secret_that_lies_under_our_key_and_says_its_platform_is_only_written(stack: Stack) -> None:
    asked: list[str] = []
    keys = SecretWriter(stack.clients, PREFIX, key="arn:aws:kms:eu-central-1:123456789012:key/ours")
    keys.write("shop", ShopKeys("shopware", ("a",)))
    with hooked(stack.clients, "provide-client-params", lambda model, **_: asked.append(model.name)):
        keys.write("shop", ShopKeys("shopware", ("b",)))
    assert set(asked) == {"DescribeSecret", "PutSecretValue"}


def test_a_door_that_keeps_a_secret_leaves_its_key_and_its_platform_alone(stack: Stack) -> None:
    """Its role may not change them, and has no need to."""
    clients, own = stack.clients, stack.own.secretsmanager
    SecretWriter(clients, PREFIX, key="arn:aws:kms:eu-central-1:123456789012:key/ours").write(
        "shop", ShopKeys("shopware", ("a",))
    )
    before = own.describe_secret(SecretId=f"{PREFIX}shop")
    SecretWriter(clients, PREFIX).write("shop", ShopKeys("shopware", ("b",)))
    after = own.describe_secret(SecretId=f"{PREFIX}shop")
    assert (after["KmsKeyId"], after["Tags"]) == (before["KmsKeyId"], before["Tags"])
    assert SecretWriter(clients, PREFIX).read("shop") == ShopKeys("shopware", ("b",))


def test_a_dropped_secret_can_be_brought_back_for_seven_days(stack: Stack) -> None:
    """The fewest that Secrets Manager offers, and what the page on security says."""
    keys = SecretWriter(stack.clients, PREFIX)
    keys.write("shop", ShopKeys("shopify", ("a",)))
    keys.drop("shop")
    dropped = stack.own.secretsmanager.describe_secret(SecretId=f"{PREFIX}shop")["DeletedDate"]
    assert timedelta(days=6) < dropped - datetime.now(UTC) <= timedelta(days=7)


@pytest.mark.answered
@pytest.mark.parametrize("act", ["drop", "write"])
def test_a_secret_that_may_not_be_touched_is_a_bug_and_not_one_that_is_gone(
    clients: Clients, act: str
) -> None:
    """Who drops a shop is not to believe that its secret is gone."""
    keys = SecretWriter(clients, PREFIX)
    with Stubber(clients.secretsmanager) as stub:
        stub.add_client_error(
            "delete_secret" if act == "drop" else "describe_secret", "AccessDeniedException"
        )
        with pytest.raises(ClientError):
            keys.drop("shop") if act == "drop" else keys.write("shop", ShopKeys("shopify", ("a",)))


@pytest.mark.parametrize("was", ["without a word on it", "by fields that have changed since"])
def test_what_an_older_cartback_made_ready_is_made_anew_from_the_document(stack: Stack, was: str) -> None:
    DynamoShopBook(stack.clients, TABLE).put(kept(1))
    (row,) = [each for each in stack.rows(TABLE) if each["sk"]["S"] == "current"]
    row["ready"] = {"S": '{"policy": "of another shape"}'}
    row.pop("ready_as")
    if was != "without a word on it":
        row["ready_as"] = {"S": "older"}
    stack.own.dynamodb.put_item(TableName=TABLE, Item=row)
    settings = CachedSettings(stack.clients, TABLE, Standing())
    assert settings.policy("lamp-shop") == kept(1).settings.policy()
    assert settings.shop("lamp-shop") == face(kept(1).settings)


def test_what_was_made_ready_is_read_back_without_the_document(stack: Stack) -> None:
    """Validating a document anew costs a cold start 150 ms."""
    DynamoShopBook(stack.clients, TABLE).put(kept(1))
    (row,) = [each for each in stack.rows(TABLE) if each["sk"]["S"] == "current"]
    stack.own.dynamodb.put_item(TableName=TABLE, Item={**row, "document": {"S": "no JSON"}})
    settings = CachedSettings(stack.clients, TABLE, Standing())
    assert settings.policy("lamp-shop") == kept(1).settings.policy()
    assert settings.shop("lamp-shop") == face(kept(1).settings)


def test_the_rows_of_a_shop_lie_where_they_lay_in_the_release_before(stack: Stack) -> None:
    DynamoShopBook(stack.clients, TABLE).put(kept(1, name="Müller & Söhne"))
    rows = {row["sk"]["S"]: row for row in stack.rows(TABLE)}
    assert set(rows) == {"current", "v#000001"}
    for row in rows.values():
        assert (row["pk"], row["version"], row["removed"]) == (
            {"S": "lamp-shop"},
            {"N": "1"},
            {"BOOL": False},
        )
        document = row["document"]["S"]
        assert "Müller & Söhne" in document
        assert json.dumps(json.loads(document), ensure_ascii=False, separators=(",", ":")) == document


def test_the_names_of_shops_are_asked_for_once_in_five_minutes() -> None:
    clock, asked = Standing(), []
    names = Remembered(lambda: [*asked, *(asked.append("x") or ())], clock)
    seen = []
    for _ in range(601):
        names()
        seen.append(len(asked))
        clock.instant += timedelta(seconds=1)
    assert [seen.count(times) for times in (1, 2, 3)] == [300, 300, 1]
    assert names() == ["x", "x"]
