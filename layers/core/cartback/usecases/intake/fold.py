"""Fold what shops told us into rows: pure work on one page of rows, without reading or writing any.

A page is read, folded and saved as a whole; if somebody else was quicker, it is read and folded again. What is told
to the bus follows from the rows' own story, so that a repeated fold tells the same facts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from cartback.domain.messaging.budget import Intent, intend
from cartback.domain.observations import (
    AnswerSeen,
    CartSeen,
    CustomerErased,
    CustomerSeen,
    DataRequested,
    DeviceSeen,
    OrderSeen,
    PaymentFailed,
    ProductSeen,
    ProductViewed,
    RefundSeen,
    ShopErased,
    ShopLeft,
    StockSeen,
    TicketSeen,
)
from cartback.domain.people import customer
from cartback.domain.trade import cart as carts
from cartback.domain.trade.cart import Cart
from cartback.domain.trade.cart_owner import identify
from cartback.domain.trade.line_names import told_names
from cartback.domain.trade.payments import tell_failed, tell_ordered, tell_refunded
from cartback.domain.trade.purchases import Told, told_of
from cartback.usecases.intake import (
    fold_awaited,
    fold_devices,
    fold_goods,
    fold_people,
    fold_visits,
    forgetting,
)
from cartback.usecases.intake.draft import Draft
from cartback.usecases.intake.record_trade import Buyer, order_of
from cartback.usecases.intake.wanted_rows import SHOP_ITSELF

if TYPE_CHECKING:
    from cartback.domain.observations import Contact, Observation
    from cartback.domain.people.person import Person


@dataclass(slots=True)
class Fold(Draft):
    """One pass over observations, each folded into the draft by the kind that it is of."""

    def apply(self, seen: Observation, cause: str) -> None:  # noqa: C901 (one case per kind of observation)
        """Fold one observation in; ``cause`` is the key of the event that brought it."""
        match seen:
            case CartSeen():
                self._cart(seen, cause)
            case OrderSeen():
                self._order(seen, cause)
            case CustomerSeen():
                self._customer(seen, cause)
            case CustomerErased():
                forgetting.erased(self, seen, cause)
            case DataRequested():
                forgetting.asked(self, seen)
            case ShopErased():
                forgetting.shop_erased(self, seen)
            case PaymentFailed() | RefundSeen():
                self._payment(seen, cause)
            case TicketSeen():
                fold_people.asked(self, seen, cause)
            case AnswerSeen():
                fold_people.answered(self, seen, cause)
            case DeviceSeen():
                fold_devices.told(self, seen, cause)
            case StockSeen():
                fold_goods.fold_stock(self, seen, cause)
            case ProductSeen():
                fold_goods.fold_product(self, seen, cause)
            case ProductViewed():
                fold_goods.tell_of_view(self, seen, cause)
            case ShopLeft():
                self.page.blocks[SHOP_ITSELF] = "shop_left"
                self.tell("shop.left", seen.at, seen.at, left_at=seen.at)

    def identify(self, seen: CartSeen | OrderSeen | CustomerSeen, cause: str) -> None:
        """Fold in only who was named, and which carts of the page that makes whose."""
        if isinstance(seen, CustomerSeen):
            if any(person.erased_at is None for person in fold_people.known(self, seen.contact)):
                fold_people.met(self, seen.contact, seen.at, cause, of_record=True)
            return
        person = fold_people.met(self, seen.contact, seen.at, cause)
        for cart_id in {self.page.refs.get(ref) for ref in seen.refs}:
            cart = self.page.carts.get(cart_id) if cart_id else None
            if cart is not None and person is not None:
                self.page.carts[cart.cart_id] = self._identified(cart, person, seen.contact, seen.at, cause)

    # carts and orders ---------------------------------------------------------------------------------------------

    def _cart(self, seen: CartSeen, cause: str) -> None:
        cart = self._cart_of(seen.refs, cause)
        cart = carts.see(cart, seen, cause, self.now, old_news=cause in self.old_news)
        person = fold_people.met(self, seen.contact, seen.at, cause)
        if person is not None:
            cart = self._identified(cart, person, seen.contact, seen.at, cause)
            if seen.completed_at is not None:
                names = told_names(seen.items, seen.further)
                told = Told(seen.completed_at, at=seen.at, lines=names if seen.items else None)
                fold_people.bought(self, seen.contact, told, ())
        owner = self.person(cart.person_id)
        before, cart = cart, carts.announce(cart, owner is not None and owner.reachable, cause)
        if owner is not None and cart is not before and cart.activity_at is not None:
            meant = Intent(cart.cart_id, "cart_recovery", cart.activity_at, cart.total, opened=True)
            self.keep(replace(owner, intents=intend(owner.intents, meant, self.now)))
        self.page.carts[cart.cart_id] = cart
        fold_visits.remember(self.page, cart, self.now)
        self._tell_of_cart(cart, cause)
        if seen.calls_off is not None and seen.calls_off in cart.order_refs:
            if owner is not None:
                latest = self.person(owner.person_id) or owner
                self.keep(customer.called_off(latest, seen.calls_off, seen.at))
            self.tell("order.cancelled", seen.at, order_ref=seen.calls_off, cancelled_at=seen.at)

    def _identified(self, cart: Cart, person: Person, contact: Contact, at: datetime, cause: str) -> Cart:
        names = fold_people.names_of(self, contact)
        account = fold_people.account_of(self, names.customer)
        row = account.person_id if account is not None else None
        cart = identify(cart, person.person_id, at, cause, names.email, names.customer, row)
        if cart.person_id == person.person_id:
            self.keep(customer.owns(self.person(person.person_id) or person, cart.cart_id, at))
        return cart

    def _order(self, seen: OrderSeen, cause: str) -> None:
        person = fold_people.met(self, seen.contact, seen.at, cause)
        cart, told = None, told_of(seen, cause)
        if not seen.renewal:
            fold_people.bought(self, seen.contact, told, map(self.hashed, seen.beside))
        if seen.refs:
            cart = carts.order(self._cart_of(seen.refs, cause), seen, cause, self.now)
            if person is not None and cart.person_id is None:
                cart = self._identified(cart, person, seen.contact, seen.at, cause)
            owner = self.person(cart.person_id)
            cart = carts.announce(cart, owner is not None and owner.reachable, cause)
            self.page.carts[cart.cart_id] = cart
            fold_visits.remember(self.page, cart, self.now)
            owner = self.person(cart.person_id)
            if owner is not None:
                self.keep(customer.ordered(owner, seen.placed_at, self.now, told))
            self._tell_of_cart(cart, cause)
        whose = person.person_id if person is not None else cart.person_id if cart is not None else None
        self._bought_by(seen.order_ref, seen.contact, person, cart)
        fold_awaited.bought(self, whose, seen, cause)
        self.facts.extend(tell_ordered(self.shop, seen, whose, cart.cart_id if cart is not None else None))

    def _payment(self, seen: PaymentFailed | RefundSeen, cause: str) -> None:
        person = fold_people.met(self, seen.contact, seen.at, cause)
        person_id = person.person_id if person is not None else None
        self._bought_by(order_of(seen), seen.contact, person, None)
        if isinstance(seen, RefundSeen):
            self.facts.append(tell_refunded(self.shop, seen, person_id))
            return
        cart_id = next(filter(None, (self.page.refs.get(ref) for ref in seen.refs)), None)
        self.facts.append(tell_failed(self.shop, seen, cart_id, person_id))

    def _bought_by(self, ref: str | None, contact: Contact, person: Person | None, cart: Cart | None) -> None:
        """Remember whose an order is, by the names that it was told with or else those of its cart."""
        names = fold_people.names_of(self, contact)
        account, address = names.customer, names.email
        known = fold_people.account_of(self, account)
        row = known.person_id if known is not None else None
        if person is None and cart is not None:
            person, account, address = self.person(cart.person_id), cart.account, cart.address_hash
            row = cart.account_row
        if ref and person is not None and person.erased_at is None:
            if not (account or address):
                account = next(iter(names.told), None)
            cart_id = cart.cart_id if cart else None
            self.buyers[ref] = Buyer(person.person_id, cart_id, account, address, row)

    def _cart_of(self, refs: tuple[str, ...], cause: str) -> Cart:
        """The one cart of these references: found, made of several rows that are the same, or new.

        A row that has been announced stays the one, because its run and its claims carry its id.
        """
        found: dict[str, Cart] = {}
        for ref in refs:
            cart_id = self.page.refs.get(ref)
            cart = self.page.carts.get(cart_id or carts.cart_id_for(self.shop, ref))
            if cart is not None:
                found[cart.cart_id] = cart
        rows = sorted(found.values(), key=lambda cart: cart.opened_by is None)
        one = rows[0] if rows else Cart(self.shop, carts.cart_id_for(self.shop, refs[0]))
        for other in rows[1:]:
            one = carts.absorb(one, other, cause, self.now)
            self.page.carts[other.cart_id] = carts.give_up(other, self.now, "joined", cause)
        for ref in (*(ref for other in rows[1:] for ref in other.refs), *refs):
            self.page.refs[ref] = one.cart_id
        return one

    def _tell_of_cart(self, cart: Cart, cause: str) -> None:
        total = cart.total
        for step in cart.history:
            if step.cause != cause:
                continue
            same = (step.generation, step.at)
            about = {"cart_id": cart.cart_id, "generation": step.generation}
            if step.what == "opened":
                self.tell(
                    "cart.opened",
                    step.at,
                    step.generation,
                    **about,
                    person_id=cart.person_id,
                    activity_at=cart.activity_at,
                    started_at=cart.started_at or cart.activity_at,
                    heard_at=cart.heard_at,
                    stage=cart.stage,
                    amount=total.amount if total else None,
                    currency=total.currency if total else None,
                )
            elif step.what == "changed":
                self.tell("cart.updated", step.at, *same, **about, activity_at=step.at)
            elif step.what == "checkout":
                self.tell("checkout.started", step.at, *same, **about, activity_at=step.at)
            elif step.what == "emptied":
                self.tell("cart.emptied", step.at, *same, **about, emptied_at=step.at)
            elif step.what == "bought":
                self.tell("cart.bought", step.at, *same, **about, bought_at=step.at)

    # people -------------------------------------------------------------------------------------------------------

    def _customer(self, seen: CustomerSeen, cause: str) -> None:
        """A customer record is kept only of somebody we have met in a cart, or who agreed to be written to.

        Of a stranger who refuses only the refusal is kept: the cart with the older consent may be still on its way.
        """
        met = any(person.erased_at is None for person in fold_people.known(self, seen.contact))
        agrees = any(word.granted for word in seen.contact.consents)
        if met or seen.contact.consents:
            person = fold_people.met(self, seen.contact, seen.at, cause, of_record=True)
            if person is not None and not met and not agrees:
                self.keep(customer.nameless(person))
                return
            if person is None or not person.reachable:
                return
            for cart_id in person.cart_ids:
                cart = self.page.carts.get(cart_id)
                if cart is not None and self.person(cart.person_id) == person:
                    cart = carts.announce(cart, reachable=True, cause=cause)
                    self.page.carts[cart_id] = cart
                    fold_visits.remember(self.page, cart, self.now)
                    self._tell_of_cart(cart, cause)
