"""Who is who: which names make somebody known, which only hint at somebody, and what holds when they contradict.

To us a person is a mailbox. The names that a shop tells are of unlike worth:

* An **address** is the person: whoever reads that mailbox. It leads to one row and to no other.
* An **account** (the shop's customer id) is the mailbox that the platform's own record of that customer names. Until
  such a record was told it is somebody of its own, without an address. An address that was typed at a checkout beside
  an account proves nothing about the account: anybody can type it.
* A **number** is nobody. A family has one landline, a company one switchboard, and numbers are given to others.

Names that were told together are *linked* where they are not the same. A link protects and never discloses: a
purchase under one ends the reminding of the other, and nothing else passes over it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from cartback.domain.consent import consent, preferences
from cartback.domain.consent.consent import words_for
from cartback.domain.consent.evidence import Circumstances
from cartback.domain.hashes import short
from cartback.domain.people import awaited, customer, tickets
from cartback.domain.people.customer import Person
from cartback.domain.trade import purchases, visits

if TYPE_CHECKING:
    from cartback.domain.consent.consent import Consent
    from cartback.domain.trade.cart import Cart
    from cartback.domain.trade.orders import Order
    from cartback.domain.trade.purchases import Told

MOST_LINKS = 10
"""How many others a row is linked with; the oldest link makes room."""
MOST_ACCOUNTS = 20
"""How many accounts a mailbox answers for: guests get a new one with each order at some platforms."""
HOUSEHOLD = 5
"""How many people may share a number before it hints at nobody: a switchboard, a till, a number that was made up."""
MOST_TAKEN_IN = 50
NAMES_OF_ONE = 2
"""Of so many names only one can be an address, since every row of somebody who can be written to has one."""


def mailbox_id(shop: str, address_hash: str) -> str:
    """The id of a mailbox that an older version had made one with another."""
    return short("mailbox", shop, address_hash)


def number_id(shop: str, number_hash: str) -> str:
    """The id of the row of a number: of what is told with a number alone, and of who shares it."""
    return short("number", shop, number_hash)


def is_mailbox(person: Person, address_hash: str) -> bool:
    """Whether a row may be that of this address: it has no other."""
    return person.email_hash in (None, address_hash)


def vouch(person: Person, account: str, at: datetime) -> Person:
    """The platform's own record of ``account`` names this mailbox, at ``at`` (the shop's clock)."""
    known = person.accounts.get(account)
    if known is not None and known >= at:
        return person
    kept = sorted({**person.accounts, account: at}.items(), key=lambda named: named[1])[-MOST_ACCOUNTS:]
    dropped = person.accounts.keys() - dict(kept).keys()
    names = dict.fromkeys([*(name for name in person.aliases if name not in dropped), account])
    return replace(person, accounts=dict(kept), aliases=tuple(names), moved_to=None, moved_at=None)


def move(account: str, old: Person, new: Person, at: datetime, now: datetime) -> tuple[Person, Person]:
    """The account has another mailbox since ``at``. Gives both, the new one first.

    The account takes along what protects whoever is behind it: refusals, wishes, purchases, the messages of late, and
    what falls due for them. Carts that it was told with follow it (``following``). Whoever says no by a message to the
    old mailbox says it at the new one as well. What else was told with the old mailbox before is written about no more:
    who reads it now is unknown.
    """
    new = replace(
        new,
        sends=_each_once(new, old),
        prefs=preferences.united(new.prefs, old.prefs),
        visits=visits.united(new.visits, old.visits),
        tickets=tickets.united(new.tickets, old.tickets),
        waits=awaited.united_waits(new.waits, old.waits),
        lapse=awaited.latest(new.lapse, old.lapse),
    )
    for name, word in old.consents.items():
        own = new.consents.get(name)
        if word.state == consent.WITHDRAWN and (own is None or own.at <= word.at):
            new = customer.say(
                new, replace(word, recorded_at=now), Circumstances(page=f"person {old.person_id}")
            )
    accounts = {name: since for name, since in old.accounts.items() if name != account}
    names = tuple(name for name in old.aliases if name != account)
    left = replace(
        old,
        accounts=accounts,
        aliases=names,
        moved_to=new.person_id,
        moved_at=at,
        waits=(),
        lapse=None,
    )
    return link(new, left, now)


def following(cart: Cart | Order, person: Person) -> str | None:
    """The row in which to go on looking for the owner of a cart or an order; None if ``person`` is the owner."""
    if person.merged_into is not None:
        return person.merged_into
    left = cart.account is not None and cart.account not in person.accounts
    return person.moved_to if left else None


def link(one: Person, other: Person, now: datetime) -> tuple[Person, Person]:
    """Two rows were named together. Each hears from now on of the other's purchases, and now of those so far."""
    return _linked(one, other, now), _linked(other, one, now)


def bought_beside(person: Person, told: Told, now: datetime) -> Person:
    """Somebody linked with this person bought. That ends reminding; it makes nobody a customer who was none."""
    heard = purchases.heard(person.purchases, told, now)
    bought_at = purchases.last_at(heard, told)
    known = person.bought_beside_at
    return replace(
        person, purchases=heard, bought_beside_at=bought_at if known is None else max(known, bought_at)
    )


