"""What the use cases need of the world, as Protocols. ``store``, ``shops`` and ``channels`` implement them.

Every call may raise ``TryLater`` (transient); what else it may raise is said where it is defined.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from cartback.domain.delivery import Delivery, ShopKeys
from cartback.domain.errors import Refused
from cartback.domain.service import Unsupported

if TYPE_CHECKING:  # a class takes a millisecond to make, and every door would pay for all of them
    from cartback.domain.answers import Answer, Arrival, Visit
    from cartback.domain.audit import Audit
    from cartback.domain.calls import Call, Reply
    from cartback.domain.cart import Cart
    from cartback.domain.catalogue import Stock
    from cartback.domain.claims import Claim
    from cartback.domain.customer import Person
    from cartback.domain.evidence import Evidence
    from cartback.domain.facts import Fact
    from cartback.domain.health import Health
    from cartback.domain.money import Money
    from cartback.domain.observations import Fetch, Observation, OrderSeen, ProductSeen, VariantSeen
    from cartback.domain.policy import Policy
    from cartback.domain.service import Changes, Discount, DiscountMade, Subscription
    from cartback.domain.settings import ShopSettings
    from cartback.domain.signup import SignUp
    from cartback.domain.touches import Dossier


class Clock(Protocol):
    """The only source of time."""

    def now(self) -> datetime: ...


class Tokens(Protocol):
    """The only source of secrets: 256 random bits as URL-safe text."""

    def fresh(self) -> str: ...


class Hasher(Protocol):
    """A keyed hash, so that an address can be recognised without being kept."""

    def __call__(self, shop: str, text: str) -> str: ...


class Keys(Protocol):
    """The secrets of the shops, remembered for a while."""

    def of(self, shop: str) -> ShopKeys | None: ...

    def again(self, shop: str) -> ShopKeys | None:
        """Read past the memory, because a signature did not fit: the secret may be seconds old.

        None if there is nothing newer, or the last reading is too recent to ask again.
        """


class Queue(Protocol):
    """The durable way from the door to the work."""

    def put(self, delivery: Delivery) -> None: ...


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


class Once(Protocol):
    """Each event once. ``begin`` says which keys are fresh; the others are done, or held by somebody else.

    A key stays begun until ``complete`` or ``abandon``; a worker that dies lets go of it after its own time-out.
    """

    def begin(self, keys: Sequence[str]) -> Begun: ...

    def complete(self, keys: Sequence[str]) -> None: ...

    def abandon(self, keys: Sequence[str]) -> None: ...


@dataclass(frozen=True, slots=True)
class Begun:
    """``fresh`` may be worked on, ``done`` were before, ``held`` are being worked on elsewhere right now."""

    fresh: frozenset[str]
    done: frozenset[str]
    held: frozenset[str]


@dataclass(slots=True)
class Page:
    """The rows that one piece of work reads and changes together. ``None`` means: looked for, not there.

    ``refs`` lead from a shop's reference to a cart, ``aliases`` from a hash to a person, ``inventory`` from a shop's
    inventory item to a variant; ``blocks`` hold the reason why an address (by its hash) gets nothing, and under
    ``shop`` why nobody of this shop does.
    """

    carts: dict[str, Cart | None] = field(default_factory=dict)
    persons: dict[str, Person | None] = field(default_factory=dict)
    refs: dict[str, str | None] = field(default_factory=dict)
    aliases: dict[str, str | None] = field(default_factory=dict)
    stock: dict[str, Stock | None] = field(default_factory=dict)
    inventory: dict[str, str | None] = field(default_factory=dict)
    blocks: dict[str, str | None] = field(default_factory=dict)
    requests: dict[str, SignUp | None] = field(default_factory=dict)


class Records(Protocol):
    """Carts, people and stock. Reads are consistent; a save is all or nothing and guarded by versions."""

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
        blocks: Iterable[str] = (),
        requests: Iterable[str] = (),
    ) -> Page: ...

    def save(self, shop: str, before: Page, after: Page) -> None:
        """Write what differs. Raises ``Conflict`` if any row changed since it was read; then nothing is written."""

    def dossier(
        self, shop: str, cart_id: str, person_id: str | None, variants: Iterable[str] | None
    ) -> Dossier:
        """Everything that a decision looks at, in one read where the guesses are right.

        ``person_id`` and ``variants`` are guesses; what they miss is read after. ``variants=None``: no stock wanted.
        """


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the story of a subject: a decision, a message, a click. ``data`` holds words and numbers only."""

    at: datetime
    kind: str
    data: dict[str, str]


