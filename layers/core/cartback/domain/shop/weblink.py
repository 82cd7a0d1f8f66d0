"""Which address may stand behind a link, an image or a mail header."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from ipaddress import ip_address
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from cartback.domain.shop.hosts import NAME, host_of, leads_home

LONGEST = 2000

# What RFC 3986 lets an address consist of. No quote, bracket, backslash, space or control character gets through,
# so an accepted address can neither end an HTML attribute nor a header line.
_PLAIN = "~:/?#[]@!$&()*+,;='%"
_CHARACTERS = re.compile(r"[A-Za-z0-9._~:/?#\[\]@!$&()*+,;=%-]+", re.ASCII)


def web_link(text: object, *, local: bool = False) -> str | None:
    """The text itself if it is an https address that we would put before a shopper, else None.

    ``local`` also lets plain http through, but only to this machine (the local cloud has no certificate). User
    names are refused: ``https://shop.example@evil.example`` reads like a shop and leads elsewhere.
    """
    if not isinstance(text, str) or len(text) > LONGEST or not _CHARACTERS.fullmatch(text):
        return None
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return None
    if not host or "@" in parts.netloc:
        return None
    if local and parts.scheme in ("http", "https") and _is_loopback(host):
        return text
    # Some readers of links decode a host before they look it up: no percent sign, nothing but letters, digits, - and .
    return text if parts.scheme == "https" and NAME.fullmatch(host.removesuffix(".")) else None


def is_local(text: object) -> bool:
    """Whether an address leads to this machine over plain http: a shop or API of the local cloud."""
    return isinstance(text, str) and text.startswith("http://") and web_link(text, local=True) is not None


def is_of(origin: str, hosts: Collection[str]) -> bool:
    """Whether an Origin header or a link names one of these hosts or a host below one, over TLS (``leads_home``)."""
    host = host_of(origin) if web_link(origin, local=True) is not None else None
    return host is not None and leads_home(host, hosts)


def in_ascii(text: str) -> str:
    """A link as a browser would send it: the host as it is registered, other letters beyond ASCII as percent signs.

    What is none comes back as it was, for others to judge.
    """
    if text.isascii():
        return text
    try:
        parts = urlsplit(text)
        host, port = host_of(text), parts.port
    except ValueError:
        return text
    if host is None or "@" in parts.netloc:
        return text
    netloc = host if port is None else f"{host}:{port}"
    return quote(urlunsplit(parts._replace(netloc=netloc)), safe=_PLAIN)


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def tagged(link: str, tags: Mapping[str, str]) -> str:
    """The link with more query parameters (UTM tags); a parameter that it already has is left as it is."""
    parts = urlsplit(link)
    query = parse_qsl(parts.query, keep_blank_values=True)
    own = {name for name, _ in query}
    added = urlencode([(name, value) for name, value in tags.items() if name not in own])
    return urlunsplit(parts._replace(query="&".join(filter(None, [parts.query, added]))))
