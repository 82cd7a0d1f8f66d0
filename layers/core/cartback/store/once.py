"""Each event once: Powertools' idempotency records, begun and completed by batch.

The decorator of Powertools wraps one call; we fold many events into few writes, so we use its persistence layer
directly: the same table, the same records, the same rules (an expired or timed-out record may be begun again).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, IdempotencyConfig
from aws_lambda_powertools.utilities.idempotency.exceptions import (
    IdempotencyItemAlreadyExistsError,
    IdempotencyPersistenceLayerError,
)
from aws_lambda_powertools.utilities.idempotency.persistence.base import STATUS_CONSTANTS
from botocore.exceptions import BotoCoreError, ClientError

from cartback.domain.errors import TryLater
from cartback.ports import Begun
from cartback.store.clients import Clients
from cartback.store.errors import translated

REMEMBERED = timedelta(days=15)
"""Longer than any sender retries (Stripe: 3 days) and than a message lives on a queue (SQS: 14 days)."""


class PowertoolsOnce:
    """The port ``Once`` on the table Idempotency.

    ``patience`` is how long a begun key is left to its worker: the function's time-out.
    """

    def __init__(self, clients: Clients, table: str, patience: timedelta) -> None:
        self._patience = int(patience.total_seconds() * 1000)
        with translated("reach the idempotency table"):
            self._layer = DynamoDBPersistenceLayer(
                table_name=table, key_attr="pk", expiry_attr="expires_at", boto3_client=clients.dynamodb
            )
        self._layer.configure(
            IdempotencyConfig(
                event_key_jmespath="key",
                raise_on_no_idempotency_key=True,
                expires_after_seconds=int(REMEMBERED.total_seconds()),
                hash_function="sha256",
            ),
            function_name="apply_events",
        )

    def begin(self, keys: Sequence[str]) -> Begun:
        """Put each key in progress; say which were done before and which are somebody else's right now."""
        fresh, done, held = set(), set(), set()
        for key in keys:
            try:
                with _Transient():
                    self._layer.save_inprogress({"key": key}, remaining_time_in_millis=self._patience)
            except IdempotencyItemAlreadyExistsError as exists:
                record = exists.old_data_record
                completed = record is not None and record.status == STATUS_CONSTANTS["COMPLETED"]
                (done if completed else held).add(key)
            else:
                fresh.add(key)
        return Begun(frozenset(fresh), frozenset(done), frozenset(held))

    def complete(self, keys: Sequence[str]) -> None:
        """These are done for good."""
        for key in keys:
            with _Transient():
                self._layer.save_success({"key": key}, result=True)

    def abandon(self, keys: Sequence[str]) -> None:
        """These were not done: anybody may begin them again at once."""
        for key in keys:
            with _Transient():
                self._layer.delete_record({"key": key}, exception=TryLater("abandoned"))


class _Transient:
    """Raise ``TryLater`` where Powertools or botocore could not reach the table."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, IdempotencyPersistenceLayerError | ClientError | BotoCoreError):
            raise TryLater("could not reach the idempotency table") from error
