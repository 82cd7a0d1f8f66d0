"""Events on their way in: who may sign, what a sender means, and each event once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from cartback.domain.intake.delivery import Delivery, ShopKeys
    from cartback.domain.intake.responses import Answer, Arrival, Visit
    from cartback.domain.intake.voices import Claim
    from cartback.domain.messaging.opt_out_reply import Heard
    from cartback.domain.observations import Fetch, Observation


class Keys(Protocol):
    """The secrets of the shops, remembered for a while."""

    def of(self, shop: str) -> ShopKeys | None: ...

    def again(self, shop: str) -> ShopKeys | None:
        """Read past the memory, because a signature did not fit: the secret may be seconds old.

        None if there is nothing newer, or the last reading is too recent to ask again.
        """


class KeyStore(Protocol):
    """Where the secrets of the shops are kept, and nothing else."""

    def read(self, shop: str) -> ShopKeys | None: ...

    def write(self, shop: str, keys: ShopKeys) -> None: ...

    def drop(self, shop: str) -> None:
        """Let nobody sign for this shop any more; dropping what is not there is no error."""


class Queue(Protocol):
    """The durable way from the door to the work."""

    def put(self, delivery: Delivery) -> None: ...


class Parking(Protocol):
    """Where an event waits for a person, with the reason why it could not be digested."""

    def park(self, body: str, reason: str) -> None: ...


class RawStore(Protocol):
    """Raw events, kept for replay."""

    def keep(
        self, shop: str, batch: str, deliveries: Sequence[Delivery], names: Collection[str] | None = None
    ) -> None:
        """Keep a batch, under a name that says whom it may be about (``domain.intake.sieve``); None: about anybody."""


class RawArchive(Protocol):
    """The raw events that were kept."""

    def between(self, shop: str, from_at: datetime, until_at: datetime) -> Iterable[Delivery]:
        """What a shop sent from an instant to before another, by when we received it; some perhaps repeatedly."""


class ShopAdapter(Protocol):
    """One shop platform: a module of ``shops``.

    ``verify`` looks at raw bytes and lower-cased headers and gives (topic, key, kept headers), or raises
    ``Refused`` with the status that this sender needs. ``observe`` translates a delivery; an unknown topic gives
    None, a known one that says nothing of interest an empty list, and what it cannot digest raises ``Refused``.
    """

    def verify(
        self, body: bytes, headers: Mapping[str, str], secrets: Sequence[str], now: datetime
    ) -> tuple[str, str, dict[str, str]]: ...

    def observe(self, delivery: Delivery) -> list[Observation] | None: ...


class Greeter(Protocol):
    """What a platform's module has besides, where its sender does more than sign and post. Each part is optional.

    ``greet`` is asked before ``verify``: it answers a handshake, lets an event in that proves itself in another way
    than by a signature, gives None for what ``verify`` shall judge, or raises ``Refused`` (401 for strangers).
    ``signers`` says which secrets may sign at this instant, where these are not simply all of them.
    ``register`` and ``confirm`` are the two halves of a connecting ceremony: each gives the answer and the keys to
    keep; ``fresh`` is a new secret.
    """

    def greet(self, visit: Visit, keys: ShopKeys, now: datetime) -> Answer | Arrival | None: ...

    def signers(self, keys: ShopKeys, now: datetime) -> Sequence[str]: ...

    def register(
        self, visit: Visit, keys: ShopKeys, fresh: str, confirm_url: str, now: datetime
    ) -> tuple[Answer, ShopKeys]: ...

    def confirm(self, visit: Visit, keys: ShopKeys, now: datetime) -> tuple[Answer, ShopKeys]: ...


class Cautious(Protocol):
    """What a platform's module has besides that signs neither topic nor time of what cannot be undone.

    ``TOLD_ONCE`` are the topics that are believed once from the same bytes: a captured delivery, sent again under
    another id and date, is parked.
    """

    TOLD_ONCE: frozenset[str]


class Speaker(Protocol):
    """What a platform's module has besides, where its deliveries say where they come from. Each part is optional.

    ``claims`` are the names that a delivery gives to its sender, the weightiest first (``domain.intake.voices``).
    ``known_as`` are the names that the shop goes by in its connection, blank ones among them.
    """

    def claims(self, delivery: Delivery) -> list[Claim]: ...

    def known_as(self, keys: ShopKeys) -> list[str]: ...


class AnswerLine(Protocol):
    """One provider's way of telling what people answer to our messages: a module of ``channels``.

    ``prove`` raises ``Refused`` with 403 unless one of the secrets vouches for the visit to one of our public
    ``urls``; what it refuses otherwise it refuses whatever the secrets are. ``hear`` reads a visit that was proven, and
    raises ``Refused`` that names the field for one of another shape.
    """

    def prove(self, visit: Visit, urls: Sequence[str], secrets: Sequence[str]) -> None: ...

    def hear(self, visit: Visit, now: datetime) -> Heard: ...


class Translator(Protocol):
    """What the module of a platform has that sends notifications without content.

    ``fetched`` translates what a ``Fetch`` brought: one JSON document per thing, none if it is gone by now.
    """

    def fetched(self, wanted: Fetch, documents: Sequence[str]) -> list[Observation]: ...


class Fetcher(Protocol):
    """Brings what a notification only named, from the shop's own API."""

    def fetch(self, shop: str, platform: str, wanted: Fetch) -> Sequence[str]:
        """The documents as JSON texts, every page of them; empty if the shop says that it is gone.

        Raises ``TryLater`` while the shop cannot be reached or asks for patience, ``Refused`` where it never will.
        """


@dataclass(frozen=True, slots=True)
class Begun:
    """``fresh`` may be worked on, ``done`` were before, ``held`` are being worked on elsewhere right now."""

    fresh: frozenset[str]
    done: frozenset[str]
    held: frozenset[str]


class IdempotencyStore(Protocol):
    """Each event once. ``begin`` says which keys are fresh; the others are done, or held by somebody else.

    A key stays begun until ``complete`` or ``abandon``; a worker that dies lets go of it after its own time-out.
    """

    def begin(self, keys: Sequence[str]) -> Begun: ...

    def complete(self, keys: Sequence[str]) -> None: ...

    def abandon(self, keys: Sequence[str]) -> None: ...
