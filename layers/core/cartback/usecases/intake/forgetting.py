"""Fold in what people and shops ask of us by right: to be forgotten, and to be told what is known.

What is done here is done in the rows, at once and in one transaction. What lies elsewhere (raw events, dead letters,
carts beyond those that a person remembers) is swept by the run that the told fact starts.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from cartback import subjects
from cartback.domain.consent.consent import WITHDRAWN
from cartback.domain.facts import tell
from cartback.domain.messaging.due import entry_of
from cartback.domain.people import customer, suppression
from cartback.domain.people.traces import traces
from cartback.usecases.intake import fold_people

if TYPE_CHECKING:
    from datetime import datetime

    from cartback.domain.observations import CustomerErased, DataRequested, ShopErased
    from cartback.domain.people.customer import Person
    from cartback.usecases.intake.draft import Draft


def erased(fold: Draft, seen: CustomerErased, cause: str) -> None:
    """Forget everybody of these names. Somebody we have not met is forgotten too: what comes late is not kept."""
    names = tuple(fold.hashed(alias) for alias in seen.contact.identifying())
    address = fold_people.names_of(fold, seen.contact).email
    if names:
        known = fold_people.known(fold, seen.contact) or [fold.stranger(names[0])]
        forget(fold, known, seen.at, cause, names, address)


def forget(
    fold: Draft,
    people: Iterable[Person],
    asked_at: datetime,
    cause: str,
    aliases: tuple[str, ...] = (),
    address: str | None = None,
) -> None:
    """Forget these people; ``aliases`` and ``address`` are hashes that they were named by, beside their own."""
    for person in people:
        email_hash = person.email_hash or (address if address in person.aliases else None)
        said_no = any(word.state == WITHDRAWN for word in person.consents.values())
        lasting = person.blocked if suppression.lasts(person.blocked) else None
        if email_hash and (lasting or said_no):
            fold.page.blocks[email_hash] = lasting or "opted_out"
        said_no_by_phone = any(
            word.state == WITHDRAWN and word.channel != "email" for word in person.consents.values()
        )
        if person.phone_hash and said_no_by_phone:
            fold.page.blocks[person.phone_hash] = "opted_out"
        refs: list[str] = []
        for kind in subjects.with_people():
            rows = getattr(fold.page, kind.part)
            for name in kind.of_person(person):
                row = rows.get(name)
                if row is not None and not _is_of_another(fold, kind.view(row).person_id, person):
                    rows[name] = kind.erased(row, fold.now, cause)
                    refs.extend(getattr(row, "refs", ()))
        # The hashes stay, as the only way to know a late event of a forgotten person when it comes.
        own = [name for name in dict.fromkeys([*person.aliases, *aliases]) if _leads_to(fold, name, person)]
        for name in own:
            fold.page.aliases[name] = person.person_id
        for device in person.devices:
            if _leads_to(fold, device.hash, person):
                fold.page.aliases[device.hash] = None
        fold.unlisted.extend(entry_of(fold.shop, wait) for wait in person.waits)
        fold.page.persons[person.person_id] = customer.erase(person, asked_at, fold.now, own, traces(refs))
        fold.facts.append(tell("customer.erased", fold.shop, fold.now, person_id=person.person_id))


def _is_of_another(fold: Draft, owner_id: str | None, person: Person) -> bool:
    """Whether what the person remembers is somebody else's by now: who logs in on a shared device takes the cart."""
    owner = fold.person(owner_id)
    return owner is not None and owner.person_id != person.person_id


def _leads_to(fold: Draft, name: str, person: Person) -> bool:
    """Whether a name is this person's, or nobody's yet."""
    owner = fold.person(fold.page.aliases.get(name))
    return owner is None or owner.person_id == person.person_id


def asked(fold: Draft, seen: DataRequested) -> None:
    """Tell that somebody wants to know what is known; once, also where nothing is known."""
    known: list[Person | None] = [*fold_people.known(fold, seen.contact)]
    for person in known or [None]:
        person_id = person.person_id if person is not None else None
        fold.facts.append(
            tell(
                "privacy.requested",
                fold.shop,
                seen.at,
                person_id,
                request_ref=seen.request_ref,
                person_id=person_id,
                requested_at=seen.at,
            )
        )


def shop_erased(fold: Draft, seen: ShopErased) -> None:
    """Write to nobody of this shop any more, and tell that everybody is to be forgotten."""
    fold.page.blocks["shop"] = "shop_left"
    fold.facts.append(tell("shop.erased", fold.shop, seen.at, seen.at, erased_at=seen.at))
