"""What a shop told us, in our words: the one vocabulary that every shop adapter translates into.

An observation says what was true in the shop at ``at`` (the shop's own clock). It carries people, so it never
leaves the intake queue and the function that applies it. What leaves is a fact (``domain.facts``): ids only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cartback.domain.goods.observed import ProductSeen, StockSeen, VariantSeen
from cartback.domain.money import Money
from cartback.domain.trade.items import Item
from cartback.domain.trade.origins import Origin
from cartback.domain.trade.precedence import SHOP
from cartback.domain.trade.sale import ParcelSeen, ReturnSeen, Sale

__all__ = ["ParcelSeen", "ProductSeen", "ReturnSeen", "StockSeen", "VariantSeen"]  # seen elsewhere, told here


@dataclass(frozen=True, slots=True)
class ConsentSeen:
    """The shop's record that a person agreed to, or refused, marketing on one channel.

    ``at`` is when the person said so, as evidence; ``sticky`` marks a record that the shop dates itself, so that a
    later one may undo an opt-out made with us. A checkbox without a date of its own may not. ``purpose`` is one of
    ``domain.consent.consent``; a shop that names none means marketing as a whole. ``wording`` is what the person
    read, if the shop tells it.
    """

    channel: str
    granted: bool
    at: datetime
    basis: str
    source: str
    sticky: bool = False
    purpose: str = "marketing"
    wording: str | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """Who it was, as far as the shop knows. Every field may be missing; ``customer_ref`` is the shop's own id.

    ``email`` is the address that was told, perhaps typed by anybody; ``account_email`` the one that the platform's own
    record of this customer has, if the payload holds that record. ``whatsapp_user`` is
    WhatsApp's id of somebody for one business: people with a user name may show no number.
    """

    customer_ref: str | None = None
    email: str | None = None
    phone: str | None = None
    first_name: str | None = None
    locale: str | None = None
    country: str | None = None
    region: str | None = None
    consents: tuple[ConsentSeen, ...] = ()
    account_email: str | None = None
    whatsapp_user: str | None = None

    @property
    def place(self) -> tuple[str, str | None] | None:
        """Country and region, if the shop told any."""
        return (self.country, self.region) if self.country else None

    def aliases(self) -> tuple[str, ...]:
        """All names that were told, strongest first."""
        named = (
            ("customer", self.customer_ref),
            ("email", self.email),
            ("phone", self.phone),
            ("whatsapp", self.whatsapp_user),
        )
        return tuple(f"{kind}:{value}" for kind, value in named if value)

    def identifying(self) -> tuple[str, ...]:
        """The names that say who it is: a number only where nothing else was told (``domain.people.identity``)."""
        said = self.aliases()
        return tuple(alias for alias in said if not alias.startswith("phone:")) or said


@dataclass(frozen=True, slots=True)
class CartSeen:
    """The whole content of a cart or checkout at ``at``. ``source`` names the clock that ``at`` belongs to.

    ``completed_at`` is set by shops that tell with the checkout itself that it was bought. ``once`` marks a document
    that can be bought but once: what is told of it afterwards is that same order, edited. ``begun_at`` is when a
    checkout was begun: taken up again, it is no younger than that, and what was bought since may have been of it.
    ``calls_off`` names the order that this may have become: if it did, it is cancelled with this.

    ``total`` is what is to be paid, whatever is in it; ``goods`` what the lines alone cost, where the shop tells that
    sum. ``taxes`` is one of ``domain.trade.items``'s words for where the tax is, None if nobody said. ``further``
    counts the lines that were told beyond ``items``. ``locale`` is the language of this very cart, where it is told
    apart from the person's.
    """

    refs: tuple[str, ...]
    at: datetime
    source: str
    items: tuple[Item, ...]
    total: Money | None = None
    stage: str = "cart"
    contact: Contact = Contact()
    restore_url: str | None = None
    completed_at: datetime | None = None
    device: str | None = None
    once: bool = False
    calls_off: str | None = None
    goods: Money | None = None
    taxes: str | None = None
    further: int = 0
    locale: str | None = None
    begun_at: datetime | None = None
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class OrderSeen:
    """An order in one of its states. ``placed_at`` does not change over its life, ``at`` does.

    ``paid_at`` is when it was paid, by the shop's own word; ``paid`` alone says that it is, ``part_paid`` that
    something is. ``renewal`` is an order that a subscription made and paid by itself: nobody bought.

    ``once`` says that what the order was made of cannot be filled again, as in ``CartSeen``. ``beside`` holds further
    names (as ``Contact.aliases`` writes them) under which the buyer may be known, now or once a cart arrives: whoever
    is so has bought, too, but is not made one person with the buyer. Without ``order_ref`` it ends what a purchase ends
    and is told to nobody. ``sale`` is what the order holds, for the record of trade.
    ``staff`` says that no shopper made it at a checkout.
    """

    refs: tuple[str, ...]
    order_ref: str | None
    placed_at: datetime
    at: datetime
    total: Money | None = None
    contact: Contact = Contact()
    paid: bool = False
    cancelled_at: datetime | None = None
    test: bool = False
    coupon_codes: tuple[str, ...] = ()
    once: bool = False
    beside: tuple[str, ...] = ()
    paid_at: datetime | None = None
    part_paid: bool = False
    renewal: bool = False
    origin: Origin | None = None
    sale: Sale | None = None
    staff: bool = False


@dataclass(frozen=True, slots=True)
class CustomerSeen:
    """A customer record at ``at``."""

    contact: Contact
    at: datetime


@dataclass(frozen=True, slots=True)
class WordUnknown:
    """A word of the shop's that our list of them lacks, such as a new status: what it meant was guessed, mildly."""

    field: str
    word: str


