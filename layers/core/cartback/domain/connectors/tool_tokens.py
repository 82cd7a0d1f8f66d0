"""Tokens of tools that cannot sign: shown once, hashed at rest, and good for what their scopes name.

A token is ``cbt_<id>_<secret>``: the id finds its row, and only the hash of the whole is kept. A scope is
``tell:<type of event>`` (an event of the generic schema, ``tell:*`` for any) or ``open:task`` (a task on the desk).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from cartback.domain.errors import Refused
from cartback.domain.intake.signatures import proven
from cartback.domain.tokens import hashed

OPEN_TASK, TELL_ANYTHING = "open:task", "tell:*"
MOST_A_MINUTE = 60
WITHIN = timedelta(minutes=1)
_SCOPE = re.compile(r"open:task|tell:(\*|[a-z][a-z0-9_.]{0,99})", re.ASCII)
_TOKEN = re.compile(r"cbt_([a-f0-9]{12})_([A-Za-z0-9_-]{43})", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,59}", re.ASCII)
_NOBODY = hashed("the token of no tool")


@dataclass(frozen=True, slots=True)
class ToolToken:
    """What is kept of a token: who carries it, what it may do, and the hash that proves it."""

    shop: str
    token_id: str
    name: str
    scopes: tuple[str, ...]
    proof: str
    made_at: datetime
    made_by: str


def made(
    shop: str, name: str, scopes: tuple[str, ...], fresh: str, at: datetime, by: str
) -> tuple[ToolToken, str]:
    """The row of a new token, and the token itself, which is shown once. ``fresh`` is 43 characters of randomness.

    Raises Refused, one line per field.
    """
    lines = (
        [] if _NAME.fullmatch(name) else ["name: must be 1 to 60 letters, digits, blanks, dots and dashes"]
    )
    lines += [
        f"scope: {each} is none; there are open:task and tell:<type of event>"
        for each in scopes
        if not _SCOPE.fullmatch(each)
    ]
    if not scopes:
        lines.append("scope: say at least one")
    if lines:
        raise Refused("\n".join(lines))
    token_id = hashed(fresh)[:12]
    token = f"cbt_{token_id}_{fresh}"
    return ToolToken(shop, token_id, name, tuple(dict.fromkeys(scopes)), hashed(token), at, by), token


def id_of(authorization: str) -> str | None:
    """The id in a header ``Authorization: Bearer …``; None for what is none of our tokens."""
    found = _TOKEN.fullmatch(_bearer(authorization))
    return found[1] if found else None


def proves(authorization: str, kept: ToolToken | None) -> bool:
    """Whether the header carries the token of this row. Takes as long where there is no row."""
    wanted = kept.proof if kept is not None else _NOBODY
    matches = proven([wanted], [hashed(_bearer(authorization))], str.encode)
    return matches and kept is not None


def may(kept: ToolToken, scope: str) -> bool:
    """Whether the token's scopes name this one."""
    return scope in kept.scopes or (scope.startswith("tell:") and TELL_ANYTHING in kept.scopes)


def _bearer(authorization: str) -> str:
    scheme, _, token = authorization.strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
