"""A shop's own words, filled in: in a sandbox, whatever stands in them.

What may stand there is judged first (``domain.wording.template``), also if it was judged when it was kept: a row may be
older than the law. Then Jinja's sandbox fills it in, which reaches no attribute that begins with ``_``, changes nothing
and knows no function. Nothing is escaped here: the layout does that with every word, ours and theirs.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from cartback.domain.showing import visible
from cartback.domain.wording import template
from cartback.domain.wording.facts import FACTS
from cartback.domain.wording.own import OwnTextBroken
from cartback.domain.wording.parts import LONGEST_SOURCE, PARTS

LONGEST_FILLED = 20_000
"""Characters of a part that is filled in; facts are lines of 600 at most."""


class Broken(OwnTextBroken):
    """Own words that cannot be filled in."""


class Empty(Broken):
    """Own words that become nothing."""


class Absent(Broken):
    """Own words that show a fact that is not there."""


def filled(
    parts: Mapping[str, str], facts: Mapping[str, object], text: str, *, strict: bool = False
) -> dict[str, str]:
    """Fill in the parts of an own text; answers them by the names of their blocks.

    Paragraphs are parted by a blank line, and lines hold nothing that nobody sees. Raises ``Broken``, naming text and
    part, for what cannot be filled in; if it becomes nothing, ``Empty``; and, where that is asked for (``strict``), if
    it shows a fact that is not there, ``Absent``. A mail on its way shows nothing in the place of such a fact.
    """
    return {PARTS[part].block: _filled(part, source, facts, text, strict) for part, source in parts.items()}


def _filled(part: str, source: str, facts: Mapping[str, object], text: str, strict: bool) -> str:
    if part not in PARTS or len(source) > LONGEST_SOURCE:
        raise Broken(f"{text}: {part}: is no part, or too long")
    faults = template.faults(source, FACTS)
    if faults:
        raise Broken(f"{text}: {part}: {faults[0]}")
    try:
        words = _compiled(source, strict).render(facts)
    except (TemplateError, TypeError, RecursionError) as error:
        raise Broken(f"{text}: {part}: {error}") from error
    if len(words) > LONGEST_FILLED:
        raise Broken(f"{text}: {part}: becomes too long")
    lines = [visible(paragraph) for paragraph in words.replace("\r\n", "\n").split("\n\n")]
    spoken = "\n\n".join(line for line in lines if line)
    if not spoken:
        raise Empty(f"{text}: {part}: becomes nothing")
    return spoken


@lru_cache(maxsize=512)
def _compiled(source: str, strict: bool) -> Template:
    return _environment(strict).from_string(source)


def _or_nothing(value: object) -> object:
    return "" if value is None else value


def _never_nothing(value: object) -> object:
    if value is None:
        raise Absent("it is not there")
    return value


@lru_cache(maxsize=2)
def _environment(strict: bool) -> ImmutableSandboxedEnvironment:
    made = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        autoescape=False,
        finalize=_never_nothing if strict else _or_nothing,
        cache_size=0,
    )
    for names in (made.globals, made.filters, made.tests):
        names.clear()
    return made
