"""Laws over the folders: whatever platform or sample is added next is tested by being there."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from cartback import shops
from cartback.domain.errors import Refused
from cartback.domain.observations import Observation
from tests.unit.shops import samples

PLATFORMS = shops.platforms()
# A deleted checkout without its token, a payment that its order tells of, an order form that was only opened, the app's
# own life, a card put on file, a subscription that goes on, a charge of which its invoice tells.
SAYS_NOTHING = {
    "checkouts_delete.without_token",
    "order_transactions_create.succeeded",
    "order.updated.by_hand",
    "app.installed",
    "app.activated",
    "app.updated",
    "app.deactivated",
    "checkout.session.completed.setup",
    "charge.succeeded.renewal",
    "charge.succeeded.of_an_invoice",
    "invoice.paid.renewal",
}
SAMPLES = [(platform, file) for platform in PLATFORMS for file in samples.files(platform)]


def test_the_folder_is_the_registry():
    assert set(PLATFORMS) == {"business_central", "generic", "shopify", "shopware", "stripe", "woocommerce"}
    for platform in PLATFORMS:
        assert shops.load(platform).__name__ == f"cartback.shops.{platform}"


@pytest.mark.parametrize(
    "name", ["", "woo", "woocommerce.goods", "os", "../shopify", "shopify.people", "__init__", "Shopify"]
)
def test_a_platform_that_is_not_in_the_folder_is_refused(name):
    with pytest.raises(Refused, match=r"unknown platform; known are .*generic.*shopify"):
        shops.load(name)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_platform_speaks_the_same_two_functions(platform):
    adapter = shops.load(platform)
    assert list(inspect.signature(adapter.verify).parameters) == ["body", "headers", "secrets", "now"]
    assert list(inspect.signature(adapter.observe).parameters) == ["delivery"]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_topic_has_a_sample(platform):
    adapter = shops.load(platform)
    assert {samples.topic_of(adapter, file) for file in samples.files(platform)} == set(adapter.TOPICS)


@pytest.mark.parametrize(("platform", "file"), SAMPLES, ids=[f"{p}/{f.stem}" for p, f in SAMPLES])
def test_every_sample_is_understood(platform, file):
    seen = shops.load(platform).observe(samples.delivery(platform, file))
    assert seen is not None
    assert all(isinstance(one, get_args(Observation)) for one in seen)
    assert bool(seen) != (file.stem in SAYS_NOTHING)


@pytest.mark.parametrize(("platform", "file"), SAMPLES, ids=[f"{p}/{f.stem}" for p, f in SAMPLES])
def test_samples_hold_invented_people_only(platform, file):
    text = file.read_text()
    addresses = {word.strip('",').rpartition("@")[2] for word in text.split() if "@" in word}
    assert {domain.lower() for domain in addresses} <= {"example.com"}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_topic_that_we_do_not_use_is_ignored_whatever_its_body(platform):
    assert (
        shops.load(platform).observe(samples.as_delivery(platform, "themes/publish", "not even JSON")) is None
    )


@pytest.mark.parametrize("platform", PLATFORMS)
def test_importing_an_adapter_loads_no_translation_and_nothing_heavy(platform):
    code = f"import sys, cartback.shops.{platform} as a; print(*sys.modules)"
    layer = Path(shops.__file__).parents[2]
    out = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(layer)},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(out.stdout.split())
    assert f"cartback.shops.{platform}" in loaded
    heavy = {
        "boto3",
        "botocore",
        "pydantic",
        "jinja2",
        "jsonschema",
        "cartback.domain.observations",
        "cartback.ports",
    }
    assert not loaded & heavy
    own = {name for name in loaded if name.startswith(f"cartback.shops.{platform}.")}
    assert own <= {f"cartback.shops.{platform}.signing"}


@pytest.mark.parametrize(("platform", "file"), SAMPLES, ids=[f"{p}/{f.stem}" for p, f in SAMPLES])
def test_samples_are_written_as_people_read_them(platform, file):
    text = file.read_text()
    assert text == json.dumps(json.loads(text), indent=2, ensure_ascii=False) + "\n"
