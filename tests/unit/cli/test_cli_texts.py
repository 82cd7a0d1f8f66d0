"""Words without a deployment: what a marketer types, and what becomes of it."""

from __future__ import annotations

import json
import re
from email import message_from_bytes, policy

import pytest
import yaml

from cartback.store.shop.texts import DynamoTextBook
from cartback.texts import house
from tests.unit.settings.shop import document

SHOP = "lamp-shop"


@pytest.fixture
def shop(cartback, tmp_path):
    """A shop that speaks German and English."""
    file = tmp_path / "shop.json"
    file.write_text(json.dumps(document(platform="generic")))
    assert cartback("shop", "add", SHOP, "--file", str(file)).exit_code == 0
    return SHOP


def test_the_texts_of_a_shop_are_listed_with_what_it_says_itself(cartback, shop):
    cartback("texts", "edit", shop, "reminder", "button=Los")
    listed = json.loads(cartback("texts", "list", shop, "--json").stdout)
    assert {
        "text": "cart_recovery/reminder.email.de",
        "own": {"button": "Los"},
        "version": 1,
        "waits": False,
        "flow_is_on": True,
    } in listed
    assert {each["text"].rpartition(".")[2] for each in listed} == {"de", "en"}
    shown = cartback("texts", "list", shop).stdout
    assert "double_opt_in/confirm.email.en" in shown
    assert re.search(r"winback/hello\.email\.de +winback is off", shown), (
        "its flow is off, and none of it goes out"
    )


def test_a_shown_text_goes_back_as_it_is_and_is_no_change(cartback, shop, tmp_path):
    for text in ("reminder", "answers", "last_note.en", "confirm", "answers.de-du"):
        shown = cartback("texts", "show", shop, text).stdout
        file = tmp_path / "text.yaml"
        file.write_text(shown)
        answer = cartback("texts", "edit", shop, text, "--file", str(file))
        assert (answer.exit_code, "Nothing changed" in answer.stdout) == (0, True), answer.output


def test_a_text_is_shown_with_its_own_parts_marked_and_the_facts_that_it_can_name(cartback, shop):
    cartback("texts", "edit", shop, "reminder", "button=Los")
    shown = cartback("texts", "show", shop, "reminder").stdout
    assert "button: Los # the shop's own" in shown
    assert "# {{ item.brief }}" in shown
    assert yaml.safe_load(shown)["button"] == "Los"
    assert yaml.safe_load(cartback("texts", "show", shop, "reminder", "--house").stdout)["button"] != "Los"
    told = json.loads(cartback("texts", "show", shop, "confirm", "--json").stdout)
    assert {"shop.name", "lang", "wording"} <= set(told["facts"])
    assert "item.name" not in told["facts"]


def test_a_change_is_shown_as_a_difference_and_kept_with_who_made_it(cartback, shop):
    answer = cartback(
        "texts", "edit", shop, "reminder", "subject=Noch da: {{ item.brief }}", "button=Los", "--by", "mia"
    )
    assert "+Noch da: {{ item.brief }}" in answer.stdout
    assert "live within a minute" in answer.stdout
    told = json.loads(cartback("texts", "diff", shop, "--json").stdout)
    assert [(each["version"], each["changed"], each["changed_by"]) for each in told] == [
        (1, ["subject", "button"], "mia")
    ]
    assert "--- " not in answer.stdout, "no marks that only programmers read"
    told = "button:\n-Zurück zum Warenkorb\n+Los\n"
    assert told in cartback("texts", "diff", shop, "reminder").stdout
    assert told in cartback("texts", "diff", shop, "--version", "1").stdout, "beside what the house said"
    assert "no version 7" in cartback("texts", "diff", shop, "--version", "7").stderr
    assert "All of it is the house's" in cartback("texts", "diff", shop, "answers").stdout


def test_undo_takes_back_and_an_empty_part_or_the_house_gives_back(cartback, shop, stack):
    book = DynamoTextBook(stack.clients, "SettingsTable")
    cartback("texts", "edit", shop, "reminder", "button=Los", "headline=Na?")
    cartback("texts", "edit", shop, "reminder", "button=")
    assert {name: text.parts for name, text in book.read(shop).texts.items()} == {
        "cart_recovery/reminder.email.de": {"headline": "Na?"}
    }
    assert "version 2 is taken back" in cartback("texts", "undo", shop).stdout
    cartback("texts", "edit", shop, "reminder", "--house")
    assert book.read(shop).texts == {}
    assert cartback("texts", "undo", shop, "answers").exit_code == 1


