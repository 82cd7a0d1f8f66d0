"""The ways to a person: the one list of them, and which kind of address and of content each takes.

A way that nobody serves yet is one all the same: people agree to it and leave it, and a shop tells us of that.
"""

from __future__ import annotations

from collections.abc import Collection, Container

EMAIL, SMS = "email", "sms"
CHANNELS = (EMAIL, SMS, "whatsapp", "push", "letter")

PHONE, MAIL, DEVICE, POSTAL = "phone", "email", "device", "postal"
ADDRESS_OF = {EMAIL: MAIL, "sms": PHONE, "whatsapp": PHONE, "push": DEVICE, "letter": POSTAL}
"""Which kind of address a channel writes to."""

MAIL_CONTENT, TEXT_CONTENT, CHAT_CONTENT, CARD_CONTENT, LETTER_CONTENT = (
    "mail",
    "text",
    "chat",
    "card",
    "letter",
)
CONTENT_OF = {
    EMAIL: MAIL_CONTENT,
    "sms": TEXT_CONTENT,
    "whatsapp": CHAT_CONTENT,
    "push": CARD_CONTENT,
    "letter": LETTER_CONTENT,
}
"""Which kind of content a channel carries: a mail with its layout, a few plain words, a message with
buttons, a title with a line, a letter."""

PROVIDERS: dict[str, tuple[str, ...]] = {"sms": ("aws", "twilio")}
"""Who carries a channel where several can; the first does where a shop says nothing."""

SENDERS = ("sms", "whatsapp", "push")
"""Channels on which a shop writes under a name or a number of its own, beside its mail address."""


def open_to(served: Collection[str], senders: Container[str]) -> frozenset[str]:
    """The channels of ``served`` on which a shop can write: where it must be somebody there, only if it is.

    ``senders`` are the channels on which it is.
    """
    return frozenset(channel for channel in served if channel not in SENDERS or channel in senders)
