"""Each event once: Powertools' idempotency records, begun and completed by batch.

The decorator of Powertools wraps one call; we fold many events into few writes. So its persistence layer makes the
records (the same table, the same hashes, the same rules: an expired or timed-out record may be begun again), and
what it would write one by one is gathered and written together: two requests per batch instead of two per event.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from itertools import batched
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, IdempotencyConfig
from aws_lambda_powertools.utilities.idempotency.persistence.datarecord import STATUS_CONSTANTS
from botocore.exceptions import ClientError

from cartback.domain.errors import TryLater
from cartback.ports import Begun
from cartback.store.codec import number, text
from cartback.store.errors import cancelled, translated
from cartback.store.paging import write_rows

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.idempotency.persistence.datarecord import DataRecord

    from cartback.store.clients import Clients
    from cartback.store.codec import Row

REMEMBERED = timedelta(days=15)
"""Longer than any sender retries (Stripe: 3 days) and than a message lives on a queue (SQS: 14 days)."""

_MOST_PER_TRANSACTION = 100
_IN_THE_WAY = ("ConditionalCheckFailed", "TransactionConflict")
_MAY_BE_BEGUN = (
    "attribute_not_exists(pk) OR expires_at < :now"
    " OR (#status = :inprogress AND in_progress_expiration < :now_in_millis)"
)


class _Gathering(DynamoDBPersistenceLayer):
    """Powertools' records, kept back instead of written: who began, completed or deleted them writes them all."""

    def __init__(self, clients: Clients, table: str) -> None:
        super().__init__(
            table_name=table, key_attr="pk", expiry_attr="expires_at", boto3_client=clients.dynamodb
        )
        self.gathered: list[DataRecord] = []

    def _put_record(self, data_record: DataRecord) -> None:
        self.gathered.append(data_record)

    def _update_record(self, data_record: DataRecord) -> None:
        self.gathered.append(data_record)

    def _delete_record(self, data_record: DataRecord) -> None:
        self.gathered.append(data_record)

    def taken(self) -> list[DataRecord]:
        """What was gathered since the last time."""
        gathered, self.gathered = self.gathered, []
        return gathered


class PowertoolsOnce:
    """The port ``IdempotencyStore`` on the table Idempotency.

    ``patience`` is how long a begun key is left to its worker: the function's time-out.
    """

    def __init__(self, clients: Clients, table: str, patience: timedelta) -> None:
        self._clients, self._table = clients, table
        self._patience = int(patience.total_seconds() * 1000)
        with translated("reach the idempotency table"):
            self._layer = _Gathering(clients, table)
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
        """Put all keys in progress at once; say which were done before and which are somebody else's right now."""
        names = list(dict.fromkeys(keys))
        records = self._records(
            names, lambda name: self._layer.save_inprogress(name, remaining_time_in_millis=self._patience)
        )
        wanted = dict(zip(names, records, strict=True))
        fresh: set[str] = set()
        done: set[str] = set()
        held = {key for key, times in Counter(keys).items() if times > 1}
        for part in batched(names, _MOST_PER_TRANSACTION, strict=False):
            left = list(part)
            while left:
                refused = self._put_all([wanted[key] for key in left])
                for place, completed in refused.items():
                    (done if completed else held).add(left[place])
                if not refused:
                    fresh.update(left)
                    break
                left = [key for place, key in enumerate(left) if place not in refused]
        return Begun(frozenset(fresh), frozenset(done), frozenset(held - done))

    def complete(self, keys: Sequence[str]) -> None:
        """These are done for good. A record is written whole: nothing of it was there but that it is in progress."""
        records = self._records(keys, lambda name: self._layer.save_success(name, result={}))
        self._write_all([{"PutRequest": {"Item": _row(record)}} for record in records])

    def abandon(self, keys: Sequence[str]) -> None:
        """These were not done: anybody may begin them again at once."""
        records = self._records(keys, lambda name: self._layer.delete_record(name, TryLater("abandoned")))
        self._write_all(
            [{"DeleteRequest": {"Key": {"pk": text(record.idempotency_key)}}} for record in records]
        )

    def _records(self, keys: Sequence[str], save: Callable[[dict[str, Any]], None]) -> list[DataRecord]:
        self._layer.taken()  # whatever an event without a name left behind when it raised
        for key in dict.fromkeys(keys):
            save({"key": key})
        return self._layer.taken()

    def _put_all(self, records: Sequence[DataRecord]) -> dict[int, bool]:
        """Put all or none; gives the places of those that stand in the way, and whether they are completed."""
        with translated("begin events"):
            try:
                self._clients.dynamodb.transact_write_items(
                    TransactItems=[{"Put": self._begun(record)} for record in records]
                )
            except ClientError as error:
                refused = {
                    place: _status(reason) == STATUS_CONSTANTS["COMPLETED"]
                    for place, reason in enumerate(error.response.get("CancellationReasons", []))
                    if reason.get("Code") in _IN_THE_WAY
                }
                if refused and set(cancelled(error)) <= {"None", *_IN_THE_WAY}:
                    return refused
                raise
        return {}

    def _begun(self, record: DataRecord) -> dict[str, Any]:
        began_at = (record.in_progress_expiry_timestamp or 0) - self._patience
        return {
            "TableName": self._table,
            "Item": _row(record),
            "ConditionExpression": _MAY_BE_BEGUN,
            "ExpressionAttributeNames": {"#status": "status"},
            "ExpressionAttributeValues": {
                ":now": number(began_at // 1000),
                ":now_in_millis": number(began_at),
                ":inprogress": text(STATUS_CONSTANTS["INPROGRESS"]),
            },
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }

    def _write_all(self, writes: Sequence[dict[str, Any]]) -> None:
        write_rows(self._clients, self._table, writes, "complete or abandon events")


def _status(reason: Mapping[str, Any]) -> str:
    """The status of the record that was in the way; empty if somebody was writing it at that moment."""
    return str(reason.get("Item", {}).get("status", {}).get("S", ""))


def _row(record: DataRecord) -> Row:
    """A record as Powertools itself would leave it in the table."""
    row = {
        "pk": text(record.idempotency_key),
        "expires_at": number(record.expiry_timestamp or 0),
        "status": text(record.status),
    }
    if record.in_progress_expiry_timestamp is not None:
        row["in_progress_expiration"] = number(record.in_progress_expiry_timestamp)
    if record.response_data:
        row["data"] = text(record.response_data)
    return row
