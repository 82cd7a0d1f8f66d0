"""What a run, a claim, a link or an entry of a list is about: a cart, a sign-up, an order …

A kind's name is stored and told, so it never changes. What there is of each kind stands in ``subjects``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cartback.domain.facts import Fact
    from cartback.domain.money import Money
    from cartback.domain.people.customer import Person

CART, SIGNUP, LEVEL = "cart", "signup", "level"
ORDER, PARCEL, RETURN = "order", "parcel", "return"
PERSON = "person"

_TOLD_UNDER = {SIGNUP: "request"}
"""Under which word a timeline is stored, where that is older than the kind's name."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing of a shop. Its ``generation`` grows when its story begins anew, as that of a cart after a purchase."""

    kind: str
    id: str
    generation: int = 1

    @property
    def timeline(self) -> str:
        """The name of its timeline in the ledger, the same over all generations."""
        return f"{_TOLD_UNDER.get(self.kind, self.kind)}#{self.id}"


def kind_of_flow(flow: str) -> str:
    """The kind that rows and runs of the first release are about, which named none."""
    return SIGNUP if flow == "double_opt_in" else CART


@dataclass(frozen=True, slots=True)
class View:
    """What rules may ask of a subject of any kind: who it belongs to, what it holds, since when, what it is worth.

    ``account_row`` is the row of the account that it was told with, if it is another than the person's. ``variants``
    are the goods whose stock a decision looks at, ``products`` the products that it asks about.
    """

    generation: int = 1
    person_id: str | None = None
    account_row: str | None = None
    started_at: datetime | None = None
    activity_at: datetime | None = None
    locale: str | None = None
    worth: Money | None = None
    variants: tuple[str, ...] = ()
    products: tuple[str, ...] = ()


def _same_name(subject_id: str) -> str:
    return subject_id


def _nobody_else(row: Any, person: Person) -> str | None:
    return person.merged_into


def _as_it_is(row: Any, *_: Any) -> Any:
    return row


def _never(row: Any, generation: int) -> bool:
    return False


def _nothing_told(row: Any, generation: int, because: str, now: datetime) -> Fact | None:
    return None


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of subject: where its rows are, and what the house may ask of one and do with it.

    ``part`` is the part of a ``RowSet`` that holds its rows. Where a subject is a part of what a row holds, ``row_of``
    names the row by the subject's id, and ``seen`` makes of both what all others here are given. ``blocks`` are the
    blocks that a decision about it looks at, and ``with_orders`` says that it looks at all orders of its owner.
    ``view`` says what rules may ask; ``ended`` why nothing more is to be said about a generation (None while it is
    live). ``following`` is where to go on looking for its owner, ``counted`` the row with a message counted. A flow
    that ends lets go of what is ``closable``: ``closed`` is the row then, ``told_end`` the fact that says so.
    ``of_person`` names those of a person, where its rows hold people; ``erased`` is the row without them.
    """

    name: str
    part: str
    view: Callable[[Any], View]
    ended: Callable[[Any, int], str | None]
    row_of: Callable[[str], str] = _same_name
    seen: Callable[[Any, str], Any] = _as_it_is
    blocks: tuple[str, ...] = ()
    with_orders: bool = False
    following: Callable[[Any, Person], str | None] = _nobody_else
    counted: Callable[[Any, str, datetime, str], Any] = _as_it_is
    closable: Callable[[Any, int], bool] = _never
    closed: Callable[[Any, datetime, str, str, str | None], Any] = _as_it_is
    told_end: Callable[[Any, int, str, datetime], Fact | None] = _nothing_told
    of_person: Callable[[Person], tuple[str, ...]] | None = None
    erased: Callable[[Any, datetime, str], Any] | None = None


@dataclass(frozen=True, slots=True)
class PersonalKind:
    """What an erasure asks of a kind whose rows hold people; see ``Kind``."""

    part: str
    view: Callable[[Any], View]
    of_person: Callable[[Person], tuple[str, ...]]
    erased: Callable[[Any, datetime, str], Any]
