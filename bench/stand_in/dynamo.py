"""The calls of DynamoDB that our stores make, with their conditions, all-or-nothing writes and cancellation reasons."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bench.stand_in.conditions import holds
from bench.stand_in.shelf import Shelf

Answer = tuple[int, dict[str, Any]]
_PREFIX = "com.amazonaws.dynamodb.v20120810#"


class Dynamo:
    """Tables of items by ``pk`` and, where there is one, ``sk``."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf

    def answer(self, operation: str, asked: dict[str, Any]) -> Answer:
        """Answer one call."""
        calls: dict[str, Callable[[dict[str, Any]], Answer]] = {
            "GetItem": self._get,
            "BatchGetItem": self._batch_get,
            "PutItem": self._put,
            "UpdateItem": self._update,
            "BatchWriteItem": self._batch_write,
            "TransactWriteItems": self._transact,
            "Query": self._query,
            "Scan": self._scan,
        }
        return calls[operation](asked)

    def _get(self, asked: dict[str, Any]) -> Answer:
        found = self.shelf.row(asked["TableName"], *_key(asked["Key"]))
        return 200, {} if found is None else {"Item": found}

    def _batch_get(self, asked: dict[str, Any]) -> Answer:
        answers = {}
        for table, wanted in asked["RequestItems"].items():
            rows = (self.shelf.row(table, *_key(key)) for key in wanted["Keys"])
            answers[table] = [row for row in rows if row is not None]
        return 200, {"Responses": answers, "UnprocessedKeys": {}}

    def _put(self, asked: dict[str, Any]) -> Answer:
        with self.shelf.writing():
            there = self._refused(asked, asked["Item"])
            if there is not None:
                return _conditional(asked, there)
            self.shelf.put_row(asked["TableName"], *_key(asked["Item"]), asked["Item"])
        return 200, {}

    def _update(self, asked: dict[str, Any]) -> Answer:
        """The one update that we make: count a link's use and say when (``ADD uses :one SET used_at = :at``)."""
        with self.shelf.writing():
            there = self._refused(asked, asked["Key"])
            if there is not None:
                return _conditional(asked, there)
            row = self.shelf.row(asked["TableName"], *_key(asked["Key"])) or dict(asked["Key"])
            row["uses"] = {"N": str(int(row.get("uses", {"N": "0"})["N"]) + 1)}
            row["used_at"] = asked["ExpressionAttributeValues"][":at"]
            self.shelf.put_row(asked["TableName"], *_key(row), row)
        return 200, {"Attributes": row}

    def _batch_write(self, asked: dict[str, Any]) -> Answer:
        with self.shelf.writing():
            for table, writes in asked["RequestItems"].items():
                for write in writes:
                    if "PutRequest" in write:
                        item = write["PutRequest"]["Item"]
                        self.shelf.put_row(table, *_key(item), item)
                    else:
                        self.shelf.drop_row(table, *_key(write["DeleteRequest"]["Key"]))
        return 200, {"UnprocessedItems": {}}

    def _transact(self, asked: dict[str, Any]) -> Answer:
        with self.shelf.writing():
            refusals = [self._refused(write, write.get("Item") or write["Key"]) for write in _writes(asked)]
            if any(refusal is not None for refusal in refusals):
                return _cancelled(asked, refusals)
            for kind, write in _kinds(asked):
                if kind == "Put":
                    self.shelf.put_row(write["TableName"], *_key(write["Item"]), write["Item"])
                elif kind == "Delete":
                    self.shelf.drop_row(write["TableName"], *_key(write["Key"]))
        return 200, {}

    def _query(self, asked: dict[str, Any]) -> Answer:
        """The items under one key, in their order: how a story is read, and what is due by now."""
        found = self._found(asked, asked["KeyConditionExpression"])
        items = sorted(found, key=lambda row: row["sk"]["S"])[: asked.get("Limit")]
        return 200, {"Items": items, "Count": len(items)}

    def _scan(self, asked: dict[str, Any]) -> Answer:
        items = self._found(asked, asked["FilterExpression"])
        return 200, {"Items": items, "Count": len(items)}

    def _found(self, asked: Mapping[str, Any], expression: str) -> list[dict[str, Any]]:
        values = asked["ExpressionAttributeValues"]
        return [row for row in self.shelf.rows(asked["TableName"]) if holds(expression, row, {}, values)]

    def _refused(self, write: Mapping[str, Any], key: Mapping[str, Any]) -> dict[str, Any] | None:
        """The item for which a write's condition does not hold (empty if there is none); None if it may go on."""
        condition = write.get("ConditionExpression")
        if condition is None:
            return None
        there = self.shelf.row(write["TableName"], *_key(key))
        names, values = (
            write.get("ExpressionAttributeNames", {}),
            write.get("ExpressionAttributeValues", {}),
        )
        return None if holds(condition, there, names, values) else there or {}


def _kinds(asked: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [next(iter(each.items())) for each in asked["TransactItems"]]


def _writes(asked: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [write for _, write in _kinds(asked)]


def _key(item: Mapping[str, Any]) -> tuple[str, str]:
    return item["pk"]["S"], item.get("sk", {"S": ""})["S"]


def _conditional(asked: Mapping[str, Any], there: dict[str, Any]) -> Answer:
    told = {
        "__type": f"{_PREFIX}ConditionalCheckFailedException",
        "message": "The conditional request failed",
    }
    if asked.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD" and there:
        return 400, {**told, "Item": there}
    return 400, told


def _cancelled(asked: Mapping[str, Any], refusals: list[dict[str, Any] | None]) -> Answer:
    reasons: list[dict[str, Any]] = []
    for write, refusal in zip(_writes(asked), refusals, strict=True):
        if refusal is None:
            reasons.append({"Code": "None"})
            continue
        reason: dict[str, Any] = {"Code": "ConditionalCheckFailed"}
        if write.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD" and refusal:
            reason["Item"] = refusal
        reasons.append(reason)
    return 400, {
        "__type": f"{_PREFIX}TransactionCanceledException",
        "Message": "Transaction cancelled",
        "CancellationReasons": reasons,
    }
