"""Carts, people and stock; claims, decisions and links."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol

from cartback.domain.subject import Subject, kind_of_flow

if TYPE_CHECKING:
    from cartback.domain.claims import Claim
    from cartback.domain.consent.evidence import Evidence
    from cartback.domain.consent.signup import SignUp
    from cartback.domain.context import Context
    from cartback.domain.goods.catalogue import Product, Stock
    from cartback.domain.messaging.due import Due
    from cartback.domain.people.customer import Person
    from cartback.domain.subject import Kind
    from cartback.domain.trade.cart import Cart
    from cartback.domain.trade.orders import Order


@dataclass(slots=True)
class RowSet:
    """The rows that one piece of work reads and changes together. ``None`` means: looked for, not there.

    ``refs`` lead from a shop's reference to a cart, ``aliases`` from a hash to a person, ``inventory`` from a shop's
    inventory item to a variant, ``products`` to all variants of one; ``blocks`` hold the reason why an address (by its
    hash) gets nothing, and under ``shop`` why nobody of this shop does. ``orders`` are read here for those who
    decide, and written through the port ``Orders`` alone.
    """

    carts: dict[str, Cart | None] = field(default_factory=dict)
    persons: dict[str, Person | None] = field(default_factory=dict)
    refs: dict[str, str | None] = field(default_factory=dict)
    aliases: dict[str, str | None] = field(default_factory=dict)
    stock: dict[str, Stock | None] = field(default_factory=dict)
    inventory: dict[str, str | None] = field(default_factory=dict)
    products: dict[str, Product | None] = field(default_factory=dict)
    blocks: dict[str, str | None] = field(default_factory=dict)
    requests: dict[str, SignUp | None] = field(default_factory=dict)
    orders: dict[str, Order | None] = field(default_factory=dict)


class Records(Protocol):
    """Carts, people and stock. Reads are consistent; a save is guarded by versions, and all or nothing.

    A save that is larger than the store's transactions is several: a purchase is never lost for what came with it. If
    it ends in the midst of them, the same observations read, folded and saved again leave what one save would have.
    """

    def read(
        self,
        shop: str,
        *,
        carts: Iterable[str] = (),
        persons: Iterable[str] = (),
        refs: Iterable[str] = (),
        aliases: Iterable[str] = (),
        stock: Iterable[str] = (),
        inventory: Iterable[str] = (),
        products: Iterable[str] = (),
        blocks: Iterable[str] = (),
        requests: Iterable[str] = (),
        orders: Iterable[str] = (),
    ) -> RowSet: ...

    def save(self, shop: str, before: RowSet, after: RowSet) -> None:
        """Write what differs. Raises ``Conflict`` if any row changed since it was read; then it is not overwritten."""

    def context(
        self,
        shop: str,
        subject_id: str,
        person_id: str | None,
        variants: Iterable[str] | None,
        kind: Kind,
    ) -> Context:
        """Everything that a decision about a subject of this kind looks at, in one read where the guesses are right.

        ``person_id`` and ``variants`` are guesses; what they miss is read after. ``variants=None``: no stock wanted.
        """


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One line of the story of a subject: a decision, a message, a click. ``data`` holds words and numbers only."""

    at: datetime
    kind: str
    data: dict[str, str]


@dataclass(frozen=True, slots=True)
class Link:
    """A capability that travels in a message; only its hash is kept.

    ``kind`` says what it opens and nothing else: ``restore``, ``leave``, ``prefs`` or ``confirm``. ``cart_id`` is the
    id of its subject, but for a ``confirm`` link, where ``subject`` is that of the request; ``about`` knows which.
    ``account`` is the row of the account that the cart was told with, if it is another than the person's.
    """

    shop: str
    token_hash: str
    kind: str
    cart_id: str
    generation: int
    person_id: str
    channel: str
    touch: str
    claim_id: str
    expires_at: datetime
    lang: str
    uses: int = 0
    subject: str = ""
    account: str | None = None
    flow: str = ""
    subject_kind: str = ""

    @property
    def of_flow(self) -> str:
        """The flow whose message it travelled in. Rows of the first release name none."""
        return self.flow or ("double_opt_in" if self.subject else "cart_recovery")

    @property
    def about(self) -> Subject:
        """What it is about."""
        kind = self.subject_kind or kind_of_flow(self.of_flow)
        return Subject(kind, self.subject or self.cart_id, self.generation)


