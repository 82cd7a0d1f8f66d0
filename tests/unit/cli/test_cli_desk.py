"""Connections and the desk at the command line, in both languages, without a secret on the screen."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from typer.testing import Result

from cartback.domain.desk.entries import APPROVAL, KINDS, PARKED, WORDS, Approval, opened
from cli.stack import Stack
from cli.words import known_desk_words
from tests.unit.cli.conftest import NOW
from tests.unit.settings.shop import document

Cartback = Callable[..., Result]


@pytest.fixture(autouse=True)
def shop(stack: Stack) -> None:
    stack.book().add({**document(), "shop": "lamp-shop"}, "tester")


def _asked(stack: Stack) -> str:
    frozen = Approval(
        "low_stock",
        "run-1",
        "order",
        "secret-token",
        {"bags": "40"},
        "d",
        "alert_email.send",
        NOW + timedelta(hours=8),
        amount=48000,
        currency="EUR",
    )
    entry = replace(
        opened("lamp-shop", APPROVAL, "Order 40 bags?", NOW, "a", about="variant#v1"), approval=frozen
    )
    stack.desk().save(entry)
    return entry.entry_id


def test_what_waits_is_listed_shown_and_decided_and_no_token_is_told(
    cartback: Cartback, stack: Stack, monkeypatch
) -> None:
    told: list[dict[str, str]] = []
    monkeypatch.setattr(stack.clients.stepfunctions, "send_task_success", lambda **given: told.append(given))
    entry = _asked(stack)
    listed = cartback("desk", "list", "lamp-shop", "--lang", "de").stdout
    assert "Freigabe" in listed
    assert "Order 40 bags?" in listed
    shown = cartback("desk", "show", "lamp-shop", entry[:6])
    assert "48000 EUR" in shown.stdout
    for more in ((), ("--json",)):
        assert "secret-token" not in cartback("desk", "show", "lamp-shop", entry, *more).stdout
    assert (
        "approved"
        in cartback(
            "desk", "decide", "lamp-shop", entry, "approved", "--by", "anna", "--reason", "yes"
        ).stdout
    )
    assert json.loads(told[0]["output"]) == {"next": "approved", "approval": entry}
    assert cartback("desk", "list", "lamp-shop").stdout.strip() == "Nothing waits."
    late = cartback("desk", "decide", "lamp-shop", entry, "rejected", "--by", "ben")
    assert late.exit_code == 1
    assert "approved already" in late.stderr


def test_an_entry_is_put_off_with_a_reason(cartback: Cartback, stack: Stack) -> None:
    entry = _asked(stack)
    assert cartback("desk", "snooze", "lamp-shop", entry, "--days", "1").exit_code == 1, (
        "its time would be over"
    )
    assert (
        "snoozed"
        in cartback("desk", "snooze", "lamp-shop", entry, "--hours", "2", "--reason", "lunch").stdout
    )
    assert "lunch" in cartback("desk", "show", "lamp-shop", entry).stdout


def test_a_parked_run_is_sent_on_by_its_name(cartback: Cartback, stack: Stack, monkeypatch) -> None:
    redriven: list[str] = []
    monkeypatch.setattr(
        stack.clients.stepfunctions,
        "redrive_execution",
        lambda **given: redriven.append(given["executionArn"]),
    )
    entry = opened("lamp-shop", PARKED, "A run failed", NOW, "r", flow="low_stock", run="low-stock-1")
    stack.desk().save(entry)
    assert cartback("desk", "redrive", "lamp-shop", entry.entry_id).exit_code == 0
    assert redriven == [
        "arn:aws:states:eu-central-1:123456789012:execution:cartback-test-low-stock:low-stock-1"
    ]
    assert stack.desk().read("lamp-shop", entry.entry_id).outcome == "done"


def test_a_run_that_cannot_be_sent_on_stays_parked(cartback: Cartback, stack: Stack) -> None:
    entry = opened("lamp-shop", PARKED, "A run failed", NOW, "r", flow="low_stock")
    stack.desk().save(entry)
    assert "no run stands behind it" in cartback("desk", "redrive", "lamp-shop", entry.entry_id).stderr
    assert stack.desk().listed("lamp-shop")


def test_a_connection_is_made_listed_switched_and_dropped(cartback: Cartback, stack: Stack, tmp_path) -> None:
    access, options = tmp_path / "access.yaml", tmp_path / "options.yaml"
    access.write_text("url: https://n8n.example/hook\nsecret: whsec_" + "c2VjcmV0" * 5)
    options.write_text("facts: [order.paid]")
    made = cartback(
        "connector",
        "add",
        "lamp-shop",
        "standard_webhooks",
        "--access-file",
        str(access),
        "--file",
        str(options),
    )
    assert made.exit_code == 0, made.stderr
    assert "whsec" not in made.stdout
    listed = cartback("connector", "list", "lamp-shop", "--lang", "de").stdout
    assert "standard_webhooks" in listed
    assert "buffered: 0" in listed
    cartback("connector", "off", "lamp-shop", "standard_webhooks", "--reason", "moving")
    assert "moving" in cartback("connector", "list", "lamp-shop").stdout
    assert cartback("connector", "on", "lamp-shop", "standard_webhooks").exit_code == 0
    assert cartback("connector", "drop", "lamp-shop", "standard_webhooks").exit_code == 0
    assert cartback("connector", "list", "lamp-shop").stdout.strip() == "There is no connection yet."
    assert cartback("connector", "add", "lamp-shop", "pigeon").exit_code == 1


def test_a_shop_that_is_removed_keeps_no_connection_no_access_and_no_token(
    cartback: Cartback, stack: Stack, tmp_path
) -> None:
    access = tmp_path / "access.yaml"
    access.write_text("url: https://n8n.example/hook\nsecret: whsec_" + "c2VjcmV0" * 5)
    made = cartback("connector", "add", "lamp-shop", "standard_webhooks", "--access-file", str(access))
    assert made.exit_code == 0, made.stderr
    assert cartback("connector", "token", "lamp-shop", "n8n", "--scope", "open:task").exit_code == 0
    assert cartback("shop", "remove", "lamp-shop", "--yes").exit_code == 0
    outside = stack.connections()
    assert outside.standing("lamp-shop") == []
    assert outside.tools.tokens("lamp-shop") == []
    assert outside.keys.of("lamp-shop/standard_webhooks/main") is None


def test_a_token_is_shown_once_and_revoked(cartback: Cartback, stack: Stack) -> None:
    made = json.loads(
        cartback("connector", "token", "lamp-shop", "n8n", "--scope", "open:task", "--json").stdout
    )
    listed = cartback("connector", "tokens", "lamp-shop", "--json").stdout
    assert made["token_id"] in listed
    assert made["token"] not in listed
    assert made["token"][-20:] not in listed
    assert cartback("connector", "revoke", "lamp-shop", made["token_id"]).exit_code == 0
    assert cartback("connector", "tokens", "lamp-shop").stdout.strip() == "There is no token."


def test_every_kind_and_every_decision_has_words_in_both_languages() -> None:
    said = {word for each in WORDS.values() for word in each} | {"approved", "rejected", *KINDS}
    assert said <= known_desk_words()
