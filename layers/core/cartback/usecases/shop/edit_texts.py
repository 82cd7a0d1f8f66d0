"""Change what a shop says in its own words: judged before it is kept, every change kept, each can be taken back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from cartback import flows
from cartback.domain.errors import Conflict, Refused
from cartback.domain.language import tongue
from cartback.domain.wording import laws
from cartback.domain.wording.own import changed, to_undo
from cartback.domain.wording.parts import TextName, meant, named

if TYPE_CHECKING:
    from cartback.domain.shop.settings import ShopSettings
    from cartback.domain.wording.facts import Fact
    from cartback.domain.wording.own import ShopTexts, TextChange
    from cartback.ports import Clock, HouseTexts, ShopFace, TextBook

MOST_LOOKED_AT = 1_000
"""Changes among which the one to undo is looked for."""


@dataclass(frozen=True, slots=True)
class TextState:
    """One text of a shop: its own parts, the version that brought them, and whether it is the one that is sent.

    Words for another form of address than the shop's wait (``at_rest``).
    """

    name: TextName
    own: dict[str, str]
    version: int
    at_rest: bool


@dataclass(frozen=True, slots=True)
class EditTexts:
    """The texts of shops beside the house's.

    ``settings`` gives a shop's settings or raises Refused, ``face`` makes of them what mails see. Every method raises
    Refused for what the operator got wrong, one line for each fault, and Conflict if somebody else changed a text of
    the same shop in between.
    """

    book: TextBook
    house: HouseTexts
    settings: Callable[[str], ShopSettings]
    face: Callable[[ShopSettings], ShopFace]
    clock: Clock

    def meant(self, shop: str, said: str) -> TextName:
        """The text that an operator means, as ``domain.wording.parts.meant`` reads it."""
        settings = self.settings(shop)
        return meant(said, self.house.names(), settings.languages, settings.form_of_address)

    def states(self, shop: str) -> list[TextState]:
        """Every text that the shop's messages can take, and own words that wait for another form of address."""
        settings, texts = self.settings(shop), self.book.read(shop)
        every = [named(name) for name in self.house.names()]
        spoken = [tongue(lang, settings.form_of_address) for lang in settings.languages]
        sent = [
            TextName(one.flow, one.step, one.channel, each)
            for one in every
            for each in spoken
            if one.lang == each[:2]
        ]
        waiting = [named(name) for name in sorted(texts.texts) if named(name) not in sent]
        return [self._state(texts, name, name not in sent) for name in (*sent, *waiting)]

    def own(self, shop: str, name: TextName) -> dict[str, str]:
        """What the shop says itself of a text, perhaps nothing."""
        return self.book.read(shop).parts(name)

    def whole(self, shop: str, name: TextName, own: Mapping[str, str] | None = None) -> dict[str, str]:
        """All parts of a text: the shop's own, or these, over the house's."""
        return self.house.parts(name) | (self.own(shop, name) if own is None else dict(own))

    def facts(self, shop: str, name: TextName) -> Mapping[str, Fact]:
        """The facts that a text can name."""
        return self.house.known_facts(name, self.face(self.settings(shop)))

    def check(self, shop: str, name: TextName, parts: Mapping[str, str]) -> list[str]:
        """What is wrong with words for a text, one line each; it may be as they are if there are none."""
        settings = self.settings(shop)
        if not parts:
            return []
        found = self.house.faults(name, parts, self.face(settings))
        if name.step != _last_step(name.flow, settings):
            found += [
                f"{part}: says that nothing follows, and another message does"
                for part, words in parts.items()
                if laws.claims_to_be_last(words)
            ]
        return found

    def check_all(self, shop: str) -> dict[TextName, list[str]]:
        """What is wrong with each of the shop's own texts: those that something is wrong with."""
        own = {named(name): text.parts for name, text in self.book.read(shop).texts.items()}
        found = {name: self.check(shop, name, parts) for name, parts in sorted(own.items(), key=str)}
        return {name: faults for name, faults in found.items() if faults}

    def edit(
        self, shop: str, name: TextName, changes: Mapping[str, str | None], by: str
    ) -> TextChange | None:
        """Change parts of a text; None gives a part back to the house. What changes nothing makes no version."""
        own = self.own(shop, name)
        wanted = {**own, **changes}
        return self.replace(shop, name, {part: said for part, said in wanted.items() if said is not None}, by)

    def replace(self, shop: str, name: TextName, parts: Mapping[str, str], by: str) -> TextChange | None:
        """Put these parts in the place of all own ones; without any, the text is the house's.

        Words that are the house's to the letter are no own ones: they go on changing with the house.
        """
        house = self.house.parts(name)
        wanted = {part: words.strip() for part, words in parts.items() if words.strip() != house.get(part)}
        self._fit(shop, name, wanted)
        return self._put(shop, name, wanted, by)

    def undo(self, shop: str, by: str, name: TextName | None = None) -> TextChange:
        """Take back the last change of the shop's texts, or of one of them, that stands. Each undo goes further back.

        Raises Refused where nothing is left to take back, and if the words before are no longer allowed.
        """
        changes = (change for change in self.changes(shop) if name is None or change.name == str(name))
        last = to_undo(changes)
        if last is None:
            raise Refused(f"{name or shop}: there is no change to take back", 404)
        text = named(last.name)
        self._fit(shop, text, last.before)
        undone = self._put(shop, text, last.before, by, undoes=last.version)
        if undone is None:
            raise Refused(f"{last.name}: is as it was before already")
        return undone

    def changes(self, shop: str, most: int = MOST_LOOKED_AT) -> list[TextChange]:
        """The last changes of the shop's texts, newest first."""
        return list(islice(self.book.changes(shop), most))

    def _fit(self, shop: str, name: TextName, parts: Mapping[str, str]) -> None:
        faults = self.check(shop, name, parts)
        if faults:
            raise Refused("\n".join(faults))

    def _put(
        self, shop: str, name: TextName, parts: Mapping[str, str], by: str, undoes: int = 0
    ) -> TextChange | None:
        present = self.book.read(shop)
        if present.parts(name) == parts:
            return None
        texts, change = changed(present, name, parts, self.clock.now(), by, undoes)
        try:
            self.book.put(texts, change)
        except Conflict as conflict:
            raise Conflict(
                f"{name}: somebody else changed a text of {shop} in the meantime; "
                "look at it again and repeat the change"
            ) from conflict
        return change

    @staticmethod
    def _state(texts: ShopTexts, name: TextName, at_rest: bool) -> TextState:
        own = texts.texts.get(str(name))
        return TextState(name, texts.parts(name), own.version if own else 0, at_rest)


def _last_step(flow: str, settings: ShopSettings) -> str:
    """After which step of a flow nothing follows."""
    steps = flows.rules(flow).FLOW.steps or tuple(touch.name for touch in settings.policy().touches)
    return steps[-1]
