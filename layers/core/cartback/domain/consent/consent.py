"""What a person agreed to, on whose word, and whether that is enough to write to them.

A cart reminder is advertising (UWG § 7 and its like elsewhere): without a recorded legal basis there is no
message. The newest word of the person counts, and an opt-out outweighs a tick that carries no date of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cartback.domain.observations import ConsentSeen

GRANTED, WITHDRAWN, UNTICKED = "granted", "withdrawn", "unticked"
TOPICS = ("cart_reminders", "offers", "news")
PURPOSES = (*TOPICS, "service")
MARKETING = "marketing"
"""The purpose of a word that names none: a shop's general consent, which covers every topic but nothing else."""


@dataclass(frozen=True, slots=True)
class Consent:
    """The present word of one person for one channel and purpose. What proves it is in ``domain.consent.evidence``.

    ``basis`` is the kind of legal basis (``explicit``, ``double_opt_in``, ``existing_customer``), ``source`` where
    it was said, ``at`` when the person said it, ``recorded_at`` when we heard of it, ``cause`` the event that told us.
    ``sticky`` says that the word carries its own date, ``told_at`` when the shop last repeated it. An empty tick box
    (``unticked``) is neither a consent nor an opt-out. ``address_hash`` is the address that it was given for.
    """

    channel: str
    state: str
    basis: str
    source: str
    at: datetime
    recorded_at: datetime
    cause: str
    sticky: bool = True
    told_at: datetime | None = None
    purpose: str = MARKETING
    address_hash: str | None = None

    @property
    def reference(self) -> str:
        """What a message quotes as the consent it stands on."""
        return f"{key(self.channel, self.purpose)}/{self.basis}/{self.source}/{self.at.isoformat()}"


def key(channel: str, purpose: str = MARKETING) -> str:
    """Under which name a person's word for a channel and purpose is kept."""
    return channel if purpose == MARKETING else f"{channel}/{purpose}"


def words_for(said: Mapping[str, Consent], channel: str, purpose: str) -> tuple[Consent, ...]:
    """The words that speak about a purpose, the one that counts most first.

    A word for the very purpose overrides the general one, with one exception: somebody who left a channel later has
    left it for every purpose. A general consent covers the topics of marketing and nothing else.
    """
    own = said.get(key(channel, purpose))
    general = said.get(channel) if purpose in (*TOPICS, MARKETING) else None
    if own is None or general is None or own is general:
        return tuple(word for word in (own or general,) if word is not None)
    if general.state == WITHDRAWN and general.at >= own.at:
        return (general,)
    return (own,) if WITHDRAWN in (own.state, general.state) else (own, general)


def hear(
    known: Consent | None, seen: ConsentSeen, now: datetime, cause: str, told_at: datetime | None = None
) -> Consent | None:
    """The consent after the shop's word, told at ``told_at`` (the shop's clock); ``known`` where nothing changes.

    * A record that the shop dated itself (``sticky``) outweighs every tick. Of two records the newer counts; at the
      same instant a refusal wins. So our own opt-out page is undone only by a record that the shop dated later.
    * A tick box carries the date of its checkout for as long as that lives, so of two words of one checkout the one
      that was told later counts; told at the same instant, the empty box wins.
    * A checkout without the tick is no opt-out of a consent given elsewhere; it only takes back its own tick. It is
      remembered even where nothing was agreed to, because the tick that it took back may be delivered after it.
    """
    word = _record(seen, now, cause, told_at or seen.at)
    if known is None:
        return word
    if seen.sticky:
        if not known.sticky:
            return word
        newer = (seen.at, not seen.granted) > (known.at, known.state == WITHDRAWN)
        return word if newer else known
    if known.sticky:
        return known
    if known.source != seen.source:
        return word if seen.granted and known.state == UNTICKED else known
    if (word.told_at, not seen.granted) <= (known.told_at, known.state == UNTICKED):
        return known
    return word if word.state != known.state else replace(known, told_at=word.told_at)


def hear_for(
    address_hash: str | None,
    newest: bool,
    known: Consent | None,
    seen: ConsentSeen,
    now: datetime,
    cause: str,
    told_at: datetime,
) -> Consent | None:
    """What ``hear`` gives, as a word for the address that it was told with.

    A person's consent for an old address is no basis for a new one. If the ``newest`` news of a person tells a
    consent with another address, it is one for that address from now on. A refusal holds whatever the address.
    """
    heard = hear(known, seen, now, cause, told_at)
    if heard is None:
        return None
    if known is None or (heard.state, heard.at, heard.source) != (known.state, known.at, known.source):
        return replace(heard, address_hash=address_hash)
    if not (newest and seen.granted and heard.state == GRANTED) or heard.address_hash == address_hash:
        return heard
    if (heard.source, heard.basis, heard.at) == (seen.source, seen.basis, seen.at):
        return replace(heard, address_hash=address_hash, recorded_at=now, cause=cause)
    return replace(_record(seen, now, cause, told_at), address_hash=address_hash)


def withdraw(
    known: Consent | None, channel: str, source: str, now: datetime, purpose: str = MARKETING
) -> Consent:
    """The person said no, to us. Saying it again counts again: a consent from in between may still arrive."""
    if known is not None and known.state == WITHDRAWN and known.at >= now:
        return known
    return Consent(channel, WITHDRAWN, "opt_out", source, now, now, source, purpose=purpose)


def united(mine: Mapping[str, Consent], theirs: Mapping[str, Consent]) -> dict[str, Consent]:
    """The words of two rows that turn out to be one person: any refusal before any consent, for each purpose.

    A refusal of a whole channel in one row also outlives what the other row agreed to for a purpose of it.
    """
    words = dict(mine)
    for name, word in theirs.items():
        words[name] = stricter(words.get(name), word)
    for said, other in ((mine, theirs), (theirs, mine)):
        for word in said.values():
            general = other.get(word.channel)
            if word.purpose in TOPICS and general is not None and general.state == WITHDRAWN:
                name = key(word.channel, word.purpose)
                words[name] = stricter(words[name], replace(general, purpose=word.purpose))
    return words


def stricter(one: Consent | None, other: Consent) -> Consent:
    """Which of two people's words holds when they turn out to be one: any refusal before any consent.

    We cannot know that the one who agreed later is the one who refused before; silence is the safe side.
    """
    if one is None:
        return other
    return max(one, other, key=lambda word: (word.state == WITHDRAWN, word.state == GRANTED, word.at))


def basis_for(known: Consent | None, accepted: frozenset[str]) -> str | None:
    """The reason why a marketing message may *not* go out on this channel, or None if it may.

    ``accepted`` are the kinds of basis that the shop's policy takes as sufficient.
    """
    if known is None or known.state == UNTICKED:
        return "no_basis"
    if known.state == WITHDRAWN:
        return "opted_out"
    if known.basis not in accepted:
        return "basis_not_sufficient"
    return None


def _record(seen: ConsentSeen, now: datetime, cause: str, told_at: datetime) -> Consent:
    state = GRANTED if seen.granted else WITHDRAWN if seen.sticky else UNTICKED
    return Consent(
        channel=seen.channel,
        state=state,
        basis=seen.basis,
        source=seen.source,
        at=seen.at,
        recorded_at=now,
        cause=cause,
        sticky=seen.sticky,
        told_at=told_at,
        purpose=seen.purpose,
    )