@dataclass(frozen=True, slots=True)
class Link:
    """A capability that travels in a message; only its hash is kept.

    ``kind`` says what it opens and nothing else: ``restore``, ``leave``, ``prefs`` or ``confirm``. ``subject`` is the
    request that a ``confirm`` link is about, which belongs to no cart and no person yet.
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


class Ledger(Protocol):
    """Claims, decisions and links."""

    def claim(
        self, claim: Claim, dossier: Dossier, person: Person, line: Line, links: Sequence[Link]
    ) -> str | None:
        """Take the claim and everything that goes with it in one transaction.

        Conditions: the claim is absent or was released; the cart still has the version that was decided on; the
        person too (``person`` is the row with this message counted); the address is not blocked. Gives None if
        taken, else why not: ``claimed_before``, ``blocked`` or ``changed``.
        """

    def claim_alone(self, claim: Claim, subject: str, line: Line, links: Sequence[Link]) -> str | None:
        """Take the claim of a transactional message, which belongs to no cart and takes from no budget.

        Conditions: the claim is absent or was released; the shop and the address are not blocked, where somebody who
        only opted out of marketing is not blocked for the answer to their own request. Gives what ``claim`` gives.
        """

    def mark(self, before: Claim, after: Claim, closing: Cart | None = None) -> None:
        """Write what became of a claim and, after a last message, the cart that is given up with it.

        Raises ``Conflict`` if the claim is not in the state ``before`` any more, or the cart changed.
        """

    def release(self, before: Claim, after: Claim, person: Person) -> None:
        """Give a claim back, and the person's budget with it (``person`` is the row without this message).

        Raises ``Conflict`` if either row changed.
        """

    def read_claim(self, shop: str, claim_id: str) -> Claim | None: ...

    def note(self, shop: str, subject: str, line: Line) -> None:
        """Append a line to a subject's story."""

    def story(self, shop: str, subject: str) -> list[Line]: ...

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


class AuditBook(Protocol):
    """What the audits of each shop and day found."""

    def keep(self, audit: Audit) -> None: ...

    def read(self, shop: str, day: date) -> Audit | None: ...


class Counters(Protocol):
    """Counts against floods: how often something happened lately."""

    def count(self, shop: str, name: str, within: timedelta) -> int:
        """Count once more, and give how often it happened in the running window of this length."""


class Settings(Protocol):
    """The shops and their policies."""

    def policy(self, shop: str) -> Policy | None: ...

    def shop(self, shop: str) -> ShopFace | None: ...


@dataclass(frozen=True, slots=True)
class ShopFace:
    """How a shop shows itself to its shoppers. ``languages`` are in order of preference, the first is the default."""

    shop: str
    name: str
    url: str
    domains: tuple[str, ...]
    sender: str
    reply_to: str | None
    imprint: tuple[str, ...]
    languages: tuple[str, ...]
    time_zone: str
    logo_url: str | None = None
    accent: str = "#1a5d4a"
    support_url: str | None = None
    returns_url: str | None = None
    shipping_url: str | None = None
    sender_name: str = ""


@dataclass(frozen=True, slots=True)
class KeptSettings:
    """One kept version of a shop's settings; ``removed`` marks the version with which a shop was taken out."""

    settings: ShopSettings
    removed: bool = False


class ShopBook(Protocol):
    """The settings of all shops, every version kept."""

    def read(self, shop: str, version: int | None = None) -> KeptSettings | None:
        """The present version, or a given one; a removed shop is still found."""

    def put(self, kept: KeptSettings) -> None:
        """Keep as the present version. Raises ``Conflict`` unless the version before it is the present one."""

    def shops(self) -> list[ShopSettings]:
        """The present settings of every shop that was not removed, by name."""


class KeyStore(Protocol):
    """Where the secrets of the shops are kept, and nothing else."""

    def read(self, shop: str) -> ShopKeys | None: ...

    def write(self, shop: str, keys: ShopKeys) -> None: ...

    def drop(self, shop: str) -> None:
        """Let nobody sign for this shop any more; dropping what is not there is no error."""


class Bus(Protocol):
    """Where facts are told."""

    def publish(self, facts: Sequence[Fact]) -> None: ...


class Runs(Protocol):
    """The state machines."""

    def start(self, flow: str, name: str, variables: dict[str, object]) -> bool:
        """Start a run; False if one of this name has been started before."""


class Parking(Protocol):
    """Where an event waits for a person, with the reason why it could not be digested."""

    def park(self, body: str, reason: str) -> None: ...


class RawStore(Protocol):
    """Raw events, kept for replay."""

    def keep(self, shop: str, batch: str, deliveries: Sequence[Delivery]) -> None: ...


class RawShelf(Protocol):
    """The raw events that were kept."""

    def between(self, shop: str, from_at: datetime, until_at: datetime) -> Iterable[Delivery]:
        """What a shop sent from an instant to before another, by when we received it; some perhaps repeatedly."""


class RawSweep(Protocol):
    """The raw events that were kept, and the exports collected from them, for whoever has to forget somebody."""

    def sweep(self, shop: str, cursor: str, unwanted: Callable[[Delivery], bool]) -> str:
        """Take what is unwanted out of a page of objects; give where the next begins, empty at the end."""

    def keep_export(self, shop: str, person_id: str, document: str) -> str:
        """Keep what was collected for a person; gives the name of the object."""

    def drop_exports(self, shop: str, person_id: str = "") -> None:
        """Forget what was collected for a person, or for everybody of a shop."""


