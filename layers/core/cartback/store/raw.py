"""Raw events in S3: one compressed object per shop and batch, swept after 14 days by the bucket's own rule."""

from __future__ import annotations

import gzip
from collections.abc import Sequence

from cartback.ports import Clock, Delivery
from cartback.store.clients import Clients
from cartback.store.errors import translated
from cartback.store.queue import pack


class S3Raw:
    """The port ``RawStore``. A batch that is applied again overwrites its own object."""

    def __init__(self, clients: Clients, bucket: str, clock: Clock) -> None:
        self._clients = clients
        self._bucket = bucket
        self._clock = clock

    def keep(self, shop: str, batch: str, deliveries: Sequence[Delivery]) -> None:
        """Keep a batch as one object of JSON lines, in the form of the queue."""
        lines = "\n".join(pack(delivery) for delivery in deliveries)
        key = f"{shop}/{self._clock.now():%Y/%m/%d/%H}/{batch}.jsonl.gz"
        with translated("keep the raw events"):
            self._clients.s3.put_object(
                Bucket=self._bucket,
                Key=key,
                Body=gzip.compress(lines.encode(), compresslevel=6, mtime=0),
                ContentType="application/x-ndjson",
                ContentEncoding="gzip",
            )
