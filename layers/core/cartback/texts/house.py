"""The house's texts as a shop looks at them that wants words of its own: which there are, which parts they have."""

from __future__ import annotations

import re
from functools import cache

from cartback.domain.errors import Refused
from cartback.domain.wording.parts import PARTS, TextName, named
from cartback.texts.folder import ROOT

_BLOCK = re.compile(r"\{% block (\w+) %\}(.*?)\{% endblock %\}", re.DOTALL)


@cache
def names() -> tuple[str, ...]:
    """The mails of all flows in all languages, in the usual form of address: of other kinds shops have no own yet."""
    found = (path.relative_to(ROOT).as_posix().removesuffix(".j2") for path in ROOT.glob("*/*.email.??.j2"))
    return tuple(sorted(found))


def parts(name: TextName) -> dict[str, str]:
    """The parts of a text as written, in the name's form of address. Raises ``Refused`` if it is none of ours."""
    if name.usual not in names():
        raise Refused(f"{name}: there is no such text")
    blocks = _blocks(name.usual) | (_blocks(str(name)) if name.spoken != name.lang else {})
    return {part: blocks[limits.block] for part, limits in PARTS.items() if limits.block in blocks}


def all_names(languages: tuple[str, ...]) -> list[TextName]:
    """The texts in these languages."""
    return [name for name in map(named, names()) if name.lang in languages]


@cache
def _blocks(text: str) -> dict[str, str]:
    file = ROOT / f"{text}.j2"
    words = file.read_text(encoding="utf-8") if file.is_file() else ""
    return {name: block.strip() for name, block in _BLOCK.findall(words)}
