"""``cartback shop connect``, ``answers`` and ``health`` on a whole stack."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from time import monotonic

import pytest
from typer.testing import Result

from cartback.channels.sealing import vapid
from cartback.domain.consent.jurisdiction import PACKS
from cartback.domain.intake.responses import path_word
from cartback.domain.money import Money
from cartback.domain.shop.health import Health
from cartback.domain.trade.cart import Cart
from cartback.domain.trade.items import Item
from cartback.ports import RowSet
from cli import first_cart
from cli.stack import Stack
from tests.unit.settings.shop import document

Cartback = Callable[..., Result]


pytestmark = pytest.mark.usefixtures("insights")


@pytest.fixture
def laden(cartback: Cartback) -> Cartback:
    line = "shop add laden --platform woocommerce --name Laden --url https://laden.example".split()
    line += ["--sender", "Laden <hallo@laden.example>", "--imprint", "Laden GmbH", "--imprint", "Weg 1"]
    assert cartback(*line).exit_code == 0
    return cartback


def test_a_shop_that_was_never_heard_says_so(laden: Cartback) -> None:
    shown = laden("shop", "health", "laden").output
    assert "none yet" in shown
    assert "never" in shown


def test_health_tells_the_last_event_the_gaps_and_the_problem(laden: Cartback, stack: Stack) -> None:
    book, now = stack.health(), stack.clock.now()
    book.beat("laden", now - timedelta(minutes=5))
    book.keep(Health("laden", until=now, gaps=2, gaps_ever=9, problem="no_access", subscriptions="lost"))
    told = json.loads(laden("shop", "health", "laden", "--json").output)
    assert (told["gaps"], told["gaps_ever"], told["problem"]) == (2, 9, "no_access")
    assert (told["subscriptions"], told["lag_seconds"]) == ("lost", 300)
    assert "(5 min ago)" in laden("shop", "health", "laden").output


def test_health_tells_who_spoke_in_the_shops_place_and_where_its_links_lead(
    laden: Cartback, stack: Stack
) -> None:
    book = stack.health()
    for kind, name in (
        ("source", "staging.laden.example"),
        ("source", "staging.laden.example"),
        ("link", "neu.example"),
    ):
        book.note("laden", kind, name, 2)
    told = json.loads(laden("shop", "health", "laden", "--json").output)["strangers"]
    assert {(one["kind"], one["name"], one["count"]) for one in told} == {
        ("source", "staging.laden.example", 4),
        ("link", "neu.example", 2),
    }
    shown = " ".join(laden("shop", "health", "laden").output.split())
    assert "staging.laden.example" in shown
    assert "4 times" in shown


def test_health_shows_signatures_that_were_refused_in_the_last_hour(laden: Cartback, stack: Stack) -> None:
    assert json.loads(laden("shop", "health", "laden", "--json").output)["refused_last_hour"] == 0
    stack.refusals().refused("laden")
    assert json.loads(laden("shop", "health", "laden", "--json").output)["refused_last_hour"] == 1
    assert "signs with another secret" in " ".join(laden("shop", "health", "laden").output.split())


def test_health_of_a_shop_that_is_not_there_is_refused(cartback: Cartback) -> None:
    assert cartback("shop", "health", "nobody").exit_code == 1


def test_without_access_connect_says_what_to_do_by_hand(laden: Cartback) -> None:
    done = laden("shop", "connect", "laden")
    assert done.exit_code == 0
    assert "https://api.example/webhooks/laden" in done.output
    assert "REST API" in done.output


def test_an_access_that_is_not_whole_is_refused_by_field_and_never_shown(
    laden: Cartback, tmp_path: Path
) -> None:
    file = tmp_path / "access.yaml"
    file.write_text("url: ftp://laden.example\nconsumer_secret: very-secret-thing\n")
    done = laden("shop", "connect", "laden", "--access-file", str(file))
    assert done.exit_code == 1
    assert "access.url" in done.output
    assert "very-secret-thing" not in done.output


def test_a_shop_on_a_private_address_is_never_called(laden: Cartback, tmp_path: Path) -> None:
    file = tmp_path / "access.json"
    access = {
        "url": "https://169.254.169.254",
        "consumer_key": "ck_12345678",
        "consumer_secret": "cs_12345678",
    }
    file.write_text(json.dumps(access))
    done = laden("shop", "connect", "laden", "--access-file", str(file))
    assert done.exit_code == 1
    assert "public" in done.output


def test_waiting_ends_with_the_event_or_says_that_none_came(
    laden: Cartback, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(first_cart, "LOOK_EVERY", 0.05)
    assert laden("shop", "connect", "laden", "--wait", "1").exit_code == 3
    stack.health().beat("laden", stack.clock.now())
    assert "Heard at" in laden("shop", "connect", "laden", "--wait", "1").output


def test_the_secret_of_answers_is_kept_rotated_and_dropped_with_the_shop(
    laden: Cartback, stack: Stack
) -> None:
    keys = stack.answers().keys
    for secret in ("the first auth token", "the second auth token"):
        line = ("shop", "answers", "laden", "whatsapp", "--secret-file", "-", "--json")
        done = laden(*line, typed=secret.replace(" ", "-"))
        assert secret.replace(" ", "-") not in done.output
        told = json.loads(done.output)
        assert told["answers_url"] == "https://api.example/answers/laden/whatsapp"
        assert told["verify_token"] == path_word(secret.replace(" ", "-"))
    assert keys.read("laden/whatsapp").secrets == ("the-second-auth-token", "the-first-auth-token")
    assert "accepts 1 secret for it" in laden("shop", "answers", "laden", "whatsapp", "--retire").output
    assert keys.read("laden/whatsapp").secrets == ("the-second-auth-token",)
    assert laden("shop", "remove", "laden", "--yes").exit_code == 0
    assert keys.read("laden/whatsapp") is None


def test_the_account_that_sends_is_kept_with_its_token_and_stays_when_that_changes(
    laden: Cartback, stack: Stack
) -> None:
    keys, account = stack.answers().keys, "AC" + "0" * 32
    line = ("shop", "answers", "laden", "sms", "--secret-file", "-")
    wrong = laden(*line, "--account", "AC1", typed="the-first-auth-token")
    assert wrong.exit_code == 1
    assert wrong.stderr.startswith("cartback: account: must be")
    assert keys.read("laden/sms") is None
    assert laden(*line, "--account", account, typed="the-first-auth-token").exit_code == 0
    assert laden(*line, typed="the-second-auth-token").exit_code == 0
    assert laden("shop", "answers", "laden", "sms", "--retire").exit_code == 0
    kept = keys.read("laden/sms")
    assert (kept.secrets, kept.api) == (("the-second-auth-token",), {"account": account})


def test_where_a_platform_tells_of_no_carts_any_event_ends_the_waiting(
    cartback: Cartback, stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(first_cart, "LOOK_EVERY", 0.05)
    file = tmp_path / "kontor.json"
    file.write_text(json.dumps(document(shop="kontor", platform="shopware")))
    assert cartback("shop", "add", "kontor", "--file", str(file)).exit_code == 0
    stack.health().beat("kontor", stack.clock.now())
    began = monotonic()
    said = " ".join(cartback("shop", "connect", "kontor", "--wait", "30").output.split())
    assert monotonic() - began < 15, "it does not wait for a cart that cannot come"
    assert "install its app" in said
    assert "This platform tells of no carts" in said


def test_the_key_of_push_is_made_once_shown_without_its_secret_and_dropped_with_the_shop(
    laden: Cartback, stack: Stack
) -> None:
    made = json.loads(
        laden("shop", "push", "laden", "--contact", "mailto:ops@laden.example", "--json").output
    )
    again = json.loads(
        laden("shop", "push", "laden", "--contact", "https://laden.example/impressum", "--json").output
    )
    keys = stack.push_key().keys
    kept = keys.read("laden/push")
    assert kept is not None
    assert (made["new"], again["new"], made["public_key"]) == (True, False, again["public_key"])
    assert kept.api == {"contact": "https://laden.example/impressum", "public": made["public_key"]}
    assert vapid.public(vapid.signer(kept.secrets[0])) == made["public_key"]
    shown = laden("shop", "push", "laden", "--contact", "mailto:ops@laden.example").output
    assert kept.secrets[0] not in shown
    assert "/scripts/push.js" in shown
    other = json.loads(
        laden("shop", "push", "laden", "--contact", "mailto:a@b.example", "--anew", "--json").output
    )
    assert (other["new"], other["public_key"] != made["public_key"]) == (True, True)
    assert laden("shop", "remove", "laden", "--yes").exit_code == 0
    assert keys.read("laden/push") is None


@pytest.mark.parametrize("contact", ["ops@laden.example", "mailto:", 'mailto:a"b', "http://laden.example"])
def test_whom_push_services_may_ask_is_an_address(laden: Cartback, contact: str) -> None:
    refused = laden("shop", "push", "laden", "--contact", contact)
    assert refused.exit_code != 0
    assert "contact: must be mailto:" in refused.output


def test_a_first_cart_is_seen_with_what_comes_next_and_the_law_that_says_so(
    laden: Cartback, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(first_cart, "LOOK_EVERY", 0.05)
    now = stack.clock.now()
    item = Item("v1", "Lampe", unit_price=Money(4900, "EUR"))
    rows = RowSet(
        carts={"old": Cart("laden", "old", activity_at=now - timedelta(days=1))},
    )
    stack.records().save("laden", RowSet(), rows)
    stack.health().beat("laden", now)
    done = laden("shop", "connect", "laden", "--wait", "1")
    assert "No cart came yet" in done.output
    fresh = Cart("laden", "new", activity_at=now, items=(item,))
    stack.records().save("laden", RowSet(), RowSet(carts={"new": fresh}))
    shown = " ".join(laden("shop", "connect", "laden", "--wait", "1").output.split())
    assert "Cart new arrived: open, 1 line, nobody is known for it yet." in shown
    assert "next, by the settings of now: reminder" in shown
    assert (
        "Law of this shop: dach. A reminder needs a confirmed double opt-in; a ticked box alone is none"
        in shown
    )
    assert "cartback cart show laden new" in shown


def test_a_shop_that_signs_with_another_secret_is_told_so_while_it_waits(
    laden: Cartback, stack: Stack
) -> None:
    stack.refusals().refused("laden")
    done = laden("shop", "connect", "laden", "--wait", "0")
    assert done.exit_code == 0
    done = laden("shop", "connect", "laden", "--wait", "1")
    assert done.exit_code == 3
    assert "1 deliveries were refused for their signature" in done.stderr


@pytest.mark.parametrize("pack", sorted(PACKS))
def test_the_law_of_every_market_says_what_it_takes(pack: str) -> None:
    said = first_cart.law(pack)
    assert "double opt-in" in said
    assert ("a box that the shopper ticked" in said) is (pack != "dach")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (("laden", "pigeon", "--secret-file", "-"), "channel: must be one of sms, whatsapp"),
        (("laden", "sms", "--secret-file", "-"), "secret: must be 16 to 500 printable characters"),
        (("laden", "sms", "--retire"), "secret: laden has none for sms yet"),
        (("nobody", "sms", "--retire"), "shop: nobody is not known"),
    ],
)
def test_a_wrong_word_about_answers_is_refused_by_field(
    laden: Cartback, line: tuple[str, ...], says: str
) -> None:
    done = laden("shop", "answers", *line, typed="short")
    assert done.exit_code == 1
    assert done.stderr.startswith(f"cartback: {says}")


def test_only_whatsapp_has_a_word_to_verify_with(laden: Cartback) -> None:
    done = laden("shop", "answers", "laden", "sms", "--secret-file", "-", typed="an-auth-token-of-twilio")
    assert "https://api.example/answers/laden/sms" in done.output
    assert "Verify token" not in done.output


@pytest.mark.parametrize(
    "line", ['token: "{}', "token: {}: x", "token: @{}", "token: *{}", "token: !{} x", "token: {}\0"]
)
def test_a_file_of_credentials_that_cannot_be_read_is_not_quoted(
    laden: Cartback, tmp_path: Path, line: str
) -> None:
    file = tmp_path / "access.yaml"
    file.write_text(f"url: https://laden.example\n{line.format('shpat0123456789')}\n")
    done = laden("shop", "connect", "laden", "--access-file", str(file))
    assert done.exit_code == 1
    assert "is neither JSON nor YAML" in done.output
    assert "shpat" not in done.output
