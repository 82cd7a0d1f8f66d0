"""``cartback doctor``: what the DNS and SES say, judged, with the record to set."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from cartback.domain.errors import TryLater
from cartback.domain.wording.own import changed
from cartback.domain.wording.parts import named
from cli.commands import doctor
from cli.mail_records import GOOD, MUST, diagnose
from tests.unit.settings.shop import document

DOMAIN = "lampen.example"
IDENTITY = {
    "VerifiedForSendingStatus": True,
    "DkimAttributes": {
        "SigningEnabled": True,
        "Status": "SUCCESS",
        "SigningAttributesOrigin": "AWS_SES",
        "Tokens": ["t1", "t2"],
    },
    "MailFromAttributes": {"MailFromDomain": f"bounce.{DOMAIN}"},
}
ZONE = {
    (f"t1._domainkey.{DOMAIN}", "CNAME"): ["t1.dkim.amazonses.com."],
    (f"t2._domainkey.{DOMAIN}", "CNAME"): ["t2.dkim.amazonses.com."],
    (f"bounce.{DOMAIN}", "MX"): ["10 feedback-smtp.eu-central-1.amazonses.com."],
    (f"bounce.{DOMAIN}", "TXT"): ['"v=spf1 include:amazonses.com ~all"'],
    (f"_dmarc.{DOMAIN}", "TXT"): ['"v=DMARC1; p=quarantine; rua=mailto:" "dmarc@lampen.example"'],
    (f"default._bimi.{DOMAIN}", "TXT"): ['"v=BIMI1; l=https://lampen.example/logo.svg"'],
}


class Zone:
    """A DNS with these records and no others."""

    def __init__(self, records: dict[tuple[str, str], list[str]]) -> None:
        self.records = records

    def ask(self, name: str, kind: str) -> Sequence[str]:
        return self.records.get((name, kind), [])


def states(identity: dict[str, Any] | None = IDENTITY, **changes: list[str]) -> dict[str, str]:
    zone = ZONE | {
        key: changes[key[0].partition(".")[0]] for key in ZONE if key[0].partition(".")[0] in changes
    }
    worst = {}
    for each in diagnose(DOMAIN, "eu-central-1", identity, Zone(zone)):
        worst[each.about] = MUST if MUST in (each.state, worst.get(each.about)) else each.state
    return worst


def test_a_sender_that_is_set_up_well_has_nothing_to_do():
    assert set(states().values()) == {GOOD}


@pytest.mark.parametrize(
    ("about", "identity", "changes"),
    [
        ("identity", None, {}),
        ("identity", {**IDENTITY, "VerifiedForSendingStatus": False}, {}),
        ("DKIM", {**IDENTITY, "DkimAttributes": {"SigningEnabled": False}}, {}),
        ("DKIM", IDENTITY, {"t2": []}),
        ("DKIM", IDENTITY, {"t1": ["t1.dkim.elsewhere.example."]}),
        ("MAIL FROM", {**IDENTITY, "MailFromAttributes": {}}, {}),
        ("MAIL FROM", {**IDENTITY, "MailFromAttributes": {"MailFromDomain": "bounce.other.example"}}, {}),
        ("MAIL FROM", IDENTITY, {"bounce": []}),
        ("SPF", IDENTITY, {"bounce": ['"v=spf1 include:_spf.google.com ~all"']}),
        ("SPF", IDENTITY, {"bounce": ['"v=spf1 include:amazonses.com ~all"', '"v=spf1 -all"']}),
        ("SPF", IDENTITY, {"bounce": ['"v=spf1 include:amazonses.com +all"']}),
        ("DMARC", IDENTITY, {"_dmarc": []}),
        ("DMARC", IDENTITY, {"_dmarc": ['"v=DMARC1; rua=mailto:x@lampen.example"']}),
        ("DMARC", IDENTITY, {"_dmarc": ['"v=DMARC1; p=none"', '"v=DMARC1; p=reject"']}),
    ],
)
def test_what_keeps_mail_from_arriving_must_be_done(about, identity, changes):
    assert states(identity, **changes)[about] == MUST


def test_a_subdomain_takes_the_policy_of_its_parent():
    (found,) = [
        each
        for each in diagnose(f"mail.{DOMAIN}", "eu-central-1", IDENTITY, Zone(ZONE))
        if each.about == "DMARC"
    ]
    assert found.state == GOOD


class Ses:
    """SES with one answer."""

    class meta:  # noqa: N801
        region_name = "eu-central-1"

    def get_email_identity(self, EmailIdentity: str) -> dict[str, Any]:  # noqa: N803
        assert EmailIdentity == DOMAIN
        return IDENTITY


@pytest.fixture
def shop(stack, insights, monkeypatch) -> str:
    stack.book().add(document(sender={"name": "Lampen", "address": f"hallo@{DOMAIN}"}), "tester")
    monkeypatch.setitem(vars(stack.clients), "sesv2", Ses())
    return "lamp-shop"


@pytest.mark.parametrize(("zone", "code"), [(ZONE, 0), ({}, 1)])
def test_the_exit_code_says_whether_something_must_be_done(cartback, shop, monkeypatch, zone, code):
    monkeypatch.setattr(doctor, "resolver", lambda: Zone(zone))
    done = cartback("doctor", shop)
    assert done.exit_code == code, done.output
    if code:
        assert "must be done: DKIM, MAIL FROM, SPF, DMARC" in done.stderr
        assert "t1._domainkey.lampen.example  CNAME  t1.dkim.amazonses.com" in done.stdout
    told = json.loads(cartback("doctor", shop, "--json").stdout)
    assert {each["about"] for each in told} == {
        "identity",
        "DKIM",
        "MAIL FROM",
        "SPF",
        "DMARC",
        "BIMI",
        "voice",
        "sender",
        "other cart mails",
    }


def test_own_words_that_a_newer_law_refuses_and_those_that_wait_are_named(cartback, shop, stack, monkeypatch):
    monkeypatch.setattr(doctor, "resolver", lambda: Zone(ZONE))
    assert "own texts" not in cartback("doctor", shop).stdout
    cartback("texts", "edit", shop, "reminder", "button=Los")
    assert "1 in the shop's own words, nothing is wrong" in cartback("doctor", shop).stdout
    cartback("texts", "edit", shop, "answers.de-du", "button=Los")
    done = cartback("doctor", shop)
    assert (
        done.exit_code,
        "answers.email.de-du waits for another form" in " ".join(done.stdout.split()),
    ) == (0, True)
    book, name = stack.texts().book, named("cart_recovery/reminder.email.de")
    book.put(*changed(book.read(shop), name, {"button": "{{ gone }}"}, stack.clock.now(), "a version before"))
    done = cartback("doctor", shop)
    assert done.exit_code == 1
    assert "must be done: own texts" in done.stderr
    assert "reminder.email.de: button: {{ gone }}: there is no gone" in " ".join(done.stdout.split())


def test_a_voice_that_is_not_the_shops_must_be_seen_to(cartback, shop, stack, monkeypatch):
    monkeypatch.setattr(doctor, "resolver", lambda: Zone(ZONE))
    stack.health().note(shop, "source", "staging.lampen.example", 7)
    done = cartback("doctor", shop)
    assert done.exit_code == 1
    assert "must be done: not the shop's: staging.lampen.example" in done.stderr
    assert "7 times" in " ".join(done.stdout.split())


def test_a_shop_of_shopifys_is_asked_for_its_name_there(shop, stack):
    settings = stack.book().edit(shop, {"platform": "shopify"}, "tester")
    (found,) = doctor.voices(settings, [])
    assert (found.about, found.state) == ("voice", "advice")
    settings = stack.book().edit(shop, {"sources": ["lampen.myshopify.com"]}, "tester")
    assert [found.state for found in doctor.voices(settings, [])] == [GOOD]


def test_a_dns_that_does_not_answer_is_not_reachable(cartback, shop, monkeypatch):
    class Away:
        def ask(self, name: str, kind: str) -> Sequence[str]:
            raise TryLater("DNS: nobody answers")

    monkeypatch.setattr(doctor, "resolver", Away)
    assert cartback("doctor", shop).exit_code == 3
