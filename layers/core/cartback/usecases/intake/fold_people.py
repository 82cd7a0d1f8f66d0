"""Fold in whom a shop tells of: find or make the row of a mailbox, an account or a number, and link what is not one.

What identifies and what only hints is decided in ``domain.people.identity``; this follows the pointers of a page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cartback.domain.consent.consent import WITHDRAWN
from cartback.domain.consent.consent_facts import tell_said
from cartback.domain.people import address, customer, identity, tickets
from cartback.domain.people.customer import Person
from cartback.domain.people.returning import returned
from cartback.domain.people.tickets import OPENED, Ticket
from cartback.domain.trade.purchases import Told
from cartback.usecases.intake.draft import Answered

if TYPE_CHECKING:
    from datetime import datetime

    from cartback.domain.observations import AnswerSeen, Contact, TicketSeen
    from cartback.usecases.intake.draft import Draft


@dataclass(frozen=True, slots=True)
class Names:
    """The names of a contact as keyed hashes; ``account_email`` is the address of the platform's record,
    ``user`` WhatsApp's id of somebody: an account without an address.
    """

    customer: str | None
    email: str | None
    phone: str | None
    account_email: str | None = None
    user: str | None = None

    @property
    def told(self) -> tuple[str, ...]:
        """All of them, strongest first."""
        return tuple(filter(None, (self.customer, self.email, self.user, self.phone)))


def names_of(fold: Draft, contact: Contact) -> Names:
    """The names of a contact, hashed."""
    told = (
        ("customer", contact.customer_ref),
        ("email", contact.email),
        ("phone", contact.phone),
        ("email", contact.account_email),
        ("whatsapp", contact.whatsapp_user),
    )
    return Names(*(fold.hashed(f"{kind}:{value}") if value else None for kind, value in told))


def met(
    fold: Draft,
    contact: Contact,
    at: datetime,
    cause: str,
    of_record: bool = False,
    device_hash: str | None = None,
) -> Person | None:
    """The person behind a contact, with what is said of them; None for nobody, and for news of who was forgotten since.

    ``of_record`` says that the contact is the platform's own record of a customer; ``device_hash`` is that of the
    browser on which they said it, if it is about a browser.
    """
    names = names_of(fold, contact)
    if of_record:
        names = replace(names, account_email=names.email)
    if not names.told or _is_forgotten(fold, names, at):
        return None
    _follow_record(fold, names, at)
    if of_record and names.customer and names.email:
        contact, names = _without_old_address(fold, contact, names, names.email)
    owner = _owner(fold, names)
    if owner is None:
        return None
    owner = _told(fold, owner, contact, names, at, cause, device_hash)
    account = _made_account(fold, names.customer) if names.customer else None
    if account is not None and account.person_id != owner.person_id:
        _link(fold, owner, account)
    if names.phone:
        _share_number(fold, names.phone, owner)
        if owner.person_id == identity.number_id(fold.shop, names.phone):
            _let_all_refuse(fold, names.phone, fold.person(owner.person_id) or owner, cause)
    return fold.person(owner.person_id)


def known(fold: Draft, contact: Contact) -> list[Person]:
    """Everybody whom the names of a contact identify, by id; nobody is made."""
    hashes = [fold.hashed(alias) for alias in contact.identifying()]
    return fold.known_as(hashes)


def bought(fold: Draft, contact: Contact, told: Told, beside: Iterable[str]) -> None:
    """Somebody of these names bought: the mailbox and the account did, whoever is linked may be the same.

    ``beside`` are hashes of further names that an order gives.
    """
    names = names_of(fold, contact)
    buyers = {row.person_id: row for row in _buyers(fold, names) if row.erased_at is None}
    for row in buyers.values():
        fold.keep(customer.ordered(row, told.placed_at, fold.now, told))
    others = dict.fromkeys(i for row in buyers.values() for i in row.beside)
    hinted = [fold.person(i) for i in others]
    hinted.extend(_sharing(fold, names.phone, contact.phone))
    for name in beside:
        hinted.extend(_bearers(fold, name))
    for other in hinted:
        if other is not None and other.person_id not in buyers and other.erased_at is None:
            latest = fold.person(other.person_id)
            fold.keep(identity.bought_beside(latest or other, told, fold.now))


def asked(fold: Draft, seen: TicketSeen, cause: str) -> None:
    """Somebody asked the shop's people, or has their answer. Of a stranger only the names' hashes are kept with it."""
    strange = not any(row.erased_at is None for row in known(fold, seen.contact))
    owner = met(fold, seen.contact, seen.at, cause)
    if owner is None:
        return
    if strange:
        fold.keep(customer.nameless(owner))
    word = Ticket(seen.ticket_ref, seen.at, seen.state == OPENED, seen.order_ref)
    rows = {row.person_id: row for row in known(fold, seen.contact) if row.erased_at is None}
    for row in {owner.person_id: fold.person(owner.person_id) or owner, **rows}.values():
        fold.keep(replace(row, tickets=tickets.told(row.tickets, word, fold.now)))
    kept = fold.person(owner.person_id)
    if cause not in fold.old_news and kept is not None and word in kept.tickets:
        about = {"ticket_id": seen.ticket_ref, "order_ref": seen.order_ref, "person_id": owner.person_id}
        fold.tell(f"ticket.{seen.state}", seen.at, seen.at, **about, **{f"{seen.state}_at": seen.at})


def answered(fold: Draft, seen: AnswerSeen, cause: str) -> None:
    """Somebody wrote back to the shop: whoever is known by that name waits for an answer. A stranger is not kept."""
    rows = [row for row in known(fold, seen.contact) if row.erased_at is None]
    word = Ticket(f"{tickets.ANSWER}{seen.answer_ref}", seen.at, is_open=True)
    for row in rows:
        fold.keep(replace(row, tickets=tickets.told(row.tickets, word, fold.now)))
    if not rows or cause in fold.old_news:
        return
    row = rows[0]
    about = {"ticket_id": word.ref, "order_ref": None, "person_id": row.person_id}
    fold.tell("ticket.opened", seen.at, seen.at, **about, opened_at=seen.at)
    fold.answers.append(Answered(word.ref, row.person_id, next(iter(row.cart_ids[-1:]), None)))


def _is_forgotten(fold: Draft, names: Names, at: datetime) -> bool:
    named = filter(None, (names.customer, names.email)) if names.customer or names.email else (names.phone,)
    return any(customer.is_forgotten(row, at) for row in fold.known_as(filter(None, named)))


def _follow_record(fold: Draft, names: Names, at: datetime) -> None:
    """What the platform's own record says of an account: which mailbox it is. Older records say nothing any more."""
    if not names.customer or not names.account_email:
        return
    row = account_of(fold, names.customer)
    if row is not None and not identity.is_mailbox(row, names.account_email):
        since = row.accounts.get(names.customer)
        if since is not None and since >= at:
            return
    box = identity.vouch(mailbox(fold, names.account_email), names.customer, at)
    if row is not None and row.person_id != box.person_id and row.erased_at is None:
        if row.email_hash is None:
            box, gone = identity.take_in(box, row, fold.now)
            fold.keep(gone)
        else:
            box, before = identity.move(names.customer, row, box, at, fold.now)
            fold.keep(before)
    fold.page.aliases[names.customer] = box.person_id
    fold.keep(box)


