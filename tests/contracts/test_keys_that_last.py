"""Rows outlive releases: a claim under another key would be no claim, and its message would go out twice."""

from __future__ import annotations

import json
from dataclasses import MISSING, fields, replace
from datetime import timedelta

import pytest

from cartback.domain.claims import Claim
from cartback.domain.consent.preferences import NO_WISHES
from cartback.domain.deliverability import Tally
from cartback.domain.hashes import short
from cartback.domain.messaging.due import Due
from cartback.domain.people.person import Person
from cartback.domain.results.audit import KINDS, Audit
from cartback.domain.shop.health import Health
from cartback.domain.trade.cart_row import Cart
from cartback.ports import Link
from cartback.store import tables
from cartback.store.blocks import block_key
from cartback.store.codec import decode, encode, lean, packed
from cartback.store.messaging.claim_index import CLAIMED_ON, IN_DOUBT, index_keys
from cartback.store.messaging.counters import DynamoCounters
from cartback.store.messaging.due import DynamoDue
from cartback.store.messaging.ledger import DynamoLedger
from cartback.store.messaging.standing import DynamoStanding
from cartback.store.results.insights import DynamoAudits
from cartback.store.shop.health import DynamoHealth
from cartback.store.tables import CARTS_KEPT, CATALOGUE_KEPT, LEDGER_KEPT, PEOPLE_KEPT, Tables
from cartback.store.tokens import PepperedHasher
from cartback.store.trade.records import DynamoRecords
from tests.contracts.conftest import Room
from tests.contracts.test_ledger import CLAIM, Prepared
from tests.fakes.world import START, HandClock


def test_what_is_due_lies_under_the_key_by_which_it_is_dropped_for_thirty_days(stack):
    DynamoDue(stack.clients, "Ledger").put(Due("demo", "cart_recovery", "c1", 2, START, "p1"))
    (row,) = stack.rows("Ledger")
    assert row["pk"]["S"] == "demo#due#1"
    assert row["sk"]["S"] == "2026-03-02T10:00#c1#2#cart_recovery"
    assert row["expires_at"]["N"] == str(int((START + timedelta(days=30)).timestamp()))


def test_claims_links_stories_and_days_lie_under_the_keys_that_they_had_in_the_release_before(stack):
    clock = HandClock()
    room = Room(
        DynamoRecords(stack.clients, stack.tables, clock),
        DynamoLedger(stack.clients, stack.tables, clock),
        clock,
    )
    assert Prepared(room).take(replace(CLAIM, ceiling=5)) is None
    keys = {row["pk"]["S"]: row["sk"]["S"] for row in stack.rows("Ledger")}
    story = keys.pop("demo#cart#c1")
    assert keys == {
        "demo#claim#k1": "claim",
        "demo#link#t1": "link",
        "demo#warm#2026-03-02": "count",
    }
    assert story.startswith("2026-03-02T10:00:00.000000+00:00#decision#")
    assert len(story.rpartition("#")[2]) == 12


def test_every_row_lies_under_the_key_that_it_had_in_the_release_before():
    """A key that is called differently is a row that is lost: a purchase, a consent, a block."""
    assert [
        tables.cart_key("demo", "c1"),
        tables.ref_key("demo", "cart:c1"),
        tables.person_key("demo", "p1"),
        tables.alias_key("demo", "h1"),
        tables.evidence_key("demo", "p1"),
        tables.request_key("demo", "r1"),
        tables.count_key("demo", "a", 7),
        tables.stock_key("demo", "v1"),
        tables.product_key("demo", "p1"),
        tables.inventory_key("demo", "i1"),
        block_key("demo", "h1"),
        block_key("demo", "shop"),
    ] == [
        "demo#cart#c1",
        f"demo#ref#{short('ref', 'cart:c1', length=40)}",
        "demo#person#p1",
        "demo#alias#h1",
        "demo#consent#p1",
        "demo#request#r1",
        "demo#count#a#7",
        "demo#variant#v1",
        "demo#product#p1",
        "demo#inventory#i1",
        "demo#block#h1",
        "demo#block#shop#0",
    ]
    assert Tables() == Tables(carts="", customers="", ledger="", catalogue="", orders="", desk="")


def test_rows_are_kept_as_long_as_the_pages_of_privacy_and_cost_say():
    days = [kept.days for kept in (CARTS_KEPT, PEOPLE_KEPT, LEDGER_KEPT, CATALOGUE_KEPT)]
    assert days == [180, 730, 400, 730]


