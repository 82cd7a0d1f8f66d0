"""Raw events and exports, for whoever collects or forgets what is kept of somebody: page by page.

Each method does one page and says where the next begins, so that whoever sweeps can stop anywhere and go on later.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from cartback.domain.errors import TryLater
from cartback.store.errors import translated
from cartback.store.intake.raw import holds, lines_of
from cartback.store.queue import unpack

if TYPE_CHECKING:
    from cartback.ports import Delivery
    from cartback.store.clients import Clients

EXPORTS = "_exports"
"""The prefix of collected exports. No shop's name begins like this, so no shop's raw events lie there."""

_NAMES_PER_PAGE = 1_000
"""What S3 lists in one request. Most of them need not be opened."""

_OPENED_PER_PAGE = 100


class RawSweep:
    """The kept raw events of a shop, and the exports that were collected for people of it."""

    def __init__(self, clients: Clients, bucket: str) -> None:
        self._clients = clients
        self._bucket = bucket

    def sweep(
        self,
        shop: str,
        cursor: str,
        unwanted: Callable[[Delivery], bool],
        names: Collection[str] | None = None,
    ) -> str:
        """Rewrite a page of objects without what is unwanted; give where the next begins, empty at the end."""
        found, following = self._page(shop, cursor, names)
        for key in found:
            self._rewrite(key, unwanted)
        return following

    def find(self, shop: str, cursor: str, names: Collection[str] | None) -> tuple[list[Delivery], str]:
        """The events of a page of objects that may hold one of these names, and where the next begins."""
        found, following = self._page(shop, cursor, names)
        lines = (line for key in found for line in lines_of(self._clients, self._bucket, key) or ())
        return [unpack(json.loads(line)) for line in lines], following

    def empty(self, shop: str) -> bool:
        """Delete a page of a shop's objects unread; gives whether there may be more."""
        found, following = self._page(shop, "", None, _NAMES_PER_PAGE)
        if found:
            with translated("delete raw events"):
                answer = self._clients.s3.delete_objects(
                    Bucket=self._bucket, Delete={"Objects": [{"Key": key} for key in found], "Quiet": True}
                )
            if answer.get("Errors"):
                raise TryLater("could not delete raw events: S3 deleted a part only")
        return bool(following)

    def _page(
        self, shop: str, cursor: str, names: Collection[str] | None, most: int = _OPENED_PER_PAGE
    ) -> tuple[list[str], str]:
        """The objects of a page that have to be opened, and the last one that was looked at if there may be more."""
        ask = {"Bucket": self._bucket, "Prefix": f"{shop}/", "MaxKeys": _NAMES_PER_PAGE}
        with translated("list the raw events"):
            answer = self._clients.s3.list_objects_v2(**ask, **({"StartAfter": cursor} if cursor else {}))
        listed = [each["Key"] for each in answer.get("Contents", [])]
        found: list[str] = []
        for key in listed:
            if holds(key, names):
                found.append(key)
            if len(found) == most and key != listed[-1]:
                return found, key
        return found, listed[-1] if listed and answer.get("IsTruncated") else ""

    def _rewrite(self, key: str, unwanted: Callable[[Delivery], bool]) -> None:
        lines = lines_of(self._clients, self._bucket, key)
        if lines is None:
            return  # another sweep was quicker (an operator's and the run's go side by side), or its days are over
        kept = [line for line in lines if not unwanted(unpack(json.loads(line)))]
        if len(kept) == len(lines):
            return
        with translated("rewrite raw events"):
            if not kept:
                self._clients.s3.delete_object(Bucket=self._bucket, Key=key)
                return
            self._clients.s3.put_object(
                Bucket=self._bucket,
                Key=key,
                Body=gzip.compress("\n".join(kept).encode(), compresslevel=6, mtime=0),
                ContentType="application/x-ndjson",
                ContentEncoding="gzip",
            )

    def keep_export(self, shop: str, person_id: str, document: str) -> str:
        """Keep what was collected for a person; the bucket's own rule forgets it. Gives the name of the object."""
        key = export_key(shop, person_id)
        with translated("keep an export"):
            self._clients.s3.put_object(
                Bucket=self._bucket, Key=key, Body=document.encode(), ContentType="application/json"
            )
        return key

    def keep_part(self, shop: str, person_id: str, run: str, number: int, part: str) -> None:
        """Keep a part of what is being collected; the same number again replaces it."""
        with translated("keep a part of an export"):
            self._clients.s3.put_object(
                Bucket=self._bucket,
                Key=f"{_parts(shop, person_id, run)}{number:06d}.json",
                Body=part.encode(),
                ContentType="application/json",
            )

    def parts(self, shop: str, person_id: str, run: str) -> list[str]:
        """The parts that a run kept, by their numbers."""
        found = self._listed(_parts(shop, person_id, run))
        told = []
        for key in found:
            with translated("read a part of an export"):
                told.append(self._clients.s3.get_object(Bucket=self._bucket, Key=key)["Body"].read().decode())
        return told

    def drop_parts(self, shop: str, person_id: str, run: str) -> None:
        """Forget the parts that a run kept."""
        self._drop(_parts(shop, person_id, run))

    def drop_exports(self, shop: str, person_id: str = "") -> None:
        """Forget what was collected for a person, or for everybody of a shop, with all its parts."""
        self._drop(export_key(shop, person_id).removesuffix("json") if person_id else f"{EXPORTS}/{shop}/")

    def _drop(self, prefix: str) -> None:
        for key in self._listed(prefix):
            with translated("delete an export"):
                self._clients.s3.delete_object(Bucket=self._bucket, Key=key)

    def _listed(self, prefix: str) -> list[str]:
        with translated("list the exports"):
            found = list(
                self._clients.s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix)
            )
        return [each["Key"] for page in found for each in page.get("Contents", [])]


def export_key(shop: str, person_id: str) -> str:
    """The object that was collected for a person."""
    return f"{EXPORTS}/{shop}/{person_id}.json"


def _parts(shop: str, person_id: str, run: str) -> str:
    return f"{EXPORTS}/{shop}/{person_id}.parts/{run}/"
