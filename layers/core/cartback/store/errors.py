"""What AWS says, in the house's words: transient, somebody was quicker, or a bug."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, ParamValidationError

from cartback.domain.errors import Conflict, TryLater

_TRANSIENT = frozenset(
    """
    ProvisionedThroughputExceededException ThrottlingException Throttling RequestLimitExceeded LimitExceededException
    InternalServerError InternalServerException InternalFailure InternalError InternalServiceError
    InternalServiceErrorException ServiceUnavailable ServiceUnavailableException TransactionInProgressException
    RequestThrottled TooManyRequestsException SlowDown ExecutionLimitExceeded KMSThrottlingException
    KmsThrottled OverLimit
    """.split()
)


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
            if all(reason in ("None", "ConditionalCheckFailed", "TransactionConflict") for reason in reasons):
                raise Conflict(doing) from error
            if any(reason in ("ThrottlingError", "ProvisionedThroughputExceeded") for reason in reasons):
                raise TryLater(f"could not {doing}: {code}") from error
            raise
        if code in _TRANSIENT or status >= 500:
            raise TryLater(f"could not {doing}: {code or status}") from error
        raise
    except ParamValidationError:
        raise
    except (HTTPClientError, BotoCoreError) as error:
        raise TryLater(f"could not {doing}: {type(error).__name__}") from error


def cancelled(error: ClientError) -> list[str]:
    """Why each part of a cancelled transaction failed, in order."""
    return [reason.get("Code", "None") for reason in error.response.get("CancellationReasons", [])]
