"""A stingy AWS: moto that gives little at a time, leaves half undone, and is busy every now and then.

What it does is within what each service promises: a page ends wherever AWS likes, a receipt brings one to ten messages,
a batch may be done in part, and any call may be put off in the words of its service. What moto lets pass and AWS does
not (``lawful``) is refused in any case.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import pkgutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from zlib import crc32

from botocore.exceptions import ClientError

import cartback.store
from cartback.domain.errors import TryLater

SERVICES = ("dynamodb", "sqs", "events", "stepfunctions", "s3", "secretsmanager")

ONE_AT_A_TIME = {
    "Query": "Limit",
    "Scan": "Limit",
    "ListObjectsV2": "MaxKeys",
    "ReceiveMessage": "MaxNumberOfMessages",
    "ListExecutions": "maxResults",
    "ListSecrets": "MaxResults",
}

BUSY: dict[str, tuple[tuple[str, int], ...]] = {
    "dynamodb": (
        ("ProvisionedThroughputExceededException", 400),
        ("ThrottlingException", 400),
        ("RequestLimitExceeded", 400),
        ("InternalServerError", 500),
    ),
    "dynamodb.TransactWriteItems": (
        ("TransactionInProgressException", 400),
        ("TransactionCanceledException", 400),
        ("ProvisionedThroughputExceededException", 400),
    ),
    "sqs": (("RequestThrottled", 403), ("KMS.ThrottlingException", 400), ("OverLimit", 403)),
    "events": (("ThrottlingException", 400), ("InternalException", 500)),
    "stepfunctions": (
        ("ThrottlingException", 400),
        ("ExecutionLimitExceeded", 400),
        ("KmsThrottlingException", 400),
    ),
    "s3": (
        ("SlowDown", 503),
        ("RequestTimeout", 400),
        ("KMS.ThrottlingException", 400),
        ("InternalError", 500),
    ),
    "secretsmanager": (("ThrottlingException", 400), ("InternalServiceError", 500)),
}
"""What a service says when it is busy, past botocore's own patience; of a service and, where it differs, of a call."""

WRITES_TOGETHER = "TransactWriteItems"
MOST_WRITES, MOST_BYTES, LARGEST_ITEM = 100, 4 << 20, 400 << 10
MOST_KEYS, MOST_IN_BATCH = 100, 25


