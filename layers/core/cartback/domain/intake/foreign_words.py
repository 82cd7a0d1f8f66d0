"""Words of foreign lists that are open: a status that was added since must not be read as a no, nor be passed over."""

from __future__ import annotations

import re
from collections.abc import Collection

from cartback.domain.observations import WordUnknown

_SHOWN = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _.-]{0,39}", re.ASCII)


def unknown(field: str, word: str | None, known: Collection[str]) -> tuple[WordUnknown, ...]:
    """The observation of a word that a list lacks, none for one that it has. What looks like no word is not quoted."""
    if not word or word in known:
        return ()
    return (WordUnknown(field, word if _SHOWN.fullmatch(word) else "(unreadable)"),)
