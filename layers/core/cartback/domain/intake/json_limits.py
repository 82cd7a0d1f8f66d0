"""How deep a JSON text nests, found out without parsing it: a parser recurses, and may be made to fall over."""

from __future__ import annotations


def deeper_than(text: str, levels: int) -> bool:
    """Whether brackets outside strings nest deeper than ``levels``; never recurses itself.

    Splitting at quotes leaves every second piece outside of strings, once escapes are gone.
    """
    if text.count("[") + text.count("{") <= levels:
        return False
    depth = 0
    for outside in text.replace("\\\\", "").replace('\\"', "").split('"')[::2]:
        for character in outside:
            if character in "[{":
                depth += 1
                if depth > levels:
                    return True
            elif character in "]}":
                depth -= 1
    return False
