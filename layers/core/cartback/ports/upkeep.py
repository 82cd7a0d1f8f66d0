"""Looking back, looking after, and forgetting."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from cartback.domain.consent.evidence import Evidence
    from cartback.domain.deliverability import Tally
    from cartback.domain.intake.delivery import Delivery
    from cartback.domain.results.audit import Audit
    from cartback.domain.shop.health import Health, Stranger
    from cartback.domain.trade.cart import Cart


class AuditBook(Protocol):
    """What the audits of each shop and day found."""

    def keep(self, audit: Audit) -> None: ...

    def read(self, shop: str, day: date) -> Audit | None: ...


class Standing(Protocol):
    """How a shop's marketing mail fares."""

    def add(self, shop: str, at: datetime, tally: Tally) -> None: ...

    def lately(self, shop: str, now: datetime) -> Tally:
        """The sum over ``domain.deliverability.WINDOW``."""

    def reset(self, shop: str, now: datetime) -> None:
        """Forget what was, so that it stops nothing any more."""


class HealthBook(Protocol):
    """How the comparing with each shop's own lists stands."""

    def read(self, shop: str) -> Health | None: ...

    def keep(self, health: Health) -> None: ...


class Heartbeat(Protocol):
    """Where it is remembered that a shop was heard."""

    def beat(self, shop: str, received_at: datetime) -> None: ...


class ToldOnce(Protocol):
    """For ever, who told what is believed but once from the same bytes."""

    def first(self, shop: str, digest: str, cause: str) -> bool:
        """Whether ``cause`` is the first to tell what has this digest, or the one that was."""


class Strangers(Protocol):
    """Names that are not the shop's and came in under its secret, until a while after they were last heard."""

    def note(self, shop: str, kind: str, name: str, count: int) -> None: ...

    def strangers(self, shop: str) -> list[Stranger]: ...


class Refusals(Protocol):
    """Webhooks whose signature was missing or wrong, by the shop whose door they came to."""

    def refused(self, shop: str) -> None:
        """Count one. It may be written later, together with others."""

    def lately(self, shop: str) -> int:
        """How many there were in about the last hour, at least."""


class RawSweep(Protocol):
    """The raw events that were kept, and the exports collected from them, for whoever has to forget somebody."""

    def sweep(
        self,
        shop: str,
        cursor: str,
        unwanted: Callable[[Delivery], bool],
        names: Collection[str] | None = None,
    ) -> str:
        """Take what is unwanted out of a page of objects; give where the next begins, empty at the end.

        Objects that hold none of ``names`` need not be opened; None: all of them.
        """

    def find(self, shop: str, cursor: str, names: Collection[str] | None) -> tuple[list[Delivery], str]:
        """The events of a page of objects that may hold one of ``names``, and where the next begins."""

    def empty(self, shop: str) -> bool:
        """Delete a page of a shop's events unread; gives whether there may be more."""

    def keep_part(self, shop: str, person_id: str, run: str, number: int, part: str) -> None:
        """Keep a part of what a run is collecting; the same number again replaces it."""

    def parts(self, shop: str, person_id: str, run: str) -> list[str]:
        """The parts that a run kept, by their numbers."""

    def drop_parts(self, shop: str, person_id: str, run: str) -> None:
        """Forget the parts that a run kept."""

    def keep_export(self, shop: str, person_id: str, document: str) -> str:
        """Keep what was collected for a person; gives the name of the object."""

    def drop_exports(self, shop: str, person_id: str = "") -> None:
        """Forget what was collected for a person, or for everybody of a shop."""


class DeadLetterSweep(Protocol):
    """The dead letters of the intake."""

    def sweep(self, unwanted: Callable[[Delivery | None, str], bool]) -> bool:
        """Delete what is unwanted, judged by the delivery (None for what is none) and the text of the message.

        Looks at some; gives whether there may be more, which the next call goes on with.
        """


class TableSweep(Protocol):
    """The rows of a shop, page by page; the place where the next page begins is empty at the end."""

    def carts(self, shop: str, cursor: str) -> tuple[list[Cart], str]: ...

    def carts_of(self, shop: str, names: Iterable[str]) -> list[Cart]:
        """The carts whose owner is one of these rows, or that were told with one of these accounts, and perhaps more
        that once were. Complete once ``index`` has come to its end."""

    def index(self, cursor: str, now: datetime) -> str:
        """Enter a page of carts that ``carts_of`` does not find yet; give where the next begins, empty at the end."""

    def purge(self, shop: str, cursor: str, until: datetime) -> str:
        """Delete a page of everything of a shop but blocked addresses, and let proofs of consent end at ``until``."""

    def fade(self, shop: str, person_id: str, until: datetime) -> None:
        """Let the proof of a person's consents end at an instant; one that ends earlier anyway stays so."""

    def lasting(self, part: int, parts: int) -> Iterator[Evidence]:
        """The proofs without an end in one of so many parts of the whole store, of every shop."""
