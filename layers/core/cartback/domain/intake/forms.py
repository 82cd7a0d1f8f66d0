"""What a browser sent, out of an event of API Gateway (payload 2.0)."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from cartback.domain.errors import Refused
from cartback.domain.language import OFFERED

LARGEST = 16_384
MOST_FIELDS = 40


def header(event: Mapping[str, Any], name: str) -> str | None:
    """A header by its lower-case name."""
    given = event.get("headers") or {}
    return next((value for key, value in given.items() if key.lower() == name), None)


def asked_lang(event: Mapping[str, Any]) -> str | None:
    """The language that a switch on the page asked for, if it is one that we speak."""
    asked = (event.get("queryStringParameters") or {}).get("lang")
    return asked if asked in OFFERED else None


def fields_of(event: Mapping[str, Any]) -> dict[str, list[str]]:
    """The fields of a form, each with all its values. Raises Refused: 413, 415 or 400 for what is no form.

    A JSON object may hold texts, truths and lists of texts; anything deeper is no form.
    """
    text = _text(event)
    kind = (header(event, "content-type") or "").partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        try:
            return parse_qs(text, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
        except (ValueError, UnicodeError) as error:
            raise Refused("the body is no form") from error
    if kind == "application/json":
        try:
            given = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise Refused("the body is not JSON") from error
        if not isinstance(given, dict) or len(given) > MOST_FIELDS:
            raise Refused("the body is no JSON object of fields")
        return {name: _values(name, value) for name, value in given.items()}
    raise Refused("content type must be application/x-www-form-urlencoded or application/json", 415)


def _text(event: Mapping[str, Any]) -> str:
    body = event.get("body") or ""
    if len(body) > LARGEST:
        raise Refused(f"form larger than {LARGEST} bytes", 413)
    try:
        raw = base64.b64decode(body, validate=True) if event.get("isBase64Encoded") else body.encode()
        return raw.decode()
    except (binascii.Error, UnicodeError) as error:
        raise Refused("the body is not UTF-8") from error


def _values(name: str, value: object) -> list[str]:
    listed = value if isinstance(value, list) else [value]
    if not all(isinstance(one, str | bool | None) for one in listed):
        raise Refused(f"{name}: must be a text or a list of texts", 422)
    return [one if isinstance(one, str) else "yes" for one in listed if one]
