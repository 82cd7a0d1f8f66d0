"""What a shop's own words are held to before a word of theirs is sent: the laws that the house's texts obey as well."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cartback.domain.showing import holds_address, linkless, visible
from cartback.domain.wording import template, tone
from cartback.domain.wording.facts import Fact
from cartback.domain.wording.parts import LONGEST_SOURCE, PARTS, TextName

_LAST = re.compile(
    r"letzte[nr]? (?:erinnerung|nachricht|mail|e-mail)|(?:last|final) (?:reminder|message|note)", re.I
)


def written_faults(
    name: TextName, parts: Mapping[str, str], house: Mapping[str, str], known: Mapping[str, Fact]
) -> list[str]:
    """What is wrong with parts as they are written, one line each, with the part and what would do.

    ``house`` are the parts that the house's text has, ``known`` the facts that it can name.
    """
    found = []
    for part, source in parts.items():
        if part not in house:
            found.append(f"{part}: {name.flow}/{name.step} has no such part; it has {', '.join(house)}")
            continue
        if not source.strip():
            found.append(f"{part}: is empty; leave it out, and the house's words stand there")
            continue
        if len(source) > LONGEST_SOURCE:
            found.append(f"{part}: is longer than {LONGEST_SOURCE} characters")
            continue
        wrong = template.faults(source, known)
        words = template.literal(source) if not wrong else ""
        found += [f"{part}: {line}" for line in wrong or _of_words(part, words, name)]
    return found


def spoken_faults(part: str, words: str, name: TextName) -> list[str]:
    """What is wrong with a part once its facts are filled in; ``words`` has its paragraphs parted by a blank line."""
    limits, paragraphs = PARTS[part], words.split("\n\n")
    if not words:
        return [f"{part}: is empty where a fact is missing; say something there with {{% else %}}"]
    found = _of_tone(part, words, name)
    if len(words) > limits.longest:
        found.append(f"has {len(words)} characters when it is filled in; at most {limits.longest} are read")
    if limits.exactly and len(paragraphs) != limits.exactly:
        found.append(f"must have {limits.exactly} paragraphs: question, answer, words of the link")
    elif len(paragraphs) > limits.paragraphs:
        found.append(f"may have {limits.paragraphs} paragraph{'s' * (limits.paragraphs > 1)} at most")
    return [f"{part}: {line}" for line in found]


def may_be_missing(source: str, known: Mapping[str, Fact]) -> list[str]:
    """The facts of a source that are not always there and that it shows."""
    return sorted(fact for fact in template.used(source, known) if not known[fact].always)


def _of_words(part: str, words: str, name: TextName) -> list[str]:
    plain = " ".join(words.split())
    found = []
    if "<" in words:
        found.append("< begins no markup here: a text holds words, and the layout makes them look")
    if visible(plain) != plain:
        found.append("holds characters that nobody sees")
    if holds_address(plain) or linkless(plain) != plain:
        found.append(
            "holds an address, and a mail has one thing to follow, its button; "
            "pages of the shop are set with links and brand.header"
        )
    return [*found, *_of_tone(part, words, name)]


def _of_tone(part: str, words: str, name: TextName) -> list[str]:
    found = []
    promised = tone.untrue(words)
    if promised is not None:
        found.append(
            f'"{promised}" is nothing that we can know to be true when it is read; '
            "say what is certain, such as that the cart is kept"
        )
    other = tone.in_another_form(words, name.form) if name.form else None
    if other is not None:
        found.append(f'"{other}" is not how {name.spoken} speaks to somebody, which says {name.form}')
    if tone.shouts(words):
        found.append("is loud: one mark and small letters would do")
    if part == "subject" and tone.pretends_an_answer(words):
        found.append("looks like an answer or a forwarded mail, and it is none")
    return found


def claims_to_be_last(words: str) -> bool:
    """Whether words say that nothing follows them."""
    return _LAST.search(words) is not None
