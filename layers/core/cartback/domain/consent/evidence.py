"""What proves a consent: every word a person ever said, in order, each sealed with a hash over the one before.

Whoever relies on a consent has to prove it (GDPR Art. 7(1)); courts ask who said what, when, where, to which wording
(reliability.md, "Messaging law"). Entries are only ever added. The person's row keeps the last hash and the number of
entries and is written in the same transaction, so that a change, a gap or a cut at either end shows.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from cartback.domain.consent.sparing import place_of, without_addresses

if TYPE_CHECKING:
    from cartback.domain.consent.consent import Consent


@dataclass(frozen=True, slots=True)
class Circumstances:
    """How a word was given, as far as it is known: what was read, when it was asked and answered, and from where.

    ``message`` is the claim of the mail that carried the link, ``page`` where the person stood.
    """

    wording: str | None = None
    wording_version: str | None = None
    requested_at: datetime | None = None
    confirmed_at: datetime | None = None
    ip: str | None = None
    user_agent: str | None = None
    page: str | None = None
    message: str | None = None


UNKNOWN = Circumstances()


@dataclass(frozen=True, slots=True)
class Evidence:
    """One word in a person's chain, counted from 1. ``seal`` is the hash of everything else, ``previous`` included."""

    shop: str
    person_id: str
    seq: int
    previous: str
    channel: str
    purpose: str
    state: str
    basis: str
    source: str
    said_at: datetime
    recorded_at: datetime
    cause: str
    address_hash: str | None
    how: Circumstances = UNKNOWN
    seal: str = ""


def following(
    shop: str, person_id: str, length: int, head: str, word: Consent, how: Circumstances
) -> Evidence:
    """The entry that comes after ``length`` others, the last of which is sealed with ``head``."""
    entry = Evidence(
        shop=shop,
        person_id=person_id,
        seq=length + 1,
        previous=head,
        channel=word.channel,
        purpose=word.purpose,
        state=word.state,
        basis=word.basis,
        source=without_addresses(word.source),
        said_at=word.at,
        recorded_at=word.recorded_at,
        cause=without_addresses(word.cause),
        address_hash=word.address_hash,
        how=_sparing(how),
    )
    return replace(entry, seal=seal_of(entry))


def shown(entry: Evidence) -> Evidence:
    """An entry as it may be shown: earlier versions kept whole addresses of pages, and what stood in them.

    What lies in the store stays as it was sealed; check the chain before.
    """
    return replace(
        entry,
        source=without_addresses(entry.source),
        cause=without_addresses(entry.cause),
        how=_sparing(entry.how),
    )


def _sparing(how: Circumstances) -> Circumstances:
    """The circumstances without an address in any text, and of a page no more than where it is."""
    return replace(
        how,
        wording=_spared(how.wording),
        wording_version=_spared(how.wording_version),
        ip=_spared(how.ip),
        user_agent=_spared(how.user_agent),
        page=place_of(how.page) if how.page else None,
        message=_spared(how.message),
    )


def _spared(text: str | None) -> str | None:
    return without_addresses(text) if text is not None else None


def seal_of(entry: Evidence) -> str:
    """The SHA-256 over everything that an entry says but its own seal, in one spelling."""
    said = asdict(entry)
    del said["seal"]
    return hashlib.sha256(json.dumps(said, default=_spelled, sort_keys=True).encode()).hexdigest()


def chain(entries: Iterable[Evidence], head: str) -> tuple[list[Evidence], str | None]:
    """The entries that lead to ``head``, oldest first, and what is wrong with them, or None.

    Only seals count: an entry that was changed no longer fits its own, and one whose seal was made anew is missing
    from where the next one looks for it.
    """
    by_seal = {entry.seal: entry for entry in entries}
    found: list[Evidence] = []
    wanted = head
    while wanted:
        entry = by_seal.pop(wanted, None)
        if entry is None:
            after = f"before entry {found[-1].seq}" if found else "at the end"
            return found[::-1], f"the entry {after} is missing or was replaced"
        found.append(entry)
        if seal_of(entry) != entry.seal:
            return found[::-1], f"entry {entry.seq} was changed after it was sealed"
        wanted = entry.previous
    return found[::-1], None


def fault(entries: Iterable[Evidence], length: int, head: str) -> str | None:
    """What is wrong with the chain of a person whose row counts ``length`` entries up to ``head``; None if nothing.

    An entry that lies there and is no part of the chain is wrong as well: only the row says how long the chain is.
    """
    entries = list(entries)
    found, wrong = chain(entries, head)
    if wrong is None and len(entries) > len(found):
        return f"{len(entries) - len(found)} beside the chain: added, or left of a row that has ended since"
    if wrong is None and [entry.seq for entry in found] != list(range(1, length + 1)):
        return f"there are {len(found)} entries, and the person's row counts {length}"
    return wrong


def _spelled(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds")
    raise TypeError(type(value).__name__)
