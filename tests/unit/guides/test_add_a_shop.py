"""The guide "add a shop platform" is true: what it tells to write is a platform that wins a cart back."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import ModuleType

import pytest

from cartback import shops
from cartback.domain.intake.delivery import Delivery, ShopKeys
from cartback.domain.intake.voices import stranger
from cartback.usecases.receive_webhook import ReceiveWebhook
from tests.fakes.world import START, CountingMetrics, DictKeys, HandClock, ListQueue, World, a_face

ROOT = Path(__file__).parents[3]
GUIDE = ROOT / "docs" / "guides" / "add_a_shop.md"
SECRET = "kiosk-secret"


def written() -> dict[str, str]:
    """The files that the guide tells to write, by their paths."""
    return dict(
        re.findall(
            r"^`([\w/.]+)`:\n\n```(?:python|json)\n(.*?)^```", GUIDE.read_text(), re.MULTILINE | re.DOTALL
        )
    )


@pytest.fixture
def kiosk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The platform of the guide, as if its folder lay among the others."""
    for path, text in written().items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    folder = tmp_path / "layers" / "core" / "cartback" / "shops"
    monkeypatch.setattr(shops, "__path__", [*shops.__path__, str(folder)])
    shops.platforms.cache_clear()
    yield shops.load("kiosk")
    shops.platforms.cache_clear()
    for name in [name for name in sys.modules if name.startswith("cartback.shops.kiosk")]:
        del sys.modules[name]
    del shops.kiosk


def sample(topic: str) -> str:
    return written()[f"events/kiosk/{topic}.json"]


def delivery(topic: str, body: str | None = None) -> Delivery:
    return Delivery("demo", "kiosk", topic, topic, START, sample(topic) if body is None else body)


def own_world() -> World:
    """A house whose shop is the one that the samples speak for."""
    world = World()
    world.settings.faces["demo"] = a_face(url="https://kiosk-muster.example")
    return world


def signed(topic: str, secret: str = SECRET, at: timedelta = timedelta(0)) -> dict[str, str]:
    sent_at = str(int((START + at).timestamp()))
    proof = hmac.new(secret.encode(), f"{sent_at}.{sample(topic)}".encode(), hashlib.sha256).hexdigest()
    return {
        "x-kiosk-time": sent_at,
        "x-kiosk-signature": proof,
        "x-kiosk-topic": topic,
        "x-kiosk-event": "e1",
        "content-type": "application/json",
    }


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (signed("order.paid"), 202),
        (signed("order.paid", "another"), 401),
        (signed("order.paid", at=timedelta(minutes=-6)), 401),
        (signed("order.paid", at=timedelta(minutes=6)), 401),
        ({**signed("order.paid"), "x-kiosk-time": "soon"}, 401),
        ({**signed("order.paid"), "x-kiosk-signature": "ü"}, 401),
        ({**signed("order.paid"), "x-kiosk-topic": ""}, 400),
        ({"content-type": "application/json"}, 401),
    ],
)
def test_the_guides_platform_lets_in_what_is_signed_and_nobody_else(kiosk, headers, status):
    keys, queue = DictKeys(), ListQueue()
    keys.by_shop["demo"] = ShopKeys("kiosk", ("an older one", SECRET))
    intake = ReceiveWebhook(keys, queue, HandClock(START), shops.load, CountingMetrics)
    answer = intake("demo", sample("order.paid").encode(), headers, method="POST", word="", query="")
    assert answer.status == status
    assert len(queue.deliveries) == (status == 202)


def test_the_guides_door_loads_no_translation_before_there_is_something_to_translate(kiosk):
    assert "cartback.shops.kiosk.translation" not in sys.modules
    assert kiosk.observe(delivery("stock.changed", "not even JSON")) is None
    assert "cartback.shops.kiosk.translation" not in sys.modules


def test_every_topic_of_the_guide_has_its_sample_as_people_read_it(kiosk):
    samples = {Path(path).stem for path in written() if path.startswith("events/")}
    assert samples == set(kiosk.TOPICS)
    for topic in samples:
        assert sample(topic) == json.dumps(json.loads(sample(topic)), indent=2, ensure_ascii=False) + "\n"
        assert len(kiosk.observe(delivery(topic))) == 1


def test_a_basket_of_the_guide_starts_a_flow_and_its_order_ends_it(kiosk):
    world = own_world()
    world.deliver(delivery("basket.changed"))
    assert [fact.data["amount"] for fact in world.bus.named("cart.opened")] == [3980]
    assert len(world.start_due()) == 1
    world.deliver(delivery("order.paid"))
    assert len(world.bus.named("cart.bought")) == 1


def test_an_order_of_the_guide_that_cannot_be_read_still_ends_its_basket(kiosk):
    world = own_world()
    world.deliver(delivery("basket.changed"))
    world.deliver(delivery("order.paid", sample("order.paid").replace('"39.80"', '"much"')))
    assert len(world.bus.named("cart.bought")) == 1


def test_a_copy_of_the_guides_shop_is_a_stranger(kiosk):
    told = kiosk.claims(delivery("order.paid"))
    assert stranger(told, ["https://kiosk-muster.example"]) is None
    assert stranger(told, ["https://another.example"]) == "kiosk-muster.example"


def test_the_guides_shop_says_what_is_left_to_do_by_hand(kiosk):
    assert "Webhooks" in shops.api("kiosk").BY_HAND[0]


def test_every_place_that_the_guide_names_is_there():
    named = set(re.findall(r"`((?:layers|tests|docs|local|events)/[\w/.]+)`", GUIDE.read_text()))
    assert len(named) > 8
    assert {place for place in named if "kiosk" not in place and not (ROOT / place).exists()} == set()