def last_purchase(person: Person) -> datetime | None:
    """The latest purchase that ends a reminding, the person's own or of somebody who may be the same."""
    return max(filter(None, (person.last_order_at, person.bought_beside_at)), default=None)


def with_account(person: Person, account: Person) -> Person:
    """The owner of a cart, with what is known under the account that it was told with.

    Messages, wishes, purchases and visits are those of whoever is behind the account, at whichever address.
    """
    bought = max(filter(None, (person.bought_beside_at, account.last_order_at)), default=None)
    return replace(
        person,
        sends=_each_once(person, account),
        bought_beside_at=bought,
        purchases=purchases.united(person.purchases, account.purchases, None),
        prefs=preferences.united(person.prefs, account.prefs),
        visits=visits.united(person.visits, account.visits),
        tickets=tickets.united(person.tickets, account.tickets),
    )


def refused_by(account: Person | None, word: Consent) -> bool:
    """Whether a cart's account said no after ``word``, the consent of the address that was told with the cart."""
    said = words_for(account.consents, word.channel, word.purpose) if account is not None else ()
    return any(each.state == consent.WITHDRAWN and each.at >= word.at for each in said)


def belongs(cart: Cart, person: Person) -> bool:
    """Whether a message about the cart may go to this person's address.

    It may if the cart was told with that address, or by an account whose mailbox that is by the platform's record. A
    cart of a version that did not keep what it was told with belongs to somebody of whom no two names can be addresses.
    """
    if cart.account is not None and cart.account in person.accounts:
        return True
    if (
        person.moved_at is not None
        and cart.identified_at is not None
        and cart.identified_at <= person.moved_at
    ):
        return False
    if cart.address_hash is not None:
        return cart.address_hash == person.email_hash
    if cart.account is not None:
        return False
    return len(person.aliases) <= NAMES_OF_ONE


def take_in(mailbox: Person, nameless: Person, now: datetime) -> tuple[Person, Person]:
    """What was known of an account before its mailbox was: the two are one row from now on. Gives it, and the trace."""
    one, gone = customer.merge(mailbox, nameless, now)
    taken = dict.fromkeys([*mailbox.merged_from, *nameless.merged_from, nameless.person_id])
    links = dict.fromkeys([*nameless.beside, *mailbox.beside])
    return replace(
        one,
        sends=_each_once(mailbox, nameless),
        merged_from=tuple(taken)[-MOST_TAKEN_IN:],
        beside=tuple(i for i in links if i not in (one.person_id, gone.person_id))[-MOST_LINKS:],
        bought_beside_at=max(
            filter(None, (mailbox.bought_beside_at, nameless.bought_beside_at)), default=None
        ),
        accounts={**nameless.accounts, **mailbox.accounts},
    ), gone


def part(mixed: Person, address_hash: str, now: datetime) -> tuple[Person, Person]:
    """Part a mailbox from a row that holds another: an older version made one of the two. Gives both.

    What protects goes along: refusals, blocks, purchases, the budget, wishes. Of consents only those do that were given
    for this very address.
    """
    own = Person(
        shop=mixed.shop,
        person_id=mailbox_id(mixed.shop, address_hash),
        aliases=(address_hash,),
        locale=mixed.locale,
        blocked=mixed.blocked,
        blocked_recorded_at=mixed.blocked_recorded_at,
        blocked_until=mixed.blocked_until,
        purchases=mixed.purchases,
        bought_beside_at=last_purchase(mixed),
        sends=mixed.sends,
        soft_bounces=tuple(one for one in mixed.soft_bounces if one.address_hash == address_hash),
        prefs=mixed.prefs,
        tickets=mixed.tickets,
        forgotten_at=mixed.forgotten_at,
    )
    for word in mixed.consents.values():
        if word.state == consent.WITHDRAWN or word.address_hash == address_hash:
            own = customer.say(
                own, replace(word, recorded_at=now), Circumstances(page=f"person {mixed.person_id}")
            )
    left = replace(mixed, aliases=tuple(name for name in mixed.aliases if name != address_hash))
    return link(own, left, now)


def _each_once(one: Person, other: Person) -> tuple[datetime, ...]:
    """The messages to both: one about a cart of the other's account is counted in both rows, and was one message."""
    return tuple(sorted((Counter(one.sends) | Counter(other.sends)).elements()))


def _linked(person: Person, other: Person, now: datetime) -> Person:
    if person.person_id == other.person_id:
        return person
    beside = person.beside
    if other.person_id not in beside:
        beside = (*beside, other.person_id)[-MOST_LINKS:]
    bought = person.bought_beside_at
    if other.last_order_at is not None and (bought is None or other.last_order_at > bought):
        bought = other.last_order_at
    if (beside, bought) == (person.beside, person.bought_beside_at):
        return person
    heard = purchases.united(person.purchases, other.purchases, now) if bought else person.purchases
    return replace(person, beside=beside, bought_beside_at=bought, purchases=heard)
