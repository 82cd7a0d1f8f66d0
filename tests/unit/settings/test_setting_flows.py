"""Flows in the settings: on and off, their options by their cards, and since when each is on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartback.domain.errors import Refused
from cartback.domain.shop.settings import ShopSettings
from tests.unit.settings.shop import AFTER, MOST, OPTIONS, START, TIERS, WINBACK, desk, document

DAY = timedelta(days=1)


def flows(told: object) -> ShopSettings:
    return ShopSettings.parse(document(policy={"flows": told}))


@pytest.mark.parametrize(
    ("told", "on"),
    [
        (["cart_recovery", "winback"], {"cart_recovery", "winback"}),
        ({"cart_recovery": True, "winback": False}, {"cart_recovery"}),
        ({"winback": {"on": True, "after": "120d"}}, {"winback"}),
        ({"winback": {"after": "120d"}, "cart_recovery": {"on": False}}, {"winback"}),
        ([], set()),
        ({}, set()),
    ],
)
def test_flows_are_told_as_names_as_switches_or_with_options(told: object, on: set[str]) -> None:
    assert flows(told).policy().flows == on


def test_a_document_of_an_earlier_version_reads_as_what_it_meant() -> None:
    kept = {**document(policy={"flows": {"cart_recovery": False, "double_opt_in": True}}), "version": 7}
    settings = ShopSettings.kept(kept)
    assert settings.as_document()["policy"]["flows"] == {"cart_recovery": False, "double_opt_in": True}
    policy = settings.policy()
    assert (policy.flows, policy.options, policy.flows_since) == ({"double_opt_in"}, {}, {})
    assert policy.is_news("double_opt_in", START - 1000 * DAY)


def test_a_flow_reads_its_options_typed_and_what_the_shop_leaves_out_by_its_card() -> None:
    policy = flows({"winback": {"after": "120d", "tiers": [3, 1]}}).policy()
    after: timedelta = policy.option("winback", AFTER)
    tiers: tuple[int, ...] = policy.option("winback", TIERS)
    assert (after, tiers, policy.option("winback", MOST)) == (timedelta(days=120), (3, 1), 2)


def test_what_a_later_release_does_not_take_any_more_counts_as_not_said() -> None:
    policy = flows({"winback": {"after": "10d", "most": "many", "tiers": 5}}).policy()
    assert (policy.option("winback", AFTER), policy.option("winback", MOST)) == (AFTER.default, MOST.default)
    assert policy.option("winback", TIERS) == TIERS.default


WRONG = [
    ("mild", "yes", "true or false"),
    ("mild", 1, "true or false"),
    ("most", 0, "messages, a whole number from 1 to 5"),
    ("most", 6, "messages, a whole number from 1 to 5"),
    ("most", True, "a whole number"),
    ("most", "2", "a whole number"),
    ("tiers", [], "a list of 1 to 4 different whole numbers from 0 to 1000"),
    ("tiers", 5, "a list of 1 to 4"),
    ("tiers", [5, 5], "different"),
    ("tiers", [1, 2, 3, 4, 5], "1 to 4"),
    ("tiers", [1001], "0 to 1000"),
    ("tiers", ["5"], "whole numbers"),
    ("after", "29d", "30d to 730d: minutes, or a text such as 45m, 1h or 3d"),
    ("after", "731d", "30d to 730d"),
    ("after", "soon", "30d to 730d"),
    ("after", True, "30d to 730d"),
    ("day", "sun", "one of mon, tue"),
    ("ways", [], "a list of one or more of email, sms, each once"),
    ("ways", ["email", "email"], "each once"),
    ("ways", ["fax"], "email, sms"),
    ("account", "a\nb", "up to 120 characters on one line"),
    ("account", "x" * 121, "up to 120 characters on one line"),
    ("account", 5, "up to 120 characters on one line"),
    ("approvers", [""], "a list of up to 20 different texts"),
    ("approvers", "ada", "a list of up to 20 different texts"),
    ("approvers", [f"n{number}" for number in range(21)], "up to 20"),
]


@pytest.mark.parametrize(("option", "value", "would_do"), WRONG)
def test_an_option_of_a_wrong_kind_is_refused_with_flow_and_option_and_what_would_do(
    option: str, value: object, would_do: str
) -> None:
    with pytest.raises(Refused) as refused:
        desk().add(document(policy={"flows": {"winback": {option: value}}}), "anna")
    (line,) = refused.value.reason.splitlines()
    assert line.startswith(f"policy.flows.winback.{option}: ")
    assert f"is not allowed for {option} of winback; allowed: " in line
    assert would_do in line.partition("allowed: ")[2]


def test_every_option_of_every_kind_is_refused_somewhere_in_the_table() -> None:
    assert {option for option, _, _ in WRONG} == {option.name for option in OPTIONS}


@pytest.mark.parametrize(
    ("flow", "says"),
    [
        (
            "winback",
            "policy.flows.winback.aftr: winback has no such option; its options are account, after, ",
        ),
        ("plain", "policy.flows.plain.aftr: plain has no such option; it has none"),
        ("win_back", "policy.flows.win_back: no such flow; allowed: one of cart_recovery, double_opt_in, "),
    ],
)
def test_an_option_that_no_card_declares_is_refused_with_those_that_there_are(flow: str, says: str) -> None:
    with pytest.raises(Refused) as refused:
        desk().add(document(policy={"flows": {flow: {"aftr": 1}}}), "anna")
    assert refused.value.reason.startswith(says)


GOOD = {
    "mild": False,
    "most": 5,
    "tiers": [10],
    "after": "30d",
    "day": "mon",
    "ways": ["sms", "email"],
    "account": "main",
    "approvers": ["ada", "ben"],
}


def test_every_default_is_one_that_its_own_option_would_take() -> None:
    for option in OPTIONS:
        assert option.read(option.told(option.default)) == option.default


@given(st.fixed_dictionaries({}, optional={name: st.just(value) for name, value in GOOD.items()}))
def test_options_read_back_what_they_wrote(told: dict) -> None:
    edit = desk()
    kept = edit.add(document(policy={"flows": {"winback": {"on": True, **told}}}), "anna")
    assert ShopSettings.parse(kept.as_document()) == kept
    assert kept.policy().options == ({"winback": told} if told else {})
    assert all(option.told(kept.policy().option("winback", option)) is not None for option in WINBACK.options)


# by paths -------------------------------------------------------------------------------------------------------------


def test_a_flow_is_switched_off_and_on_again_by_its_name_and_keeps_its_options() -> None:
    edit = desk()
    edit.add(document(policy={"flows": {"winback": {"after": "120d"}}}), "anna")
    off = edit.edit("lamp-shop", {"policy.flows.winback": False}, "ben")
    assert off.as_document()["policy"]["flows"] == {"winback": {"on": False, "after": "120d"}}
    assert edit.edit("lamp-shop", {"policy.flows.winback": True}, "ben").policy().flows == {"winback"}


def test_an_option_is_changed_by_its_path_and_switches_nothing_on() -> None:
    edit = desk()
    edit.add(document(), "anna")
    changed = edit.edit("lamp-shop", {"policy.flows.winback.after": "60d"}, "ben")
    assert changed.policy().flows == {"cart_recovery", "double_opt_in"}
    assert changed.policy().option("winback", AFTER) == timedelta(days=60)
    assert edit.edit("lamp-shop", {"policy.flows.winback.on": True}, "ben").policy().flows >= {"winback"}


def test_a_flow_that_is_put_in_place_with_its_options_loses_those_it_had() -> None:
    edit = desk()
    edit.add(document(policy={"flows": {"winback": {"after": "120d"}}}), "anna")
    changed = edit.edit("lamp-shop", {"policy.flows.winback": {"most": 3}}, "ben")
    assert changed.policy().options == {"winback": {"most": 3}}


# since when -----------------------------------------------------------------------------------------------------------


def test_a_flow_is_on_since_the_change_that_switched_it_on() -> None:
    edit = desk()
    first = edit.add(document(policy={"flows": ["cart_recovery"]}), "anna")
    assert first.policy().flows_since == {"cart_recovery": first.changed_at}
    second = edit.edit("lamp-shop", {"policy.flows.winback": True}, "ben")
    assert second.policy().flows_since == {"cart_recovery": first.changed_at, "winback": second.changed_at}
    assert second.changed_at > first.changed_at


def test_what_changes_something_else_leaves_it_on_since_then() -> None:
    edit = desk()
    first = edit.add(document(), "anna")
    second = edit.edit("lamp-shop", {"name": "Other", "policy.flows.double_opt_in.remind": False}, "ben")
    assert second.switched_on == first.switched_on


def test_a_flow_that_was_off_for_a_while_is_on_since_it_came_back() -> None:
    edit = desk()
    edit.add(document(), "anna")
    off = edit.edit("lamp-shop", {"policy.flows.cart_recovery": False}, "ben")
    assert "cart_recovery" not in off.switched_on
    on = edit.edit("lamp-shop", {"policy.flows.cart_recovery": True}, "ben")
    assert on.switched_on["cart_recovery"] == on.changed_at


def test_nobody_writes_since_when_a_flow_is_on() -> None:
    edit = desk()
    long_ago = {"cart_recovery": (START - 900 * DAY).isoformat()}
    first = edit.add(document(switched_on=long_ago), "anna")
    assert first.switched_on["cart_recovery"] == first.changed_at
    told = {**first.as_document(), "switched_on": long_ago, "name": "Other"}
    assert edit.replace("lamp-shop", told, "ben").switched_on == first.switched_on


def test_a_flow_that_was_on_before_anybody_kept_since_when_acts_as_ever() -> None:
    edit = desk()
    edit.add(document(), "anna")
    kept = edit.book.present["lamp-shop"]
    old = kept.settings.model_copy(update={"switched_on": {}})
    edit.book.present["lamp-shop"] = type(kept)(old)
    changed = edit.edit("lamp-shop", {"policy.flows.winback": True}, "ben")
    assert set(changed.switched_on) == {"winback"}
    assert changed.policy().is_news("cart_recovery", START - 900 * DAY)
    assert not changed.policy().is_news("winback", START - DAY)


def test_a_shop_that_comes_back_is_acted_for_since_it_came_back() -> None:
    edit = desk()
    edit.add(document(), "anna")
    edit.remove("lamp-shop", "ben")
    again = edit.add(document(), "ben")
    assert set(again.switched_on.values()) == {again.changed_at}