class LetterSweep(Protocol):
    """The dead letters of the intake."""

    def sweep(self, unwanted: Callable[[Delivery | None, str], bool]) -> None:
        """Delete what is unwanted, judged by the delivery (None for what is none) and the text of the message."""


class TableSweep(Protocol):
    """The rows of a shop, page by page; the place where the next page begins is empty at the end."""

    def carts(self, shop: str, cursor: str) -> tuple[list[Cart], str]: ...

    def purge(self, shop: str, cursor: str) -> str:
        """Delete a page of everything of a shop but blocked addresses and proofs of consent."""

    def fade(self, shop: str, person_id: str, until: datetime) -> None:
        """Let the proof of a person's consents end at an instant."""


class Proofs(Protocol):
    """The chains of consent, for whoever has to prove one."""

    def of(self, shop: str, person_id: str) -> list[Evidence]: ...


class Metrics(Protocol):
    """Counters that alarms look at. Dimensions are words, never people."""

    def count(self, name: str, value: int = 1, **dimensions: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message, ready to leave. ``address`` is the only place where a person appears outside the store.

    ``sender_name`` is the shop's name as the inbox shows it, beside the bare address ``sender``. Without a ``leave_url``
    it is transactional: there is nothing to unsubscribe from.
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


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider took it."""

    provider_id: str


@dataclass(frozen=True, slots=True)
class NotSent:
    """Proven: nothing went out. ``after_seconds`` is set if trying later may help, None if it never will."""

    reason: str
    after_seconds: int | None = None


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


class HealthBook(Protocol):
    """How the comparing with each shop's own lists stands."""

    def read(self, shop: str) -> Health | None: ...

    def keep(self, health: Health) -> None: ...


class Beat(Protocol):
    """Where it is remembered that a shop was heard."""

    def beat(self, shop: str, received_at: datetime) -> None: ...


class Http(Protocol):
    """The only way out to APIs that are not AWS's."""

    def send(self, call: Call) -> Reply:
        """Make one request. Only public addresses over TLS, only the same host, only so much and so long.

        Raises ``TryLater`` where the other side is slow, busy (429 and 503 with its delay) or broken, and ``Refused``
        with its status for any other 4xx; a token that is refused is asked for anew, once.
        """


class ShopApi(Protocol):
    """What a shop can do for us. A platform's ``Api`` overrides what its API has; the rest says that it cannot.

    Every call goes out over ``Http`` and raises what that raises. Flows cope with ``Unsupported``.
    """

    def stock_now(self, variants: Sequence[str]) -> tuple[VariantSeen, ...] | Unsupported:
        """How many are left of each variant, right now; variants that are gone are left out."""
        return _CANNOT

    def prices_now(self, variants: Sequence[str]) -> dict[str, Money] | Unsupported:
        """What each variant costs, right now, in the shop's own currency."""
        return _CANNOT

    def history(self, customer_ref: str, since: datetime) -> tuple[OrderSeen, ...] | Unsupported:
        """What a customer ordered since an instant, at most a page of it, the latest for sure."""
        return _CANNOT

    def restore_link(self, ref: str) -> str | Unsupported | None:
        """The shop's own link back to a cart or checkout, by one of our references; None if there is none."""
        return _CANNOT

    def create_discount(self, wanted: Discount) -> DiscountMade | Unsupported:
        """Make a code, or find the one that an earlier, unanswered call made."""
        return _CANNOT

    def revoke_discount(self, made: DiscountMade) -> Unsupported | None:
        """Take a code back; one that is gone already is no error."""
        return _CANNOT

    def product(self, product_id: str) -> ProductSeen | Unsupported | None:
        """A product with its variants; None if it is gone."""
        return _CANNOT

    def orders_since(self, since: datetime, cursor: str | None = None) -> Changes | Unsupported:
        """A page of the orders that changed since an instant."""
        return _CANNOT

    def checkouts_since(self, since: datetime, cursor: str | None = None) -> Changes | Unsupported:
        """A page of the abandoned checkouts (or what this platform has for them) that changed since an instant."""
        return _CANNOT

    def fetch(self, wanted: Fetch) -> Sequence[str]:
        """See ``Fetcher``. Raises ``Refused`` on platforms whose webhooks never ask for it."""
        raise Refused("this platform's events need no fetching")

    def subscriptions(self) -> tuple[Subscription, ...] | Unsupported:
        """The webhook subscriptions that there are, whoever made them."""
        return _CANNOT

    def topics(self) -> tuple[str, ...]:
        """The topics to subscribe to."""
        return ()

    def subscribe(self, topic: str, url: str, secret: str) -> Subscription | Unsupported:
        """Make a subscription; ``secret`` signs it where the subscriber may choose."""
        return _CANNOT

    def renew(self, subscription: Subscription) -> Subscription | Unsupported:
        """Prolong a subscription, or switch it on again."""
        return _CANNOT

    def unsubscribe(self, subscription: Subscription) -> Unsupported | None:
        """End a subscription; one that is gone already is no error."""
        return _CANNOT


_CANNOT = Unsupported("this platform's API cannot do that")
