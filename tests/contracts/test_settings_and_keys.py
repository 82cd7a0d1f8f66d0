"""What the Lambdas read of a shop: policy, face and secrets, at most a minute old."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from urllib.parse import quote

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from botocore.stub import Stubber

from cartback.domain.errors import TryLater
from cartback.domain.shop.settings import ShopSettings
from cartback.ports import KeptSettings, ShopKeys
from cartback.store.intake.keys import MOST_REMEMBERED, REMEMBERED, SecretKeys
from cartback.store.intake.secrets import SecretWriter
from cartback.store.shop.settings import FRESH_FOR, CachedSettings, DynamoShopBook, face
from cartback.store.tokens import PepperedHasher, SystemTokens
from tests.contracts.stack import MotoClients
from tests.fakes.world import START, DictKeys, DictSettings, HandClock
from tests.unit.settings.shop import document

PREFIX = "cartback/test/shop/"


def settings(version: int = 1, **changes) -> ShopSettings:
    return ShopSettings.parse(document(**changes)).stamped(version, START, "tester")


class Kept:
    """A settings port, and how its shops are written."""

    def __init__(self, request) -> None:
        self.clock = HandClock()
        self.stack = request.getfixturevalue("stack") if request.param == "dynamo" else None
        self.port = (
            CachedSettings(self.stack.clients, "Settings", self.clock) if self.stack else DictSettings()
        )

    def write(self, known: ShopSettings, removed: bool = False) -> None:
        if self.stack:
            DynamoShopBook(self.stack.clients, "Settings").put(KeptSettings(known, removed))
        elif removed:
            del self.port.policies[known.shop], self.port.faces[known.shop]
        else:
            self.port.policies[known.shop], self.port.faces[known.shop] = known.policy(), face(known)
        self.clock.at += FRESH_FOR


@pytest.fixture(params=["memory", "dynamo"])
def kept(request) -> Kept:
    return Kept(request)


def test_a_shop_that_nobody_added_has_neither_policy_nor_face(kept):
    assert (kept.port.policy("lamp-shop"), kept.port.shop("lamp-shop")) == (None, None)


def test_policy_and_face_are_those_of_the_present_version(kept):
    kept.write(settings())
    changed = settings(2, name="Lampen & Söhne", policy={"preset": "gentle"})
    kept.write(changed)
    assert kept.port.policy("lamp-shop") == changed.policy()
    assert kept.port.policy("lamp-shop").version == 2
    assert kept.port.shop("lamp-shop").name == "Lampen & Söhne"


def test_a_removed_shop_is_unknown_and_its_neighbour_is_not(kept):
    kept.write(settings())
    kept.write(settings(shop="other-shop"))
    kept.write(settings(2), removed=True)
    assert kept.port.policy("lamp-shop") is None
    assert kept.port.shop("lamp-shop") is None
    assert kept.port.shop("other-shop").shop == "other-shop"


class Secrets:
    """A port of keys, and how its secrets are written."""

    def __init__(self, request) -> None:
        self.clock = HandClock()
        self.stack = request.getfixturevalue("stack") if request.param == "secretsmanager" else None
        self.port = SecretKeys(self.stack.clients, PREFIX, self.clock) if self.stack else DictKeys()

    def write(self, shop: str, keys: ShopKeys) -> None:
        if self.stack is None:
            self.port.by_shop[shop] = keys
            return
        value = json.dumps({"platform": keys.platform, "secrets": list(keys.secrets)})
        client = self.stack.own.secretsmanager
        try:
            client.create_secret(Name=PREFIX + shop, SecretString=value)
        except client.exceptions.ResourceExistsException:
            client.put_secret_value(SecretId=PREFIX + shop, SecretString=value)
        self.clock.at += REMEMBERED


@pytest.fixture(params=["memory", "secretsmanager"])
def secrets(request) -> Secrets:
    return Secrets(request)


def test_the_keys_of_an_unknown_shop_are_none(secrets):
    secrets.write("demo", ShopKeys("shopify", ("one",)))
    assert secrets.port.of("dem") is None
    assert secrets.port.of("demo2") is None


def test_both_secrets_are_known_while_one_is_rotated_the_newest_first(secrets):
    secrets.write("demo", ShopKeys("shopify", ("old",)))
    assert secrets.port.of("demo") == ShopKeys("shopify", ("old",))
    secrets.write("demo", ShopKeys("shopify", ("new", "old")))
    assert secrets.port.of("demo") == ShopKeys("shopify", ("new", "old"))


@pytest.fixture
def on_aws(stack):
    clock = HandClock()
    return SecretKeys(stack.clients, PREFIX, clock), clock, stack.own.secretsmanager


def test_an_unknown_shop_is_remembered_as_long_as_a_known_one_so_that_its_answer_is_as_quick(on_aws):
    keys, clock, client = on_aws
    assert keys.of("demo") is None
    client.create_secret(Name=PREFIX + "demo", SecretString='{"platform": "generic", "secrets": ["s"]}')
    assert keys.of("demo") is None
    clock.at += REMEMBERED
    assert keys.of("demo") == ShopKeys("generic", ("s",))


def test_a_dropped_secret_counts_as_no_shop(on_aws):
    keys, _, client = on_aws
    client.create_secret(Name=PREFIX + "demo", SecretString='{"platform": "generic", "secrets": ["s"]}')
    client.delete_secret(SecretId=PREFIX + "demo", RecoveryWindowInDays=7)
    assert keys.of("demo") is None


@pytest.mark.parametrize("name", ["", "a" * 3000, "Demo", "demo#x", "demo\n", "dem\u00f6"])
def test_a_name_that_no_shop_can_have_is_not_even_looked_up(name):
    settings = CachedSettings(None, "Settings", HandClock())
    assert (settings.shop(name), settings.policy(name)) == (None, None)


def test_names_that_nobody_owns_cannot_fill_the_memory():
    clients, clock = MotoClients(), HandClock()
    keys = SecretKeys(clients, PREFIX, clock)
    with Stubber(clients.secretsmanager) as stub:
        for number in range(MOST_REMEMBERED + 50):
            stub.add_client_error("get_secret_value", "ResourceNotFoundException")
            keys.of(f"shop-{number}")
    assert len(keys._known) == MOST_REMEMBERED == 2_000


def test_addresses_that_nobody_has_cannot_fill_the_memory_and_those_of_late_are_hashed_once(stack):
    stack.own.secretsmanager.create_secret(Name="pepper", SecretString="a-pepper")
    hasher = PepperedHasher(stack.clients, "pepper")
    for number in range(10_050):
        hasher("demo", f"email:{number}@example.com")
    assert hasher._keyed.cache_info().currsize == 10_000


class Asked:
    """The keys of shops that are all alike, and which of them were read, in their order."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.clock, clients, self.shops = HandClock(), MotoClients(), []
        self.keys = SecretKeys(clients, "", self.clock)
        monkeypatch.setattr(clients.secretsmanager, "get_secret_value", self._value)

    def _value(self, SecretId: str) -> dict[str, str]:  # noqa: N803 - as botocore calls it
        self.shops.append(SecretId)
        return {"SecretString": '{"platform": "generic", "secrets": ["s"]}'}


