"""What AWS says, in the house's words: transient, somebody was quicker, or a bug."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, ParamValidationError

from cartback.domain.errors import Conflict, TryLater

_TRANSIENT = frozenset(
    """
    ProvisionedThroughputExceededException ProvisionedThroughputExceeded RequestLimitExceeded LimitExceededException
    BandwidthLimitExceeded ExecutionLimitExceeded TooManyRequestsException SlowDown OverLimit
    InternalServerError InternalServerException InternalFailure InternalError InternalException InternalServiceError
    InternalServiceErrorException ServiceUnavailable ServiceUnavailableException
    RequestTimeout RequestTimeoutException PriorRequestNotComplete TransactionInProgressException
    ReplicatedWriteConflictException OperationAborted
    """.split()
)
"""Beside every code that speaks of throttling: each service has one of its own, and says another for its key's."""

_CANCELLED_BY_OTHERS = frozenset({"None", "ConditionalCheckFailed", "TransactionConflict"})


@contextmanager
def translated(doing: str) -> Iterator[None]:
    """Raise ``TryLater`` or ``Conflict`` for what botocore raises inside; let everything else through as a bug."""
    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if code in ("ConditionalCheckFailedException", "TransactionConflictException"):
            raise Conflict(doing) from error
        if code == "TransactionCanceledException":
            reasons = cancelled(error)
            if _CANCELLED_BY_OTHERS.issuperset(reasons):
                raise Conflict(doing) from error
            if any(_is_transient(reason) for reason in reasons):
                raise TryLater(f"could not {doing}: {code}") from error
            raise
        if (
            _is_transient(code)
            or status == HTTPStatus.TOO_MANY_REQUESTS
            or status >= HTTPStatus.INTERNAL_SERVER_ERROR
        ):
            raise TryLater(f"could not {doing}: {code or status}") from error
        raise
    except ParamValidationError:
        raise
    except (HTTPClientError, BotoCoreError) as error:
        raise TryLater(f"could not {doing}: {type(error).__name__}") from error


def _is_transient(code: str) -> bool:
    return code in _TRANSIENT or "throttl" in code.lower()


def cancelled(error: ClientError) -> list[str]:
    """Why each part of a cancelled transaction failed, in order."""
    return [reason.get("Code", "None") for reason in error.response.get("CancellationReasons", [])]
