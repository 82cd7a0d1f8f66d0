"""The texts of a shop beside the house's: what they are called, which parts they have, how long each may be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cartback.domain.errors import Refused
from cartback.domain.language import FORMS, tongue

LONGEST_SOURCE = 3_000
"""Characters of one part as it is written, with all that is to be filled in."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a message: which block of a text it is, and its longest form when it is filled in, in characters.

    ``paragraphs`` is how many it has at most, ``exactly`` how many it has to have.
    """

    block: str
    longest: int
    paragraphs: int = 1
    exactly: int = 0


PARTS = {
    "subject": Part("subject", 200),
    "preheader": Part("preheader", 240),
    "headline": Part("headline", 160),
    "paragraphs": Part("intro", 1_500, 6),
    "steps": Part("steps", 600, 6),
    "button": Part("button", 40),
    "answer_shipping": Part("answer_shipping", 400, 3, 3),
    "answer_returns": Part("answer_returns", 400, 3, 3),
    "answer_support": Part("answer_support", 400, 3, 3),
    "closing": Part("after", 400),
}
"""What a shop can say in its own words. Why somebody gets a mail, what they would agree to, the imprint and the way to
leave are the law's, and stay the house's."""


@dataclass(frozen=True, slots=True)
class TextName:
    """Which text: ``cart_recovery/reminder.email.de-du``. ``spoken`` is the language and the form of address."""

    flow: str
    step: str
    channel: str
    spoken: str

    def __str__(self) -> str:
        return f"{self.flow}/{self.step}.{self.channel}.{self.spoken}"

    @property
    def lang(self) -> str:
        """The language alone."""
        return self.spoken[:2]

    @property
    def form(self) -> str | None:
        """The form of address, in a language that has several."""
        forms = FORMS.get(self.lang)
        return None if forms is None else self.spoken[3:] or forms[0]

    @property
    def usual(self) -> str:
        """The same text in the usual form of address."""
        return f"{self.flow}/{self.step}.{self.channel}.{self.lang}"


_NAME = re.compile(r"(\w+)/(\w+)\.([a-z]+)\.([a-z]{2}(?:-[a-z]+)?)", re.ASCII)
_SAID = re.compile(r"(?:(\w+)/)?(\w+)(?:\.([a-z]+))?(?:\.([a-z]{2}(?:-[a-z]+)?))?", re.ASCII)


def named(text: str) -> TextName:
    """Read a whole name. Raises ``Refused`` for what is none."""
    found = _NAME.fullmatch(text)
    if found is None:
        raise Refused(f"{text}: is no text; a name is such as cart_recovery/reminder.email.de")
    return TextName(*found.groups())


def meant(said: str, there: Iterable[str], languages: Sequence[str], form: str) -> TextName:
    """The text that somebody means, who may leave out what there is only one of.

    ``there`` are the names of the house's texts. ``reminder`` is that of the shop's first language and its form of
    address. Raises ``Refused``, naming what there is, for a text that there is not, a language that the shop does not
    speak, and a step that several flows have.
    """
    known = [named(name) for name in there]
    found = _SAID.fullmatch(said.strip())
    flow, step, channel, spoken = found.groups() if found else (None, None, None, None)
    if channel is not None and spoken is None and len(channel) == 2:
        channel, spoken = None, channel
    steps = {(one.flow, one.step) for one in known if one.step == step and flow in (None, one.flow)}
    if not steps:
        every = ", ".join(sorted({f"{one.flow}/{one.step}" for one in known}))
        raise Refused(f"{said}: there is no such text; there are {every}")
    if len(steps) > 1:
        raise Refused(f"{said}: say of which flow: {', '.join(sorted('/'.join(one) for one in steps))}")
    ((flow, step),) = steps
    channels = sorted({one.channel for one in known if (one.flow, one.step) == (flow, step)})
    if channel not in (None, *channels):
        raise Refused(f"{said}: there is no text for {channel}; there are those for {', '.join(channels)}")
    spoken = spoken or tongue(languages[0], form)
    every_tongue = [tongue(lang, each) for lang in languages for each in FORMS.get(lang, ("",))]
    if spoken not in every_tongue:
        raise Refused(f"{said}: the shop does not speak {spoken}; it speaks {', '.join(every_tongue)}")
    return TextName(flow, step, channel or channels[0], spoken)