class Stingy:
    """The hooks on one set of clients. ``busy`` says whether calls are put off; they are at ever longer intervals."""

    def __init__(self, seed: str = "", pages: bool = True, busy: bool = True) -> None:
        self.pages, self.busy = pages, busy
        self.turn = crc32(seed.encode())
        self.calls = 0
        self.strikes_at = 1 + self.turn % 2
        self.gap = 2
        self.told: Counter[str] = Counter()
        self.written = False

    def given(self, params: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Ask for less than the house asks for."""
        left: dict[str, Any] = {}
        if self.pages and model.name in ONE_AT_A_TIME:
            params = {**params, ONE_AT_A_TIME[model.name]: 1}
        if self.pages and model.name in ("BatchGetItem", "BatchWriteItem"):
            params, left = _halved(params)
        context["left"] = left
        return params

    def before(self, model: Any, context: dict[str, Any], **_: Any) -> tuple[Any, dict[str, Any]] | None:
        """Say that the service is busy, or nothing."""
        service = model.service_model.service_name
        self.calls += 1
        together = model.name == WRITES_TOGETHER
        torn, self.written = together and self.written, self.written or together
        if not self.busy or torn or self.calls < self.strikes_at:
            return None
        self.strikes_at, self.gap = self.calls + self.gap, self.gap * 2
        told = BUSY.get(f"{service}.{model.name}", BUSY[service])
        self.turn += 1
        code, status = told[self.turn % len(told)]
        self.told[code] += 1
        context["left"] = {}
        return SimpleNamespace(status_code=status), _error(code, status)

    def after(self, parsed: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        """Say what was left undone."""
        if context.get("left"):
            name = "UnprocessedKeys" if model.name == "BatchGetItem" else "UnprocessedItems"
            parsed[name] = context["left"]


def _error(code: str, status: int) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "Error": {"Code": code, "Message": "busy"},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    if code == "TransactionCanceledException":
        answer["CancellationReasons"] = [{"Code": "None"}, {"Code": "ThrottlingError"}]
    return answer


def _halved(params: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The first half of each table's part, and the rest; one is done of one."""
    taken, left = {}, {}
    for table, part in params["RequestItems"].items():
        entries = part["Keys"] if isinstance(part, dict) else part
        half = (len(entries) + 1) // 2
        first, rest = entries[:half], entries[half:]
        same = (
            {key: value for key, value in part.items() if key != "Keys"} if isinstance(part, dict) else None
        )
        taken[table] = first if same is None else {**same, "Keys": first}
        if rest:
            left[table] = rest if same is None else {**same, "Keys": rest}
    return {**params, "RequestItems": taken}, left


def lawful(params: dict[str, Any], model: Any, **_: Any) -> None:
    """Refuse what AWS refuses and moto does not: too many, too much, or one row twice in a transaction."""
    items = [write["Put"]["Item"] for write in params.get("TransactItems", ()) if "Put" in write]
    items += [params["Item"]] if model.name == "PutItem" else []
    if any(_bytes(item) > LARGEST_ITEM for item in items):
        raise _refused(model, "Item size has exceeded the maximum allowed size")
    parts = params.get("RequestItems", {}).values()
    entries = sum(len(part["Keys"] if isinstance(part, dict) else part) for part in parts)
    if entries > (MOST_KEYS if model.name == "BatchGetItem" else MOST_IN_BATCH):
        raise _refused(model, "Too many items requested for the call")
    if model.name == WRITES_TOGETHER:
        writes = params["TransactItems"]
        if not 1 <= len(writes) <= MOST_WRITES:
            raise _refused(model, "Member must have length less than or equal to 100")
        if sum(map(_bytes, items)) > MOST_BYTES:
            raise _refused(model, "Transaction size has exceeded 4 MB")
        if len({_key(write) for write in writes}) < len(writes):
            raise _refused(model, "Transaction request cannot include multiple operations on one item")


def _refused(model: Any, why: str) -> ClientError:
    return ClientError({"Error": {"Code": "ValidationException", "Message": why}}, model.name)


def _bytes(item: dict[str, Any]) -> int:
    values = (next(iter(value.values())) for value in item.values())
    return sum(map(len, item)) + sum(
        len(value) if isinstance(value, bytes) else len(str(value).encode()) for value in values
    )


def _key(write: dict[str, Any]) -> tuple[str, str, str]:
    (action,) = write.values()
    key = action.get("Key") or action["Item"]
    return action["TableName"], key["pk"]["S"], key.get("sk", {}).get("S", "")


@contextmanager
def hooked(clients: Any, event: str, hook: Callable[..., Any]) -> Iterator[None]:
    """Let a hook listen to every client for a while."""
    name = f"contracts-{event}-{getattr(hook, '__qualname__', hook)}"
    for service in SERVICES:
        getattr(clients, service).meta.events.register(event, hook, unique_id=name)
    try:
        yield
    finally:
        for service in SERVICES:
            getattr(clients, service).meta.events.unregister(event, unique_id=name)


@contextmanager
def stingy(clients: Any, mood: Stingy) -> Iterator[Stingy]:
    """AWS as ``mood`` says."""
    with (
        hooked(clients, "provide-client-params", mood.given),
        hooked(clients, "before-call", mood.before),
        hooked(clients, "after-call", mood.after),
    ):
        yield mood


def stores() -> dict[str, type]:
    """Every class of the room ``store`` that is given the clients, by name."""
    found = {}
    for each in pkgutil.walk_packages(cartback.store.__path__, "cartback.store."):
        module = importlib.import_module(each.name)
        for name, kind in vars(module).items():
            own = inspect.isclass(kind) and kind.__module__ == each.name and not name.startswith("_")
            if own and "clients" in inspect.signature(kind).parameters:
                found[name] = kind
    return found


def methods(kind: type) -> list[str]:
    """What a store can be asked for."""
    return [
        name
        for name, value in vars(kind).items()
        if (name == "__call__" or not name.startswith("_")) and inspect.isfunction(value)
    ]


@contextmanager
def asked_again(patch: Any, mood: Stingy | None, called: set[str]) -> Iterator[None]:
    """Let whoever calls a store that says ``TryLater`` ask again, as queues and machines do; note what is called."""
    for kind_name, kind in stores().items():
        for name in methods(kind):
            wrapped = _again(vars(kind)[name], f"{kind_name}.{name}", mood, called)
            patch.setattr(kind, name, wrapped)
    yield


def _again(method: Any, name: str, mood: Stingy | None, called: set[str]) -> Any:
    @functools.wraps(method)
    def asked(*given: Any, **named: Any) -> Any:
        called.add(name)
        while True:
            if mood is not None:
                mood.written = False
            before = mood.told.total() if mood is not None else 0
            try:
                answer = method(*given, **named)
                return iter(list(answer)) if inspect.isgenerator(answer) else answer
            except TryLater as later:
                says_what = "could not :" not in str(later)
                if mood is None or mood.told.total() == before or not says_what:
                    raise

    return asked
