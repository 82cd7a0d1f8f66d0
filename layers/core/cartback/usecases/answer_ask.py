"""Let a person answer by a link of their own: a look changes nothing, the button decides, and it opens once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cartback.domain.desk.entries import DONE, expired
from cartback.domain.desk.question import Question
from cartback.domain.errors import Refused
from cartback.usecases.messaging.links import shop_and_hash

if TYPE_CHECKING:
    from cartback.domain.desk.entries import Entry
    from cartback.ports import AnswerLink, Clock, DeskBook
    from cartback.usecases.desk.decide import Decide


@dataclass(frozen=True, slots=True)
class AnswerAsk:
    """Forged, foreign and ended links all give None."""

    desk: DeskBook
    decide: Decide
    clock: Clock

    def look(self, token: str) -> Question | None:
        """The question behind a link. Changes nothing: mail scanners open every address they find."""
        found = self._found(token)
        if found is None:
            return None
        link, entry = found
        return Question(entry, used=link.used_at is not None)

    def __call__(self, token: str, word: str) -> Question | None:
        """Decide. A second press, and an answer after the deadline, are told what was decided."""
        found = self._found(token)
        if found is None:
            return None
        link, entry = found
        if link.used_at is not None or entry.state == DONE:
            return Question(entry, late=True, used=True)
        try:
            after = self.decide(link.shop, link.entry_id, word, link.actor, "by a link", link)
        except Refused as refusal:
            kept = self.desk.read(link.shop, link.entry_id) or entry
            return Question(
                expired(kept, self.clock.now()), late=refusal.status == 409, refused=refusal.reason
            )
        return Question(after, used=True)

    def _found(self, token: str) -> tuple[AnswerLink, Entry] | None:
        named = shop_and_hash(token)
        link = self.desk.find_link(*named) if named is not None else None
        entry = self.desk.read(link.shop, link.entry_id) if link is not None else None
        if link is None or entry is None:
            return None
        return link, expired(entry, self.clock.now())
