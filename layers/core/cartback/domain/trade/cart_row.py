"""A cart as it is kept: what it holds, whose it is, and its story. What news does to it says ``domain.trade.cart``."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from cartback.domain.hashes import short
from cartback.domain.messaging.reminders import Reminder
from cartback.domain.money import Money
from cartback.domain.trade.items import Item

OPEN, BOUGHT, EMPTIED, GIVEN_UP, ERASED = "open", "bought", "emptied", "given_up", "erased"

HISTORY_LENGTH = 40


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a cart's story: what happened when, in which generation, and which event said so."""

    at: datetime
    what: str
    cause: str
    generation: int


@dataclass(frozen=True, slots=True)
class Cart:
    """One cart of one shop. The row is the truth: a timer that fires reads it and obeys.

    ``generation`` grows when the cart is opened again after it was bought, emptied or given up. ``opened_by`` stays
    empty until somebody is known whom we could write to. ``history`` names for each step the event that caused it:
    whoever applies that event again tells the same facts again, so that a crash between writing and publishing loses
    nothing. ``bought_recorded_at`` is when *we* first knew that ``bought_generation`` was bought: the shop's own
    clock cannot tell whether a message was sent against better knowledge. ``reminders`` are its messages of the last
    30 days, over all generations. ``goods``, ``taxes`` and ``further`` are ``CartSeen``'s. ``address_hash`` and
    ``account`` are the names (keyed hashes) that it was last told with: where a message about it may go
    (``domain.people.identity``). ``account_row`` is the row of the account, if it is another than the owner's.
    ``spent`` are the references of checkouts that were ordered, ``told_by`` those of the checkout that told of the
    present content, ``heard_at`` is when we heard of that. ``old_news`` says that it came from a replay or a first
    comparison. ``superseded_by`` is the later cart of the same visit. ``since`` is by variant since when a line
    has as many pieces as it has, where that is another instant than ``started_at``.
    """

    shop: str
    cart_id: str
    version: int = 0
    generation: int = 1
    status: str = OPEN
    stage: str = "cart"
    items: tuple[Item, ...] = ()
    total: Money | None = None
    person_id: str | None = None
    identified_at: datetime | None = None
    refs: tuple[str, ...] = ()
    restore_url: str | None = None
    locale: str | None = None
    device: str | None = None
    started_at: datetime | None = None
    activity_at: datetime | None = None
    content_from: str | None = None
    seen: dict[str, datetime] = field(default_factory=dict)
    opened_by: str | None = None
    closed_at: datetime | None = None
    closed_because: str | None = None
    bought_at: datetime | None = None
    bought_generation: int = 0
    bought_recorded_at: datetime | None = None
    order_refs: tuple[str, ...] = ()
    history: tuple[Step, ...] = ()
    reminders: tuple[Reminder, ...] = ()
    address_hash: str | None = None
    account: str | None = None
    account_row: str | None = None
    goods: Money | None = None
    taxes: str | None = None
    further: int = 0
    spent: tuple[str, ...] = ()
    told_by: tuple[str, ...] = ()
    heard_at: datetime | None = None
    old_news: bool = False
    superseded_by: str | None = None
    since: dict[str, datetime] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Whether somebody may still be reminded of it."""
        return self.status == OPEN and bool(self.items)

    def noting(self, at: datetime, what: str, cause: str) -> Cart:
        """This cart with one more line of story; the oldest lines make room."""
        return replace(
            self, history=(*self.history, Step(at, what, cause, self.generation))[-HISTORY_LENGTH:]
        )


def cart_id_for(shop: str, ref: str) -> str:
    """The id of a cart that was first heard of under this reference of the shop's."""
    return short("cart", shop, ref)
