"""``cartback consent import``: numbers first, files of every spelling, and what hostile ones end in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cartback.usecases.consent import import_consents
from cli import consent_import, import_words, sheets
from tests.unit.settings.shop import document
from tests.unit.usecases import exports

LATE = exports.PLAIN.replace("2024", "2025")


@pytest.fixture
def line(stack, cartback, tmp_path: Path):
    """Import these texts; the numbers as JSON, or the refusal."""
    stack.book().add(document(), "anna")
    made = stack.clients.secretsmanager.create_secret(Name="pepper", SecretString="salt and pepper")
    stack.outputs["PepperSecret"] = made["ARN"]

    def run(*texts: str | bytes, options: tuple[str, ...] = ()):
        names = []
        for number, text in enumerate(texts):
            names.append(str(tmp_path / f"{number}.csv"))
            Path(names[-1]).write_bytes(text if isinstance(text, bytes) else text.encode())
        return cartback("consent", "import", "lamp-shop", *names, *options)

    return run


def numbers(result) -> dict:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_without_apply_the_numbers_are_said_and_nothing_is_written(line, stack):
    dry = line(exports.PLAIN)
    assert (dry.exit_code, "Say --apply" in dry.output) == (0, True)
    assert "suffices" in dry.output
    assert "does not suffice" in dry.output
    rows = stack.clients.dynamodb.scan(TableName="CustomersTable")["Items"]
    assert rows == []


def test_with_apply_they_are_written_with_their_chain_and_no_address(line, stack, cartback):
    found = numbers(line(exports.PLAIN, options=("--apply", "--json")))
    assert (found["applied"], found["ends"], found["lines"]) == (True, {"taken": 2}, 2)
    kept = stack.clients.dynamodb.scan(TableName="CustomersTable")["Items"]
    ids = [row["pk"]["S"].rpartition("#")[2] for row in kept if "#person#" in row["pk"]["S"]]
    assert len(ids) == 2
    people = stack.records().read("lamp-shop", persons=ids).persons.values()
    assert [(person.email, person.phone) for person in people] == [(None, None)] * 2
    for person in ids:
        assert "1 entry" in cartback("consent", "verify", "lamp-shop", person).output
    assert numbers(line(exports.PLAIN, options=("--apply", "--json")))["ends"] == {"repeated": 2}


def test_subscribers_come_after_who_left(line):
    alone = line(exports.MAILCHIMP, options=("--covers", "marketing"))
    assert (alone.exit_code, "first who left" in alone.output) == (1, True)
    texts = (exports.MAILCHIMP, exports.MAILCHIMP_LEFT, exports.MAILCHIMP_CLEANED)
    found = numbers(line(*texts, options=("--covers", "marketing", "--json")))
    assert found["ends"] == {"refusal": 1, "block": 1, "taken": 2}
    alone = line(exports.MAILCHIMP, options=("--covers", "marketing", "--without-suppressions", "--json"))
    assert numbers(alone)["taken"] == [
        {"channel": "email", "purpose": "marketing", "basis": "double_opt_in", "count": 1},
        {"channel": "email", "purpose": "marketing", "basis": "explicit", "count": 1},
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_spreadsheets_encodings_and_semicolons_are_read(line, encoding):
    text = (
        exports.PLAIN.replace("I agree", "Ja, gern für März")
        .replace(",", ";")
        .replace("Ja; gern", "Ja, gern")
    )
    assert numbers(line(text.encode(encoding), options=("--json",)))["ends"] == {"taken": 2}


def test_a_thousand_unreadable_lines_are_all_named_and_none_is_taken(line, stack):
    good, bad = "ada@example.com,yes,2024-01-02\n", "nobody at all,yes,2024-01-02\n"
    refused = line("email,consent,at\n" + good + bad * 1_000 + good, options=("--apply", "--covers", "news"))
    assert refused.exit_code == 1
    assert "1000 lines cannot be read, and none is taken" in refused.output
    assert "lines 3-1002: an address" in refused.output
    assert "nobody at all" not in refused.output
    assert stack.clients.dynamodb.scan(TableName="CustomersTable")["Items"] == []


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (b"", "must name each column"),
        (b"\xff\xfe\xff", "no text"),
        (b"email,consent,at\n\x81\xff", "no text"),
        (b"email,consent,email\n", "no two alike"),
        (b"email,consent,at\nada@example.com,yes\n", "2 cells, where the first line has 3"),
        (b"email,consent,at\nada@example.com,yes,2024-01-02,=1+1\n", "4 cells"),
        (b'email,consent,at\nada@example.com,"yes' + b"x" * 30_000, "quote that never ends"),
        (b"email,consent,at\nada@example.com,yes\x00,2024-01-02\n", "NUL"),
        (b",".join(b"c%d" % i for i in range(600)) + b"\n", "500 at most"),
    ],
)
def test_a_hostile_file_is_refused_with_what_is_wrong(line, text, wrong):
    refused = line(text)
    assert (refused.exit_code, wrong in refused.output) == (1, True), refused.output


def test_a_file_that_is_too_large_or_not_there_is_refused_unread(line, monkeypatch, cartback):
    monkeypatch.setattr(sheets, "LARGEST", 10)
    assert "larger than" in line(exports.PLAIN).output
    assert "is no file" in cartback("consent", "import", "lamp-shop", "nowhere.csv").output


@pytest.mark.parametrize(
    "options",
    [
        ("--covers", "everything"),
        ("--exported", "soon"),
        ("--exported", "2999-01-01"),
        ("--double-opt-in", " "),
        ("--format", "excel"),
    ],
)
def test_what_the_operator_says_wrongly_is_named(line, options):
    refused = line(exports.PLAIN, options=options)
    assert (refused.exit_code in (1, 2), options[0] in refused.output) == (True, True)


def test_the_operators_word_for_a_double_opt_in_is_kept_as_such(line, stack):
    options = (
        "--apply",
        "--covers",
        "cart_reminders",
        "--double-opt-in",
        "asks twice, says ada@example.com",
        "--json",
    )
    found = numbers(line(exports.KLAVIYO, options=options))
    assert found["taken"][0]["basis"] == "double_opt_in"
    kept = json.dumps(stack.clients.dynamodb.scan(TableName="LedgerTable")["Items"])
    assert "by the operator's word: asks twice, says " in kept
    assert "@" not in kept


def test_every_end_has_words_in_both_languages(line):
    assert set(import_consents.ENDS) <= import_words.known_ends()
    assert "Einwilligungen übernommen" in line(LATE, options=("--lang", "de")).output


def test_progress_is_told_to_who_waits(line, monkeypatch):
    monkeypatch.setattr(consent_import, "_PROGRESS", 1)
    assert "2 words" in line(exports.PLAIN).stderr