def test_of_the_shops_whose_keys_are_remembered_the_one_that_was_read_longest_ago_makes_room(monkeypatch):
    monkeypatch.setattr("cartback.store.intake.keys.MOST_REMEMBERED", 3)
    asked = Asked(monkeypatch)
    for shop in "abc":
        asked.keys.of(shop)
    asked.clock.move(seconds=10)
    asked.keys.again("a")
    asked.keys.of("d")
    assert "".join(asked.shops) == "abcad"
    for shop in "acd":
        asked.keys.of(shop)
    assert "".join(asked.shops) == "abcad"
    asked.keys.of("b")
    assert "".join(asked.shops) == "abcadb"


def test_keys_are_read_once_a_minute_and_for_a_forger_once_in_ten_seconds(monkeypatch):
    asked = Asked(monkeypatch)
    read_after = []
    for second in range(121):
        asked.keys.of("demo")
        read_after += [second] * (len(asked.shops) - len(read_after))
        asked.clock.move(seconds=1)
    assert read_after == [0, 60, 120]
    asked.clock.move(seconds=8)
    before = len(asked.shops)
    assert (asked.keys.again("demo"), len(asked.shops)) == (None, before)
    asked.clock.move(seconds=1)
    assert (asked.keys.again("demo"), len(asked.shops)) == (None, before + 1)


@pytest.mark.parametrize(
    "read",
    [
        lambda clients: SecretKeys(clients, PREFIX, HandClock()).of("demo"),
        lambda clients: SecretWriter(clients, PREFIX).read("demo"),
    ],
    ids=["intake", "operator"],
)
def test_a_secret_that_may_not_be_read_is_a_bug_and_not_an_unknown_shop(read):
    """Told so, intake would answer that shop's webhooks as a stranger's, and lose them."""
    clients = MotoClients()
    with Stubber(clients.secretsmanager) as stub:
        stub.add_client_error("get_secret_value", "AccessDeniedException")
        with pytest.raises(ClientError):
            read(clients)


@pytest.mark.parametrize("code", ["ThrottlingException", "InternalServiceError", "ServiceUnavailable"])
def test_a_secret_store_that_does_not_answer_means_try_later_and_is_not_taken_for_an_unknown_shop(code):
    clients = MotoClients()
    keys = SecretKeys(clients, PREFIX, HandClock())
    with Stubber(clients.secretsmanager) as stub:
        stub.add_client_error("get_secret_value", code)
        with pytest.raises(TryLater):
            keys.of("demo")
        stub.add_response("get_secret_value", {"SecretString": '{"platform": "generic", "secrets": ["s"]}'})
        assert keys.of("demo") == ShopKeys("generic", ("s",))


def test_a_known_shop_is_answered_from_memory_while_the_store_is_away_for_less_than_a_minute(
    on_aws, monkeypatch
):
    keys, clock, client = on_aws
    client.create_secret(Name=PREFIX + "demo", SecretString='{"platform": "generic", "secrets": ["s"]}')
    keys.of("demo")

    def away(**_):
        raise EndpointConnectionError(endpoint_url="https://nowhere.example")

    monkeypatch.setattr(keys._clients.secretsmanager, "get_secret_value", away)
    clock.at += REMEMBERED - timedelta(seconds=1)
    assert keys.of("demo") == ShopKeys("generic", ("s",))
    clock.at += timedelta(seconds=1)
    with pytest.raises(TryLater):
        keys.of("demo")


def test_a_capability_is_256_bits_that_nobody_had_before_and_needs_no_escape_in_a_link():
    made = {SystemTokens().fresh() for _ in range(500)}
    assert len(made) == 500
    assert {len(base64.urlsafe_b64decode(f"{token}=")) for token in made} == {32}
    assert {quote(token, safe="") for token in made} == made
