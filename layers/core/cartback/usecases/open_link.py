"""Bring somebody back to their cart: count the click, go to the shop's own checkout."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from cartback.domain.weblink import is_local, web_link
from cartback.ports import Clock, Ledger, Line, Link, Records, Settings, ShopFace
from cartback.usecases import links


@dataclass(frozen=True, slots=True)
class OpenLink:
    """Give the address to redirect to, or None for a link that is unknown, foreign or over.

    The link opens one cart and no account. A click is counted and proves nothing: scanners click too.
    """

    ledger: Ledger
    records: Records
    settings: Settings
    clock: Clock

    def __call__(self, token: str) -> str | None:
        now = self.clock.now()
        link = links.find(self.ledger, token, "restore", now)
        face = self.settings.shop(link.shop) if link else None
        if link is None or face is None:
            return None
        if self.ledger.follow(link.shop, link.token_hash, now) is None:
            return None
        self.ledger.note(
            link.shop,
            f"cart#{link.cart_id}",
            Line(now, "clicked", {"touch": link.touch, "claim_id": link.claim_id, "channel": link.channel}),
        )
        cart = self.records.read(link.shop, carts=[link.cart_id]).carts.get(link.cart_id)
        wanted = cart.restore_url if cart is not None and cart.status in ("open", "given_up") else None
        return with_utm(allowed(wanted, face), link)


def allowed(url: str | None, face: ShopFace) -> str:
    """The restore address, if it leads to the shop over https; else the shop's own front door.

    The address came from outside: a redirect of ours must not lead anywhere else (open redirect).
    """
    good = web_link(url, local=is_local(face.url))
    if good is not None:
        host = urlsplit(good).hostname or ""
        if any(host == name or host.endswith("." + name) for name in face.domains):
            return good
    return face.url


def with_utm(url: str, link: Link) -> str:
    """The address with UTM parameters, its own parameters kept; an old campaign's are replaced."""
    parts = urlsplit(url)
    own = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not pair[0].startswith("utm_")]
    ours = [
        ("utm_source", "cartback"),
        ("utm_medium", link.channel),
        ("utm_campaign", "cart_recovery"),
        ("utm_content", link.touch),
    ]
    return urlunsplit(parts._replace(query=urlencode(own + ours)))
