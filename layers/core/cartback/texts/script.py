"""The script for the shop's own pages, as it is served: a file of this folder, byte for byte."""

from __future__ import annotations

from hashlib import sha256

from cartback.texts.folder import ROOT

SCRIPT = (ROOT / "scripts/cartback.js").read_text(encoding="utf-8")
ETAG = f'"{sha256(SCRIPT.encode()).hexdigest()[:32]}"'

HEADERS = {
    "content-type": "text/javascript; charset=utf-8",
    # An hour is how long a page may run on an older script after a deployment.
    "cache-control": "public, max-age=3600",
    "etag": ETAG,
    "x-content-type-options": "nosniff",
    # It holds nothing of anybody: every page may load it, and check it (subresource integrity).
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
}


def answered(known: str | None) -> dict[str, object]:
    """The answer to a browser that has what it names in If-None-Match, if anything (RFC 9110 §13.1.2)."""
    tags = [tag.strip().removeprefix("W/") for tag in (known or "").split(",")]
    if ETAG in tags or tags == ["*"]:
        return {"statusCode": 304, "headers": dict(HEADERS), "body": ""}
    return {"statusCode": 200, "headers": dict(HEADERS), "body": SCRIPT}
