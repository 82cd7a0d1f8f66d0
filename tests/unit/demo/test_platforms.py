"""Which platforms the demo has a shop of, and what the local cloud changes for them."""

from __future__ import annotations

from importlib import import_module

import pytest

from cartback import shops
from cartback.domain.shop.settings import ShopSettings
from local.clock import VARIABLE
from local.demo import platforms, shop
from local.emulator import _LOADED, _LOADED_AND_PATIENT, PATIENCE
from tests.unit.demo.shops import FRONT, scene
from tests.unit.demo.test_tally import lives


def test_every_platform_has_a_demo_shop_with_shoppers():
    assert platforms.names() == shops.platforms()
    assert {life.shop.platform for life in lives()} == set(shops.platforms())


def test_every_demo_shop_has_a_name_of_its_own_and_settings_that_hold():
    opened = scene().shops.values()
    assert len({each.shop for each in opened}) == len(opened)
    for each in opened:
        own = {"shop": each.shop, "platform": each.platform, "policy": each.policy}
        settings = ShopSettings.parse({**shop.document(FRONT), **own})
        assert settings.platform == each.platform


def test_every_platform_that_tells_of_carts_wins_somebody_back_and_loses_a_webhook():
    told = {(life.shop.platform, life.script) for life in lives()}
    for each in scene().shops.values():
        assert not each.has_carts or (each.platform, "buys after the first mail") in told
        assert each.platform == "generic" or (each.platform, "buys, and the shop's webhook is lost") in told


@pytest.mark.parametrize("speed", [1.0, 3600.0])
def test_the_patience_of_signatures_is_stretched_by_as_much_as_time_is_sped_up(
    speed: float, monkeypatch: pytest.MonkeyPatch
):
    """The lines that the local cloud adds, run as its worker runs them; the constants are put back."""
    monkeypatch.setenv(VARIABLE, f"{speed:g}@2026-01-01T00:00:00.000+00:00")
    constants = [(import_module(name), each) for name, own in PATIENCE.items() for each in own]
    before = {(module, each): getattr(module, each) for module, each in constants}
    lines = _LOADED_AND_PATIENT.removeprefix(_LOADED)
    try:
        source = "import importlib, os\nif True:\n" + lines
        exec(source, {"module_name": "receive_webhook"})
        assert all(getattr(module, each) == value * speed for (module, each), value in before.items())
    finally:
        for (module, each), value in before.items():
            setattr(module, each, value)
