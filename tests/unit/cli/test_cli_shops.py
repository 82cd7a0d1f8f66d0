"""The shop commands, from the line to the rows."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from typer.testing import Result

from cartback import shops
from cli.commands.shop import PLATFORMS
from cli.stack import Stack
from tests.unit.settings.shop import document

Cartback = Callable[..., Result]
SECRET, NEXT = "shpss_" + "a" * 32, "shpss_" + "b" * 32


@pytest.fixture
def shop(cartback: Cartback, tmp_path: Path) -> str:
    file = tmp_path / "shop.json"
    file.write_text(json.dumps(document()), encoding="utf-8")
    assert cartback("shop", "add", "lamp-shop", "--file", str(file)).exit_code == 0
    return "lamp-shop"


def test_a_shop_is_added_from_a_document_with_its_secret_from_a_file(
    cartback: Cartback, stack: Stack, tmp_path: Path
) -> None:
    file, secret = tmp_path / "shop.yaml", tmp_path / "secret"
    file.write_text(yaml.safe_dump(document()), encoding="utf-8")
    secret.write_text(f"{SECRET}\n", encoding="utf-8")
    line = [
        "shop",
        "add",
        "lamp-shop",
        "--file",
        str(file),
        "--secret-file",
        str(secret),
        "--json",
        "--by",
        "anna",
    ]
    done = cartback(*line)
    assert done.exit_code == 0
    assert json.loads(done.stdout) == {
        "shop": "lamp-shop",
        "version": 1,
        "webhook_url": "https://api.example/webhooks/lamp-shop",
        "secrets": 1,
    }
    assert stack.book().show("lamp-shop").changed_by == "anna"
    assert stack.book().keys.read("lamp-shop").secrets == (SECRET,)


@pytest.mark.parametrize(
    ("platform", "says"),
    [
        ("shopify", "cartback shop secret lamp-shop"),
        ("woocommerce", "cartback shop connect lamp-shop makes one"),
    ],
)
def test_a_shop_without_a_secret_is_told_who_makes_it(
    cartback: Cartback, stack: Stack, tmp_path: Path, platform: str, says: str
) -> None:
    file = tmp_path / "shop.json"
    file.write_text(json.dumps(document(platform=platform)))
    assert f"nothing is taken in: {says}" in cartback("shop", "add", "lamp-shop", "--file", str(file)).stdout


def test_the_help_names_every_platform() -> None:
    *most, last = shops.platforms()
    assert f"{', '.join(most)} or {last}" == PLATFORMS


def test_a_shop_is_added_from_options_alone(cartback: Cartback, stack: Stack) -> None:
    line = ["--platform", "generic", "--name", "Lamps", "--url", "https://lamps.example"]
    line += [
        "--sender",
        "Lamp Shop <hello@lamps.example>",
        "--imprint",
        "Lamps Ltd",
        "--imprint",
        "1 Light Way, Leeds",
    ]
    done = cartback("shop", "add", "lamps", *line, "--set", "languages=en", "--set", "policy.caps.per_day=1")
    assert done.exit_code == 0, done.stderr
    settings = stack.book().show("lamps")
    assert (settings.sender.name, settings.sender.address) == ("Lamp Shop", "hello@lamps.example")
    assert (settings.languages, settings.rules.caps.per_day) == (("en",), 1)
    assert "cartback shop secret lamps" in done.stdout


def test_every_wrong_field_gets_a_line_and_the_exit_code_says_refused(cartback: Cartback) -> None:
    done = cartback("shop", "add", "lamps", "--platform", "shopware", "--url", "ftp://x")
    assert done.exit_code == 1
    fields = [line.split(":")[1].strip() for line in done.stderr.splitlines()]
    assert fields == ["name", "url", "sender", "imprint"]
    assert "Traceback" not in done.stderr


def test_one_field_is_edited_and_the_difference_shown(cartback: Cartback, stack: Stack, shop: str) -> None:
    done = cartback(
        "shop", "edit", shop, "policy.preset=gentle", "policy.quiet_hours=null", "name=Neue Lampen"
    )
    assert done.exit_code == 0
    assert "policy.preset" in done.stdout
    assert "gentle" in done.stdout
    settings = stack.book().show(shop)
    assert (settings.version, settings.name, settings.rules.quiet_hours) == (2, "Neue Lampen", None)


def test_what_show_prints_can_be_edited_and_given_back(
    cartback: Cartback, stack: Stack, shop: str, tmp_path: Path
) -> None:
    file = tmp_path / "shown.yaml"
    file.write_text(cartback("shop", "show", shop).stdout.replace("preset: standard", "preset: simple"))
    done = cartback("shop", "edit", shop, "--file", str(file))
    assert done.exit_code == 0, done.stderr
    assert stack.book().show(shop).rules.preset == "simple"
    late = cartback("shop", "edit", shop, "--file", str(file))
    assert late.exit_code == 1
    assert late.stderr.startswith("cartback: version: lamp-shop was changed by somebody else")


def test_times_and_words_in_yaml_mean_what_they_say(
    cartback: Cartback, stack: Stack, shop: str, tmp_path: Path
) -> None:
    file = tmp_path / "shop.yaml"
    kept = yaml.safe_dump(document(name="No"), allow_unicode=True).replace("name: 'No'", "name: No")
    file.write_text(f"{kept}policy:\n  quiet_hours:\n    start: 21:30\n    end: 07:00\n", encoding="utf-8")
    done = cartback("shop", "edit", shop, "--file", str(file))
    assert done.exit_code == 0, done.stderr
    settings = stack.book().show(shop)
    assert (settings.name, settings.rules.quiet_hours.start) == ("No", "21:30")


@pytest.mark.parametrize(
    ("line", "code", "says"),
    [
        (["shop", "edit", "lamp-shop", "policy.preset=wild"], 1, "policy.preset: "),
        (["shop", "edit", "lamp-shop", "policy.presett=wild"], 1, "policy.presett: no such setting"),
        (["shop", "edit", "lamp-shop", "platform=teleshopping"], 1, "platform: "),
        (["shop", "edit", "lamp-shop", "preset"], 1, "preset: write path=value"),
        (["shop", "edit", "lamp-shop"], 2, "edit: say either"),
        (["shop", "edit", "lamp-shop", "name=X", "--file", "x"], 2, "edit: say either"),
        (["shop", "edit", "lamp-shop", "--file", "/nowhere.yaml"], 1, "--file: /nowhere.yaml cannot be read"),
        (["shop", "show", "other"], 1, "shop: other is not known"),
        (["shop", "show", "lamp-shop", "--version", "9"], 1, "shop: lamp-shop is not known at version 9"),
        (["shop", "remove", "other"], 1, "shop: other is not known"),
        (["shop", "add", "lamp-shop", "--sender", "nobody"], 2, "--sender: write it as"),
        (["shop", "secret", "lamp-shop"], 2, "--secret-file: say where"),
        (["shop", "secret", "lamp-shop", "--retire"], 1, "secret: lamp-shop has none yet"),
        (["shop", "secret", "other", "--secret-file", "-"], 1, "shop: other is not known"),
    ],
)
def test_a_mistake_gets_one_line_that_names_it(
    cartback: Cartback, shop: str, line: list[str], code: int, says: str
) -> None:
    done = cartback(*line)
    assert done.exit_code == code
    assert done.stderr.startswith(f"cartback: {says}")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("text", ["[1, 2", "just words", "- a\n- b", "1: 2"])
def test_a_document_that_is_none_is_refused(cartback: Cartback, shop: str, tmp_path: Path, text: str) -> None:
    file = tmp_path / "shop.yaml"
    file.write_text(text)
    done = cartback("shop", "edit", shop, "--file", str(file))
    assert done.exit_code == 1
    assert done.stderr.startswith("cartback: --file: ")


def test_a_secret_is_rotated_from_standard_input_and_never_printed(
    cartback: Cartback, stack: Stack, shop: str
) -> None:
    printed = ""
    for secret in (SECRET, NEXT):
        done = cartback("shop", "secret", shop, "--secret-file", "-", typed=f"{secret}\n")
        assert done.exit_code == 0, done.stderr
        printed += done.output
    assert stack.book().keys.read(shop).secrets == (NEXT, SECRET)
    for line in (["show", shop], ["show", shop, "--json"], ["list"], ["secret", shop, "--retire"]):
        printed += cartback("shop", *line).output
    assert stack.book().keys.read(shop).secrets == (NEXT,)
    assert SECRET not in printed
    assert NEXT not in printed


def test_removing_asks_first(cartback: Cartback, stack: Stack, shop: str) -> None:
    assert cartback("shop", "remove", shop, typed="n\n").exit_code == 1
    assert stack.book().show(shop).version == 1
    assert cartback("shop", "remove", shop, "--yes").exit_code == 0
    assert json.loads(cartback("shop", "list", "--json").stdout) == []
    assert cartback("shop", "list").stdout.strip() == "There is no shop yet."


def test_shops_are_listed(cartback: Cartback, shop: str) -> None:
    shown = cartback("shop", "list").stdout
    assert "lamp-shop" in shown
    assert "standard" in shown
    assert json.loads(cartback("--json", "shop", "list").stdout)[0]["shop"] == "lamp-shop"
