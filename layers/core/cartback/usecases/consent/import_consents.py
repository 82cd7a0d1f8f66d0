"""Take in what people said elsewhere, with what proves it: it may keep messages away, and never widens anything.

What keeps messages away is taken first, whatever the order of the lines. A yes is taken only where nothing here speaks
against it: no refusal, however old, no block, no wish to be forgotten, no newer word. No fact is told: no flow starts.
The words of a file are told apart by its hash and the line, and the same file once more changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import batched
from typing import TYPE_CHECKING

from cartback.domain.consent import consent
from cartback.domain.consent.consent import GRANTED, WITHDRAWN
from cartback.domain.consent.export_table import NO, YES
from cartback.domain.consent.imports import is_role
from cartback.domain.errors import Conflict, TryLater
from cartback.domain.observations import ConsentSeen, Contact, CustomerSeen
from cartback.domain.people import customer, identity, suppression
from cartback.usecases.intake import fold_people
from cartback.usecases.intake.fold import Fold
from cartback.usecases.intake.rows import copied, page_about
from cartback.usecases.messaging.links import version_of

if TYPE_CHECKING:
    from cartback.domain.consent.consent import Consent
    from cartback.domain.consent.imports import Told
    from cartback.domain.people.customer import Person
    from cartback.ports import Clock, Hasher, Records

MOST_TRIES = 8
TOGETHER = 20
"""How many words are read and saved at once: their rows fit into one transaction."""

TAKEN, REFUSAL, BLOCK = "taken", "refusal", "block"
REPEATED, NEWER, SAID_NO = "repeated", "newer_word_here", "said_no"
BLOCKED, FORGOTTEN, NUMBER_ALONE = "blocked", "forgotten", "number_alone"
ENDS = (TAKEN, REFUSAL, BLOCK, REPEATED, NEWER, SAID_NO, BLOCKED, FORGOTTEN, NUMBER_ALONE)
"""What may become of a word."""


@dataclass(frozen=True, slots=True)
class File:
    """Where words come from: the kind of export, the beginning of the file's SHA-256, and the operator's own word for a
    double opt-in that the file does not tell."""

    export: str
    digest: str
    attested: str | None = None

    def cause(self, line: int) -> str:
        """What brought a word, the same however often the file is read."""
        return f"import/{self.digest}/{line}"

    def source(self, word: Told) -> str:
        """Where a word was said, as far as it is known."""
        note = f", double opt-in by the operator's word: {self.attested}" if word.attested else ""
        return f"import {self.export} {self.digest} line {word.line}{note}"


@dataclass(slots=True)
class Tally:
    """What became of the words: how many had which end, and of what kind those are that were taken."""

    ends: Counter[str] = field(default_factory=Counter)
    taken: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    roles: int = 0


@dataclass(frozen=True, slots=True)
class ImportConsents:
    """Import the words of files. Without ``apply`` nothing is written, and the numbers are the same.

    ``words`` gives all words anew each time it is called. Raises TryLater if rows keep changing: what was taken until
    then stays, and the same files once more go on from there.
    """

    records: Records
    hasher: Hasher
    clock: Clock

    def __call__(
        self,
        shop: str,
        words: Callable[[], Iterable[tuple[File, Told]]],
        *,
        apply: bool = False,
        heard: Callable[[int], None] = lambda count: None,
    ) -> Tally:
        tally, refused, count = Tally(), set[tuple[str, str]](), 0
        for suppressing in (True, False):
            wanted = (each for each in words() if each[1].suppresses is suppressing)
            for batch in batched(wanted, TOGETHER, strict=False):
                self._batch(shop, batch, refused, tally, apply)
                count += len(batch)
                heard(count)
        return tally

    def _batch(
        self,
        shop: str,
        batch: Sequence[tuple[File, Told]],
        refused: set[tuple[str, str]],
        tally: Tally,
        apply: bool,
    ) -> None:
        seen = [CustomerSeen(Contact(email=word.email, phone=word.phone), word.at) for _, word in batch]
        for _ in range(MOST_TRIES):
            before = page_about(self.records, self.hasher, shop, seen)
            fold = Fold(shop, copied(before), self.clock.now(), lambda text: self.hasher(shop, text))
            found = [_taken_in(fold, file, word, refused) for file, word in batch]
            if apply:
                try:
                    self.records.save(shop, before, fold.page)
                except Conflict:
                    continue
            for (_, word), ends in zip(batch, found, strict=True):
                _count(tally, word, ends)
            return
        raise TryLater("the rows keep changing; the same command once more goes on from here")


def _count(tally: Tally, word: Told, ends: Sequence[str]) -> None:
    tally.ends.update(ends)
    tally.roles += word.says == YES and TAKEN in ends and word.email is not None and is_role(word.email)
    for purpose, end in zip(word.purposes, ends, strict=False):
        if end == TAKEN:
            tally.taken[(word.channel, purpose, word.basis)] += 1


def _taken_in(fold: Fold, file: File, word: Told, refused: set[tuple[str, str]]) -> list[str]:
    """Fold one word in, and say what became of it: one end for each purpose of a yes."""
    hashed = {
        "email": fold.hashed(f"email:{word.email}") if word.email else "",
        "phone": fold.hashed(f"phone:{word.phone}") if word.phone else "",
    }
    names = {(word.channel, name) for name in hashed.values() if name}
    if word.suppresses:
        refused |= names
        if word.says != NO and word.email:
            return [_blocked(fold, word, hashed["email"])]
        return [_refusal(fold, file, word, hashed["email"], hashed["phone"])]
    if names & refused:
        return [SAID_NO] * len(word.purposes)
    return [_consent(fold, file, word, purpose, hashed) for purpose in word.purposes]


def _consent(fold: Fold, file: File, word: Told, purpose: str, hashed: dict[str, str]) -> str:
    mailbox, number = hashed["email"], hashed["phone"]
    owner = _owner(fold, mailbox)
    against = _against(fold, owner, mailbox, number, word, purpose)
    if against is not None:
        return against
    row = fold_people.mailbox(fold, mailbox)
    known = row.consent(word.channel, purpose)
    seen = ConsentSeen(
        word.channel, True, word.at, word.basis, file.source(word), sticky=word.dated, purpose=purpose
    )
    heard = consent.hear(known, seen, fold.now, file.cause(word.line), word.at)
    newer = known is not None and known.state == GRANTED and known.at > word.at
    if heard is None or heard is known or newer or (known is not None and heard.at == known.at):
        return REPEATED if known is not None and known.at == word.at else NEWER
    address_hash = mailbox if word.channel == "email" else number
    how = replace(word.how, wording_version=version_of(word.how.wording) if word.how.wording else None)
    fold.keep(customer.say(row, replace(heard, address_hash=address_hash), how))
    return TAKEN


def _owner(fold: Fold, mailbox: str) -> Person | None:
    """Whoever reads a mailbox, if anything is known of them."""
    return fold.person(fold.page.aliases.get(mailbox)) if mailbox else None


def _against(
    fold: Fold, owner: Person | None, mailbox: str, number: str, word: Told, purpose: str
) -> str | None:
    """What speaks against a yes: a block, a refusal of the mailbox or of its number, a wish to be forgotten."""
    if not mailbox:
        return NUMBER_ALONE
    because = fold.page.blocks.get(mailbox)
    if because == "opted_out":
        return SAID_NO
    if suppression.lasts(because) or (owner is not None and suppression.lasts(owner.blocked)):
        return BLOCKED
    sharing = fold.person(identity.number_id(fold.shop, number)) if number else None
    for row in filter(None, (owner, sharing)):
        if any(_is_no(row.consents.get(name)) for name in _names(word.channel, purpose)):
            return SAID_NO
    if owner is not None and (owner.erased_at is not None or customer.is_forgotten(owner, word.at)):
        return FORGOTTEN
    return None


def _names(channel: str, purpose: str) -> Iterator[str]:
    yield channel
    yield consent.key(channel, purpose)


def _is_no(word: Consent | None) -> bool:
    return word is not None and word.state == WITHDRAWN


def _refusal(fold: Fold, file: File, word: Told, mailbox: str, number: str) -> str:
    """A no: of the mailbox, and of everybody whom its number reaches."""
    seen = ConsentSeen(word.channel, False, word.at, "opt_out", file.source(word), sticky=True)
    cause = file.cause(word.line)
    sharing = fold.person(identity.number_id(fold.shop, number)) if number else None
    known_there = sharing is not None and _is_no(sharing.consent(word.channel))
    if number and not known_there:
        fold_people.met(fold, Contact(phone=word.phone, consents=(seen,)), word.at, cause)
    if not mailbox:
        return REPEATED if known_there else REFUSAL
    owner = _owner(fold, mailbox)
    if owner is not None and owner.erased_at is not None:
        known = fold.page.blocks.get(mailbox)
        fold.page.blocks[mailbox] = known or "opted_out"
        return REPEATED if known else BLOCK
    row = fold_people.mailbox(fold, mailbox)
    known_word = row.consent(word.channel)
    if _is_no(known_word) and not word.dated:
        return REPEATED
    heard = consent.hear(known_word, seen, fold.now, cause, word.at)
    if heard is None or heard is known_word:
        return REPEATED if _is_no(known_word) else NEWER
    fold.keep(customer.say(row, heard))
    return REFUSAL


def _blocked(fold: Fold, word: Told, mailbox: str) -> str:
    """An address that bounced or complained elsewhere: of a stranger only that is kept, under the hash."""
    known, owner = fold.page.blocks.get(mailbox), _owner(fold, mailbox)
    if suppression.lasts(known) and known != "opted_out":
        return REPEATED
    said = owner.consents.values() if owner is not None else ()
    if word.dated and any(each.state == GRANTED and each.at > word.at for each in said):
        return NEWER
    fold.page.blocks[mailbox] = word.says
    if owner is not None and owner.erased_at is None and identity.is_mailbox(owner, mailbox):
        fold.keep(customer.block(owner, word.says, fold.now))
    return BLOCK
