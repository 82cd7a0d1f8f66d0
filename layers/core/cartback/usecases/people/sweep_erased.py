"""Take a forgotten person, or everybody of a shop, out of all that is kept beside the rows: page by page, twice.

The rows are erased before, in one transaction (``forgetting``). This goes through carts that the person's row no
longer remembers, raw events, dead letters, exports and sign-ups; of a shop also through its desk and the connections to
its tools. Deliveries of a time before may still be on their
way (Shopify's are accepted until they are 72 hours old, and the queue keeps them for four days): they change no row any
more, but are kept as raw events, and so everything is looked through once more when no such delivery can come.

Carts and orders are found by an index, raw events by the names of their objects (``domain.intake.sieve``). What is
still unknown to an index is entered while the first erasure after an upgrade passes.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cartback.domain.consent import signup
from cartback.domain.consent.signup import request_id_for
from cartback.domain.errors import Conflict
from cartback.domain.people.pii_match import names
from cartback.domain.people.traces import traces
from cartback.domain.trade import cart as carts
from cartback.domain.trade import orders, ownership
from cartback.domain.trade.cart import ERASED, cart_id_for
from cartback.ports import (
    RowSet,
)
from cartback.usecases.connectors.ending import end_all
from cartback.usecases.people.erase_person import rows_of
from cartback.usecases.people.mentions import hashed_trace, mentions

if TYPE_CHECKING:
    from cartback.domain.people.customer import Person
    from cartback.domain.trade.cart import Cart
    from cartback.domain.trade.orders import Order
    from cartback.ports import (
        Clock,
        Connections,
        ConnectorKeys,
        DeadLetterSweep,
        Delivery,
        Hasher,
        Metrics,
        Orders,
        RawSweep,
        Records,
        ShopAdapter,
        TableSweep,
        ToolTokens,
    )

AGAIN_AFTER = timedelta(hours=192)
"""When everything is looked through once more: the oldest delivery that is accepted (72 h), as long as the queue
keeps it (96 h), and a day."""

LASTS = timedelta(days=14)
"""How long a run may last; its machine says the same."""
RUNS_OF_0_1 = timedelta(days=7)
"""How long a run of the first release lasts; its second round cannot come later than ``ITS_SECOND``."""
ITS_SECOND = timedelta(hours=96)

PROOF_KEPT = timedelta(days=3 * 366)
"""How long the proof of a consent outlives its person: claims from a message lapse after three years (BGB §§ 195, 199;
OWiG § 31), and who relies on a consent has to prove it (GDPR Art. 7(1), 17(3)(e)). It names nobody but by a hash."""

RESERVE_MS = 60_000
"""What has to be left of a call's time to begin another page: one opens a hundred objects, 40 ms each or so."""
MOST_ROUNDS = 200
"""Of looking at 500 dead letters: beyond them lies nothing but letters that came back in the meantime."""
_OF_PERSON = (
    "carts",
    "raw",
    "letters",
    "rest",
    "orders",
)  # runs in flight count by these places: add at the end
_OF_SHOP = ("rows", "raw", "letters", "rest", "connections")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sweep stands: which round of two, which part, and where in it. Travels as text through the run."""

    round: int = 1
    part: int = 0
    inside: str = ""

    @classmethod
    def read(cls, text: str) -> Place:
        """The place that a text names; the beginning for none. Raises ValueError for what ``str`` did not write."""
        if not text:
            return cls()
        number, part, inside = text.split("/", 2)
        return cls(int(number), int(part), inside)

    def __str__(self) -> str:
        return f"{self.round}/{self.part}/{self.inside}"


@dataclass(frozen=True, slots=True)
class SweepErased:
    """Do pages while there is time; answer ``more``, ``wait`` (until the second round) or ``done``, and where to go on.
    ``left_ms`` tells how many milliseconds the call still has; ``lasts`` is how long the run may last.

    ``person_id`` None means everybody of the shop, and that only while the shop is gone: one that came back keeps
    what it has since. Raises ``TryLater`` where a store cannot be reached; the same place may be given again.
    """

    records: Records
    tables: TableSweep
    orders: Orders
    raw: RawSweep
    letters: DeadLetterSweep
    connections: Connections
    tools: ToolTokens
    access: ConnectorKeys
    hasher: Hasher
    adapter: Callable[[str], ShopAdapter]
    clock: Clock
    metrics: Metrics

    def __call__(
        self,
        shop: str,
        person_id: str | None,
        place: str,
        left_ms: Callable[[], int] = lambda: 2 * RESERVE_MS,
        lasts: timedelta = LASTS,
    ) -> dict[str, object]:
        here = Place.read(place)
        person = self._person(shop, person_id) if person_id else None
        if self._is_void(shop, person_id, person):
            return _answer("done", here)
        parts = _OF_PERSON if person_id else _OF_SHOP
        work = _Work(self, shop, person, self.clock.now())
        while True:
            following = work.page(parts[here.part], here.inside)
            here = Place(here.round, here.part, following) if following else Place(here.round, here.part + 1)
            if here.part >= len(parts):
                break
            if left_ms() < RESERVE_MS:
                return _answer("more", here)
        if here.round == 1:
            return _answer("wait", Place(2), AGAIN_AFTER if lasts > RUNS_OF_0_1 else ITS_SECOND)
        self.metrics.count("ErasuresSwept")
        return _answer("done", here)

    def _is_void(self, shop: str, person_id: str | None, person: Person | None) -> bool:
        """Whether there is nothing to sweep (any more): nobody is forgotten, or the shop came back."""
        if person_id:
            return person is None or (person.forgotten_at is None and person.erased_at is None)
        return not self.records.read(shop, blocks=["shop"]).blocks["shop"]

    def _person(self, shop: str, person_id: str) -> Person | None:
        """The forgotten person, also by the id of a row that was merged into theirs before."""
        while True:
            person = self.records.read(shop, persons=[person_id]).persons[person_id]
            if person is None or person.merged_into is None:
                return person
            person_id = person.merged_into


def _answer(word: str, place: Place, after: timedelta = timedelta(seconds=1)) -> dict[str, object]:
    return {"next": word, "cursor": str(place), "wait_seconds": int(after.total_seconds())}


@dataclass(slots=True)
class _Work:
    """The parts of one sweep. ``known`` are the hashes of the forgotten person, ``rows`` the ids of all their
    rows, ``since`` when they asked for it.

    ``told`` remembers of references whether they lead to a cart that is forgotten, ``ordered`` of names whether they
    are of such an order.
    """

    sweep: SweepErased
    shop: str
    person: Person | None
    now: datetime
    known: frozenset[str] = frozenset()
    since: datetime | None = None
    rows: frozenset[str] = frozenset()
    told: dict[tuple[str, ...], bool] = field(default_factory=dict)
    ordered: dict[str, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.person is not None:
            self.rows = frozenset(rows_of(self.sweep.records, self.shop, self.person))
            self.known = frozenset(self.person.aliases)
            self.since = self.person.forgotten_at or self.person.erased_at

    def page(self, part: str, inside: str) -> str:
        """Do one page of a part; give where the next begins, empty at its end."""
        here = self.sweep
        if part == "carts":
            return self._carts(inside)
        if part == "orders":
            return self._orders()
        if part == "connections":
            end_all(here.connections, here.tools, here.access, self.shop)
            return ""
        if part == "rows":
            return here.tables.purge(self.shop, inside, self.now + PROOF_KEPT)
        if part == "raw":
            if self.person is None:
                return "more" if here.raw.empty(self.shop) else ""
            return here.raw.sweep(self.shop, inside, self._unwanted, self._looked_for())
        if part == "letters":
            rounds = int(inside or 0) + 1
            more = here.letters.sweep(self._unwanted_letter)
            return str(rounds) if more and rounds < MOST_ROUNDS else ""
        return self._rest()

    def _carts(self, inside: str) -> str:
        """Forget the person's carts once all are in the index, and remember by what their events are found."""
        here = self.sweep
        following = here.tables.index(inside, self.now)
        if following:
            return following
        for order in self._their_orders():
            self._remember(traces((), [order.order_ref, *order.payments]))
        for cart in here.tables.carts_of(self.shop, [*sorted(self.rows), *sorted(self.known)]):
            if self._is_forgotten(cart):
                self._remember(traces(cart.refs))
                before = RowSet(carts={cart.cart_id: cart})
                after = RowSet(carts={cart.cart_id: carts.erase(cart, self.now, "erasure")})
                with suppress(Conflict):  # it has only just changed: the second round finds it again
                    here.records.save(self.shop, before, after)
        return ""

    def _remember(self, found: tuple[str, ...]) -> None:
        """Keep traces with the person before what they lead from is gone. Raises Conflict: the run comes again."""
        person = self.person
        if person is None or person.traces is None or set(found) <= set(person.traces):
            return
        after = replace(person, traces=tuple(dict.fromkeys([*person.traces, *found])))
        rows = RowSet(persons={person.person_id: person}), RowSet(persons={person.person_id: after})
        self.sweep.records.save(self.shop, *rows)
        self.person = replace(after, version=person.version + 1)

    def _looked_for(self) -> frozenset[str] | None:
        """The names under which the person's events are kept; None where nobody remembered those of their carts."""
        if self.person is None or self.person.traces is None:
            return None
        return self.known | {hashed_trace(each, self._hashed) for each in self.person.traces}

    def _is_forgotten(self, cart: Cart) -> bool:
        """Whether a cart is the person's and to be forgotten: unless they came back, and it is of the time since."""
        person = self.person
        theirs = cart.person_id in self.rows or (cart.account is not None and cart.account in self.known)
        if person is None or not theirs or cart.status == ERASED:
            return False
        return person.erased_at is not None or not _after(cart.activity_at or cart.closed_at, self.since)

    def _unwanted(self, delivery: Delivery) -> bool:
        if self.person is None:
            return True
        if self.person.erased_at is None and _after(delivery.received_at, self.since):
            return False  # they came back by their own hand, and this is of the time since
        return mentions(
            delivery, self.known, self._hashed, self.sweep.adapter, self._carries, self._is_of_their_order
        )

    def _carries(self, refs: tuple[str, ...]) -> bool:
        """Whether references lead to a cart that is forgotten: those of the person are so since the part before."""
        if refs not in self.told:
            read, guessed = self.sweep.records.read, [cart_id_for(self.shop, ref) for ref in refs]
            page = read(self.shop, refs=refs, carts=guessed)
            led = {cart_id for cart_id in page.refs.values() if cart_id} - set(guessed)
            found = [
                *page.carts.values(),
                *(read(self.shop, carts=sorted(led)).carts.values() if led else ()),
            ]
            self.told[refs] = any(cart is not None and cart.status == ERASED for cart in found)
        return self.told[refs]

    def _orders(self) -> str:
        """Forget the person's orders, all at once: they are found by the names that they were told with."""
        before = {order.order_ref: order for order in self._their_orders()}
        after = {ref: orders.erase(order, self.now) for ref, order in before.items()}
        with suppress(Conflict):  # one has only just changed: the second round finds it again
            self.sweep.orders.save(self.shop, before, after)
        return ""

    def _their_orders(self) -> list[Order]:
        person = self.person
        if person is None:
            return []
        return [
            order
            for order in self.sweep.orders.of_names(self.shop, ownership.names_of(person))
            if person.erased_at is not None or not _after(order.placed_at, self.since)
        ]

    def _is_of_their_order(self, ref: str) -> bool:
        """Whether a name is that of an order of theirs, or of one that is forgotten already."""
        if ref not in self.ordered:
            order = self.sweep.orders.read(self.shop, [ref])[ref]
            if order is not None and order.joined:
                order = self.sweep.orders.read(self.shop, [order.joined])[order.joined]
            theirs = order is not None and not self.known.isdisjoint(order.names)
            self.ordered[ref] = theirs or (order is not None and order.erased_at is not None)
        return self.ordered[ref]

    def _unwanted_letter(self, delivery: Delivery | None, body: str) -> bool:
        if delivery is not None:
            return delivery.shop == self.shop and self._unwanted(delivery)
        if self.person is None:
            return f'"shop":["{self.shop}"]' in body.replace(" ", "")  # the tag of a provider's news
        return names(body, self.known, self._hashed)

    def _hashed(self, text: str) -> str:
        return self.sweep.hasher(self.shop, text)

    def _rest(self) -> str:
        """Sign-ups that wait, exports that were collected, and the proof, which ends when the law lets it."""
        here, person = self.sweep, self.person
        here.raw.drop_exports(self.shop, person.person_id if person else "")
        if person is None:
            return ""
        asked = [request_id_for(self.shop, alias) for alias in person.aliases]
        before = here.records.read(self.shop, requests=asked)
        waiting = {
            name: row
            for name, row in before.requests.items()
            if row is not None and row.email and not _after(row.requested_at, self.since)
        }
        if waiting:
            over = RowSet(requests={name: signup.over(row, signup.EXPIRED) for name, row in waiting.items()})
            here.records.save(self.shop, RowSet(requests=dict(waiting)), over)
        if person.erased_at is not None:
            for row in sorted(self.rows):
                here.tables.fade(self.shop, row, (self.since or self.now) + PROOF_KEPT)
        return ""


def _after(at: datetime | None, since: datetime | None) -> bool:
    """Whether something is of the time since somebody was forgotten."""
    return at is not None and since is not None and at > since
