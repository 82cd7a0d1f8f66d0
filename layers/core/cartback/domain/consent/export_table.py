"""How an export of subscribers is described: which columns say who, what, since when, and what proves it.

Headers and words are in lower case. A tool names its columns in the language of its account: the English ones are known
here, and whoever has others renames them or writes the plain form (``exports.plain``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

YES, NO, SILENT = "yes", "no", "silent"
BOUNCED, COMPLAINED = "bounced", "complained"
SUPPRESSING = frozenset({NO, BOUNCED, COMPLAINED})
"""What keeps messages away. It is taken before any yes, whatever the order of the lines."""


@dataclass(frozen=True, slots=True)
class Said:
    """Where a line says something about one channel.

    ``state`` is the column and ``words`` what may stand in it; a word that stands in neither list makes the line
    unreadable. Without that column each line says ``always``, or, if ``by_date``, those that have a date in ``at``.
    ``tokens``: the column may hold several words, and the gravest counts. ``confirms``: a confirmation after the
    request proves a double opt-in; ``basis`` is a column that tells the kind of opt-in by ``bases``.
    """

    channel: str
    state: str | None = None
    words: Mapping[str, str] = field(default_factory=dict)
    always: str = SILENT
    by_date: bool = False
    tokens: bool = False
    at: tuple[str, ...] = ()
    requested: str | None = None
    confirmed: str | None = None
    confirms: bool = False
    basis: str | None = None
    bases: Mapping[str, str] = field(default_factory=dict)
    ip: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of which one must be there for this to say anything."""
        return self.at if self.by_date else (self.state,) if self.state else ()


@dataclass(frozen=True, slots=True)
class Export:
    """One kind of export. It is recognised by a set of ``signs`` that are all among the headers.

    ``covers`` are the purposes of its yes, where the tool's own word says them; none: the operator has to.
    ``channel`` and ``purpose`` are columns for forms that name them line by line; ``dates`` are spellings of dates
    beside ISO 8601. ``tells_double`` says that the file itself tells single from double opt-in, so that nobody's word
    replaces it. ``apart`` names what of the same tool lies in files of their own and keeps messages away.
    """

    name: str
    signs: tuple[frozenset[str], ...]
    email: tuple[str, ...]
    said: tuple[Said, ...]
    phone: tuple[str, ...] = ()
    covers: tuple[str, ...] = ()
    channel: str | None = None
    purpose: str | None = None
    form: str | None = None
    wording: str | None = None
    dates: tuple[str, ...] = ()
    tells_double: bool = False
    apart: str | None = None
    suppression: bool = False
