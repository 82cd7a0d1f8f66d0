"""Actions on outside systems: what each takes, whether it may be repeated, and what it gives back.

An action *sets* (asking twice leaves what asking once leaves) or *creates* (asking twice makes two). What it takes is
said by kind, so that a flow that hands over nonsense is refused here and not by the vendor.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from cartback.domain.errors import Refused
from cartback.domain.hashes import short

SET, CREATE = "set", "create"

GRANTED, WITHDRAWN = "granted", "withdrawn"
"""What an action that touches consents may say of one."""


@dataclass(frozen=True, slots=True)
class Field:
    """One value that an action takes: its shape, and the words for it."""

    shape: re.Pattern[str]
    says: str
    optional: bool = False


SHORT = Field(re.compile(r"[^\x00-\x1f\x7f]{1,150}"), "1 to 150 characters in one line")
TEXT = Field(re.compile(r"[^\x00-\x08\x0b-\x1f\x7f]{1,3000}"), "1 to 3,000 characters")
BODY = Field(re.compile(r"[^\x00-\x08\x0b-\x1f\x7f]{1,100000}"), "1 to 100,000 characters")
_NOBODYS = r"(?s)(?!.*[\w.+-]@[\w-]+\.\w)"  # what is written to a team names no shopper's address
TEAM_TITLE = Field(
    re.compile(_NOBODYS + r"[^\x00-\x1f\x7f]{1,150}"), "1 to 150 characters, and nobody's address"
)
TEAM_TEXT = Field(
    re.compile(_NOBODYS + r"[^\x00-\x08\x0b-\x1f\x7f]{1,2900}"), "1 to 2,900 characters, and nobody's address"
)
LINK = Field(re.compile(r"https?://[!-~]{1,1900}"), "a web address")
WORD = Field(re.compile(r"[a-z][a-z0-9_.]{0,99}"), "a word of small letters, digits, dots and underscores")
NAME = Field(re.compile(r"[A-Za-z0-9_.:#@+-]{1,200}"), "an id without blanks")


def optional(kind: Field) -> Field:
    """The same field where it may be left out."""
    return Field(kind.shape, kind.says, optional=True)


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that a connector can do.

    ``found_by`` names the method that looks for what a doubtful call may have made. ``approval`` asks for a person's
    yes before every call. ``consent`` marks an action that changes what somebody may be sent at the vendor's: it takes
    ``state`` and, for a grant, ``evidence``. ``links`` says that the id it gives back is the subject's own there.
    """

    name: str
    kind: str
    does: str
    takes: Mapping[str, Field]
    found_by: str | None = None
    approval: bool = False
    consent: bool = False
    links: bool = False

    @property
    def repeatable(self) -> bool:
        """Whether asking twice does no harm."""
        return self.kind == SET


@dataclass(frozen=True, slots=True)
class Wanted:
    """One call of an action. ``key`` is our name for the effect, to go along in the vendor's field for such.

    ``known`` is the vendor's own id of the subject, where a row leads to one: it is the identity, an address is not.
    """

    key: str
    fields: Mapping[str, str]
    known: str | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """It happened. ``vendor_id`` is what the other side calls it."""

    vendor_id: str | None = None
    said: Mapping[str, str] = field(default_factory=dict)


def action(
    kind: str,
    *,
    found_by: str | None = None,
    approval: bool = False,
    consent: bool = False,
    links: bool = False,
    **takes: Field,
) -> Callable[[Callable[..., Done]], Callable[..., Done]]:
    """Mark a method of a connector as an action; its docstring's first line says what it does."""

    def marked(method: Callable[..., Done]) -> Callable[..., Done]:
        does = (method.__doc__ or "").strip().partition("\n")[0]
        made = Action(method.__name__, kind, does, takes, found_by, approval, consent, links)
        method.action = made  # type: ignore[attr-defined]
        return method

    return marked


def actions_of(connector: type) -> dict[str, Action]:
    """The actions of a connector by name."""
    members = {name: getattr(member, "action", None) for name, member in vars(connector).items()}
    return {name: found for name, found in members.items() if isinstance(found, Action)}


def checked(asked: Action, given: Mapping[str, object]) -> dict[str, str]:
    """The fields as the connector gets them. Raises Refused, one line per field, for what it does not take.

    C1: a consent is granted only with evidence; an opt-out needs none.
    """
    lines = [f"{name}: {asked.name} takes no such field" for name in given if name not in asked.takes]
    lines += [
        f"{name}: {asked.name} needs it"
        for name, kind in asked.takes.items()
        if not kind.optional and given.get(name) in (None, "")
    ]
    kept = {name: value for name, value in given.items() if value not in (None, "")}
    lines += [
        f"{name}: must be {asked.takes[name].says}"
        for name, value in kept.items()
        if name in asked.takes and not (isinstance(value, str) and asked.takes[name].shape.fullmatch(value))
    ]
    if asked.consent and kept.get("state") != WITHDRAWN and not kept.get("evidence"):
        lines.append("evidence: a consent is never widened without it")
    if lines:
        raise Refused("\n".join(lines))
    return {name: str(value) for name, value in kept.items()}


def digest(fields: Mapping[str, str]) -> str:
    """The name of these values: a proposal that was approved is the one that is carried out, or none is."""
    return short("fields", json.dumps(dict(fields), sort_keys=True, ensure_ascii=False), length=32)


def renamed(fields: Mapping[str, object], mapping: Mapping[str, str]) -> dict[str, object]:
    """The fields under the names that the shop's settings give them at the vendor's; ``-`` leaves one out."""
    return {
        mapping.get(name, name): value for name, value in fields.items() if mapping.get(name, name) != "-"
    }
