"""The words of shops and of the house, and mail to somebody who looks at them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from cartback.domain.wording.facts import Fact
    from cartback.domain.wording.own import ShopTexts, TextChange
    from cartback.domain.wording.parts import TextName
    from cartback.ports.messages import Outgoing
    from cartback.ports.settings import ShopFace


class TextBook(Protocol):
    """The texts of shops' own, every change of them kept."""

    def read(self, shop: str) -> ShopTexts:
        """All own texts of a shop; without any at version 0."""

    def put(self, texts: ShopTexts, change: TextChange) -> None:
        """Keep as the present ones, with the change. Raises ``Conflict`` unless the version before is the present."""

    def changes(self, shop: str) -> Iterable[TextChange]:
        """The changes of a shop's texts, newest first."""


class HouseTexts(Protocol):
    """The house's texts, and what they ask of a shop's own."""

    def names(self) -> tuple[str, ...]:
        """All texts in the usual form of address."""

    def parts(self, name: TextName) -> dict[str, str]:
        """The parts of a text as they are written. Raises ``Refused`` for a text that there is not."""

    def faults(self, name: TextName, own: Mapping[str, str], face: ShopFace) -> list[str]:
        """What is wrong with own words, one line each."""

    def known_facts(self, name: TextName, face: ShopFace) -> Mapping[str, Fact]:
        """The facts that a text can name."""

    def situations_of(self, name: TextName, face: ShopFace) -> list[str]:
        """The situations in which a text can be looked at, the usual one first."""

    def sample(
        self, name: TextName, own: Mapping[str, str], face: ShopFace, base: str, situation: str
    ) -> tuple[str, str, str]:
        """Subject, HTML and plain text of a mail that nobody gets; its links begin with ``base``."""


class TrialMail(Protocol):
    """Mail to somebody who looks at a text."""

    def send_test(self, message: Outgoing) -> str:
        """Send once; gives the provider's id. Raises ``TryLater``, ``Refused`` or ``Doubtful``."""
