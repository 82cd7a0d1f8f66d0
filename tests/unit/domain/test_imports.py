"""Lines of exports: what they say, and what makes them unreadable."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cartback.domain.consent.export_table import BOUNCED, NO, SILENT, YES
from cartback.domain.consent.exports import all_exports
from cartback.domain.consent.imports import (
    BY_ADDRESS,
    Faults,
    Terms,
    Told,
    is_role,
    lacks_suppressions,
    read,
    recognised,
)
from cartback.domain.consent.jurisdiction import DOUBLE, EXPLICIT
from cartback.domain.errors import Refused
from tests.unit.usecases import exports

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
TERMS = Terms(NOW, covers=("news",), exported_at=NOW - timedelta(days=1))
SAMPLES = {
    "mailchimp": exports.MAILCHIMP,
    "mailchimp-unsubscribed": exports.MAILCHIMP_LEFT,
    "mailchimp-cleaned": exports.MAILCHIMP_CLEANED,
    "shopify": exports.SHOPIFY,
    "klaviyo": exports.KLAVIYO,
    "brevo": exports.BREVO,
    "woocommerce": exports.WOOCOMMERCE,
    "plain": exports.PLAIN,
}


def lines(text: str) -> tuple[list[str], Iterator[dict[str, str]]]:
    head, *rest = csv.reader(io.StringIO(text), delimiter=";" if ";" in text else ",")
    headers = [name.lower() for name in head]
    return headers, (dict(zip(headers, cells, strict=True)) for cells in rest)


def told(text: str, terms: Terms = TERMS) -> list[Told]:
    headers, rows = lines(text)
    export = recognised(headers, all_exports())
    return [word for number, cells in enumerate(rows, 2) for word in read(export, cells, number, terms)]


def plain(**cells: str) -> list[Told]:
    export = next(each for each in all_exports() if each.name == "plain")
    given = {"email": "ada@example.com", "consent": "yes", "at": "2024-01-02", **cells}
    return read(export, given, 2, TERMS)


def short(words: list[Told]) -> list[tuple[str, str, str, str]]:
    return [(word.email.partition("@")[0], word.channel, word.says, word.basis) for word in words]


def test_every_export_has_a_sample_and_is_known_by_its_columns():
    assert {each.name for each in all_exports()} == set(SAMPLES)
    for name, text in SAMPLES.items():
        assert recognised(lines(text)[0], all_exports()).name == name


def test_tables_speak_our_words():
    for export in all_exports():
        for said in export.said:
            assert said.channel in BY_ADDRESS
            assert {*said.words.values(), said.always} <= {YES, NO, SILENT, BOUNCED, "complained"}
            assert set(said.bases.values()) <= {DOUBLE, EXPLICIT}
        assert all(name == name.lower() for signs in export.signs for name in signs)


def test_mailchimp_proves_a_double_opt_in_only_by_a_request_and_a_later_confirmation():
    ada, ben = told(exports.MAILCHIMP)
    assert (ada.basis, ada.how.ip, ada.at) == (DOUBLE, "192.0.2.2", datetime(2023, 5, 1, 10, 5, tzinfo=UTC))
    assert (ben.basis, ben.how.confirmed_at, ben.purposes) == (EXPLICIT, None, ("news",))
    same = told(exports.MAILCHIMP.replace("2023-05-01 10:05:00,192", "2023-05-01 10:00:00,192"))
    assert same[0].basis == EXPLICIT


def test_who_left_and_who_was_cleaned_are_told_as_such():
    assert short(told(exports.MAILCHIMP_LEFT)) == [("cleo", "email", NO, EXPLICIT)]
    assert short(told(exports.MAILCHIMP_CLEANED)) == [("dora", "email", BOUNCED, EXPLICIT)]


def test_shopifys_no_is_silence_and_its_yes_is_of_the_day_of_the_export():
    words = told(exports.SHOPIFY)
    assert short(words) == [("ada", "email", YES, EXPLICIT), ("ada", "sms", YES, EXPLICIT)]
    assert [(word.dated, word.at, word.purposes) for word in words] == [
        (False, TERMS.exported_at, ("news",))
    ] * 2
    assert words[1].phone == "+4915112345678"


def test_a_yes_without_any_date_is_no_yes():
    with pytest.raises(Refused, match="--exported"):
        told(exports.SHOPIFY, replace(TERMS, exported_at=None))


def test_what_keeps_away_comes_before_what_the_same_line_agrees_to():
    words = told(exports.KLAVIYO)
    assert [(short([word])[0][0], word.says, word.channel) for word in words] == [
        ("ada", YES, "email"),
        ("ben", NO, "email"),
        ("ben", NO, "email"),
        ("ben", NO, "sms"),
        ("cleo", BOUNCED, "email"),
        ("cleo", YES, "email"),
    ]
    assert words[0].how.ip is None


def test_a_list_that_is_double_opt_in_as_a_whole_is_so_by_the_operators_word_alone():
    attested = replace(TERMS, attested="list Newsletter, asks twice since 2020")
    assert [(w.basis, w.attested) for w in told(exports.KLAVIYO, attested) if w.says == YES] == [
        (DOUBLE, True)
    ] * 2
    assert [w.basis for w in told(exports.MAILCHIMP, attested)] == [DOUBLE, EXPLICIT]


def test_brevo_tells_the_kind_of_opt_in_the_date_day_first_and_who_is_on_the_blocklist():
    ada, ben, cleo = told(exports.BREVO)
    assert (ada.basis, ada.at) == (DOUBLE, datetime(2024, 1, 31, 10, tzinfo=UTC))
    assert (ben.basis, cleo.says) == (EXPLICIT, NO)


def test_woocommerce_speaks_by_the_dates_of_its_own_fields():
    assert [(word.email[:3], word.says) for word in told(exports.WOOCOMMERCE)] == [
        ("ada", YES),
        ("ben", NO),
        ("ben", YES),
    ]


def test_the_plain_form_tells_channel_purpose_and_evidence_and_a_page_without_what_was_typed():
    ada, ben = told(exports.PLAIN)
    assert (ada.purposes, ada.how.page, ada.how.ip) == (
        ("cart_reminders",),
        "https://demo.example/newsletter",
        "192.0.2.7",
    )
    assert ada.how.wording == "I agree to be reminded."
    assert (ben.channel, ben.purposes, ben.phone) == ("sms", ("offers",), "+4915187654329")


def test_nobody_guesses_what_a_yes_was_asked_for():
    with pytest.raises(Refused, match="--covers"):
        told(exports.KLAVIYO, replace(TERMS, covers=()))
    assert told(exports.SHOPIFY, replace(TERMS, covers=()))[0].purposes == ("marketing",)


@pytest.mark.parametrize(
    ("cells", "wrong"),
    [
        ({"email": "ada"}, "an address"),
        ({"email": ""}, "no e-mail address"),
        ({"email": "=cmd@example.com"}, "an address"),
        ({"email": "'=cmd@example.com"}, "an address"),
        ({"email": "ada@example.com\r\nBcc: b@example.com"}, "an address"),
        ({"consent": "perhaps"}, "consent: a word"),
        ({"at": "yesterday"}, "at: no date"),
        ({"at": "2031-01-01"}, "at: a date in the future"),
        ({"at": "0001-01-01T00:00:00+14:00"}, "at: "),
        ({"at": "2" * 9_000}, "at: no date"),
        ({"basis": "double_opt_in"}, "without confirmed_at"),
        ({"basis": "magic"}, "basis: must"),
        ({"purpose": "everything"}, "purpose: must"),
        ({"channel": "pigeon"}, "channel: must"),
        ({"channel": "sms", "phone": "0151 123"}, "country code"),
        ({"channel": "sms", "phone": "+49 123456789"}, "country code"),
        ({"channel": "sms", "consent": "no", "email": ""}, "neither"),
    ],
)
def test_a_line_that_cannot_be_read_is_refused_with_what_is_wrong_and_no_address(cells, wrong):
    with pytest.raises(Refused, match=wrong) as refused:
        plain(**cells)
    assert "@" not in refused.value.reason


def test_formulas_and_addresses_stay_out_of_what_is_kept():
    (word,) = plain(form='=HYPERLINK("x")', wording="+Write to ada@example.com")
    assert (word.how.page, word.how.wording) == ('HYPERLINK("x")', "Write to …")


def test_a_file_of_which_nothing_is_known_is_refused_with_what_would_do():
    for headers, wrong in (
        (["name", "mail"], r"no export that is known .*: email or phone, consent \(yes, no"),
        (["username", "last active", "date registered", "email"], "no column tells of a consent"),
    ):
        with pytest.raises(Refused, match=wrong):
            recognised(headers, all_exports())
    with pytest.raises(Refused, match="--format"):
        recognised(["email"], all_exports(), "excel")
    with pytest.raises(Refused, match="no column says who"):
        recognised(["name", "consent"], all_exports(), "plain")


def test_a_file_of_subscribers_alone_lacks_who_left():
    by_name = {export.name: export for export in all_exports()}
    assert lacks_suppressions(by_name["mailchimp"], {"email address"})
    assert lacks_suppressions(by_name["brevo"], {"email", "added_time"})
    assert not lacks_suppressions(by_name["brevo"], {"email", "added_time", "email_marketing"})
    assert not lacks_suppressions(by_name["klaviyo"], {"email", "email marketing consent"})


def test_all_lines_are_named_neighbours_together():
    faults = Faults()
    for line in (3, 7, 8, 9):
        faults.note(line, "no date")
    faults.note(4, "no address")
    assert (len(faults), list(faults.named())) == (5, ["lines 3, 7-9: no date", "line 4: no address"])


def test_a_desks_mailbox_is_told_apart():
    assert (is_role("info@example.com"), is_role("ada@example.com")) == (True, False)
