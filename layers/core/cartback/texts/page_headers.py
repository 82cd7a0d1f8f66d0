"""The HTTP headers that every page goes out with."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from types import MappingProxyType

from cartback.texts.folder import ROOT

PAGE_STYLE = (ROOT / "layouts/page.css").read_text(encoding="utf-8")

CONTENT_SECURITY_POLICY = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(PAGE_STYLE.encode()).digest()).decode()}'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""A page needs the one style sheet that it carries and a form that posts home. Everything else is off."""

PAGE_HEADERS = MappingProxyType(
    {
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": CONTENT_SECURITY_POLICY,
        # The address of a page is a secret: it must not travel on as a referrer, rest in a cache or be found.
        "referrer-policy": "no-referrer",
        "cache-control": "no-store",
        "x-robots-tag": "noindex, nofollow",
        "x-content-type-options": "nosniff",
        # Of this host alone: what else lies below the shop's domain is not ours to promise.
        "strict-transport-security": "max-age=31536000",
    }
)
