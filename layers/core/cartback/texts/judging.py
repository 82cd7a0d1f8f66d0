"""Whether a shop's own words may be sent: judged as they are written and as they read in every situation.

With the names and parts of the house's texts this module is the port ``HouseTexts``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cartback.domain.wording import laws
from cartback.domain.wording.facts import FACTS, Fact
from cartback.domain.wording.parts import PARTS, TextName
from cartback.texts import mail, sampling, sandbox
from cartback.texts.house import names, parts
from cartback.texts.sampling import sample, situations_of

if TYPE_CHECKING:
    from cartback.ports import ShopFace

__all__ = ["LARGEST", "faults", "known_facts", "names", "parts", "sample", "situations_of"]

LARGEST = 102 * 1024
"""Gmail cuts what is longer, and imprint and the way to leave are at the end."""


def faults(name: TextName, own: Mapping[str, str], face: ShopFace) -> list[str]:
    """What is wrong with own words, one line each, in the order of their parts."""
    face = replace(face, form_of_address=name.form or face.form_of_address)
    known = known_facts(name, face)
    found = laws.written_faults(name, own, parts(name), known)
    if found:
        return found
    for fields in sampling.situations(name.flow, name.lang, face).values():
        facts = mail.facts_of(name.flow, name.step, name.lang, fields, str(name))
        spoken = [_spoken(name, part, source, facts, known) for part, source in own.items()]
        found += [line for lines in spoken for line in lines]
        if not found:
            found += _of_mail(name, mail.write(name.flow, name.step, name.lang, fields, own), facts)
    return list(dict.fromkeys(found))


def known_facts(name: TextName, face: ShopFace) -> dict[str, Fact]:
    """The facts that a text can name: those that the mails of its flow are told in some situation."""
    told = [
        mail.facts_of(name.flow, name.step, name.lang, fields, str(name))
        for fields in sampling.situations(name.flow, name.lang, _with_pages(face)).values()
    ]
    return {fact: each for fact, each in FACTS.items() if any(_at(facts, fact) for facts in told)}


def _with_pages(face: ShopFace) -> ShopFace:
    """The shop as if it could be asked: a text may ask whether it can be, also where it cannot yet."""
    return replace(face, support_url=face.url, reply_to=face.reply_to or face.sender)


def _spoken(
    name: TextName, part: str, source: str, facts: Mapping[str, object], known: Mapping[str, Fact]
) -> list[str]:
    """What is wrong with one part in one situation."""
    absent = [fact for fact in laws.may_be_missing(source, known) if not _at(facts, fact)]
    try:
        words = sandbox.filled({part: source}, facts, str(name), strict=bool(absent))[PARTS[part].block]
    except sandbox.Absent:
        return [
            f"{part}: {{{{ {fact} }}}} is not always known; "
            f"put it between {{% if {fact} %}} and {{% endif %}}"
            for fact in absent
        ]
    except sandbox.Empty:
        words = ""
    return laws.spoken_faults(part, words, name)


def _of_mail(name: TextName, written: tuple[str, str, str], facts: Mapping[str, Any]) -> list[str]:
    """What the law asks of every mail stands in it, whatever its words are: the layout sees to it, this looks."""
    _, html, text = written
    faults = [] if html.count('class="button"') == 1 else ["it has not one button"]
    faults += ["a line of the imprint is missing" for line in facts["shop"].imprint if line not in text]
    if facts["leave_url"] and not (facts["leave_url"] in text and facts["leave_url"] in html):
        faults.append("the way to leave is missing")
    if len(html.encode()) >= LARGEST:
        faults.append(f"it is larger than {LARGEST // 1024} kB, and mail programs cut its end")
    return [f"{name}: {fault}" for fault in faults]


def _at(facts: Mapping[str, object], path: str) -> object:
    """A fact by its dotted name; None where there is none."""
    first, _, rest = path.partition(".")
    value = facts.get(first)
    return getattr(value, rest, None) if rest else value
