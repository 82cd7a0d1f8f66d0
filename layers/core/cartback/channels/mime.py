"""An ``Outgoing`` as the bytes of an internet message."""

from __future__ import annotations

import unicodedata
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from typing import TYPE_CHECKING

from cartback.domain.errors import Refused
from cartback.domain.people import address
from cartback.domain.shop.weblink import web_link

if TYPE_CHECKING:
    from cartback.ports import Outgoing


class _UnfoldedLinks(EmailPolicy):
    """SMTP's policy, but for links: Python encodes a word that is longer than a line (``=?utf-8?q?...``).

    Mail programs do not decode that in List-Unsubscribe, and the button in the inbox would be gone.
    RFC 5322 §2.1.1 allows 998 characters to a line; ``web_link`` and ``mime`` keep within.
    """

    def fold(self, name: str, value: str) -> str:
        """Leave the header that holds a link on its one line."""
        return _whole(name, value) if name == "List-Unsubscribe" else super().fold(name, value)

    def fold_binary(self, name: str, value: str) -> bytes:
        """The same in bytes."""
        if name == "List-Unsubscribe":
            return _whole(name, value).encode("ascii")
        return super().fold_binary(name, value)


def _whole(name: str, value: str) -> str:
    return f"{name}: {value}\r\n"


_POLICY = _UnfoldedLinks(linesep=SMTP.linesep, max_line_length=SMTP.max_line_length)
_LONGEST_LINK = 900


def mime(message: Outgoing) -> bytes:
    """Build the message. Raises ``Refused`` for anything that must not reach a header."""
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = Address(
        _one_line(message.sender_name, "sender_name"), addr_spec=_mailbox(message.sender, "sender")
    )
    if message.reply_to:
        mail["Reply-To"] = Address(addr_spec=_mailbox(message.reply_to, "reply_to"))
    mail["To"] = Address(addr_spec=_mailbox(message.address, "address"))
    mail["Subject"] = _one_line(message.mail.subject, "subject")
    if message.leave_url is not None:
        # RFC 8058: both headers, https, and the body of the mail has a visible link besides.
        mail["List-Unsubscribe"] = f"<{_link(message.leave_url)}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    # RFC 3834 §5: a machine wrote this, so out-of-office notes need not answer it.
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(_body(message.mail.text, "text"), cte="quoted-printable")
    mail.add_alternative(_body(message.mail.html, "html"), subtype="html", cte="quoted-printable")
    return mail.as_bytes()


def _one_line(text: str, name: str) -> str:
    """The text, if a header may hold it: no control, line or direction character, no half of a surrogate pair."""
    if any(unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in text):
        raise Refused(f"{name}: control characters")
    # Python's headers decode what looks like an RFC 2047 word, line breaks inside included: it must not look like one.
    return text.replace("=?", "= ?")


def _body(text: str, name: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Refused(f"{name}: half of a character") from None
    return text


def _mailbox(text: str, name: str) -> str:
    normal = address.email(text)
    if normal is None or text != text.strip():
        raise Refused(f"{name}: not an address that we write to")
    return normal


def _link(url: str) -> str:
    if len(url) > _LONGEST_LINK or "=?" in url or not web_link(url, local=True):
        raise Refused("leave_url: not a link that a header may hold")
    return url
