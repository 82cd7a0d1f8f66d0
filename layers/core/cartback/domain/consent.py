"""What a person agreed to, on whose word, and whether that is enough to write to them.

A cart reminder is advertising (UWG § 7 and its like elsewhere): without a recorded legal basis there is no
message. The newest word of the person counts, and an opt-out outweighs a tick that carries no date of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cartback.domain.observations import ConsentSeen

GRANTED, WITHDRAWN = "granted", "withdrawn"


@dataclass(frozen=True, slots=True)
class Consent:
    """The present word of one person for one channel, and the evidence for it.

    ``basis`` is the kind of legal basis (``explicit``, ``double_opt_in``, ``existing_customer``), ``source`` where
    it was said, ``at`` when the person said it, ``recorded_at`` when we heard of it, ``cause`` the event that told us.
    """

    channel: str
    state: str
    basis: str
    source: str
    at: datetime
    recorded_at: datetime
    cause: str

    @property
    def reference(self) -> str:
        """What a message quotes as the consent it stands on."""
        return f"{self.channel}/{self.basis}/{self.source}/{self.at.isoformat()}"


def hear(known: Consent | None, seen: ConsentSeen, now: datetime, cause: str) -> Consent | None:
    """The consent after the shop's word; ``known`` itself where nothing changes.

    * A newer word replaces an older one; at the same instant a refusal wins.
    * Our own opt-out page cannot be undone by an undated tick in a checkout, only by a record that the shop dated
      later (``sticky``): checkouts keep repeating the tick for as long as they live.
    * A checkout without the tick is no opt-out of a consent given elsewhere; it only takes back its own tick.
    """
    state = GRANTED if seen.granted else WITHDRAWN
    if known is None:
        return _record(seen, state, now, cause) if seen.granted or seen.sticky else None
    if not seen.sticky:
        own_tick = known.source == seen.source
        if seen.granted and ((known.state == WITHDRAWN and not own_tick) or known.state == GRANTED):
            return known
        if not seen.granted and not (own_tick and known.state == GRANTED):
            return known
        return known if seen.at < known.at else _record(seen, state, now, cause)
    if seen.at < known.at or (seen.at == known.at and (seen.granted or known.state == WITHDRAWN)):
        return known
    return _record(seen, state, now, cause)


def withdraw(known: Consent | None, channel: str, source: str, now: datetime) -> Consent:
    """The person said no, to us. Saying it again changes nothing."""
    if known is not None and known.state == WITHDRAWN and known.at <= now:
        return known
    return Consent(channel, WITHDRAWN, "opt_out", source, now, now, source)


def stricter(one: Consent | None, other: Consent) -> Consent:
    """Which of two people's words holds when they turn out to be one: any refusal before any consent.

    We cannot know that the one who agreed later is the one who refused before; silence is the safe side.
    """
    if one is None:
        return other
    return max(one, other, key=lambda word: (word.state == WITHDRAWN, word.at))


def basis_for(known: Consent | None, accepted: frozenset[str]) -> str | None:
    """The reason why a marketing message may *not* go out on this channel, or None if it may.

    ``accepted`` are the kinds of basis that the shop's policy takes as sufficient.
    """
    if known is None:
        return "no_basis"
    if known.state == WITHDRAWN:
        return "opted_out"
    if known.basis not in accepted:
        return "basis_not_sufficient"
    return None


def _record(seen: ConsentSeen, state: str, now: datetime, cause: str) -> Consent:
    return Consent(seen.channel, state, seen.basis, seen.source, seen.at, now, cause)
