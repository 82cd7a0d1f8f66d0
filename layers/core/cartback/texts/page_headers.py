"""The HTTP headers that every page goes out with, and the style sheets that they let through."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cartback.texts.folder import ROOT

if TYPE_CHECKING:
    from cartback.ports import ShopFace

PAGE_STYLE = (ROOT / "layouts/page.css").read_text(encoding="utf-8")


def _policy(styles: Iterable[str], pictures: Iterable[str]) -> str:
    hashes = " ".join(f"'sha256-{b64encode(sha256(style.encode()).digest()).decode()}'" for style in styles)
    places = " ".join(sorted(set(pictures)))
    images = f"img-src {places}; " if places else ""
    return (
        f"default-src 'none'; style-src {hashes}; {images}"
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


CONTENT_SECURITY_POLICY = _policy([PAGE_STYLE], [])
"""A page needs the style sheets that it carries and a form that posts home. Everything else is off."""

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


def headers_for(face: ShopFace | None) -> dict[str, str]:
    """The headers of a page of this shop: its own style sheet, and pictures from where its brand has them."""
    if face is None:
        return dict(PAGE_HEADERS)
    from cartback.texts import branding

    places = (f"{parts.scheme}://{parts.netloc}" for parts in map(urlsplit, branding.pictures(face)))
    policy = _policy([PAGE_STYLE, branding.style(face.brand)], places)
    return {**PAGE_HEADERS, "content-security-policy": policy}
