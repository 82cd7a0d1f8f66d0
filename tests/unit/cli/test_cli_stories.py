"""What an operator is told of carts, people and dead letters."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import Result

import cartback as package
from cartback import subjects
from cartback.domain.claims import DELIVERED, Claim, settle
from cartback.domain.consent.consent import Consent
from cartback.domain.context import Context
from cartback.domain.decision import Reason
from cartback.domain.money import Money
from cartback.domain.people import suppression
from cartback.domain.people.customer import Person
from cartback.domain.subject import Subject
from cartback.domain.trade.cart import Cart, Step, cart_id_for
from cartback.domain.trade.items import Item
from cartback.ports import RowSet, TimelineEntry
from cartback.subjects.cart import KIND as CART_KIND
from cli import words
from cli.stack import Stack
from tests.fakes.taking import take_touch
from tests.unit.cli.conftest import NOW
from tests.unit.settings.shop import document

Cartback = Callable[..., Result]
ADDRESS = "erika@kundin.example"
CART = cart_id_for("lamp-shop", "cart:tok-1")


def at(**later: float):
    return NOW + timedelta(**later)


@pytest.fixture
def told(stack: Stack) -> Stack:
    """A cart that was changed, reminded of, clicked and bought."""
    stack.book().add(document(), "anna")
    consent = Consent("email", "granted", "explicit", "checkout", NOW, NOW, "e1")
    person = Person(
        "lamp-shop",
        "p1",
        email=ADDRESS,
        email_hash="h1",
        first_name="Erika",
        consents={"email": consent},
        cart_ids=(CART,),
        sends=(at(hours=1),),
    )
    cart = Cart(
        "lamp-shop",
        CART,
        items=(Item("v1", "Lamp [bold]", 2),),
        total=Money(4999, "EUR"),
        person_id="p1",
        refs=("cart:tok-1", "checkout:tok-2"),
        started_at=NOW,
        activity_at=NOW,
        history=(Step(NOW, "opened", "e1", 1), Step(at(hours=3), "bought", "e2", 1)),
    )
    refs = {"cart:tok-1": CART, "checkout:tok-2": CART}
    empty = RowSet(carts={CART: None}, persons={"p1": None}, refs=dict.fromkeys(refs))
    stack.records().save("lamp-shop", empty, RowSet(carts={CART: cart}, persons={"p1": person}, refs=refs))
    context = stack.records().context("lamp-shop", CART, "p1", None, CART_KIND)
    _send(stack, context)
    ledger = stack.ledger()
    ledger.note(
        "lamp-shop",
        f"cart#{CART}",
        TimelineEntry(at(hours=2), "clicked", {"touch": "reminder", "channel": "email"}),
    )
    parked = {"flow": "cart_recovery", "error": f"KeyError for {ADDRESS}", "cause": f"said {ADDRESS}"}
    ledger.note("lamp-shop", f"cart#{CART}", TimelineEntry(at(hours=4), "parked", parked))
    return stack


def _send(stack: Stack, context: Context) -> None:
    ledger = stack.ledger()
    assert context.cart is not None
    assert context.person is not None
    waiting = {"touch": "reminder", "word": "wait", "reason": "quiet_hours", "generation": "1"}
    ledger.note("lamp-shop", f"cart#{CART}", TimelineEntry(at(minutes=30), "decision", waiting))
    claim = Claim(
        "lamp-shop", "c1", CART, 1, "reminder", "email", "p1", "h1", "email/explicit/checkout", 1, at(hours=1)
    )
    line = TimelineEntry(
        at(hours=1), "decision", {**waiting, "word": "send", "reason": "due", "claim_id": "c1"}
    )
    assert take_touch(ledger, claim, context, context.person, line, []) is None
    ledger.mark(claim, settle(claim, DELIVERED, at(hours=1, seconds=5)))


@pytest.mark.parametrize("said", [CART, "tok-1", "cart:tok-1", "tok-2", "checkout:tok-2"])
def test_a_cart_is_found_by_our_id_and_by_the_shops_tokens(
    cartback: Cartback, told: Stack, said: str
) -> None:
    done = cartback("cart", "show", "lamp-shop", said, "--json")
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["cart"]["cart_id"] == CART


def test_a_cart_tells_its_story_in_order_with_reasons(cartback: Cartback, told: Stack) -> None:
    story = json.loads(cartback("cart", "show", "lamp-shop", CART, "--json").stdout)["story"]
    assert [line["kind"] for line in story] == [
        "opened",
        "decision",
        "decision",
        "message",
        "clicked",
        "bought",
        "parked",
    ]
    assert story[1]["says"] == "reminder: wait, because it is quiet hours there"
    assert story[3]["says"] == "message reminder (email): delivered"


def test_the_story_is_told_in_german_too(cartback: Cartback, told: Stack) -> None:
    shown = cartback("cart", "show", "lamp-shop", CART, "--lang", "de").stdout
    assert "reminder: senden, denn sie war fällig, und nichts sprach dagegen" in shown
    assert "49,99" in shown
    assert "+1 h" in shown


def test_what_a_shop_typed_is_never_markup(cartback: Cartback, told: Stack) -> None:
    assert "2 × Lamp [bold]" in cartback("cart", "show", "lamp-shop", CART).stdout


def test_no_address_is_shown_unless_it_is_asked_for(cartback: Cartback, told: Stack) -> None:
    lines = [["cart", "show", "lamp-shop", CART], ["cart", "list", "lamp-shop"], ["why", "lamp-shop", "p1"]]
    for line in [*lines, *([*line, "--json"] for line in lines)]:
        done = cartback(*line)
        assert done.exit_code == 0, done.stderr
        assert "kundin.example" not in done.output
        assert "Erika" not in done.output
    assert ADDRESS in cartback("cart", "show", "lamp-shop", CART, "--person").stdout


def test_carts_are_listed_by_status(cartback: Cartback, told: Stack) -> None:
    assert CART in cartback("cart", "list", "lamp-shop").stdout
    assert json.loads(cartback("cart", "list", "lamp-shop", "--status", "bought", "--json").stdout) == []
    assert cartback("cart", "list", "lamp-shop", "--status", "bought").stdout.strip() == "No such cart."


def test_a_shop_sees_only_its_own_carts(cartback: Cartback, told: Stack) -> None:
    told.book().add(document(shop="lamp"), "anna")
    assert json.loads(cartback("cart", "list", "lamp", "--json").stdout) == []
    assert cartback("cart", "show", "lamp", CART).exit_code == 1


@pytest.mark.parametrize("said", ["p1", CART, "tok-1"])
def test_why_tells_consent_budget_and_decisions(cartback: Cartback, told: Stack, said: str) -> None:
    answer = json.loads(cartback("why", "lamp-shop", said, "--json").stdout)
    assert answer["person_id"] == "p1"
    assert answer["consents"][0]["basis"] == "explicit"
    assert [decision["data"]["reason"] for decision in answer["decisions"]] == ["quiet_hours", "due"]
    shown = cartback("why", "lamp-shop", said).stdout
    assert "messages in the last 31 days: 1" in shown
    assert "room for the next one: from 2026-03-01 14:00:00" in shown
    assert not [line for line in shown.splitlines() if line != line.rstrip()], "nothing fills the lines"
    assert "because it is quiet hours there" in shown


def test_room_that_is_there_already_is_told_as_now_and_not_as_an_instant(
    cartback: Cartback, told: Stack
) -> None:
    told.clock.instant += timedelta(days=2)
    assert "room for the next one: now\n" in cartback("why", "lamp-shop", "p1").stdout


@pytest.mark.parametrize("said", [CART, "tok-1"])
def test_why_tells_the_story_of_one_cart_by_any_name_of_it(
    cartback: Cartback, told: Stack, said: str
) -> None:
    answer = json.loads(cartback("why", "lamp-shop", "--about", f"cart/{said}", "--json").stdout)
    assert answer["about"] == {"kind": "cart", "id": CART}
    reasons = [line["data"]["reason"] for line in answer["story"] if line["kind"] == "decision"]
    assert reasons == ["quiet_hours", "due"]
    assert "because it is quiet hours there" in cartback("why", "lamp-shop", "--about", f"cart/{said}").stdout


@pytest.mark.parametrize("kind", [name for name in subjects.names() if name != "cart"])
def test_why_tells_the_story_of_a_subject_of_any_kind(cartback: Cartback, told: Stack, kind: str) -> None:
    said = {"word": "stop", "reason": "flow_off", "flow": "hello"}
    told.ledger().note("lamp-shop", Subject(kind, "a/b").timeline, TimelineEntry(NOW, "decision", said))
    answer = json.loads(cartback("why", "lamp-shop", "--about", f"{kind}/a/b", "--json").stdout)
    assert answer["about"] == {"kind": kind, "id": "a/b"}
    assert [line["data"]["reason"] for line in answer["story"]] == ["flow_off"]
    assert "switched this flow off" in cartback("why", "lamp-shop", "--about", f"{kind}/a/b").stdout


@pytest.mark.parametrize(
    ("line", "code", "says"),
    [
        (["--about", "poem/1"], 1, "the kinds are cart, "),
        (["--about", "order"], 1, "write KIND/ID"),
        (["--about", "order/none"], 1, "nothing is kept of order none"),
        (["p1", "--about", "order/1"], 2, "either a person or --about"),
    ],
)
def test_why_refuses_a_subject_that_cannot_be_meant(
    cartback: Cartback, told: Stack, line: list[str], code: int, says: str
) -> None:
    done = cartback("why", "lamp-shop", *line)
    assert done.exit_code == code
    assert says in done.stderr


def test_why_says_that_the_shop_itself_left(cartback: Cartback, told: Stack) -> None:
    told.records().save("lamp-shop", RowSet(), RowSet(blocks={"shop": "shop_left"}))
    assert "the shop removed Cartback" in cartback("why", "lamp-shop", "p1").stdout


def test_why_says_on_which_channel_somebody_is_not_reached(cartback: Cartback, told: Stack) -> None:
    before = told.records().read("lamp-shop", persons=["p1"])
    stopped = suppression.on_channel(before.persons["p1"], "sms", "bounced", NOW)
    told.records().save("lamp-shop", before, RowSet(persons={"p1": stopped}))
    answer = json.loads(cartback("why", "lamp-shop", "p1", "--json").stdout)
    assert (answer["blocked"], answer["blocked_on"]) == (None, {"sms": "bounced"})
    assert "sms: the address does not exist" in cartback("why", "lamp-shop", "p1").stdout


def test_why_says_what_stands_against_a_message(cartback: Cartback, told: Stack) -> None:
    before = told.records().read("lamp-shop", persons=["p1"])
    blocked = replace(before.persons["p1"], blocked="complained", email=None)
    told.records().save("lamp-shop", before, RowSet(persons={"p1": blocked}))
    shown = cartback("why", "lamp-shop", "p1").stdout
    assert "the person called a message spam" in shown
    assert "there is no address to write to" in shown


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (["cart", "show", "lamp-shop", "nothing"], "cart: lamp-shop has no cart nothing"),
        (["cart", "show", "other", CART], "shop: other is not known"),
        (
            ["why", "lamp-shop", "nobody"],
            (
                "person: lamp-shop knows nobody by nobody; say an id, a cart's id or token, the number of an order, "
                "or a link from one of their mails, or --address"
            ),
        ),
        (["dlq", "show", "abc"], "abc: no waiting message of that id"),
    ],
)
def test_what_is_not_there_is_said_in_one_line(
    cartback: Cartback, told: Stack, line: list[str], says: str
) -> None:
    done = cartback(*line)
    assert (done.exit_code, done.stderr) == (1, f"cartback: {says}\n")


def test_every_reason_of_a_decision_has_plain_words_in_both_languages() -> None:
    sources = [path.read_text(encoding="utf-8") for path in Path(package.__path__[0]).rglob("*.py")]
    calls = [node for source in sources for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    said = set()
    for call in calls:
        name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
        if name in ("Decision", "_stop", "_stopped") and len(call.args) > 1:
            said |= {
                node.value for node in ast.walk(call.args[1]) if isinstance(node, ast.Constant) and node.value
            }
    said |= {str(reason) for reason in Reason}
    assert said - words.known_reasons() <= {"open"}
    for word in words.known_reasons():
        assert words.reason(word, "en") != words.reason(word, "de")


def test_every_step_and_line_that_is_kept_has_plain_words() -> None:
    said = set()
    for path in Path(package.__path__[0]).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = getattr(
                getattr(node, "func", None), "attr", getattr(getattr(node, "func", None), "id", "")
            )
            if (
                isinstance(node, ast.Call)
                and name in ("noting", "TimelineEntry", "Step")
                and len(node.args) > 1
            ):
                said |= {node.args[1].value} if isinstance(node.args[1], ast.Constant) else set()
    assert {"opened", "clicked", "parked"} <= said
    assert said <= words.known_events()