BLOCKED, CHANGED = "blocked", "changed"


@dataclass(frozen=True, slots=True)
class NotBlocked:
    """A condition of a claim: nothing stops this address (by its hash), or ``shop`` or ``marketing`` as a whole.

    ``but`` are reasons that do not count here.
    """

    name: str
    but: frozenset[str] = frozenset()
    refusal: str = BLOCKED


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A condition of a claim: this row, of a part of a ``RowSet``, is as it was decided on."""

    part: str
    name: str
    version: int
    refusal: str = CHANGED


type Guard = NotBlocked | Unchanged
"""What must hold for a claim beside the rows that it writes; each carries the word with which it refuses."""


class Ledger(Protocol):
    """Claims, decisions and links."""

    def claim(
        self,
        claim: Claim,
        guards: Sequence[Guard],
        rows: RowSet,
        line: TimelineEntry,
        links: Sequence[Link] = (),
    ) -> str | None:
        """Take the claim and everything that goes with it in one transaction.

        Conditions: the claim is absent or was released; every one of ``rows``, which are written with it, and every
        one that a guard names still has the version that was decided on; nothing that a guard names is blocked; the
        shop's day has room under ``claim.ceiling``. Gives None if taken, else the gravest reason why not:
        ``claimed_before``, what a failed guard refuses with (``blocked``, ``changed``), or ``warming_up``.
        """

    def mark(self, before: Claim, after: Claim, closing: RowSet | None = None) -> None:
        """Write what became of a claim and, after a last message, the rows that are closed with it.

        Raises ``Conflict`` if the claim is not in the state ``before`` any more, or a row changed.
        """

    def release(self, before: Claim, after: Claim, person: Person) -> None:
        """Give a claim back, and the budgets of person and day with it (``person`` is the row without this message).

        Raises ``Conflict`` if either row changed.
        """

    def read_claim(self, shop: str, claim_id: str) -> Claim | None: ...

    def note(self, shop: str, subject: str, line: TimelineEntry) -> None:
        """Append a line to a subject's story."""

    def story(self, shop: str, subject: str) -> list[TimelineEntry]: ...

    def look(self, shop: str, token_hash: str) -> Link | None:
        """Find a link and change nothing."""

    def follow(self, shop: str, token_hash: str, at: datetime) -> Link | None:
        """Find a link and count its use."""


class ClaimIndex(Protocol):
    """Claims by time: for those who look after them, never for those who decide. May lag by seconds."""

    def in_doubt(self, before: datetime) -> Iterable[Claim]:
        """The claims of all shops that were taken before an instant and never marked."""

    def claimed_on(self, shop: str, day: date) -> Iterable[Claim]:
        """All claims of a shop that were taken on a day (UTC), earliest first."""


class ConsentChains(Protocol):
    """The chains of consent, for whoever has to prove one."""

    def of(self, shop: str, person_id: str) -> list[Evidence]: ...


class DueIndex(Protocol):
    """The list of carts that wait for their first look (``domain.messaging.due``). Entries are ids, never people."""

    def put(self, due: Due) -> None:
        """List a cart; the same entry put twice is one entry."""

    def until(self, shop: str, now: datetime) -> list[Due]:
        """What is due by now, at least the oldest thousand of it; what was listed just now may still be missing."""

    def drop(self, dues: Sequence[Due]) -> None:
        """Take entries off the list; one that is gone already is no error."""
