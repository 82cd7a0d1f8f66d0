"""What somebody meets who has just begun: help at once, one way to name people, and words where it waits."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace

import pytest
from botocore.exceptions import ReadTimeoutError
from typer.testing import CliRunner

from cartback.domain.people.customer import Person
from cartback.domain.trade.cart import Cart, cart_id_for
from cartback.domain.trade.items import Item
from cartback.ports import RowSet, TimelineEntry
from cli import heads, patience, privacy
from cli.cartback import app
from cli.catalogue import entries
from tests.unit.cli.conftest import NOW
from tests.unit.cli.test_cli_dlq import _park
from tests.unit.settings.shop import document

CART = cart_id_for("lamp-shop", "cart:tok-1")
ADDRESS = "erika@kundin.example"


@pytest.fixture
def known(stack):
    """Erika, with a cart that the shop calls tok-1 and an order that it calls 1001."""
    stack.book().add(document(), "anna")
    made = stack.clients.secretsmanager.create_secret(Name="pepper", SecretString="salt and pepper")
    stack.outputs["PepperSecret"] = made["ARN"]
    hashed = privacy.hasher(stack)("lamp-shop", f"email:{ADDRESS}")
    person = Person("lamp-shop", "p1", email=ADDRESS, email_hash=hashed, aliases=(hashed,), cart_ids=(CART,))
    cart = Cart(
        "lamp-shop",
        CART,
        person_id="p1",
        items=(Item("v1", "Lamp", 1),),
        activity_at=NOW,
        generation=1,
        status="open",
        started_at=NOW,
    )
    after = RowSet(
        persons={"p1": person},
        carts={CART: cart},
        aliases={hashed: "p1"},
        refs={"order:1001": CART, "cart:tok-1": CART},
    )
    stack.records().save("lamp-shop", RowSet(), after)
    return stack


def test_help_is_said_without_loading_what_talks_to_aws():
    asked = "import sys; from cli.cartback import app; app(['--help'], standalone_mode=False)"
    heavy = f"{asked}; print([name for name in ('boto3', 'botocore', 'pydantic', 'jinja2') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", heavy], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert all(name in done.stdout for name in entries())


def test_every_command_file_begins_with_its_name_and_what_it_is_for():
    assert {"shop", "consent", "why", "doctor"} <= set(entries())
    assert entries()["shop"].modules == ("cli.commands.shop", "cli.commands.reach")
    assert entries()["shop"].says.startswith("Add, list")


def test_the_version_is_that_of_the_project():
    assert CliRunner().invoke(app, ["--version"]).stdout == "cartback 0.1.0\n"


def test_the_stack_may_be_named_by_the_environment_and_the_line_wins(monkeypatch):
    asked = []
    monkeypatch.setattr("cli.stack.deployed", lambda name, region: asked.append(name) or 1 / 0)
    monkeypatch.setenv("CARTBACK_STACK", "from-outside")
    for line in (["shop", "list"], ["shop", "list", "--stack", "said"]):
        CliRunner().invoke(app, line)
    assert asked == ["from-outside", "said"]
    monkeypatch.delenv("CARTBACK_STACK")
    assert "or set CARTBACK_STACK" in CliRunner().invoke(app, ["shop", "list"]).output


@pytest.mark.parametrize("said", ["p1", CART, "tok-1", "1001", "#1001"])
def test_everywhere_a_person_is_named_alike(known, cartback, said):
    assert json.loads(cartback("why", "lamp-shop", said, "--json").stdout)["person_id"] == "p1"
    assert json.loads(cartback("consent", "show", "lamp-shop", said, "--json").stdout)["person_id"] == "p1"
    refused = cartback("privacy", "erase", "lamp-shop", said, typed="n\n")
    assert "person p1 of lamp-shop, mailbox e…@k….example, 1 cart" in refused.stderr
    assert ADDRESS not in refused.output


def test_an_address_is_asked_for_and_never_taken_from_the_line(known, cartback):
    by_prompt = cartback("why", "lamp-shop", "--address", "--json", typed=f"{ADDRESS}\n")
    assert json.loads(by_prompt.stdout)["person_id"] == "p1"
    refused = cartback("consent", "show", "lamp-shop", ADDRESS)
    assert (refused.exit_code, ADDRESS in refused.output, "--address" in refused.output) == (1, False, True)
    assert cartback("why", "lamp-shop").exit_code == 2
    assert cartback("why", "lamp-shop", "p1", "--address").exit_code == 2


def test_an_erasure_of_somebody_unknown_says_so_before_it_asks(known, cartback):
    refused = cartback("privacy", "erase", "lamp-shop", "--address", typed="nobody@else.example\nn\n")
    assert "knows nobody by this" in refused.stderr
    known_one = cartback("privacy", "erase", "lamp-shop", "--address", typed=f"{ADDRESS}\nn\n")
    assert "person p1 of lamp-shop" in known_one.stderr


def test_a_cart_says_what_would_come_next_and_why(known, cartback):
    first = json.loads(cartback("cart", "show", "lamp-shop", "tok-1", "--json").stdout)["next"]
    assert first["touch"] is not None
    assert first["reason"] != "all_done"
    assert "als Nächstes" in cartback("cart", "show", "lamp-shop", "tok-1", "--lang", "de").stdout
    touches = [touch.name for touch in known.book().show("lamp-shop").policy().touches]
    for name in touches:
        line = TimelineEntry(
            NOW, "decision", {"touch": name, "word": "send", "reason": "due", "generation": "1"}
        )
        known.ledger().note("lamp-shop", f"cart#{CART}", line)
    last = json.loads(cartback("cart", "show", "lamp-shop", "tok-1", "--json").stdout)["next"]
    assert (last["touch"], last["reason"]) == (None, "all_done")
    before = known.records().read("lamp-shop", carts=[CART])
    bought = replace(before.carts[CART], status="bought")
    known.records().save("lamp-shop", before, RowSet(carts={CART: bought}))
    assert json.loads(cartback("cart", "show", "lamp-shop", "tok-1", "--json").stdout)["next"] is None


def test_a_dead_letter_is_dropped_for_good_once_somebody_said_yes(stack, cartback):
    one, other = _park(stack, "e1", "strange"), _park(stack, "e2", "strange")
    kept = cartback("dlq", "drop", one, typed="n\n")
    assert (kept.exit_code, one in kept.stderr) == (1, True)
    assert json.loads(cartback("dlq", "drop", one, "--yes", "--json").stdout) == {"dropped": [one]}
    assert [each["id"] for each in json.loads(cartback("dlq", "list", "--json").stdout)] == [other]
    assert cartback("dlq", "drop", one, "--yes").exit_code == 1


def test_whoever_waits_is_told_who_does_not_answer(capsys):
    silent = ReadTimeoutError(endpoint_url="https://example.com")
    for attempt in (1, 2, 3):
        patience.say_who_is_silent("dynamodb", attempt, silent)
    patience.say_who_is_silent("dynamodb", 1, None)
    assert capsys.readouterr().err.splitlines() == [
        "cartback: dynamodb does not answer; asking again (2 of 3)",
        "cartback: dynamodb does not answer; asking again (3 of 3)",
        "cartback: dynamodb does not answer; giving up",
    ]


def test_every_client_of_the_command_line_says_so(stack, capsys):
    silent = ReadTimeoutError(endpoint_url="https://example.com")
    told = {"response": None, "endpoint": None, "operation": None, "request_dict": {"context": {}}}
    stack.clients.sqs.meta.events.emit(
        "needs-retry.sqs.ReceiveMessage", attempts=3, caught_exception=silent, **told
    )
    assert "sqs does not answer; giving up" in capsys.readouterr().err


def test_tables_speak_the_chosen_language(known, cartback):
    german = cartback("cart", "list", "lamp-shop", "--lang", "de").stdout.splitlines()[0]
    assert ("Warenkorb" in german, "last activity" in german) == (True, False)
    assert "last activity" in cartback("cart", "list", "lamp-shop").stdout.splitlines()[0]
    assert heads.head("a name", "de") == "a name"
