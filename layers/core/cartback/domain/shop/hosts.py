"""Names of hosts: one spelling of each, and which of them are a shop's own."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import urlsplit

NAME = re.compile(
    r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*", re.ASCII
)
"""A name as DNS and browsers have it (RFC 1123): letters, digits, hyphens and dots, nothing else, in lower case."""
LONGEST = 253
_DOTS = re.compile("[.\u3002\uff0e\uff61]")

# Of a subdomain, the words with which the trade names a copy that nobody shops in.
_COPIES = frozenset(
    "backup clone copy dev devel develop development integration kopie local preprod preview qa sandbox stage "
    "staging stg test testing tests uat".split()
)
# Subdomains by which WPML, Polylang, TranslatePress and Shopware's sales channels part languages and countries.
_LANGUAGES = frozenset(
    "ar at au be bg br ca ch cs cz da de dk ee el en es et eu fi fr gb gr hr hu ie il is it ja jp ko kr lt lu lv mt "
    "mx nb nl no nz pl pt ro rs ru se sg si sk sl sr sv tr ua uk us zh".split()
)


def host_of(text: object) -> str | None:
    """The host of an address or of ``host[:port]``, in the one spelling of it; None for what names no host.

    Lower case, without port and the dot of the root, letters beyond ASCII as they are registered (IDNA 2008).
    """
    if not isinstance(text, str) or len(text) > 4096:
        return None
    try:
        host = urlsplit(text if "//" in text else f"//{text}").hostname or ""
        host = ".".join(map(ascii_label, _DOTS.split(host.replace("Σ", "σ").lower().removesuffix("."))))
    except (UnicodeError, ValueError):
        return None
    return host if len(host) <= LONGEST and NAME.fullmatch(host) else None


def is_own(host: str, own: Iterable[str]) -> bool:
    """Whether a host is one of a shop's own hosts: the same, with or without ``www.``, or that of one of its languages.

    Any other host below an own one (``staging.``, ``dev.``) is another until the shop names it.
    """
    bare = _bare(host)
    first, _, rest = bare.partition(".")
    names = {_bare(known) for known in filter(None, map(host_of, own))}
    return bare in names or (_is_language(first) and rest in names)


def leads_home(host: str, own: Iterable[str]) -> bool:
    """Whether a link to this host leads to the shop: an own host or one below it, unless its name says copy."""
    own = tuple(own)
    return is_own(host, own) or (bool(_below(host, own)) and not is_copy(host, own))


def is_copy(host: str, own: Iterable[str]) -> bool:
    """Whether a host lies below an own one, is not the shop's, and its name says that nobody shops there."""
    own = tuple(own)
    words = (word for labels in _below(host, own) for word in re.split(r"[.-]", labels))
    return not is_own(host, own) and any(word.rstrip("0123456789") in _COPIES for word in words)


def ascii_label(label: str) -> str:
    """One label of a domain as it is registered. Raises UnicodeError for what is none.

    Python's codec follows the IDNA of 2003, which made ``ss`` of ``ß``: another domain since 2008 (RFC 5891, RFC 5894
    § 7.2), whose owner is not to read what we write. Joiners, which that codec drops, make another domain as well.
    """
    if "\u200c" in label or "\u200d" in label:
        raise UnicodeError("joiners are not understood")
    if "ß" in label or "ς" in label:
        return "xn--" + unicodedata.normalize("NFKC", label).encode("punycode").decode("ascii")
    return label.encode("idna").decode("ascii")


def _bare(host: str) -> str:
    return host.removeprefix("www.")


def _is_language(label: str) -> bool:
    language, _, country = label.partition("-")
    return language in _LANGUAGES and (not country or country in _LANGUAGES)


def _below(host: str, own: Iterable[str]) -> list[str]:
    """What a host has before each own host that it lies below."""
    ends = (f".{_bare(known)}" for known in filter(None, map(host_of, own)))
    return [host.removesuffix(end) for end in ends if host.endswith(end)]