def _without_old_address(
    fold: Draft, contact: Contact, names: Names, address_hash: str
) -> tuple[Contact, Names]:
    """An older record of an account tells of it what it knows, but no longer under which address."""
    row = account_of(fold, names.customer)
    if row is None or identity.is_mailbox(row, address_hash):
        return contact, names
    return replace(contact, email=None, consents=()), replace(names, email=None, account_email=None)


def _owner(fold: Draft, names: Names) -> Person | None:
    """Whoever the strongest of the names is; None where none was told."""
    if names.email:
        return mailbox(fold, names.email)
    account = names.customer or names.user
    if account:
        return _made_account(fold, account)
    return _of_number(fold, names.phone) if names.phone else None


def mailbox(fold: Draft, address_hash: str) -> Person:
    """The row of an address: found, parted from one that an older version mixed with another, or new."""
    found = fold.person(fold.page.aliases.get(address_hash))
    if found is None:
        row = fold.stranger(address_hash)
    elif found.erased_at is not None:
        row = returned(found)
    elif identity.is_mailbox(found, address_hash):
        row = found
    else:
        row, mixed = identity.part(found, address_hash, fold.now)
        fold.keep(mixed)
    if address_hash not in row.aliases:
        row = replace(row, aliases=(*row.aliases, address_hash))
    fold.page.aliases[address_hash] = row.person_id
    fold.keep(row)
    return row


def account_of(fold: Draft, name: str | None) -> Person | None:
    """Who an account is: the mailbox of its record, else somebody without an address."""
    found = fold.person(fold.page.aliases.get(name)) if name else None
    return found if found is not None and found.erased_at is None else None


def _made_account(fold: Draft, name: str) -> Person:
    """Who an account is, made where it is nobody yet."""
    found = fold.person(fold.page.aliases.get(name))
    if found is not None and found.erased_at is None:
        return found
    row = replace(returned(found) if found is not None else fold.stranger(name), aliases=(name,))
    fold.page.aliases[name] = row.person_id
    fold.keep(row)
    return row


def _of_number(fold: Draft, number: str) -> Person:
    row = fold.person(identity.number_id(fold.shop, number))
    if row is None or row.erased_at is not None:
        row = Person(fold.shop, identity.number_id(fold.shop, number)) if row is None else returned(row)
        row = replace(row, aliases=(number,), phone_hash=number)
        fold.keep(row)
    return row


