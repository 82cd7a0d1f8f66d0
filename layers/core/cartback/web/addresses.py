"""Where we may connect to: public addresses only, looked at after the name was resolved.

A shop's settings name hosts, and so does whoever connects a shop: neither may lead us into our own network or to the
metadata endpoint, by a name, by a number in disguise, or by a name that resolves differently the next time.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Sequence

from cartback.domain.errors import Refused, TryLater

Resolve = Callable[[str, int], Sequence[str]]
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Addresses that carry another one inside: NAT64 (RFC 6052), 6to4 (RFC 3056) and Teredo (RFC 4380).
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_LOCAL_NAT64 = ipaddress.IPv6Network("64:ff9b:1::/48")
_COMPATIBLE = ipaddress.IPv6Network("::/96")


def resolve(host: str, port: int) -> Sequence[str]:
    """Ask the resolver for every address of a name. Raises TryLater where there is none."""
    try:
        return [str(ipaddress.ip_address(host))]
    except ValueError:
        pass  # a name, or a number in a disguise that only the resolver sees through
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise TryLater(f"{host} has no address") from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def checked(host: str, port: int, resolved: Sequence[str], loopback: bool = False) -> str:
    """Give the address to connect to: the first of ``resolved``, if every one of them is public.

    All have to be, because who mixes private with public ones is trying something. ``loopback`` lets this machine
    itself pass, for the local cloud and for tests, and nothing else. Raises Refused.
    """
    if not resolved:
        raise TryLater(f"{host} has no address")
    for text in resolved:
        address = ipaddress.ip_address(text.partition("%")[0])
        if not (is_public(address) or (loopback and address.is_loopback)):
            raise Refused(f"{host} does not lead to a public address")
    return resolved[0]


def is_public(address: _Address) -> bool:
    """Whether anybody on the internet has this address; one inside another has to be public as well."""
    if isinstance(address, ipaddress.IPv6Address):
        if address in _LOCAL_NAT64 or address in _COMPATIBLE:
            return False
        inner = _inner(address)
        if inner is not None and not is_public(inner):
            return False
        if address.ipv4_mapped is not None:
            return inner is not None and is_public(inner)
        if address.is_site_local:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _inner(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)
