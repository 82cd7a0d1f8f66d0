"""Messages on their way out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from cartback.ports.intake import Keys
    from cartback.ports.service import Http
    from cartback.ports.settings import ShopFace
    from cartback.ports.world import Clock


@dataclass(frozen=True, slots=True)
class Mail:
    """What a mail says: the same words as a page and without markup."""

    subject: str
    html: str
    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """A few words on one line, as an SMS carries them; links stand in them."""

    text: str


@dataclass(frozen=True, slots=True)
class Chat:
    """A message that was approved before, with ``places`` filled in, and what opens at its button.

    ``template`` is the name under which it was approved, ``text`` how it reads.
    """

    text: str
    template: str
    places: tuple[str, ...]
    url: str
    button: str
    leave: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A title and a line, and what opens at a tap, as a push message carries them; ``leave`` names the way out."""

    title: str
    text: str
    url: str
    leave: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """What a letter says: its subject line, and paragraphs with a blank line between them."""

    subject: str
    text: str


type Content = Mail | Text | Chat | Card | Letter


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message, ready to leave. ``address`` is the only place where a person appears outside the store.

    ``channel`` is the way that it goes, ``content`` what it says, of the kind that this channel carries
    (``domain.channels.CONTENT_OF``); ``sender`` is who the shop is there, for a mail a bare address, beside which
    ``sender_name`` is the shop's name as the inbox shows it. ``kind`` is what it is for the law and for the provider,
    ``marketing`` or ``transactional`` (``domain.flows.LAWS``): said by whoever sends it, and never guessed from what it
    holds. ``provider`` is who carries it where the channel has several (``domain.channels.PROVIDERS``), "" for the
    first of them. After ``deadline`` it must not arrive any more: whoever carries it and can be told so, is.
    Of two messages of one ``thread`` the later says what the earlier would have said.
    """

    shop: str
    claim_id: str
    address: str
    sender: str
    sender_name: str
    reply_to: str | None
    content: Content
    leave_url: str | None
    lang: str
    flow: str
    touch: str
    kind: str
    channel: str = "email"
    provider: str = ""
    deadline: datetime | None = None
    thread: str = ""

    def seconds_left(self, now: datetime) -> int | None:
        """Whole seconds until its deadline, less than none once it is past; None where it has none."""
        return None if self.deadline is None else int((self.deadline - now).total_seconds())

    @property
    def mail(self) -> Mail:
        """What it says as a mail. Raises TypeError for anything else: it came to the wrong channel."""
        if not isinstance(self.content, Mail):
            raise TypeError(f"{type(self.content).__name__} is no mail")
        return self.content

    @property
    def subject(self) -> str:
        """The line above it; "" where its kind has none."""
        return self.content.subject if isinstance(self.content, Mail | Letter) else ""

    @property
    def html(self) -> str:
        """The page that it is; "" for what is no mail."""
        return self.content.html if isinstance(self.content, Mail) else ""

    @property
    def text(self) -> str:
        """Its words without markup."""
        return self.content.text


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider took it."""

    provider_id: str


@dataclass(frozen=True, slots=True)
class NotSent:
    """Proven: nothing went out. ``after_seconds`` is set if trying later may help, None if it never will.

    ``of_address`` says that it is for the recipient's own address: no fault of ours or of the account's. ``block`` is
    then why nothing goes there by this channel from now on (``domain.people.suppression``); "" where the next message
    may be tried.
    """

    reason: str
    after_seconds: int | None = None
    of_address: bool = False
    block: str = ""


ADDRESS_REFUSED = NotSent("address_refused", of_address=True)
PAST_DEADLINE = NotSent("past its deadline", after_seconds=60)


@dataclass(frozen=True, slots=True)
class Doubtful:
    """Nobody knows: the connection broke after the request had left."""

    reason: str


class Channel(Protocol):
    """One way to a person. One call makes one request, whatever happens."""

    def send(self, message: Outgoing) -> Sent | NotSent | Doubtful: ...


@dataclass(frozen=True, slots=True)
class Means:
    """What a channel's file is given besides the environment; each is made on first use.

    ``session`` is the botocore session of the process, ``http`` the way out to whoever is not AWS. ``keys`` holds the
    access of shops to their providers, under ``<shop>/<channel>``: in its ``secrets`` what the provider signs with, in
    its ``api`` whatever else is needed to call it.
    """

    session: Callable[[], Any]
    http: Callable[[], Http]
    keys: Callable[[], Keys]
    clock: Callable[[], Clock]


class Texts(Protocol):
    """The words. Raises ``Refused`` if a text names a field that does not exist."""

    def write(
        self,
        kind: str,
        flow: str,
        touch: str,
        lang: str,
        fields: Mapping[str, object],
        parts: Mapping[str, str] | None = None,
    ) -> Content:
        """What a message says, of a kind of content (``domain.channels``); with ``parts`` in the shop's own words.

        Raises ``OwnTextBroken`` for those that cannot be filled in.
        """

    def note(self, flow: str, step: str, lang: str, says: Mapping[str, object]) -> dict[str, str]:
        """What a flow says to a team or a supplier, by block."""

    def kinds(self, flow: str, touch: str) -> frozenset[str]:
        """For which kinds of content a message has words."""

    def page(self, name: str, lang: str, fields: Mapping[str, object]) -> str:
        """A whole HTML page."""

    def wording(self, lang: str, shop: ShopFace, topics: Sequence[str]) -> str:
        """What somebody agrees to who agrees to these topics: the sentence that is kept as evidence."""
