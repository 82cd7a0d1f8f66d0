"""From a notification to what has to be read: the sender names, we decide where we go."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from cartback.domain.intake import payload_reader
from cartback.domain.intake.delivery import KNOWN_AS
from cartback.domain.observations import (
    CartSeen,
    Contact,
    CustomerErased,
    Fetch,
    Observation,
    ProductSeen,
    VariantSeen,
)

if TYPE_CHECKING:
    from cartback.ports import Delivery

_GUID = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_ENTITY = re.compile(rf"/?api/v2\.0/companies\(({_GUID})\)/([a-zA-Z]+)\(({_GUID})\)")
# More than a thousand changes within half a minute are told as one, with the instant since which to look.
_COLLECTION = re.compile(
    rf"/?api/v2\.0/companies\(({_GUID})\)/([a-zA-Z]+)\?\$filter=(?:lastModifiedDateTime|lastDateTimeModified)"
    r"(?: |%20|\+)gt(?: |%20|\+)([0-9TZ:.%A-]{10,60})"
)
# What we read, and what has to come along with it.
_EXPANDED = {
    "salesQuotes": "?$expand=salesQuoteLines,customer",
    "salesOrders": "?$expand=salesOrderLines,customer",
    "salesInvoices": "",
    "customers": "",
    "items": "",
}


def read(delivery: Delivery) -> list[Observation]:
    """Every entity of the delivery, once, at its latest change; entities that we do not use say nothing."""
    company = delivery.headers.get(KNOWN_AS)
    latest: dict[str, tuple[str, str, datetime]] = {}
    for one in payload_reader.parse(delivery.body)["value"].each():
        at = one["lastModifiedDateTime"].instant()
        named = _named(one["resource"].text(2000))
        change = one["changeType"].word(("created", "updated", "deleted", "collection"))
        if named is None:
            continue
        kind, resource = named
        if resource not in latest or latest[resource][2] <= at:
            latest[resource] = (kind, change, at)
    observed: list[Observation] = []
    for resource, (kind, change, at) in latest.items():
        # What another company of the tenant deleted is asked for like the rest, which refuses it by its name.
        if change == "deleted" and company in (None, _company(resource)):
            observed.extend(deleted(kind, resource, at))
        else:
            observed.append(Fetch(kind, resource, at))
    return observed


def deleted(kind: str, resource: str, at: datetime) -> list[Observation]:
    """What it means that an entity is gone. A quote that became an order is deleted too: its order is told."""
    own = re.findall(_GUID, resource)[-1].lower()
    if kind in ("salesQuotes", "salesOrders"):
        return [CartSeen((ref_of(kind, own),), at, "document", items=(), stage="cart")]
    if kind == "salesInvoices":
        return []  # a draft that was deleted: what is posted stays
    if kind == "customers":
        return [CustomerErased(Contact(customer_ref=own), at)]
    return [ProductSeen(own, at, (VariantSeen(own, own),), deleted=True)]


def _company(resource: str) -> str:
    named: list[str] = re.findall(_GUID, resource)
    return named[0].lower()


def ref_of(kind: str, own: str) -> str:
    """The name under which a document is known as a cart."""
    return f"{'quote' if kind == 'salesQuotes' else 'order'}:{own.lower()}"


def _named(resource: str) -> tuple[str, str] | None:
    single = _ENTITY.fullmatch(resource)
    if single is not None and single[2] in _EXPANDED:
        return single[2], f"companies({single[1]})/{single[2]}({single[3]}){_EXPANDED[single[2]]}"
    many = _COLLECTION.fullmatch(resource)
    if many is None or many[2] not in _EXPANDED:
        return None
    since = payload_reader.Reader(many[3].replace("%3A", ":"), "resource").instant()
    expanded = _EXPANDED[many[2]].replace("?", "&")
    wanted = f"$filter=lastModifiedDateTime gt {since:%Y-%m-%dT%H:%M:%S}Z{expanded}"
    return many[2], f"companies({many[1]})/{many[2]}?{wanted}"
