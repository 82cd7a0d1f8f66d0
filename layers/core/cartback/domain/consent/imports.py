"""Read one line of an export of subscribers: what it says, of whom, since when, and what proves it.

An import only ever passes on what somebody said. A yes needs a date, a no needs none; a yes for a channel, a purpose or
an address is none for another. Whether a word is taken is decided against what is known here (``usecases.consent.
import_consents``); here it is only read. Lines are hostile: they come from files that anybody may have edited.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from cartback.domain.consent import export_cells as cell
from cartback.domain.consent.consent import MARKETING, TOPICS
from cartback.domain.consent.evidence import UNKNOWN, Circumstances
from cartback.domain.consent.export_table import (
    BOUNCED,
    COMPLAINED,
    NO,
    SILENT,
    SUPPRESSING,
    YES,
    Export,
    Said,
)
from cartback.domain.consent.jurisdiction import DOUBLE, EXPLICIT
from cartback.domain.errors import Refused
from cartback.domain.people import address

BY_ADDRESS = ("email", "sms", "whatsapp")
"""The channels of which a file can say to which address: a browser's subscription or a letter box is none."""
PLAIN = "email or phone, consent (yes, no, bounced, complained, never) and at (2026-03-02T10:30:00Z)"
"""What a file needs that is of no tool's shape."""
_GRAVITY = (SILENT, YES, NO, BOUNCED, COMPLAINED)
_ROLES = frozenset(
    "abuse accounting admin billing bestellung buchhaltung contact einkauf hallo hello help info jobs kontakt mail "
    "marketing noreply office orders postmaster rechnung sales service shop support team verkauf webmaster".split()
)


@dataclass(frozen=True, slots=True)
class Terms:
    """What the operator says of a file that the file itself does not.

    ``covers`` are the purposes that its yes was asked for, ``exported_at`` is the date of a state without its own,
    ``attested`` how the operator knows that a list was double opt-in as a whole.
    """

    now: datetime
    covers: tuple[str, ...] = ()
    exported_at: datetime | None = None
    attested: str | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """One word of one line. ``dated`` says that the date is the word's own and not that of the export."""

    line: int
    says: str
    channel: str
    email: str | None
    phone: str | None
    at: datetime
    purposes: tuple[str, ...] = (MARKETING,)
    basis: str = EXPLICIT
    dated: bool = True
    attested: bool = False
    how: Circumstances = UNKNOWN

    @property
    def suppresses(self) -> bool:
        """Whether it keeps messages away."""
        return self.says in SUPPRESSING


@dataclass(slots=True)
class Faults:
    """Lines that cannot be read, by what is wrong with them: a million of them are a few megabytes."""

    lines: dict[str, array[int]] = field(default_factory=dict)

    def note(self, line: int, wrong: str) -> None:
        """Remember a line."""
        self.lines.setdefault(wrong, array("Q")).append(line)

    def __len__(self) -> int:
        return len({line for lines in self.lines.values() for line in lines})

    def named(self) -> Iterator[str]:
        """Every line with what is wrong, neighbours together: ``lines 3, 7-9: …``."""
        for wrong, lines in self.lines.items():
            spans = ", ".join(f"{a}-{b}" if b > a else str(a) for a, b in _spans(lines))
            yield f"line{'s' if len(lines) > 1 else ''} {spans}: {wrong}"


def recognised(headers: Collection[str], exports: Collection[Export], named: str | None = None) -> Export:
    """The kind of export that has these headers (lower case), or the ``named`` one. Raises Refused for none."""
    names = sorted({export.name for export in exports})
    if named is not None:
        found = next((export for export in exports if export.name == named), None)
        if found is None:
            raise Refused(f"--format: must be one of {', '.join(names)}")
    else:
        known = (export for export in exports if any(signs <= set(headers) for signs in export.signs))
        found = next(known, None)
        if found is None:
            raise Refused(
                f"the columns are of no export that is known ({', '.join(names)}); rename them to the plain ones: "
                f"{PLAIN}"
            )
    if not any(name in headers for name in (*found.email, *found.phone)):
        raise Refused(
            f"{found.name}: no column says who; looked for {', '.join((*found.email, *found.phone))}"
        )
    if not any(_speaks(said, headers) for said in found.said):
        wanted = dict.fromkeys(name for said in found.said for name in said.columns)
        raise Refused(f"{found.name}: no column tells of a consent; looked for {', '.join(wanted)}")
    return found


def lacks_suppressions(export: Export, headers: Collection[str]) -> bool:
    """Whether who left is told in another file: then a yes of this one may be over long since."""
    said = (said.state for said in export.said if said.always == YES)
    return export.apart is not None and not any(state in headers for state in said)


