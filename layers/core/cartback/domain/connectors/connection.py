"""A shop's connection to an outside system: which account, how it is used, and whether it is on."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime

from cartback.domain.connectors.actions import WORD
from cartback.domain.errors import Refused
from cartback.domain.facts import CATALOGUE
from cartback.domain.shop.credentials import Needs

ACCOUNT = re.compile(r"[a-z0-9][a-z0-9-]{0,39}", re.ASCII)
"""What an account may be called; it stands in the names of secrets and rows."""

MAIN = "main"
_VENDORS_NAME = re.compile(r"-|[A-Za-z0-9_.]{1,100}", re.ASCII)
_MOST_MAPPED = 50


@dataclass(frozen=True, slots=True)
class Connection:
    """One account of a shop at one system, without its secrets.

    ``options`` are the connector's own (``OPTIONS``), ``facts`` the names of facts that it is told, ``mapping`` our
    fields under the vendor's names (``-`` leaves one out), ``approve`` the actions that wait for a person's yes, and
    ``desk`` says that it brings people what waits for them. ``off_because`` is set where it is switched off.
    """

    shop: str
    connector: str
    account: str = MAIN
    options: dict[str, str] = field(default_factory=dict)
    facts: tuple[str, ...] = ()
    mapping: dict[str, str] = field(default_factory=dict)
    approve: tuple[str, ...] = ()
    desk: bool = False
    off_because: str = ""
    changed_at: datetime | None = None
    changed_by: str = ""
    version: int = 0

    @property
    def name(self) -> str:
        """How people call it: ``slack`` or ``slack/sales``."""
        return self.connector if self.account == MAIN else f"{self.connector}/{self.account}"

    @property
    def is_on(self) -> bool:
        """Whether it may be called."""
        return not self.off_because


@dataclass(frozen=True, slots=True)
class Kind:
    """What a connector says of itself, so that the settings of its connections can be judged."""

    name: str
    needs: Needs
    options: Needs
    actions: frozenset[str]
    takes_facts: bool = False
    brings_desk: bool = False


def parsed_name(text: str) -> tuple[str, str]:
    """Connector and account of a name such as ``slack/sales``. Raises Refused for what is no such name."""
    connector, _, account = text.partition("/")
    account = account or MAIN
    if not WORD.shape.fullmatch(connector) or not ACCOUNT.fullmatch(account):
        raise Refused(f"{text}: must be a connector such as slack, or slack/sales for a second account")
    return connector, account


def check(connection: Connection, kind: Kind) -> None:
    """Raise Refused, one line per field, for settings that the connector cannot have."""
    lines: list[str] = []
    try:
        kind.options.check(connection.options)
    except Refused as refusal:
        lines += [line.replace("access", "options") for line in refusal.reason.splitlines()]
    if connection.facts and not kind.takes_facts:
        lines.append(f"facts: {kind.name} is not told of facts")
    lines += [f"facts: there is no fact {name}" for name in connection.facts if name not in CATALOGUE]
    lines += [
        f"approve: {kind.name} has no action {name}"
        for name in connection.approve
        if name not in kind.actions
    ]
    if connection.desk and not kind.brings_desk:
        lines.append(f"desk: {kind.name} brings nobody anything")
    lines += [
        f"mapping.{ours}: must be a name at the vendor's, or - to leave it out"
        for ours, theirs in connection.mapping.items()
        if not WORD.shape.fullmatch(ours) or not _VENDORS_NAME.fullmatch(theirs)
    ]
    if len(connection.mapping) > _MOST_MAPPED:
        lines.append(f"mapping: has more than {_MOST_MAPPED} fields")
    if lines:
        raise Refused("\n".join(lines))


def switched(connection: Connection, because: str, at: datetime, by: str) -> Connection:
    """The connection switched off for a reason, or on again without one."""
    return replace(connection, off_because=because[:300], changed_at=at, changed_by=by)