def test_what_is_wrong_is_said_part_by_part_and_nothing_is_kept(cartback, shop, tmp_path):
    file = tmp_path / "text.yaml"
    file.write_text('subject: "{{ item.preis }}"\nbutton: Nur noch heute\nheadline: 2024\n')
    assert cartback("texts", "check", shop, "reminder", "--file", str(file)).stderr.splitlines() == [
        "cartback: headline: must be words; a number or true in quotes, several paragraphs with |"
    ]
    file.write_text('subject: "{{ item.preis }}"\nbutton: Nur noch heute\n')
    for command in ("check", "edit", "preview", "test"):
        more = ["--to", "mia@lampen.example"] if command == "test" else []
        answer = cartback("texts", command, shop, "reminder", "--file", str(file), *more)
        assert answer.exit_code == 1
        assert "there is no item.preis; there are basis, first_name, item.brief" in answer.stderr
        assert 'button: "Nur noch" is nothing that we can know to be true' in answer.stderr
    assert cartback("texts", "check", shop).stdout == "Nothing is wrong.\n"


@pytest.mark.parametrize(
    "line",
    [
        ("edit", SHOP, "reminder"),
        ("edit", SHOP, "reminder", "button=Los", "--house"),
        ("check", SHOP, "--file", "x.yaml"),
        ("test", SHOP, "reminder"),
    ],
)
def test_a_line_that_says_too_little_or_too_much_is_wrong_usage(cartback, shop, line):
    assert cartback("texts", *line).exit_code == 2


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (("show", SHOP, "nothing"), "there is no such text; there are cart_recovery/answers"),
        (("show", SHOP, "reminder.fr"), "the shop does not speak fr"),
        (("edit", SHOP, "reminder", "price=9"), "write part=words; the parts are subject"),
        (("list", "other-shop"), "other-shop is not known"),
        (
            ("preview", SHOP, "reminder", "--situation", "never"),
            "there is no never; there are usual, several",
        ),
        (("test", SHOP, "reminder", "--to", "nobody"), "--to: is not an address"),
    ],
)
def test_what_there_is_not_is_answered_with_what_there_is(cartback, shop, line, why, stack):
    stack.outputs["ConfigurationSet"] = "cartback"
    answer = cartback("texts", *line)
    assert (answer.exit_code, why in answer.stderr) == (1, True)


def test_a_preview_is_files_of_every_text_in_html_and_plain_text(cartback, shop, tmp_path):
    cartback("texts", "edit", shop, "reminder", "button=Los")
    to = tmp_path / "seen"
    answer = cartback("texts", "preview", shop, "--to", str(to))
    assert answer.exit_code == 0, answer.output
    mails = set(to.glob("*.html")) - {to / "index.html"}
    assert len(mails) == len(list(to.glob("*.txt"))) == len(house.names())
    page = (to / "index.html").read_text()
    assert all(f'<iframe src="{mail.name}"' in page for mail in mails), "all of them beside each other"
    assert "Los" in (to / "cart_recovery.reminder.de.html").read_text()
    assert (to / "cart_recovery.reminder.de.txt").read_text().startswith("Subject: Noch in Ihrem Warenkorb: ")
    cartback("texts", "preview", shop, "reminder.de-du", "--to", str(to), "--situation", "all")
    assert "Hallo Mia," in (to / "cart_recovery.reminder.de-du.html").read_text()
    assert "Mia" not in (to / "cart_recovery.reminder.de-du.without-a-name.html").read_text()


def test_a_test_goes_to_the_named_address_alone_marked_and_without_a_claim(
    cartback, shop, stack, monkeypatch
):
    sent = []

    class Ses:
        def send_email(self, **asked):
            sent.append(asked)
            return {"MessageId": "m-1"}

    stack.outputs["ConfigurationSet"] = "cartback"
    monkeypatch.setattr(type(stack.clients), "once", lambda self, service: Ses())
    answer = cartback("texts", "test", shop, "reminder.en", "--to", "Mia@Lampen.example")
    assert answer.exit_code == 0, answer.output
    (asked,) = sent
    assert asked["Destination"] == {"ToAddresses": ["mia@lampen.example"]}
    assert asked["EmailTags"] == [{"Name": "test", "Value": shop}]
    mail = message_from_bytes(asked["Content"]["Raw"]["Data"], policy=policy.default)
    assert mail["Subject"].startswith("[Test] Still in your basket: ")
    assert mail["List-Unsubscribe"] is None
    assert stack.clients.dynamodb.scan(TableName="LedgerTable")["Count"] == 0
