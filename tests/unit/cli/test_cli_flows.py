"""``cartback flows``: the cards, and what a shop has switched on."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
from typer.testing import CliRunner

from cartback.flows import names
from cli.cartback import app


def test_every_flow_is_listed_without_a_stack():
    told = CliRunner().invoke(app, ["flows", "--json"])
    assert told.exit_code == 0
    cards = json.loads(told.stdout)
    assert [card["name"] for card in cards] == list(names())
    assert all(card["starts_on"] and card["kpi"] for card in cards)
    assert "on" not in cards[0]


LINE = [
    *("--name", "Lamps", "--url", "https://lamps.example", "--sender", "Lamps <hello@lamps.example>"),
    *("--imprint", "Lamps Ltd", "--imprint", "1 Light Way, Leeds"),
]


def test_a_shop_is_told_which_are_on(cartback):
    added = cartback(
        "shop", "add", "lamps", "--platform", "shopify", *LINE, "--set", "policy.flows.double_opt_in=false"
    )
    assert added.exit_code == 0, added.stderr
    assert cartback("shop", "edit", "lamps", "policy.flows.cart_recovery=true").exit_code == 0
    on = {
        card["name"]: card["on"] for card in json.loads(cartback("flows", "--shop", "lamps", "--json").stdout)
    }
    assert on == {**dict.fromkeys(names(), False), "cart_recovery": True}
    assert "off" in cartback("flows", "--shop", "lamps").stdout


def test_a_shop_sees_its_options_and_since_when_each_flow_is_on(cartback):
    assert cartback("shop", "add", "lamps", "--platform", "shopify", *LINE).exit_code == 0
    assert cartback("shop", "edit", "lamps", "policy.flows.double_opt_in.remind=false").exit_code == 0
    cards = {card["name"]: card for card in json.loads(cartback("flows", "--shop", "lamps", "--json").stdout)}
    (remind,) = cards["double_opt_in"]["options"]
    assert (remind["kind"], remind["default"], remind["value"]) == ("flag", True, False)
    assert remind["says"]
    assert remind["allowed"] == "true or false"
    kept = json.loads(cartback("shop", "show", "lamps", "--json").stdout)["settings"]
    since = {name: card["since"] for name, card in cards.items() if card["on"]}
    assert {name: datetime.fromisoformat(at) for name, at in since.items()} == {
        name: datetime.fromisoformat(at) for name, at in kept["switched_on"].items()
    }
    assert "remind=false" in cartback("flows", "--shop", "lamps").stdout


def test_an_option_of_a_wrong_kind_is_refused_by_the_command_line(cartback):
    assert cartback("shop", "add", "lamps", "--platform", "shopify", *LINE).exit_code == 0
    done = cartback("shop", "edit", "lamps", "policy.flows.double_opt_in.remind=perhaps")
    assert done.exit_code == 1
    assert "policy.flows.double_opt_in.remind" in done.stderr
    assert "true or false" in done.stderr


@pytest.mark.parametrize("shop", ["nobody", "lamps"])
def test_a_shop_that_is_not_known_is_said_so(cartback, shop):
    done = cartback("flows", "--shop", shop)
    assert done.exit_code == 1
    assert shop in done.stderr
