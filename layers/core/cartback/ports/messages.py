"""Messages on their way out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from cartback.ports.settings import ShopFace


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message, ready to leave. ``address`` is the only place where a person appears outside the store.

    ``sender_name`` is the shop's name as the inbox shows it, beside the bare address ``sender``. ``kind`` is what it is
    for the law and for the provider, ``marketing`` or ``transactional`` (``domain.flows.LAWS``): said by whoever sends
    it, and never guessed from what it holds.
    """

    shop: str
    claim_id: str
    address: str
    sender: str
    sender_name: str
    reply_to: str | None
    subject: str
    html: str
    text: str
    leave_url: str | None
    lang: str
    flow: str
    touch: str
    kind: str


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider took it."""

    provider_id: str


@dataclass(frozen=True, slots=True)
class NotSent:
    """Proven: nothing went out. ``after_seconds`` is set if trying later may help, None if it never will.

    ``of_address`` says that it is for the recipient's own address: no fault of ours or of the account's.
    """

    reason: str
    after_seconds: int | None = None
    of_address: bool = False


ADDRESS_REFUSED = NotSent("address_refused", of_address=True)


@dataclass(frozen=True, slots=True)
class Doubtful:
    """Nobody knows: the connection broke after the request had left."""

    reason: str


class Channel(Protocol):
    """One way to a person. One call makes one request, whatever happens."""

    def send(self, message: Outgoing) -> Sent | NotSent | Doubtful: ...


class Texts(Protocol):
    """The words. Raises ``Refused`` if a text names a field that does not exist."""

    def email(self, flow: str, touch: str, lang: str, fields: Mapping[str, object]) -> tuple[str, str, str]:
        """Subject, HTML and plain text."""

    def page(self, name: str, lang: str, fields: Mapping[str, object]) -> str:
        """A whole HTML page."""

    def wording(self, lang: str, shop: ShopFace, topics: Sequence[str]) -> str:
        """What somebody agrees to who agrees to these topics: the sentence that is kept as evidence."""
