"""A way by SMS as a provider's file would be: what it holds is all that a channel needs. It keeps what it is given."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cartback.ports import ADDRESS_REFUSED, Doubtful, Means, NotSent, Outgoing, Sent, Text

CHANNEL, PROVIDER = "sms", "by_hand"
NEEDS = ("SMS_ACCOUNT",)


class SmsByHand:
    """The port ``Channel``: takes numbers in E.164 and a few words, once each."""

    def __init__(self, account: str) -> None:
        self.account = account
        self.sent: list[Outgoing] = []

    def send(self, message: Outgoing) -> Sent | NotSent | Doubtful:
        """Keep the message; refuse what is no number, and what is no text."""
        if not re.fullmatch(r"\+[1-9][0-9]{6,14}", message.address, re.ASCII):
            return ADDRESS_REFUSED
        if not isinstance(message.content, Text):
            return NotSent(f"{type(message.content).__name__} is no text")
        self.sent.append(message)
        return Sent(f"sms-{len(self.sent)}")


ADAPTER = SmsByHand


def from_env(env: Mapping[str, str], means: Means) -> SmsByHand:
    """The channel of a stack. Raises KeyError for a variable that is not set."""
    return SmsByHand(env["SMS_ACCOUNT"])
