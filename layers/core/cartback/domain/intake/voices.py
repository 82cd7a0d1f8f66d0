"""Whose voice a delivery is: what it says of its sender, held against the names that a shop goes by.

A secret travels with a copy of a shop's database, and one app's secret signs for many shops: a good signature proves
that the sender holds the secret, not that it is this shop.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from cartback.domain.shop.hosts import host_of, is_copy, is_own

HOST, MYSHOPIFY, NUMBER, ACCOUNT, COMPANY, SHOP_ID, MODE = (
    "host",
    "myshopify",
    "number",
    "account",
    "company",
    "shop_id",
    "mode",
)
_SHAPES = {
    MYSHOPIFY: re.compile(r"[a-z0-9][a-z0-9-]{0,62}\.myshopify\.com"),
    NUMBER: re.compile(r"[0-9]{1,20}"),
    ACCOUNT: re.compile(r"acct_[A-Za-z0-9]{1,60}"),
    COMPANY: re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    SHOP_ID: re.compile(r"[A-Za-z0-9_-]{1,64}"),
    MODE: re.compile(r"live|test"),
}


@dataclass(frozen=True, slots=True)
class Claim:
    """One name that a delivery gives to its sender.

    ``decides``: one of the shop's own settles that it is the shop. ``strict``: one that is not among the shop's own
    settles that it is not, even where we know no name of this kind. A copy's host does so in any case.
    """

    kind: str
    name: str
    decides: bool = True
    strict: bool = False


def hosts(*addresses: object, strict: bool = False) -> list[Claim]:
    """The claims that lie in addresses; what names no host claims nothing."""
    return [Claim(HOST, host, strict=strict) for host in map(host_of, addresses) if host is not None]


def named(kind: str, name: object, *, decides: bool = True, strict: bool = False) -> list[Claim]:
    """The claim that lies in an id; what has not its shape claims nothing."""
    text = str(name) if isinstance(name, str | int) and not isinstance(name, bool) else ""
    if kind in (MYSHOPIFY, COMPANY):
        text = text.lower()
    return [Claim(kind, text, decides, strict)] if _SHAPES[kind].fullmatch(text) else []


def stranger(claims: Iterable[Claim], own: Iterable[str]) -> str | None:
    """The name by which a delivery is not the shop's; None where it is, or where nothing can be said.

    The claims are weighed in their order, what is signed before what is not: the first that settles it does.
    """
    own = tuple(own)
    for claim in claims:
        known = _known(claim.kind, own)
        if is_own(claim.name, known) if claim.kind == HOST else claim.name in known:
            if claim.decides:
                return None
        elif claim.strict or (is_copy(claim.name, known) if claim.kind == HOST else known):
            return claim.name
    return None


def _known(kind: str, own: tuple[str, ...]) -> list[str]:
    if kind == HOST:
        return [name for name in own if re.search(r"[./]|^localhost", name)]
    names = (host_of(name) or name if kind == MYSHOPIFY else name for name in own)
    return [found.name for name in names for found in named(kind, name)]
