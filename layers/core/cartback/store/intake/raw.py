"""Raw events in S3: one compressed object per shop and batch, swept after 14 days by the bucket's own rule.

Keys sort by the hour of the keeping. An event may be kept long after it was received (a queue holds it for days), so
the name also says from when to when its events were received, and whom they may be about (``domain.intake.sieve``): a
reader need not open what it does not want.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from cartback.domain.errors import Refused
from cartback.domain.hashes import short
from cartback.domain.intake.sieve import may_hold, sieve
from cartback.store.errors import translated
from cartback.store.queue import unpack, written

if TYPE_CHECKING:
    from cartback.ports import Clock, Delivery
    from cartback.store.clients import Clients

_ENDING = ".jsonl.gz"
_STAMP = "%Y%m%dT%H%M%S"
_SKEW = timedelta(hours=1)
"""Keeper and receiver are two machines: look one hour earlier than their clocks would need."""


class S3Raw:
    """The port ``RawStore``. A batch that is applied again overwrites its own object."""

    def __init__(self, clients: Clients, bucket: str, clock: Clock) -> None:
        self._clients = clients
        self._bucket = bucket
        self._clock = clock

    def keep(
        self, shop: str, batch: str, deliveries: Sequence[Delivery], names: Collection[str] | None = None
    ) -> None:
        """Keep a batch as one object of JSON lines, in the form of the queue. Its name holds the sieve of ``names``."""
        self._keep(shop, batch if names is None else f"{batch}.{sieve(names)}", deliveries)

    def aside(self, delivery: Delivery) -> str:
        """Keep what does not fit into a message where raw events lie: swept, found and forgotten like these.

        Gives the object's name, which ``unpack`` follows.
        """
        batch = short("aside", delivery.platform, delivery.key, length=32)
        return self._keep(delivery.shop, batch, [delivery])

    def unpack(self, envelope: dict[str, Any]) -> Delivery:
        """The delivery of a message's body, also of one that was put aside. Raises Refused for what is neither."""
        place = envelope.get("aside")
        if place is None:
            return unpack(envelope)
        if not isinstance(place, str) or not place.startswith(f"{envelope.get('shop')}/"):
            raise Refused("no event in the message: aside is no place of the shop's")
        found = self._open(place)
        if not found:
            raise Refused("what was put aside is gone: its days are over, or its person was erased")
        return found[0]

    def _keep(self, shop: str, batch: str, deliveries: Sequence[Delivery]) -> str:
        lines = "\n".join(written(delivery) for delivery in deliveries)
        received = [delivery.received_at for delivery in deliveries]
        key = f"{shop}/{self._clock.now():%Y/%m/%d/%H}/{name(min(received), max(received), batch)}"
        with translated("keep the raw events"):
            self._clients.s3.put_object(
                Bucket=self._bucket,
                Key=key,
                Body=gzip.compress(lines.encode(), compresslevel=6, mtime=0),
                ContentType="application/x-ndjson",
                ContentEncoding="gzip",
            )
        return key

    def between(self, shop: str, from_at: datetime, until_at: datetime) -> Iterator[Delivery]:
        """See ``ports.RawShelf``. Lists the keys of all hours since, opens only objects of the wanted time.

        An object that is gone by then (its days are over, or a sweep took it) is left out.
        """
        hour = (from_at.astimezone(UTC) - _SKEW).strftime("%Y/%m/%d/%H")
        ask = {"Bucket": self._bucket, "Prefix": f"{shop}/", "StartAfter": f"{shop}/{hour}/"}
        with translated("list the raw events"):
            pages = list(self._clients.s3.get_paginator("list_objects_v2").paginate(**ask))
        for page in pages:
            for found in page.get("Contents", []):
                oldest, newest = _span(found["Key"])
                if newest >= from_at.replace(microsecond=0) and oldest < until_at:
                    yield from (
                        one for one in self._open(found["Key"]) if from_at <= one.received_at < until_at
                    )

    def _open(self, key: str) -> list[Delivery]:
        lines = lines_of(self._clients, self._bucket, key)
        return [unpack(json.loads(line)) for line in lines or ()]


def lines_of(clients: Clients, bucket: str, key: str) -> list[str] | None:
    """The lines of an object; None if it is gone."""
    try:
        with translated("read raw events"):
            answer = clients.s3.get_object(Bucket=bucket, Key=key)
            return gzip.decompress(answer["Body"].read()).decode().splitlines()
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchKey":
            return None
        raise


def holds(key: str, names: Collection[str] | None) -> bool:
    """Whether an object may hold an event with one of these names, by its own name; None asks for all objects.

    What was put aside, or kept by a release that knew no sieves, may hold anything.
    """
    marks = key.rpartition("/")[2].removesuffix(_ENDING).partition(".")[2]
    return names is None or not marks or may_hold(marks, names)


def name(oldest: datetime, newest: datetime, batch: str) -> str:
    """The last part of an object's key."""
    return f"{_stamp(oldest)}-{_stamp(newest)}-{batch}{_ENDING}"


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime(_STAMP)


def _span(key: str) -> tuple[datetime, datetime]:
    oldest, newest, _ = key.rpartition("/")[2].split("-", 2)
    first, last = (datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC) for stamp in (oldest, newest))
    return first, last
