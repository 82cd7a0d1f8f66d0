"""Trials of what AWS says: every word of each service for being busy, for somebody who was quicker, and for a bug."""

from __future__ import annotations

from contextlib import AbstractContextManager
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from botocore.retries.standard import ThrottledRetryableChecker, TransientRetryableChecker

from cartback.domain.consent.signup import SignUp
from cartback.domain.errors import Conflict, TryLater
from cartback.ports import RowSet
from cartback.store.errors import translated
from tests.contracts.scale import Scale, tries
from tests.contracts.stingy import BUSY, hooked
from tests.contracts.trials_rows import LINE, prepared, variants
from tests.fakes.taking import take_question, take_touch

BOTOCORES = (
    *ThrottledRetryableChecker._THROTTLED_ERROR_CODES,
    *TransientRetryableChecker._TRANSIENT_ERROR_CODES,
)
"""What botocore itself tries again: past its patience it is still no bug of ours."""

DECLARED = ("throttl", "internal", "unavailable", "limitexceeded", "inprogress", "overlimit", "slowdown")
OURS = {
    "dynamodb": "GetItem PutItem UpdateItem DeleteItem Query Scan BatchGetItem BatchWriteItem TransactWriteItems",
    "sqs": "SendMessage ReceiveMessage DeleteMessage ChangeMessageVisibilityBatch",
    "events": "PutEvents",
    "stepfunctions": "StartExecution",
    "s3": "GetObject PutObject DeleteObject ListObjectsV2",
    "secretsmanager": "GetSecretValue DescribeSecret CreateSecret RestoreSecret PutSecretValue DeleteSecret",
}


def declared(here: Scale) -> set[str]:
    """The errors that the services' own descriptions name for our calls, where they sound like a passing one."""
    names = set()
    for service, calls in OURS.items():
        model = getattr(here.clients, service).meta.service_model
        names |= {shape.name for call in calls.split() for shape in model.operation_model(call).error_shapes}
    return {name for name in names if any(word in name.lower() for word in DECLARED)}


def error(code: str, status: int = 400, reasons: tuple[str, ...] = ()) -> ClientError:
    answer: dict[str, Any] = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    if reasons:
        answer["CancellationReasons"] = [{"Code": reason} for reason in reasons]
    return ClientError(answer, "Any")


def outcome(wrong: Exception) -> type[Exception]:
    with pytest.raises(Exception) as raised, translated("do it"):  # noqa: PT011 (which one is the question)
        raise wrong
    return raised.type


@tries()
def every_word_for_being_busy_means_to_try_later(here: Scale) -> None:
    words = {*BOTOCORES, *declared(here), *(code for told in BUSY.values() for code, _ in told)}
    words -= {
        "TransactionCanceledException",
        "ItemCollectionSizeLimitExceededException",
    }  # the latter: of local indexes
    assert len(words) >= 20
    assert {word for word in words if outcome(error(word)) is not TryLater} == set()
    assert {outcome(error("Odd", status)) for status in (429, 500, 502, 503, 504)} == {TryLater}
    assert outcome(ReadTimeoutError(endpoint_url="https://a.example")) is TryLater


@tries()
def who_was_quicker_is_told_from_who_is_busy_and_both_from_a_bug(here: Scale) -> None:
    cancelled = {
        ("None", "ConditionalCheckFailed"): Conflict,
        ("TransactionConflict", "None"): Conflict,
        ("ThrottlingError", "None"): TryLater,
        ("ConditionalCheckFailed", "ProvisionedThroughputExceeded"): TryLater,
        ("ValidationError", "None"): ClientError,
        ("ItemCollectionSizeLimitExceeded", "None"): ClientError,
    }
    told = {reasons: outcome(error("TransactionCanceledException", 400, reasons)) for reasons in cancelled}
    assert told == cancelled
    assert {
        outcome(error(f"{word}Exception")) for word in ("ConditionalCheckFailed", "TransactionConflict")
    } == {Conflict}
    bugs = ("ValidationException", "AccessDeniedException", "ResourceNotFoundException", "NoSuchKey", "Odd")
    assert {word for word in bugs if issubclass(outcome(error(word)), TryLater | Conflict)} == set()


def answering(here: Scale, wrong: Exception) -> AbstractContextManager[None]:
    """Every transaction is answered so."""

    def said(model: Any, **_: Any) -> tuple[Any, dict[str, Any]] | None:
        if model.name != "TransactWriteItems":
            return None
        if not isinstance(wrong, ClientError):
            raise wrong
        return SimpleNamespace(status_code=400), wrong.response

    return hooked(here.clients, "before-call", said)


@tries("DynamoLedger.claim")
def a_claim_that_could_not_be_asked_for_is_tried_later_and_one_that_met_another_is_decided_again(
    here: Scale,
) -> None:
    claim, context = prepared(here, 1)
    request = SignUp("demo", "r1")
    asks = (
        lambda: take_touch(here.ledger, claim, context, context.person, LINE, []),
        lambda: take_question(here.ledger, claim, request, LINE, []),
    )
    for ask in asks:
        for reasons in (("ThrottlingError", "None"), ("ConditionalCheckFailed", "ThrottlingError")):
            with (
                answering(here, error("TransactionCanceledException", 400, reasons)),
                pytest.raises(TryLater),
            ):
                ask()
        for busy in (
            error("TransactionInProgressException"),
            ReadTimeoutError(endpoint_url="https://a.example"),
        ):
            with answering(here, busy), pytest.raises(TryLater):
                ask()
        for reasons, why in (
            (("None", "TransactionConflict"), "changed"),
            (("ConditionalCheckFailed", "TransactionConflict"), "claimed_before"),
        ):
            with answering(here, error("TransactionCanceledException", 400, reasons)):
                assert ask() == why


@tries("DynamoRecords.save")
def a_save_that_met_another_is_read_again_and_one_that_was_too_busy_is_tried_later(here: Scale) -> None:
    for reasons, raised in ((("TransactionConflict",), Conflict), (("ThrottlingError",), TryLater)):
        with answering(here, error("TransactionCanceledException", 400, reasons)), pytest.raises(raised):
            here.records.save("demo", RowSet(), RowSet(stock=variants(2)))
