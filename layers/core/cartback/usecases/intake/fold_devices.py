"""Fold in which browsers somebody lets us push to. A browser is one person's: whoever signed up on it last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartback.domain.people import customer
from cartback.domain.people.customer import PUSH
from cartback.domain.people.device import Device
from cartback.usecases.intake import fold_people

if TYPE_CHECKING:
    from cartback.domain.observations import DeviceSeen
    from cartback.usecases.intake.draft import Draft


def told(fold: Draft, seen: DeviceSeen, cause: str) -> None:
    """Somebody said on a browser that we may push to it, or that we may not any more.

    Who signs up on a browser that was somebody else's takes it over: what is meant for the one must not be read by the
    other. A no on one browser is a no to push on all of them.
    """
    name = fold.hashed(f"device:{seen.endpoint}")
    holder = fold.person(fold.page.aliases.get(name))
    if holder is not None and any(each.hash == name and each.at > seen.at for each in holder.devices):
        return  # old news: somebody signed up there since
    owner = fold_people.met(fold, seen.contact, seen.at, cause, device_hash=name)
    if (
        owner is None
        or owner.erased_at is not None
        or not any(word.granted for word in seen.contact.consents)
    ):
        return
    topics = tuple(word.purpose for word in seen.contact.consents if word.channel == PUSH and word.granted)
    device = Device(seen.endpoint, seen.p256dh, seen.auth, name, seen.at, topics)
    if holder is not None and holder.person_id != owner.person_id:
        fold.keep(customer.without_device(holder, name, fold.now))
    row = customer.lets_push(fold.person(owner.person_id) or owner, device)
    fold.keep(row)
    if any(each.hash == name for each in row.devices):
        fold.page.aliases[name] = row.person_id
