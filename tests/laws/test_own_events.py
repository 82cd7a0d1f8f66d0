"""Our own events as others read them: the AsyncAPI document, the script for pages, and the recipes of its page."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import subprocess
from copy import deepcopy
from datetime import UTC, datetime
from functools import cache
from textwrap import dedent
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator, Draft202012Validator, FormatChecker
from referencing import Registry, Resource

from cartback import shops, texts
from cartback.domain.errors import Refused
from cartback.domain.facts import CATALOGUE
from cartback.domain.intake.page_token import LIFETIME, granted
from cartback.texts.script import CART, SCRIPTS, source
from docs.write_asyncapi import FILE, FORMAT, written
from tests.laws.reading import ROOT

PAGE = ROOT / "docs" / "shops" / "browser.md"
LARGEST_SCRIPT = 3_000  # bytes, as it is served: a shop's page should not notice it


@cache
def document() -> dict[str, Any]:
    """The published document."""
    return yaml.safe_load(FILE.read_text())


@cache
def _specification() -> Draft7Validator:
    packed = ROOT / "tests" / "laws" / "asyncapi" / "3.0.0.schema.json.gz"
    return Draft7Validator(json.loads(gzip.decompress(packed.read_bytes())))


@cache
def _registry() -> Registry:
    """The document and the schemas that it refers to, by the names that it uses."""
    files = [*(ROOT / "docs" / "facts").glob("*.json"), *(ROOT / "docs" / "events").glob("*.json")]
    found = {str(file.relative_to(ROOT / "docs")): json.loads(file.read_text()) for file in files}
    return Registry().with_resources(
        (f"docs:/{name}", Resource.from_contents(schema))
        for name, schema in [
            *found.items(),
            ("asyncapi.yaml", {"$schema": Draft202012Validator.META_SCHEMA["$id"], **document()}),
        ]
    )


def _payloads(message: dict[str, Any]) -> Draft202012Validator:
    schema = json.loads(
        json.dumps(message["payload"]["schema"])
        .replace('"$ref": "./', '"$ref": "docs:/')
        .replace('"$ref": "#/', '"$ref": "docs:/asyncapi.yaml#/')
    )
    return Draft202012Validator(schema, registry=_registry(), format_checker=FormatChecker())


# ── AsyncAPI ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_published_document_is_that_of_the_code():
    assert FILE.read_text() == written(), "run `make docs`"


def test_the_document_is_valid_by_asyncapis_own_schema_which_finds_what_is_wrong():
    assert [error.message for error in _specification().iter_errors(document())] == []
    broken = deepcopy(document())
    broken["operations"]["tellFacts"]["action"] = "shout"
    assert not _specification().is_valid(broken)


def test_every_fact_and_every_event_that_shops_and_pages_may_send_is_in_the_document():
    pages = json.loads((ROOT / "docs/events/browser.schema.json").read_text())["properties"]["type"]["enum"]
    channels = {name: set(each["messages"]) for name, each in document()["channels"].items()}
    assert channels == {
        "facts": {f"fact.{name}" for name in CATALOGUE},
        "webhooks": {f"webhook.{name}" for name in shops.load("generic").TOPICS},
        "pages": {f"page.{name}" for name in pages},
    }


@pytest.mark.parametrize("name", sorted(document()["components"]["messages"]))
def test_every_message_has_a_schema_that_its_examples_pass_and_another_messages_fail(name: str):
    messages = document()["components"]["messages"]
    message = messages[name]
    assert message["payload"]["schemaFormat"] == FORMAT
    assert message["examples"]
    for example in message["examples"]:
        _payloads(message).validate(example["payload"])
    channel = name.partition(".")[0]
    other = next(each for each in messages if each.startswith(f"{channel}.") and each != name)
    assert not _payloads(message).is_valid(messages[other]["examples"][0]["payload"])


def test_every_reference_leads_somewhere():
    for target in re.findall(r"\$ref: '?([^'\s]+)", FILE.read_text()):
        if target.startswith("./"):
            assert (FILE.parent / target).exists(), target
            continue
        place: Any = document()
        for part in target.removeprefix("#/").split("/"):
            place = place[part]


# ── the script ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_is_small_as_it_is_served_and_depends_on_nothing(name):
    answer = texts.browser_script(None, name)
    assert len(answer["body"].encode()) < LARGEST_SCRIPT
    assert answer["headers"]["content-type"].startswith("text/javascript")
    for kept in ("cookie", "localStorage", "sessionStorage", "indexedDB", "import(", "eval("):
        assert kept not in re.sub(r"/\*.*?\*/", "", source(name)), kept


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_browser_that_has_a_script_is_not_sent_it_again(name):
    etag = texts.browser_script(None, name)["headers"]["etag"]
    for known in (etag, f"W/{etag}", f'"old", {etag}', "*"):
        answer = texts.browser_script(known, name)
        assert (answer["statusCode"], answer["body"], answer["headers"]["etag"]) == (304, "", etag)
    assert texts.browser_script('"old"', name)["statusCode"] == 200


def test_a_script_that_there_is_not_is_not_looked_for_elsewhere():
    for name in ("../texts/mail.py", "other.js", ""):
        assert texts.browser_script(None, name)["statusCode"] == 404


def test_the_page_names_the_size_of_the_script():
    assert f"{len(source(CART).encode()):,} bytes" in PAGE.read_text()


# ── the recipes ──────────────────────────────────────────────────────────────────────────────────────────────────

SECRET = "whsec_" + "c2VjcmV0" * 5
RUNNERS = {
    "python": ("python3", '\nimport sys\nprint(page_token(sys.argv[1], "my-shop", "c-1"))'),
    "js": ("node", '\nprocess.stdout.write(pageToken(process.argv[2], "my-shop", "c-1"));'),
    "php": ("php", '\necho page_token($argv[1], "my-shop", "c-1");'),
}


def _recipe(language: str) -> str:
    (code,) = re.findall(rf"^ *```{language}\n(.*?)^ *```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    return dedent(code)


@pytest.mark.parametrize("language", RUNNERS)
def test_a_recipe_of_the_page_makes_a_token_that_we_take(language: str, tmp_path):
    program, call = RUNNERS[language]
    if not shutil.which(program):
        pytest.skip(f"{program} is not on this machine")
    file = tmp_path / f"recipe.{ {'python': 'py', 'js': 'cjs', 'php': 'php'}[language] }"
    file.write_text(_recipe(language) + call)
    made = subprocess.run(
        [program, str(file), SECRET], capture_output=True, text=True, check=True, timeout=60
    )
    now = datetime.now(UTC)
    assert granted(made.stdout.strip(), "my-shop", (SECRET,), now).cart == "c-1"
    for shop, secret, at in (
        ("other", SECRET, now),
        ("my-shop", SECRET + "x", now),
        ("my-shop", SECRET, now + LIFETIME * 2),
    ):
        with pytest.raises(Refused):
            granted(made.stdout.strip(), shop, (secret,), at)