def _told(
    fold: Draft,
    owner: Person,
    contact: Contact,
    names: Names,
    at: datetime,
    cause: str,
    device_hash: str | None,
) -> Person:
    """Fold what is said of somebody into their row, with what is known against their address or number."""
    # Only an account's name greets: what a guest types beside an address may be anybody's advertising.
    named = contact if contact.customer_ref else replace(contact, first_name=None)
    row = customer.meet(owner, named, (), names.email, at, fold.now, cause, names.phone, device_hash)
    row = _with_refusals_by_number(fold, row, names.phone)
    because = fold.page.blocks.get(row.email_hash) if row.email_hash else None
    if because:
        row = customer.block(row, because, fold.now)
    fold.keep(row)
    if row.person_id != identity.number_id(fold.shop, names.phone or ""):
        _tell_what_was_said(fold, row, cause)
    return row


def _tell_what_was_said(fold: Draft, row: Person, cause: str) -> None:
    for word in row.consents.values():
        if word.cause == cause:
            fold.facts.extend(tell_said(fold.shop, row.person_id, word))


def _with_refusals_by_number(fold: Draft, row: Person, number: str | None) -> Person:
    """Who left by answering a message left with the number: for whoever is told with it afterwards."""
    said = fold.person(identity.number_id(fold.shop, number)) if number else None
    if said is None or said.person_id == row.person_id:
        return row
    for name, word in said.consents.items():
        own = row.consents.get(name)
        if word.state == WITHDRAWN and word.channel != "email" and (own is None or own.at < word.at):
            row = customer.say(row, replace(word, recorded_at=fold.now))
    return row


def _let_all_refuse(fold: Draft, number: str, row: Person, cause: str) -> None:
    """A number that says no says it for everybody whom we would reach by it; ``row`` is the number's own."""
    last = fold.person(fold.page.aliases.get(number))
    sharing = [one for one in (last, *map(fold.person, row.beside)) if one is not None and one != row]
    reached = {one.person_id: one for one in sharing if one.erased_at is None and one.phone_hash == number}
    for one in reached.values():
        said = _with_refusals_by_number(fold, one, number)
        fold.keep(said)
        _tell_what_was_said(fold, said, cause)
    if not reached:
        _tell_what_was_said(fold, row, cause)


def _share_number(fold: Draft, number: str, owner: Person) -> None:
    """Remember who was told with a number: the last one; of several, all, in a row of the number."""
    last = fold.person(fold.page.aliases.get(number))
    shared = fold.person(identity.number_id(fold.shop, number))
    if owner.person_id == identity.number_id(fold.shop, number):
        if fold.page.aliases.get(number) is None:
            fold.page.aliases[number] = owner.person_id
        return
    if last is not None and last.person_id != owner.person_id and last.erased_at is None:
        shared = shared or _of_number(fold, number)
        told = dict.fromkeys([*shared.beside, last.person_id, owner.person_id])
        beside = tuple(i for i in told if i != shared.person_id)[-identity.MOST_LINKS :]
        fold.keep(replace(shared, beside=beside))
    if shared is not None and shared.last_order_at is not None and len(shared.beside) <= identity.HOUSEHOLD:
        latest = fold.person(owner.person_id) or owner
        fold.keep(identity.bought_beside(latest, Told(shared.last_order_at), fold.now))
    fold.page.aliases[number] = owner.person_id


def _link(fold: Draft, one: Person, other: Person) -> None:
    for row in identity.link(one, other, fold.now):
        fold.keep(row)


def _buyers(fold: Draft, names: Names) -> Iterator[Person]:
    for name in (names.customer, names.email):
        yield from fold.known_as([name] if name else [])
    row = fold.person(identity.number_id(fold.shop, names.phone)) if names.phone else None
    if row is not None and not (names.customer or names.email):
        yield row


def _sharing(fold: Draft, number: str | None, said: str | None) -> Iterator[Person]:
    """Who was told with a number, unless that is a number of nobody, or of too many to be one household."""
    if number is None or (said is not None and address.is_made_up(said)):
        return
    row = fold.person(identity.number_id(fold.shop, number))
    others = row.beside if row is not None else ()
    if len(others) > identity.HOUSEHOLD:
        return
    yield from filter(None, (fold.person(i) for i in (fold.page.aliases.get(number), *others)))


def _bearers(fold: Draft, name: str) -> Iterator[Person]:
    """Whoever is known under a further name of an order; else somebody nameless, whose cart may be on its way."""
    found = fold.person(fold.page.aliases.get(name))
    if found is None:
        found = replace(fold.stranger(name), aliases=(name,))
        fold.page.aliases[name] = found.person_id
    yield found
