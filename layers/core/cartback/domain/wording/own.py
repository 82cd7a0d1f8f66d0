"""A shop's own texts, every change of them kept, and which words a message takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from cartback.domain.errors import Refused
from cartback.domain.language import tongue
from cartback.domain.wording.parts import TextName

LARGEST = 200_000
"""Characters of all texts of a shop together: a row of DynamoDB holds 400 kB."""


class OwnTextBroken(Refused):
    """A shop's own words cannot be filled in: the house's are sent in their place, and somebody is called."""


@dataclass(frozen=True, slots=True)
class OwnText:
    """The parts of a text that a shop says in its own words, as they are written; ``version`` brought them.

    What it does not say is the house's.
    """

    parts: dict[str, str]
    version: int


@dataclass(frozen=True, slots=True)
class ShopTexts:
    """All own texts of a shop by their names. ``version`` counts its changes; 0 is a shop that never had any."""

    shop: str
    version: int = 0
    texts: dict[str, OwnText] = field(default_factory=dict)

    def own(self, flow: str, step: str, channel: str, lang: str, form: str) -> OwnText | None:
        """The own words for a message in a language and form of address; None where all of them are the house's.

        Words written for another form of address are never mixed in: they wait until the shop speaks that way.
        """
        return self.texts.get(str(TextName(flow, step, channel, tongue(lang, form))))

    def parts(self, name: TextName) -> dict[str, str]:
        """The own parts of a text, perhaps none."""
        own = self.texts.get(str(name))
        return dict(own.parts) if own else {}


@dataclass(frozen=True, slots=True)
class TextChange:
    """One version: which text became what, when and by whom. Without parts it is the house's.

    ``undoes`` is the version that it took back, 0 for one that took none back.
    """

    shop: str
    version: int
    name: str
    before: dict[str, str]
    after: dict[str, str]
    changed_at: datetime
    changed_by: str
    undoes: int = 0


def changed(
    texts: ShopTexts, name: TextName, parts: Mapping[str, str], at: datetime, by: str, undoes: int = 0
) -> tuple[ShopTexts, TextChange]:
    """The texts with one of them changed, and the change. Raises ``Refused`` if they become too much."""
    version = texts.version + 1
    kept = {key: own for key, own in texts.texts.items() if key != str(name)}
    if parts:
        kept[str(name)] = OwnText(dict(parts), version)
    if sum(len(part) for own in kept.values() for part in own.parts.values()) > LARGEST:
        raise Refused(f"{name}: all texts of a shop together have at most {LARGEST} characters")
    change = TextChange(texts.shop, version, str(name), texts.parts(name), dict(parts), at, by, undoes)
    return replace(texts, version=version, texts=kept), change


def to_undo(changes: Iterable[TextChange]) -> TextChange | None:
    """The newest of these changes (newest first) that stands; None if there is none.

    What was taken back stands no more, and taking back is itself nothing that is taken back: so each undo goes one
    change further into the past.
    """
    gone: set[int] = set()
    for change in changes:
        if change.undoes:
            gone.add(change.undoes)
        elif change.version not in gone:
            return change
    return None
