"""What pages may say: the published schema and the code say the same, and neither lets a page say more."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

import jsonschema
import pytest

from cartback.domain.errors import Refused
from cartback.domain.intake import page_events, page_token, payload_reader
from cartback.ports import ShopKeys
from tests.fakes.pages import claims_of, sealed
from tests.fakes.world import HandClock, World
from tests.unit.shops.judging import Judge
from tests.unit.shops.samples import EVENTS
from tests.unit.shops.test_generic import SCHEMA_FILE as GENERIC
from tests.unit.shops.test_generic import damaged

SCHEMA_FILE = GENERIC.with_name("browser.schema.json")
SCHEMA = json.loads(SCHEMA_FILE.read_text())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
JUDGE = Judge(SCHEMA)
NOW = datetime(2026, 11, 20, 18, 5, tzinfo=UTC)
SECRET = "the secret of a shop with pages"
GOOD = sorted(EVENTS.glob("browser/[!r]*.json"))
REFUSED = sorted(EVENTS.glob("browser/refused.*.json"))


def _sample(file):
    """A sample with a token that is good now; those of a browser's own yes and no name whose browser it is."""
    told = json.loads(file.read_text())
    more = {"customer": {"id": "K-1007"}} if _is_somebodys(told) else {}
    return told | {"token": sealed(claims_of("werkhof", NOW, cart="c-5512", **more), SECRET)}


def _is_somebodys(event) -> bool:
    return str(event["type"]).startswith("push.")


def _named(files):
    return pytest.mark.parametrize("file", files, ids=[file.stem for file in files])


@pytest.fixture(scope="module")
def accepts():
    """Whether the door keeps an event: 202, or the status of its refusal."""
    world = World(HandClock(NOW), shops=("werkhof",))
    world.keys.by_shop["werkhof"] = ShopKeys("generic", (SECRET,))
    shop = world.settings.faces["werkhof"]

    def attempt(event) -> int:
        world.tables.rows["counts"].clear()
        world.queue.deliveries.clear()
        try:
            world.collect("werkhof", f"https://{shop.domains[0]}", "text/plain", json.dumps(event).encode())
        except Refused as refusal:
            assert not world.queue.deliveries
            return refusal.status
        (delivery,) = world.queue.deliveries
        (seen,) = world.adapter("generic").observe(delivery)
        assert seen.contact.aliases() == (("customer:K-1007",) if _is_somebodys(event) else ())
        return 202

    return attempt


def test_the_folder_has_samples_of_every_type_and_of_what_is_refused():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert {file.stem for file in GOOD} == set(SCHEMA["properties"]["type"]["enum"])
    assert len(REFUSED) > 5


@_named(GOOD)
def test_a_good_sample_passes_the_schema_and_the_door(accepts, file):
    VALIDATOR.validate(json.loads(file.read_text()))
    VALIDATOR.validate(_sample(file))
    assert accepts(_sample(file)) == 202


@_named(REFUSED)
def test_a_page_may_not_say_what_only_the_shop_may(accepts, file):
    assert not VALIDATOR.is_valid(_sample(file))
    assert accepts(_sample(file)) == 400


@_named(GOOD)
def test_schema_and_door_agree_on_every_single_damage_to_a_sample(accepts, file):
    verdicts = set()
    for path, value, event in damaged(_sample(file)):
        status, valid = accepts(event), JUDGE.is_valid(event)
        if path == ("data", "cart_id") and status == 403:
            assert valid, "the schema cannot know which cart the token is for"
            continue
        verdicts.add(valid)
        assert (status == 202) == valid, f"{path} = {str(value)[:99]!r}: {status}, the schema says {valid}"
    assert verdicts == {True, False}


def test_the_schemas_patterns_are_the_codes_patterns():
    published = re.findall(r'"pattern": ("(?:[^"\\]|\\.)*")', SCHEMA_FILE.read_text())
    ours = (payload_reader.IDENTIFIER, payload_reader.AMOUNT, payload_reader.CURRENCY, page_events.EVENT_ID)
    assert {f"^{pattern.pattern}$" for pattern in ours} <= {json.loads(text) for text in published}
    assert page_events.LINKISH.pattern in {json.loads(text) for text in published}
    assert SCHEMA["properties"]["token"]["maxLength"] == page_token.LONGEST
