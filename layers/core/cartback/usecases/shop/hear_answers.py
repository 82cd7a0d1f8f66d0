"""Let a provider tell what people answer to a shop's messages, and send them: keep the secret that proves either."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cartback.domain.errors import Refused
from cartback.domain.intake.responses import path_word
from cartback.ports import ShopKeys

if TYPE_CHECKING:
    from cartback.ports import KeyStore

_PRESENT = 2
"""Secrets that are accepted at the same time: the newest, and the one that it replaces."""
_ACCOUNT = re.compile(r"AC[0-9a-fA-F]{32}", re.ASCII)
_SECRET = re.compile(r"[!-~]{16,500}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Hearing:
    """How a provider reaches us: the path of its door, how many secrets count, and what it may verify that with.

    ``verify_token`` is made from the newest secret, for a provider that asks for such a word when it is set up.
    """

    path: str
    secrets: int
    verify_token: str


@dataclass(frozen=True, slots=True)
class HearAnswers:
    """Keep the secrets of answers, one set for each shop and channel.

    Each method raises Refused for what the operator got wrong, one line per field.
    """

    keys: KeyStore
    channels: Collection[str]

    def accept(self, shop: str, channel: str, secret: str, account: str | None = None) -> Hearing:
        """Accept a new secret, and the one before it until ``retire``; an older one goes.

        With the ``account`` that the secret belongs to, messages may be sent through it as well, and whatever another
        account tells is refused; without, it stays as it was.
        """
        name = self._name(shop, channel)
        secret = secret.strip()
        if not _SECRET.fullmatch(secret):
            raise Refused("secret: must be 16 to 500 printable characters without spaces")
        kept = self.keys.read(name)
        before = [old for old in kept.secrets if old != secret] if kept else []
        api = dict(kept.api) if kept else {}
        if account is not None:
            if not _ACCOUNT.fullmatch(account.strip()):
                raise Refused("account: must be an account's id such as AC and 32 hexadecimal digits")
            api["account"] = account.strip()
        keys = ShopKeys(channel, tuple([secret, *before][:_PRESENT]), api=api)
        self.keys.write(name, keys)
        return _hearing(name, keys)

    def retire(self, shop: str, channel: str) -> Hearing:
        """Stop accepting all secrets but the newest."""
        name = self._name(shop, channel)
        kept = self.keys.read(name)
        if kept is None or not kept.secrets:
            raise Refused(f"secret: {shop} has none for {channel} yet")
        keys = ShopKeys(channel, kept.secrets[:1], api=kept.api)
        self.keys.write(name, keys)
        return _hearing(name, keys)

    def end(self, shop: str) -> None:
        """Let nobody tell of answers to this shop any more."""
        for channel in sorted(self.channels):
            self.keys.drop(f"{shop}/{channel}")

    def _name(self, shop: str, channel: str) -> str:
        if channel not in self.channels:
            raise Refused(f"channel: must be one of {', '.join(sorted(self.channels))}")
        return f"{shop}/{channel}"


def _hearing(name: str, keys: ShopKeys) -> Hearing:
    return Hearing(f"/answers/{name}", len(keys.secrets), path_word(keys.secrets[0]))
