"""What moto cannot show: a read that may be stale, and a row that nobody will ever sweep away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tests.contracts.stack import Stack, resources

_SWEPT = {
    name
    for name, table in resources("AWS::DynamoDB::Table").items()
    if table.get("TimeToLiveSpecification", {}).get("Enabled")
}
# Who said no, and what proves a yes, is kept as long as it is needed (docs/privacy.md).
_KEPT = ("#block#", "#consent#")
_ONE_PER_SHOP = {"health", "pulse"}
_TOLD_ONCE = "told#"  # few, and whoever captured an erasure may send it again at any time
_SECONDS = range(10**9, 10**10)


def _bad(verb: str, params: Mapping[str, Any]) -> Iterator[str]:
    reads = {"GetItem": [params], "Query": [params], "BatchGetItem": params.get("RequestItems", {}).values()}
    # What a sweep of the list misses, the next one finds: it asks for everything that is due by then.
    whenever = "IndexName" in params or "~" in str(params.get("ExpressionAttributeValues", ""))
    if not whenever and not all(each.get("ConsistentRead") for each in reads.get(verb, ())):
        yield f"{verb} may be stale"
    for table, row in _put(verb, params):
        end = int(row.get("expires_at", {}).get("N", 0))
        sort = row.get("sk", {}).get("S", "")
        kept = any(part in row["pk"]["S"] for part in _KEPT) or sort in _ONE_PER_SHOP
        kept = kept or sort.startswith(_TOLD_ONCE)
        if table in _SWEPT and end not in _SECONDS and not kept:
            yield f"{row['pk']['S']} of {table} has no end"
    if verb == "UpdateItem" and params["TableName"] in _SWEPT:
        makes = "attribute_exists" not in params.get("ConditionExpression", "")
        if makes and "expires_at =" not in params["UpdateExpression"]:
            yield f"an update of {params['TableName']} may make a row without end"


def _put(verb: str, params: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if verb == "PutItem":
        yield params["TableName"], params["Item"]
    for each in params.get("TransactItems", ()):
        if "Put" in each:
            yield each["Put"]["TableName"], each["Put"]["Item"]
    if verb == "BatchWriteItem":
        for table, writes in params["RequestItems"].items():
            yield from ((table, each["PutRequest"]["Item"]) for each in writes if "PutRequest" in each)


@contextmanager
def well_mannered(stack: Stack) -> Iterator[None]:
    """Fail if a call inside reads what may be stale, or writes a row without an end."""
    found: list[str] = []
    events = stack.clients.dynamodb.meta.events

    def look(params: Mapping[str, Any], model: Any, **_: Any) -> None:
        found.extend(_bad(model.name, params))

    events.register("provide-client-params", look, unique_id="manners")
    try:
        yield
    finally:
        events.unregister("provide-client-params", unique_id="manners")
    assert not found, found
