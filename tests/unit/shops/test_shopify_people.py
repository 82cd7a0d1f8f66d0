"""Who Shopify's payloads are about and what those people agreed to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cartback.domain.errors import Refused
from cartback.domain.observations import ConsentSeen
from tests.unit.shops import samples
from tests.unit.shops.shopify_samples import HEADER_INSTANT, one, with_changes


def test_a_customers_consents_are_dated_records_by_id():
    person = one("customers_update")
    at = datetime(2026, 10, 2, 7, 14, 51, tzinfo=UTC)
    source = "shopify customer 7710293847561"
    assert person.contact.consents == (
        ConsentSeen("email", True, at, "double_opt_in", source, sticky=True),
        ConsentSeen("sms", True, at + timedelta(seconds=39), "explicit", source, sticky=True),
    )


def consent(**fields):
    (seen,) = with_changes("customers_update", email_marketing_consent=fields, sms_marketing_consent=None)
    return seen.contact.consents


@pytest.mark.parametrize("state", ["unsubscribed", "redacted", "invalid", "UNSUBSCRIBED"])
def test_every_state_of_refusal_is_a_refusal(state):
    (word,) = consent(state=state, opt_in_level="confirmed_opt_in", consent_updated_at="2026-11-20T10:00:00Z")
    assert (word.granted, word.sticky, word.at) == (False, True, datetime(2026, 11, 20, 10, tzinfo=UTC))


@pytest.mark.parametrize("state", ["not_subscribed", "pending", None, "", "a state of tomorrow"])
def test_what_is_no_word_of_the_person_is_no_consent(state):
    assert (
        consent(state=state, opt_in_level="confirmed_opt_in", consent_updated_at="2026-11-20T10:00:00Z") == ()
    )


@pytest.mark.parametrize("level", ["single_opt_in", "unknown", None])
def test_only_a_confirmed_opt_in_is_a_double_one(level):
    (word,) = consent(state="subscribed", opt_in_level=level, consent_updated_at="2026-11-20T10:00:00Z")
    assert word.basis == "explicit"


def test_an_undated_yes_is_as_old_as_the_customer_and_undoes_nothing_and_an_undated_no_is_new():
    (yes,) = consent(state="subscribed", consent_updated_at=None)
    assert (yes.sticky, yes.at) == (False, datetime(2026, 3, 11, 17, 20, 5, tzinfo=UTC))
    (no,) = consent(state="unsubscribed", consent_updated_at=None)
    assert (no.sticky, no.at) == (True, datetime(2026, 11, 20, 9, 15, 2, tzinfo=UTC))


def test_customers_of_newer_api_versions_say_nothing_of_consent_and_topics_of_their_own_do():
    assert one("customers_create").contact.consents == ()
    email = one("customers_email_marketing_consent_update")
    assert email.contact.aliases() == ("customer:7710293880329", "email:jo.sampleton@example.com")
    (word,) = email.contact.consents
    assert (word.channel, word.granted, word.basis) == ("email", True, "double_opt_in")
    sms = one("customers_marketing_consent_update")
    (word,) = sms.contact.consents
    assert (sms.contact.customer_ref, word.channel, word.granted) == ("7710293847561", "sms", False)
    assert sms.at == HEADER_INSTANT


def test_no_evidence_of_consent_quotes_an_address():
    for file in samples.files("shopify"):
        for seen in samples.observe("shopify", file.stem):
            contact = getattr(seen, "contact", None)
            assert not any(
                "@" in word.source or "+" in word.source for word in (contact.consents if contact else ())
            )


def test_an_erasure_names_the_person_by_all_that_the_shop_gives():
    erased = one("customers_redact")
    assert erased.contact.aliases() == (
        "customer:7710293847561",
        "email:lena.musterfrau@example.com",
        "phone:+4915112345678",
    )
    with pytest.raises(Refused, match="customer must be an object"):
        with_changes("customers_redact", customer=None)


def test_nobody_is_greeted_with_a_link_for_a_name():
    for name in ("Win at https://evil.example", "evil.example", "www.evil", "a@b", "<b>"):
        customer = {"id": 1, "first_name": name}
        (seen,) = with_changes("checkouts_update", customer=customer, billing_address=None)
        assert seen.contact.first_name is None
    (seen,) = with_changes("checkouts_update", customer={"id": 1, "first_name": "Anne-Sofie O'Neil jr."})
    assert seen.contact.first_name == "Anne-Sofie O'Neil jr."


@pytest.mark.parametrize(
    ("stem", "more"),
    [
        ("customers_create", {}),
        ("customers_update", {}),
        ("checkouts_update", {"completed_at": None}),
        ("orders_create", {}),
        ("carts_update", {}),
    ],
)
def test_a_test_notification_without_dates_is_dated_by_its_header(stem, more):
    (seen,) = with_changes(stem, created_at=None, updated_at=None, **more)
    assert seen.at == HEADER_INSTANT


def test_an_order_without_a_date_was_placed_when_it_was_told():
    (seen,) = with_changes("orders_create", created_at=None, updated_at=None)
    assert seen.placed_at == HEADER_INSTANT
