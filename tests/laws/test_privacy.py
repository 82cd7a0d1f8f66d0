"""What the page about data protection promises is what the code and the template do."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from cartback.domain.consent import signup
from cartback.domain.deliverability import FEWEST, FEWEST_COMPLAINTS, MOST_BOUNCES, MOST_COMPLAINTS, WINDOW
from cartback.domain.desk.entries import KEPT as DESK_KEPT
from cartback.domain.messaging.link_scanners import MOST_IN_A_SECOND, SOONEST
from cartback.domain.messaging.warm_up import NO_CEILING_FROM
from cartback.domain.trade.bots import MOST_CARTS, MOST_LINES, MOST_OF_ONE, MOST_PIECES
from cartback.store import tables
from cartback.store.desk.book import WAITS_AT_MOST
from cartback.store.intake.once import REMEMBERED
from cartback.store.messaging.due import KEPT as DUE_KEPT
from cartback.usecases.consent.end_proofs import PERSON_KEPT, STILL_KEPT
from cartback.usecases.intake.replay import KEPT
from cartback.usecases.people.sweep_erased import AGAIN_AFTER, PROOF_KEPT
from tests.laws.reading import ROOT, properties, resources, template

PAGE = (ROOT / "docs" / "privacy.md").read_text()


def _days() -> dict[str, int]:
    section = PAGE.partition("## How long what is kept")[2].partition("\n## ")[0]
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in section.splitlines()
        if line.startswith("|")
    ]
    return {where: int(found[-1]) for where, _, days in rows[2:] if (found := re.findall(r"\d+", days))}


def _seconds(queue: str) -> timedelta:
    return timedelta(seconds=properties(queue)["MessageRetentionPeriod"])


def _bucket() -> timedelta:
    (rule,) = properties("RawBucket")["LifecycleConfiguration"]["Rules"]
    return timedelta(days=rule["ExpirationInDays"])


KEPT_FOR = {
    "`Carts`": tables.CARTS_KEPT,
    "`Customers`": tables.PEOPLE_KEPT,
    "`Customers`, sign-ups": signup.KEPT,
    "`Ledger`": tables.LEDGER_KEPT,
    "`Ledger`, proofs": PROOF_KEPT,
    "`Ledger`, proofs of people who are gone": STILL_KEPT,
    "`Ledger`, list": DUE_KEPT,
    "`Ledger`, vendors' ids": tables.PEOPLE_KEPT,
    "`Desk`": DESK_KEPT,
    "`Desk`, waiting work": WAITS_AT_MOST,
    "`Catalogue`": tables.CATALOGUE_KEPT,
    "`Orders`": tables.ORDERS_KEPT,
    "`Orders`, strays": tables.STRAYS_KEPT,
    "`Idempotency`": REMEMBERED,
    "raw events, exports": KEPT,
    "facts": timedelta(days=properties("BusArchive")["RetentionDays"]),
    "intake queue": _seconds("IntakeQueue"),
    "dead letters": _seconds("IntakeDlq"),
    "logs": timedelta(days=template()["Parameters"]["LogRetentionDays"]["Default"]),
}


def test_the_page_names_every_place_with_its_days():
    assert set(_days()) == set(KEPT_FOR)


@pytest.mark.parametrize("where", KEPT_FOR)
def test_what_is_kept_is_kept_as_long_as_the_page_says(where: str):
    assert timedelta(days=_days()[where]) == KEPT_FOR[where]


def test_a_proof_ends_three_years_after_the_last_message_that_could_stand_on_it():
    """The row of a person is written with every message, and ends by itself: then so much is left of three years."""
    assert PERSON_KEPT == tables.PEOPLE_KEPT
    assert PERSON_KEPT + STILL_KEPT == PROOF_KEPT >= timedelta(days=3 * 365 + 1)


def test_the_bucket_forgets_everything_when_the_code_says_so():
    assert _bucket() == KEPT
    (rule,) = properties("RawBucket")["LifecycleConfiguration"]["Rules"]
    assert rule["Status"] == "Enabled"
    assert set(rule) == {"Id", "Status", "ExpirationInDays", "AbortIncompleteMultipartUpload"}, (
        "for all objects"
    )
    assert "VersioningConfiguration" not in properties("RawBucket"), "versions would outlive the promise"


def test_whatever_holds_people_is_encrypted_with_the_key_of_the_stack():
    (rule,) = properties("RawBucket")["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"] == {
        "SSEAlgorithm": "aws:kms",
        "KMSMasterKeyID": {"GetAtt": "Key.Arn"},
    }
    assert properties("MailEventsTopic")["KmsMasterKeyId"] == {"Ref": "Key"}
    assert properties("Pepper")["KmsKeyId"] == {"GetAtt": "Key.Arn"}


def test_what_aws_logs_of_requests_holds_no_path_no_address_and_no_browser():
    logged = properties("Api")["AccessLogSettings"]["Format"]
    assert set(re.findall(r"\$context\.([\w.]+)", logged)) == {
        "requestId",
        "requestTimeEpoch",
        "routeKey",  # with {token}, never with what stands in its place
        "status",
        "responseLatency",
        "integrationErrorMessage",
    }


def test_what_aws_logs_of_runs_and_functions_holds_no_input_and_no_detail():
    machines = resources("AWS::Serverless::StateMachine")
    assert machines
    for name, each in machines.items():
        logging = each["Properties"]["Logging"]
        assert (logging["Level"], logging["IncludeExecutionData"]) == ("ERROR", False), name
    assert template()["Globals"]["Function"]["LoggingConfig"] == {
        "LogFormat": "JSON",
        "ApplicationLogLevel": "INFO",
        "SystemLogLevel": "WARN",
    }
    for name, each in resources("AWS::Serverless::Function").items():
        assert set(each["Properties"]["LoggingConfig"]) == {"LogGroup"}, name


def test_every_table_that_holds_rows_of_shops_is_on_the_page():
    for name in set(resources("AWS::DynamoDB::Table")) - {"Settings", "Insights"}:
        assert f"| `{name}`" in PAGE, name


def test_a_second_look_comes_after_the_oldest_delivery_that_is_let_in():
    from cartback.shops.shopify import OLDEST

    assert AGAIN_AFTER > OLDEST


def test_the_page_about_deliverability_says_the_numbers_of_the_code():
    page = " ".join((ROOT / "docs" / "deliverability.md").read_text().replace("**", "").split())
    for said in (
        f"within {WINDOW.days} days, of at least {FEWEST} marketing messages",
        f"{MOST_BOUNCES:.0%}".replace("%", " %") + " bounced for good",
        f"{MOST_COMPLAINTS:.1%}".replace("%", " %") + ", and two people at least",
        f"until {NO_CEILING_FROM:,}",
        f"more than {MOST_LINES} lines, {MOST_OF_ONE} pieces of one thing, or {MOST_PIECES:,} in all",
    ):
        assert said in page, said
    words = {2: "two", 3: "third", 10: "ten"}
    assert f"{words[MOST_CARTS]} carts of one person within an hour" in page
    assert f"within {words[int(SOONEST.total_seconds())]} seconds of delivery" in page
    assert f"the {words[MOST_IN_A_SECOND]} within a second" in page
    assert words[FEWEST_COMPLAINTS] == "two"
