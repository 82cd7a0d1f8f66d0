"""The connections of shops and the tokens of tools, in the table Settings; their secrets in Secrets Manager."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from cartback.domain.connectors.connection import Connection
from cartback.domain.connectors.tool_tokens import ToolToken
from cartback.store.codec import decode, encode, text
from cartback.store.errors import translated
from cartback.store.guarded import put_over
from cartback.store.paging import pages

if TYPE_CHECKING:
    from cartback.ports import Clock
    from cartback.store.clients import Clients
    from cartback.store.codec import Row

FRESH_FOR = timedelta(seconds=60)
_GONE = frozenset({"ResourceNotFoundException", "InvalidRequestException"})


class DynamoConnections:
    """The ports ``Connections`` and ``ToolTokens``."""

    def __init__(self, clients: Clients, table: str) -> None:
        self._clients, self._table = clients, table

    def read(self, shop: str, connector: str, account: str) -> Connection | None:
        """See ``ports.Connections``."""
        row = self._get(_key(shop, connector, account))
        return None if row is None else decode(Connection, row)

    def connected(self, shop: str) -> list[Connection]:
        """See ``ports.Connections``."""
        return [decode(Connection, row) for row in self._all(f"{shop}#connections")]

    def save(self, before: Connection | None, after: Connection) -> None:
        """See ``ports.Connections``."""
        version = 0 if before is None else before.version
        body = encode(replace(after, version=version + 1))
        row = {**_key(after.shop, after.connector, after.account), "body": body}
        with translated("keep a connection"):
            self._clients.dynamodb.put_item(**put_over(self._table, row, version))

    def drop(self, connection: Connection) -> None:
        """See ``ports.Connections``."""
        self._delete(_key(connection.shop, connection.connector, connection.account))

    def find(self, shop: str, token_id: str) -> ToolToken | None:
        """See ``ports.ToolTokens``."""
        row = self._get(_token_key(shop, token_id))
        return None if row is None else decode(ToolToken, row)

    def tokens(self, shop: str) -> list[ToolToken]:
        """See ``ports.ToolTokens``."""
        return [decode(ToolToken, row) for row in self._all(f"{shop}#tools")]

    def keep_token(self, token: ToolToken) -> None:
        """See ``ports.ToolTokens``."""
        row = {**_token_key(token.shop, token.token_id), "body": encode(token)}
        with translated("keep a token"):
            self._clients.dynamodb.put_item(TableName=self._table, Item=row)

    def revoke(self, shop: str, token_id: str) -> bool:
        """See ``ports.ToolTokens``."""
        return self._delete(_token_key(shop, token_id))

    def _get(self, key: Row) -> Row | None:
        with translated("read a connection"):
            answer = self._clients.dynamodb.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        row: Row | None = answer.get("Item")
        return row

    def _all(self, part: str) -> Iterator[Row]:
        found = pages(
            self._clients.dynamodb.query,
            "list connections",
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": text(part)},
            ConsistentRead=True,
        )
        return (row for page in found for row in page)

    def _delete(self, key: Row) -> bool:
        with translated("drop a connection"):
            answer = self._clients.dynamodb.delete_item(
                TableName=self._table, Key=key, ReturnValues="ALL_OLD"
            )
        return bool(answer.get("Attributes"))


class SecretAccess:
    """The port ``ConnectorKeys``: one secret per connection, read at most once a minute.

    Its value is ``{"access": {...}}`` under the prefix and ``<shop>/<connector>/<account>``.
    """

    def __init__(self, clients: Clients, prefix: str, clock: Clock, key: str | None = None) -> None:
        self._clients, self._prefix, self._clock, self._key = clients, prefix, clock, key
        self._known: dict[str, tuple[datetime, Mapping[str, str]]] = {}

    def of(self, name: str) -> Mapping[str, str] | None:
        """See ``ports.ConnectorKeys``. What is not there is asked for every time."""
        now = self._clock.now()
        known = self._known.get(name)
        if known is not None and now - known[0] < FRESH_FOR:
            return known[1]
        try:
            with translated("read the access"):
                answer = self._clients.secretsmanager.get_secret_value(SecretId=self._prefix + name)
        except ClientError as error:
            if error.response["Error"]["Code"] in _GONE:
                return None
            raise
        access = {
            str(each): str(value) for each, value in json.loads(answer["SecretString"])["access"].items()
        }
        self._known[name] = (now, access)
        return access

    def write(self, name: str, access: Mapping[str, str]) -> None:
        """Keep the access; one that was dropped is brought back, because its name is taken until it is gone."""
        client, value = self._clients.secretsmanager, json.dumps({"access": dict(access)})
        self._known.pop(name, None)
        with translated("keep the access"):
            try:
                known = client.describe_secret(SecretId=self._prefix + name)
            except client.exceptions.ResourceNotFoundException:
                encrypted = {"KmsKeyId": self._key} if self._key else {}
                client.create_secret(Name=self._prefix + name, SecretString=value, **encrypted)
                return
            if "DeletedDate" in known:
                client.restore_secret(SecretId=self._prefix + name)
            client.put_secret_value(SecretId=self._prefix + name, SecretString=value)

    def drop(self, name: str) -> None:
        """Let it be forgotten in 7 days, the fewest that Secrets Manager offers; one that is gone is no error."""
        self._known.pop(name, None)
        try:
            with translated("drop the access"):
                self._clients.secretsmanager.delete_secret(
                    SecretId=self._prefix + name, RecoveryWindowInDays=7
                )
        except ClientError as error:
            if error.response["Error"]["Code"] not in _GONE:
                raise


def _key(shop: str, connector: str, account: str) -> Row:
    return {"pk": text(f"{shop}#connections"), "sk": text(f"{connector}#{account}")}


def _token_key(shop: str, token_id: str) -> Row:
    return {"pk": text(f"{shop}#tools"), "sk": text(token_id)}