@dataclass(frozen=True, slots=True)
class CustomerErased:
    """A person asked the shop to be forgotten."""

    contact: Contact
    at: datetime


@dataclass(frozen=True, slots=True)
class ShopLeft:
    """The shop removed us: from now on nobody is messaged for it."""

    at: datetime


@dataclass(frozen=True, slots=True)
class ShopErased:
    """The shop is gone for good: everybody and everything that we know of it is to be forgotten."""

    at: datetime


@dataclass(frozen=True, slots=True)
class DataRequested:
    """A person asked what is known of them (GDPR Art. 15). ``request_ref`` is the shop's name for the request."""

    contact: Contact
    at: datetime
    request_ref: str


@dataclass(frozen=True, slots=True)
class PaymentFailed:
    """An attempt to pay did not succeed. ``attempt`` tells attempts at one payment apart, ``code`` says why.

    ``refs`` lead to the cart, where the shop knows it; ``amount`` is what was to be paid.
    """

    payment_ref: str
    attempt: str
    at: datetime
    code: str
    amount: Money | None = None
    refs: tuple[str, ...] = ()
    order_ref: str | None = None
    contact: Contact = Contact()
    test: bool = False
    source: str = SHOP


@dataclass(frozen=True, slots=True)
class RefundSeen:
    """Money went back. ``amount`` is this refund alone; ``full`` says whether nothing is left of the payment.

    ``payment_ref`` names the order or, where the shop does not know it, the payment.
    """

    payment_ref: str
    refund_ref: str
    at: datetime
    amount: Money | None = None
    full: bool = False
    contact: Contact = Contact()
    test: bool = False
    source: str = SHOP


@dataclass(frozen=True, slots=True)
class TicketSeen:
    """A helpdesk's word of a ticket: ``state`` is ``opened`` or ``closed``, ``order_ref`` the order behind it, if any.

    ``contact`` says who asked; they need not be known to the shop.
    """

    ticket_ref: str
    at: datetime
    state: str
    contact: Contact
    order_ref: str | None = None


@dataclass(frozen=True, slots=True)
class ProductViewed:
    """Somebody looked at a product. ``refs`` lead to the cart of this visit, whether or not it ever held anything."""

    product_id: str
    at: datetime
    refs: tuple[str, ...] = ()
    contact: Contact = Contact()


@dataclass(frozen=True, slots=True)
class AnswerSeen:
    """Somebody wrote back to the shop on a channel: that they did, and never what. ``answer_ref`` names the message."""

    answer_ref: str
    at: datetime
    contact: Contact


@dataclass(frozen=True, slots=True)
class DeviceSeen:
    """Somebody lets us push to a browser of theirs, or not any more; ``contact`` says who, and what they agreed to.

    ``endpoint``, ``p256dh`` and ``auth`` are as ``domain.people.device`` wants them; of one that is left only the first
    counts.
    """

    endpoint: str
    at: datetime
    contact: Contact
    p256dh: str = ""
    auth: str = ""


@dataclass(frozen=True, slots=True)
class Fetch:
    """Something that the shop named without telling it: it has to be read from the shop's own API first.

    ``kind`` is the platform's word for it. ``resource`` is the path below the shop's API, made by the adapter and
    never taken over from the sender, who could otherwise lead us anywhere. ``at`` is the instant of the change.
    """

    kind: str
    resource: str
    at: datetime


Observation = (
    CartSeen
    | OrderSeen
    | CustomerSeen
    | CustomerErased
    | StockSeen
    | ProductSeen
    | ShopLeft
    | ShopErased
    | DataRequested
    | PaymentFailed
    | RefundSeen
    | ParcelSeen
    | ReturnSeen
    | ProductViewed
    | TicketSeen
    | DeviceSeen
    | AnswerSeen
    | Fetch
    | WordUnknown
)