def read(export: Export, cells: Mapping[str, str], line: int, terms: Terms) -> list[Told]:
    """What a line says, the words that keep messages away first. Raises Refused for a line that cannot be read."""
    email, phone = cell.first(cells, export.email), cell.first(cells, export.phone)
    mailbox = cell.mailbox(email) if email else None
    told = []
    for said in export.said:
        if _speaks(said, cells):
            word = _word(export, said, cells, line, terms)
            if word is not None:
                told.append(_of(word, mailbox, phone))
    return sorted(told, key=lambda word: not word.suppresses)


def is_role(email: str) -> bool:
    """Whether a mailbox is that of a desk, not of somebody: several people read it, and one of them agreed."""
    return email.partition("@")[0] in _ROLES


def _speaks(said: Said, there: Collection[str]) -> bool:
    return (
        not said.columns or (said.always == YES and not said.by_date) or any(c in there for c in said.columns)
    )


def _word(export: Export, said: Said, cells: Mapping[str, str], line: int, terms: Terms) -> Told | None:
    says = _says(said, cells)
    if says == SILENT:
        return None
    at = cell.moment(export, cells, said.at, terms.now)
    if said.by_date and at is None:
        return None
    channel = _channel(export, said, cells)
    if says != YES:
        return Told(
            line, says, channel, None, None, at or terms.exported_at or terms.now, dated=at is not None
        )
    if at is None and terms.exported_at is None:
        raise Refused(
            "a yes without a date proves nothing; say --exported, if the whole file tells the state of one day"
        )
    requested = cell.moment(export, cells, (said.requested,), terms.now)
    confirmed = cell.moment(export, cells, (said.confirmed,), terms.now)
    basis = _basis(said, cells, requested, confirmed)
    attested = basis == EXPLICIT and terms.attested is not None and not export.tells_double
    return Told(
        line,
        YES,
        channel,
        None,
        None,
        at or terms.exported_at or terms.now,
        _purposes(export, cells, terms),
        DOUBLE if attested else basis,
        dated=at is not None,
        attested=attested,
        how=Circumstances(
            wording=cell.text(cells, export.wording),
            requested_at=requested,
            confirmed_at=confirmed if basis == DOUBLE else None,
            ip=cell.ip(cells, said.ip),
            page=cell.place(cells, export.form),
        ),
    )


def _of(word: Told, mailbox: str | None, phone: str) -> Told:
    """The word with whose it is. Raises Refused where nobody is named, and for a yes by a number that leads nowhere."""
    number = address.phone(phone) if phone else None
    if word.channel == "email":
        if mailbox is None:
            raise Refused("no e-mail address")
        number = None
    elif word.suppresses:
        if number is None and mailbox is None:
            raise Refused("neither an address nor a number with its country code")
    elif number is None or address.is_made_up(number):
        raise Refused("no telephone number with its country code, such as +49 151 12345678")
    return Told(
        **{name: getattr(word, name) for name in Told.__slots__} | {"email": mailbox, "phone": number}
    )


def _says(said: Said, cells: Mapping[str, str]) -> str:
    if said.state is None or said.state not in cells:
        return said.always
    stands = cells[said.state].strip().lower()
    found = re.findall(r"[a-z_]+", stands) or [""] if said.tokens else [stands]
    unknown = [word for word in found if word not in said.words]
    if unknown:
        raise Refused(
            f"{said.state}: a word that is not known; known are {', '.join(filter(None, said.words))}"
        )
    return max((said.words[word] for word in found), key=_GRAVITY.index)


def _channel(export: Export, said: Said, cells: Mapping[str, str]) -> str:
    named = cells.get(export.channel or "", "").strip().lower()
    if named and named not in BY_ADDRESS:
        raise Refused(f"{export.channel}: must be one of {', '.join(BY_ADDRESS)}")
    return named or said.channel


def _purposes(export: Export, cells: Mapping[str, str], terms: Terms) -> tuple[str, ...]:
    named = tuple(cells.get(export.purpose or "", "").lower().replace(",", " ").split())
    if not set(named) <= {*TOPICS, MARKETING}:
        raise Refused(f"{export.purpose}: must be one of {', '.join((*TOPICS, MARKETING))}")
    found = named or terms.covers or export.covers
    if not found:
        raise Refused("nothing says what the yes was asked for; say --covers, by the words of the form")
    return found


def _basis(
    said: Said, cells: Mapping[str, str], requested: datetime | None, confirmed: datetime | None
) -> str:
    if said.basis is not None and said.basis in cells:
        stands = cells[said.basis].strip().lower()
        if stands not in said.bases:
            raise Refused(f"{said.basis}: must be one of {', '.join(filter(None, said.bases))}")
        if said.bases[stands] == DOUBLE and said.confirmed is not None and confirmed is None:
            raise Refused(f"{said.basis}: a double opt-in without {said.confirmed} is not proved")
        return said.bases[stands]
    later = requested is not None and confirmed is not None and confirmed > requested
    return DOUBLE if said.confirms and later else EXPLICIT


def _spans(lines: array[int]) -> Iterator[tuple[int, int]]:
    first = last = lines[0]
    for line in lines[1:]:
        if line > last + 1:
            yield first, last
            first = line
        last = line
    yield first, last