def test_a_count_lies_under_its_window_until_the_one_after_it_is_over(stack):
    DynamoCounters(stack.clients, "Ledger", HandClock()).count("demo", "a", timedelta(hours=1))
    (row,) = stack.rows("Ledger")
    assert (row["pk"]["S"], row["sk"]["S"]) == (f"demo#count#a#{int(START.timestamp()) // 3600}", "count")
    assert row["expires_at"]["N"] == str(int((START + timedelta(hours=2)).timestamp()))


def test_an_address_has_the_hash_that_it_had_in_the_release_before(stack):
    """Every alias, block and consent is kept under it: another hash, and a refusal is not found."""
    stack.own.secretsmanager.create_secret(Name="pepper", SecretString="a-pepper")
    hashed = PepperedHasher(stack.clients, "pepper")("demo", "email:erika@example.com")
    assert hashed == "caa3e183982fe7076064902b6c3f9c4087b329fa"


def test_audits_and_what_is_heard_of_a_shop_lie_where_they_lay(stack):
    book = DynamoHealth(stack.clients, "Insights", HandClock())
    DynamoAudits(stack.clients, "Insights", HandClock()).keep(
        Audit("demo", START.date(), START, 0, 0, dict.fromkeys(KINDS, 0), ())
    )
    book.keep(Health("demo"))
    book.beat("demo", START)
    book.note("demo", "source", "a.example", 1)
    book.first("demo", "d1", "c")
    rows = {row["sk"]["S"]: row for row in stack.rows("Insights")}
    assert set(rows) == {"audit#2026-03-02", "health", "pulse", "stranger#source#a.example", "told#d1"}
    assert {row["pk"]["S"] for row in rows.values()} == {"demo"}
    assert {name for name, row in rows.items() if "expires_at" in row} == {
        "audit#2026-03-02",
        "stranger#source#a.example",
    }


def test_a_body_is_packed_from_seven_hundred_bytes_on_and_read_back_either_way():
    """A unit of writing is a kilobyte: what is shorter is one unit as it is."""
    frame = len(packed(replace(CLAIM, consent=""))["S"])
    plain, long = (replace(CLAIM, consent="x" * (length - frame)) for length in (699, 700))
    assert [set(packed(claim)) for claim in (plain, long)] == [{"S"}, {"B"}]
    assert [decode(Claim, {"body": packed(claim)}) for claim in (plain, long)] == [plain, long]


LINK = Link(
    "demo", "t1", "leave", "c1", 1, "p1", "email", "reminder", "k1", START, "de", flow="cart_recovery"
)


@pytest.mark.parametrize(
    "row", [CLAIM, LINK, Cart("demo", "c1"), Person("demo", "p1")], ids=["claim", "link", "cart", "person"]
)
def test_a_row_is_read_alike_whether_its_defaults_were_written_or_left_out(row):
    """Those of the first release have every field; what is left out is filled in by the reader."""
    written, kind = encode(row)["S"], type(row)
    assert decode(kind, {"body": {"S": written}}) == decode(kind, {"body": lean(row)}) == row
    assert len(lean(row)["S"]) < len(written)


@pytest.mark.parametrize(
    ("kind", "defaults"),
    [
        (Claim, {"state": "claimed", "purpose": "cart_reminders"}),
        (Link, {}),
        (Cart, {"generation": 1, "status": "open", "stage": "cart"}),
        (Person, {"prefs": NO_WISHES}),
    ],
)
def test_what_a_row_leaves_out_means_what_it_meant_when_it_was_written(kind, defaults):
    """A default that changes would change the rows that rely on it: nothing, but for these."""
    told = {field.name: field.default for field in fields(kind) if field.default is not MISSING}
    assert {name: each for name, each in told.items() if each} == defaults


@pytest.mark.parametrize("kind", [Claim, Link, Cart, Person])
def test_what_is_not_as_its_default_says_is_written(kind):
    """Also where it is nothing, and the default something."""
    given = {field.name: "x" for field in fields(kind) if field.default is MISSING}
    for field in fields(kind):
        other = None if field.default is not None else 0
        told = json.loads(lean(kind(**{**given, field.name: other}))["S"])
        assert told[field.name] == other


def test_the_days_of_mail_and_the_claims_by_time_lie_where_they_lay(stack):
    DynamoStanding(stack.clients, "Insights").add("demo", START, Tally(1, 0, 0))
    (row,) = stack.rows("Insights")
    assert (row["pk"]["S"], row["sk"]["S"]) == ("demo", "mail#2026-03-02")
    keys = index_keys(CLAIM)
    assert keys["in_doubt"]["S"] == f"2026-03-02T10:00:00.000000+00:00#{CLAIM.claim_id}"
    assert keys["claimed_on"]["S"] == "demo#2026-03-02"
    assert (IN_DOUBT, CLAIMED_ON) == ("InDoubt", "ClaimedOn")
