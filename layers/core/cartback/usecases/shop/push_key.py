"""The key under which a shop pushes: made once, because every browser that allows it is bound to it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cartback.domain.errors import Refused
from cartback.ports import ShopKeys

if TYPE_CHECKING:
    from cartback.ports import KeyStore

CHANNEL = "push"
_CONTACT = re.compile(r"mailto:[!#-;=?-~]{3,200}|https://[!#-;=?-~]{3,200}", re.ASCII)


@dataclass(frozen=True, slots=True)
class PushKey:
    """Keep the key of a shop. ``pair`` makes a private key and its public half (RFC 8292), both in base64url."""

    keys: KeyStore
    pair: Callable[[], tuple[str, str]]

    def made(self, shop: str, contact: str, anew: bool = False) -> tuple[str, bool]:
        """The public half, and whether it is new. What is there stays, but for whom the push services' people may ask.

        ``anew`` makes another, and with it every browser that allowed the one before is lost. Raises Refused for a
        contact that is neither a ``mailto:`` nor an ``https:`` address.
        """
        if not _CONTACT.fullmatch(contact):
            raise Refused("contact: must be mailto: and an address, or an https address")
        name = f"{shop}/{CHANNEL}"
        known = self.keys.read(name)
        if known is not None and known.secrets and not anew:
            public = known.api["public"]
            if known.api["contact"] != contact:
                self.keys.write(
                    name, ShopKeys(CHANNEL, known.secrets, {}, {"contact": contact, "public": public})
                )
            return public, False
        private, public = self.pair()
        self.keys.write(name, ShopKeys(CHANNEL, (private,), {}, {"contact": contact, "public": public}))
        return public, True

    def end(self, shop: str) -> None:
        """Let nobody push for this shop any more."""
        self.keys.drop(f"{shop}/{CHANNEL}")
