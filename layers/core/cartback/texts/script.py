"""The scripts for the shop's own pages, as they are served: files of this folder, byte for byte."""

from __future__ import annotations

from functools import cache
from hashlib import sha256

from cartback.domain.errors import Refused
from cartback.domain.intake.responses import TOLD_PLAINLY
from cartback.texts.folder import ROOT

CART = "cartback.js"
SCRIPTS = {CART: "scripts/cartback.js", "push.js": "scripts/push.js", "worker.js": "scripts/worker.js"}
"""By the last part of their address: what tells of carts, what asks for push, and what shows what is pushed."""

HEADERS = {
    "content-type": "text/javascript; charset=utf-8",
    # An hour is how long a page may run on an older script after a deployment.
    "cache-control": "public, max-age=3600",
    "x-content-type-options": "nosniff",
    # It holds nothing of anybody: every page may load it, and check it (subresource integrity).
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
}


@cache
def source(name: str) -> str:
    """The script of this name. Raises Refused (404) for another."""
    if name not in SCRIPTS:
        raise Refused("no such script", 404)
    return (ROOT / SCRIPTS[name]).read_text(encoding="utf-8")


def etag(name: str) -> str:
    """What names this very version of a script."""
    return f'"{sha256(source(name).encode()).hexdigest()[:32]}"'


def answered(name: str, known: str | None) -> dict[str, object]:
    """The answer to a browser that has what it names in If-None-Match, if anything (RFC 9110 §13.1.2)."""
    try:
        body, tag = source(name), etag(name)
    except Refused as refusal:
        return {"statusCode": refusal.status, "headers": TOLD_PLAINLY, "body": refusal.reason + "\n"}
    tags = [one.strip().removeprefix("W/") for one in (known or "").split(",")]
    headers = {**HEADERS, "etag": tag}
    if tag in tags or tags == ["*"]:
        return {"statusCode": 304, "headers": headers, "body": ""}
    return {"statusCode": 200, "headers": headers, "body": body}
