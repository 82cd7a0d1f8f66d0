"""Planted bugs of the rules about carts, people and consent."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from cartback.domain.consent import consent as consents
from cartback.domain.people import customer, identity
from cartback.domain.trade import cart as carts
from cartback.domain.trade import visits
from cartback.usecases.consent.leave import Leave
from cartback.usecases.intake import fold_people
from cartback.usecases.intake.fold import Fold
from functions import leave
from tests.fakes import memory
from tests.simulation.planted import Patches, bug


@bug
def an_order_of_the_same_person_is_not_looked_at(patches: Patches) -> None:
    """Only the cart's own order ends the reminding, not one by telephone or on another device
    (woocommerce-abandoned-cart #104)."""
    patches.put(customer, "ordered", lambda person, *rest: person)


@bug
def people_are_known_by_one_name_only(patches: Patches) -> None:
    """A guest who becomes a customer is somebody else: nothing links an address with an account
    (woocommerce-abandoned-cart #166)."""
    patches.put(fold_people, "_link", lambda fold, one, other: None)
    patches.put(fold_people, "_follow_record", lambda fold, names, at: None)
    patches.put(memory, "with_account", lambda person, account: person)


@bug
def an_older_event_overwrites_a_newer_state(patches: Patches) -> None:
    """The last event that arrives wins, however old it is."""

    def see(before, cart, seen, *rest, **named):
        return before(replace(cart, seen={}, activity_at=None), seen, *rest, **named)

    patches.around(carts, "see", see)


@bug
def a_bought_cart_is_listed_again(patches: Patches) -> None:
    """Activity from before the purchase opens the cart again (woocommerce-abandoned-cart #592, #174)."""
    patches.put(carts, "REOPEN_AFTER", timedelta(days=-5))


@bug
def an_emptied_cart_stays_open(patches: Patches) -> None:
    """A cart without content is taken for an event without content."""

    def see(before, cart, seen, *rest, **named):
        return before(cart, seen, *rest, **named) if seen.items else cart

    patches.around(carts, "see", see)


@bug
def an_order_is_matched_by_its_first_name_only(patches: Patches) -> None:
    """Of an order's references only the first is looked at."""
    patches.around(Fold, "_cart_of", lambda before, self, refs, cause: before(self, refs[:1], cause))


@bug
def two_rows_of_one_cart_are_not_joined(patches: Patches) -> None:
    """The second row of a cart is left as it is when the first takes its purchase over."""
    patches.put(carts, "absorb", lambda cart, other, cause: cart)


@bug
def the_second_row_of_a_cart_keeps_its_run(patches: Patches) -> None:
    """A row that was joined to another goes on reminding, and is no part of a story."""

    def give_up(before, cart, at, because, cause, by=None):
        if because == "joined":
            return cart.noting(at, "second row", cause)
        return before(cart, at, because, cause, by)

    def alone(before, known, *rest):
        cart = next(one for one in rest if isinstance(one, carts.Cart))
        return before(() if any(step.what == "second row" for step in cart.history) else known, *rest)

    patches.around(carts, "give_up", give_up)
    patches.around(visits, "newer", alone)
    patches.around(visits, "said_before", alone)


@bug
def the_generation_never_grows(patches: Patches) -> None:
    """A cart that is filled again after a purchase stays bought (mautic #6515: silent loss)."""
    patches.put(carts, "_reopened", lambda cart, *rest: cart)


@bug
def the_word_that_arrives_last_is_the_last_word(patches: Patches) -> None:
    """A late event that still says "subscribed" undoes an opt-out (parcelvoy #442)."""

    def hear(before, *given, **named):
        return before(None, *given[1:], **named)

    patches.around(consents, "hear", hear)


@bug
def leaving_through_the_page_does_nothing(patches: Patches) -> None:
    """The page says "you have left", and nothing is written (parcelvoy #442)."""
    patches.put(Leave, "_left", lambda self, link, person_id, now: None)


@bug
def a_scanner_that_opens_the_page_leaves(patches: Patches) -> None:
    """GET unsubscribes, so a mail filter does it for everybody (mautic #14916, Rock #7034)."""

    def handler(before, event, context):
        return before({**event, "requestContext": {"http": {"method": "POST"}}}, context)

    patches.around(leave, "handler", handler)


@bug
def no_consent_is_needed(patches: Patches) -> None:
    """Whoever has an address is written to."""
    patches.put(consents, "basis_for", lambda *given, **named: None)


@bug
def a_merge_forgets_the_refusal(patches: Patches) -> None:
    """When an account's row is taken into its mailbox, only what was agreed to is kept."""

    def merge(before, winner, loser, *rest):
        united, gone = before(winner, loser, *rest)
        agreed = {name: word for name, word in united.consents.items() if word.state == consents.GRANTED}
        return replace(united, consents=agreed), gone

    patches.around(customer, "merge", merge)


@bug
def a_merge_loses_the_messages_of_one(patches: Patches) -> None:
    """When an account's row is taken into its mailbox, only the account's messages count."""

    def take_in(before, mailbox, nameless, now):
        united, gone = before(mailbox, nameless, now)
        return replace(united, sends=nameless.sends), gone

    patches.around(identity, "take_in", take_in)


@bug
def a_merge_loses_the_purchase_of_one(patches: Patches) -> None:
    """When an account's row is taken into its mailbox, nobody remembers what was bought."""

    def take_in(before, mailbox, nameless, now):
        united, gone = before(mailbox, nameless, now)
        return replace(united, last_order_at=None, bought_beside_at=None, purchases=()), gone

    patches.around(identity, "take_in", take_in)


@bug
def an_erasure_does_nothing(patches: Patches) -> None:
    """Who asked to be forgotten is still written to."""
    patches.put(customer, "erase", lambda person, *rest: person)
    patches.put(carts, "erase", lambda cart, *rest: cart)


@bug
def a_late_cart_brings_back_who_was_forgotten(patches: Patches) -> None:
    """A delivery from before an erasure makes the person anew. Our own, found by this simulation."""
    patches.put(customer, "is_forgotten", lambda person, at: False)


@bug
def a_refusal_of_a_stranger_is_dropped(patches: Patches) -> None:
    """A withdrawal that overtakes the cart is forgotten. Our own, found by this simulation."""

    def customer_record(before, self, seen, cause):
        words = tuple(word for word in seen.contact.consents if word.granted)
        met = any(self.page.aliases.get(self.hashed(alias)) for alias in seen.contact.aliases())
        if met or words:
            before(self, seen, cause)

    patches.around(Fold, "_customer", customer_record)
