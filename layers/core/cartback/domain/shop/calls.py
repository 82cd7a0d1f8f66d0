"""Calls of outside APIs as plain values: what is asked, how the asker proves itself, what came back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from urllib.parse import urlencode

from cartback.domain.intake import payload_reader
from cartback.domain.intake.payload_reader import Reader


@dataclass(frozen=True, slots=True)
class Basic:
    """HTTP Basic: a name and a password."""

    name: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Key:
    """A key in a header of its own, such as ``x-shopify-access-token``."""

    header: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Grant:
    """OAuth 2 client credentials (RFC 6749 § 4.4): what a token is asked with, and the header that it goes into.

    ``as_json`` is for token endpoints that read JSON instead of a form (Shopware).
    """

    token_url: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str = ""
    as_json: bool = False
    header: str = "authorization"
    prefix: str = "Bearer "


@dataclass(frozen=True, slots=True)
class Call:
    """One request. ``missing_ok`` gives 404 and 410 back as a reply instead of refusing.

    ``idempotent`` says that asking twice does no more than asking once: reads, absolute writes, and what the other side
    recognises by a key of ours. A call that is not is doubtful, not transient, once it has left. ``follow`` lets the
    same host redirect. ``told`` are statuses of refusals that are given back as a reply, because the body says why.
    """

    method: str
    url: str
    access: Basic | Key | Grant | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    missing_ok: bool = False
    seconds: float = 10.0
    """The longest that the whole answer may take, connecting and redirects included."""
    idempotent: bool = True
    follow: bool = True
    told: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: a status of 2xx, or one that the call was prepared for. Header names are lower-cased."""

    status: int
    headers: Mapping[str, str]
    body: str = field(repr=False)

    @property
    def is_missing(self) -> bool:
        """Whether the other side says that there is no such thing."""
        return self.status in (404, 410)

    def read(self) -> Reader:
        """The JSON document, of whatever kind it is. Raises Refused for what is none."""
        return payload_reader.parse_any(self.body)


def get(url: str, query: Mapping[str, object] | None = None) -> str:
    """An address with its query, encoded; what is None is left out, lists are said several times."""
    given = {name: value for name, value in (query or {}).items() if value is not None}
    return f"{url}?{urlencode(given, doseq=True)}" if given else url


def document(value: object) -> bytes:
    """A value as the JSON body of a request."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def texts(reply: Reply, *path: str) -> tuple[str, ...]:
    """The members of a list in a JSON reply, each as JSON text again. Raises Refused where there is no list."""
    found = reply.read()
    for name in path:
        found = found[name]
    if not isinstance(found.value, list):
        raise found.refused("must be a list")
    return tuple(text_of(member) for member in found.value)


def text_of(value: object) -> str:
    """A value that was read, as JSON text again: numbers keep their digits."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_digits)


def _digits(value: object) -> object:
    if isinstance(value, Decimal):
        whole = int(value)
        # What a shop writes with a fraction is a price or a weight: binary holds its digits well enough to print them.
        return whole if value == whole else float(value)
    raise TypeError(type(value).__name__)
