"""The person behind carts and orders: how we know them again, and what they may be sent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from cartback.domain.channels import ADDRESS_OF, DEVICE, MAIL, PHONE
from cartback.domain.consent import consent as consents
from cartback.domain.consent import preferences
from cartback.domain.consent.consent import GRANTED, MARKETING, UNTICKED, WITHDRAWN, Consent
from cartback.domain.consent.evidence import UNKNOWN, Circumstances, following
from cartback.domain.messaging import answered
from cartback.domain.people import awaited, suppression, tickets
from cartback.domain.people import device as browsers
from cartback.domain.people.device import Device
from cartback.domain.people.person import Person as Person
from cartback.domain.people.person import person_id_for as person_id_for
from cartback.domain.trade import purchases, visits
from cartback.domain.trade.purchases import Told

if TYPE_CHECKING:
    from cartback.domain.observations import Contact

PUSH = "push"
REMEMBERED_SENDS = timedelta(days=31)
REMEMBERED_CARTS = 20


def meet(
    person: Person,
    contact: Contact,
    aliases: Iterable[str],
    email_hash: str | None,
    at: datetime,
    now: datetime,
    cause: str,
    phone_hash: str | None = None,
    device_hash: str | None = None,
) -> Person:
    """Fold in what a shop says of a person at ``at`` (the shop's clock). Older news only fills gaps."""
    if person.erased_at is not None:
        return person
    newer = person.seen_at is None or at >= person.seen_at
    email, hashed = (contact.email, email_hash) if contact.email else (person.email, person.email_hash)
    if not newer and person.email:
        email, hashed = person.email, person.email_hash
    lived = (person.country, person.region) if person.country else None
    place = _latest(newer, contact.place, lived) or (None, None)
    met = replace(
        person,
        aliases=tuple(dict.fromkeys([*person.aliases, *aliases])),
        email=email,
        email_hash=hashed,
        phone=_latest(newer, contact.phone, person.phone),
        phone_hash=_latest(newer, phone_hash, person.phone_hash),
        first_name=_latest(newer, contact.first_name, person.first_name),
        locale=_latest(newer, contact.locale, person.locale),
        country=place[0],
        region=place[1],
        seen_at=at if newer else person.seen_at,
    )
    for seen in contact.consents:
        if is_forgotten(person, seen.at):
            continue
        told_with = {MAIL: email_hash, PHONE: phone_hash, DEVICE: device_hash}.get(ADDRESS_OF[seen.channel])
        told_for = told_with or met.address_hash(seen.channel)
        known = met.consent(seen.channel, seen.purpose)
        heard = consents.hear_for(told_for, newer, known, seen, now, cause, at)
        if heard is not None and heard is not known:
            met = say(met, heard, Circumstances(wording=seen.wording))
    return met


def say(person: Person, word: Consent, how: Circumstances = UNKNOWN) -> Person:
    """Let a word be the person's present one, and keep it as evidence unless it only repeats what is known."""
    name = consents.key(word.channel, word.purpose)
    known = person.consents.get(name)
    person = replace(person, consents={**person.consents, name: word})
    if name == PUSH and word.state == WITHDRAWN:
        person = replace(person, devices=tuple(each for each in person.devices if each.at > word.at))
    if (known is None and word.state == UNTICKED) or (known is not None and _same(known, word)):
        return person
    entry = following(person.shop, person.person_id, person.evidence_length, person.evidence_head, word, how)
    return replace(
        person,
        evidence_head=entry.seal,
        evidence_length=entry.seq,
        fresh_evidence=(*person.fresh_evidence, entry),
    )


def _same(one: Consent, other: Consent) -> bool:
    mine, theirs = (
        (word.state, word.basis, word.source, word.at, word.address_hash) for word in (one, other)
    )
    return mine == theirs


def ordered(
    person: Person, placed_at: datetime, now: datetime | None = None, told: Told | None = None
) -> Person:
    """Remember a purchase, by whatever way it was made, and from when on we knew of it."""
    word = told or Told(placed_at)
    return replace(
        person,
        **purchases.remembered(person.purchases, person.last_order_at, word, now),
        answered=answered.bought(person.answered, placed_at),
    )


def called_off(person: Person, ref: str, at: datetime) -> Person:
    """An order of theirs was called off: they do not have what it held. It stays something that they did."""
    return replace(person, purchases=purchases.called_off(person.purchases, ref, at))


def owns(person: Person, cart_id: str, at: datetime | None = None) -> Person:
    """Remember a cart as this person's, so that an erasure finds it, and when it was begun (the shop's clock)."""
    if cart_id in person.cart_ids:
        return person
    begun = sorted([*person.carts_at, *([at] if at else [])])
    ids = (*person.cart_ids, cart_id)
    return replace(person, cart_ids=ids[-REMEMBERED_CARTS:], carts_at=tuple(begun[-REMEMBERED_CARTS:]))


def opt_out(
    person: Person,
    channels: Iterable[str],
    source: str,
    now: datetime,
    purpose: str = MARKETING,
    how: Circumstances = UNKNOWN,
) -> Person:
    """The person leaves, on these channels: everything there, or one purpose of it."""
    for channel in channels:
        known = person.consent(channel, purpose)
        word = consents.withdraw(known, channel, source, now, purpose)
        if word is not known:
            person = say(person, word, how)
    return person


def lets_push(person: Person, device: Device) -> Person:
    """The person lets us push to a browser, and still does by what they said last."""
    words = (person.consent(PUSH, topic) for topic in (MARKETING, *device.topics))
    if not any(word is not None and word.state == GRANTED for word in words):
        return person
    return replace(person, devices=browsers.newest_first(person.devices, (device,)))


def without_device(person: Person, device_hash: str, now: datetime) -> Person:
    """The person without a browser that is gone, or is somebody else's by now.

    What they said there stood for that browser alone. If another is left, they said the same there, when they let us
    push to it: their word is that one again, as far as it went.
    """
    left = tuple(each for each in person.devices if each.hash != device_hash)
    if len(left) == len(person.devices):
        return person
    person = replace(person, devices=left)
    if not left:
        return person
    newest = left[0]
    for word in person.consents.values():
        covered = word.purpose in newest.topics or MARKETING in newest.topics
        if word.channel == PUSH and word.state == GRANTED and word.address_hash == device_hash and covered:
            earlier = replace(
                word, address_hash=newest.hash, at=newest.at, told_at=newest.at, recorded_at=now
            )
            person = say(person, earlier, Circumstances(page="a browser that they used before"))
    return person


def block(person: Person, because: str, now: datetime | None = None, until: datetime | None = None) -> Person:
    """Nothing goes to this address any more, or not until an instant (``domain.people.suppression``)."""
    return suppression.blocked(person, because, now, until)


def sent(person: Person, at: datetime) -> Person:
    """Count one message against the person's budget."""
    recent = [then for then in person.sends if then > at - REMEMBERED_SENDS]
    return replace(person, sends=tuple(sorted([*recent, at])))


def unsent(person: Person, at: datetime) -> Person:
    """Give back the budget of a message that provably did not go out, and what it would have said."""
    sends = list(person.sends)
    if at in sends:
        sends.remove(at)
    return replace(person, sends=tuple(sends), visits=visits.unsaid(person.visits, at))


def merge(winner: Person, loser: Person, now: datetime | None = None) -> tuple[Person, Person]:
    """Make one person of two, who are known to be one from ``now`` on. What protects is kept from both."""
    newer_loser = loser.seen_at is not None and (winner.seen_at is None or loser.seen_at > winner.seen_at)
    ahead, behind = (loser, winner) if newer_loser else (winner, loser)
    email_of = ahead if ahead.email else behind
    placed_by = ahead if ahead.country else behind
    united = replace(
        winner,
        aliases=tuple(dict.fromkeys([*winner.aliases, *loser.aliases])),
        email=email_of.email,
        email_hash=email_of.email_hash,
        phone=ahead.phone or behind.phone,
        phone_hash=ahead.phone_hash if ahead.phone else behind.phone_hash,
        first_name=ahead.first_name or behind.first_name,
        locale=ahead.locale or behind.locale,
        country=placed_by.country,
        region=placed_by.region,
        soft_bounces=tuple(dict.fromkeys([*winner.soft_bounces, *loser.soft_bounces])),
        intents=tuple(dict.fromkeys([*winner.intents, *loser.intents])),
        seen_at=ahead.seen_at,
        prefs=preferences.united(ahead.prefs, behind.prefs),
        **suppression.united(winner, loser, now),
        purchases=purchases.united(winner.purchases, loser.purchases, now),
        last_order_at=max(filter(None, (winner.last_order_at, loser.last_order_at)), default=None),
        sends=tuple(sorted([*winner.sends, *loser.sends])),
        cart_ids=tuple(dict.fromkeys([*loser.cart_ids, *winner.cart_ids]))[-REMEMBERED_CARTS:],
        carts_at=tuple(sorted([*loser.carts_at, *winner.carts_at]))[-REMEMBERED_CARTS:],
        clicked_at=max(filter(None, (winner.clicked_at, loser.clicked_at)), default=None),
        forgotten_at=max(filter(None, (winner.forgotten_at, loser.forgotten_at)), default=None),
        visits=visits.united(winner.visits, loser.visits),
        traces=tuple(dict.fromkeys([*(winner.traces or ()), *(loser.traces or ())])) or None,
        tickets=tickets.united(winner.tickets, loser.tickets),
        waits=awaited.united_waits(winner.waits, loser.waits),
        lapse=awaited.latest(winner.lapse, loser.lapse),
        answered=answered.united(winner.answered, loser.answered),
        devices=browsers.newest_first(winner.devices, loser.devices),
    )
    for name, word in consents.united(winner.consents, loser.consents).items():
        if word != winner.consents.get(name):
            heard = word if now is None else replace(word, recorded_at=now)
            united = say(united, heard, Circumstances(page=f"person {loser.person_id}"))
    traces = {"merged_into": winner.person_id, "merged_at": now, **chain(loser)}
    gone = Person(loser.shop, loser.person_id, loser.version, **traces)
    return united, gone


def erase(
    person: Person,
    asked_at: datetime,
    now: datetime,
    aliases: Iterable[str] = (),
    traces: Iterable[str] = (),
) -> Person:
    """Forget who it was. The row stays as a mark that nothing may be sent, and that older news is not to be kept.

    The keyed hashes stay with it, ``aliases`` among them, and the ``traces`` of their carts' references: by these a
    late event is known, wherever it lies.
    """
    unremembered = person.erased_at is not None and person.traces is None
    return Person(
        shop=person.shop,
        person_id=person.person_id,
        version=person.version,
        aliases=tuple(dict.fromkeys([*person.aliases, *aliases])),
        merged_from=person.merged_from,
        erased_at=person.erased_at or now,
        forgotten_at=max(filter(None, (person.forgotten_at, asked_at))),
        traces=None if unremembered else tuple(dict.fromkeys([*(person.traces or ()), *traces])),
        **chain(person),
    )


def chain(person: Person) -> dict[str, Any]:
    """What holds a person's evidence in place, whatever becomes of the row."""
    names = ("evidence_head", "evidence_length", "fresh_evidence")
    return {name: getattr(person, name) for name in names}


def is_forgotten(person: Person, at: datetime) -> bool:
    """Whether what was said at ``at`` (the shop's clock, days ago perhaps) is older than the wish to be forgotten."""
    since = person.forgotten_at or person.erased_at
    return since is not None and at <= since


def nameless(person: Person) -> Person:
    """Keep what somebody said, and not who it was: enough for a refusal that comes before anything else."""
    return replace(
        person,
        email=None,
        email_hash=None,
        phone=None,
        first_name=None,
        locale=None,
        country=None,
        region=None,
    )


def _latest[T](newer: bool, said: T | None, known: T | None) -> T | None:
    return (said or known) if newer else (known or said)
