"""Outside systems and the desk in memory: rows guarded by versions as on AWS, and a vendor that is as it is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import ModuleType, SimpleNamespace
from typing import Any

from cartback.domain.connectors.actions import CREATE, SET, TEXT, Done, Wanted, action, optional
from cartback.domain.connectors.connection import Connection
from cartback.domain.connectors.deliveries import DELIVERY, Waiting
from cartback.domain.connectors.effects import Effect
from cartback.domain.connectors.limits import AccountState, Rate
from cartback.domain.connectors.tool_tokens import ToolToken
from cartback.domain.desk.entries import Entry
from cartback.domain.errors import Conflict
from cartback.domain.shop.credentials import Needs
from cartback.ports import AnswerLink, Clock


class _Guarded:
    """Rows by key, written over the version that was read and over nothing else."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, ...], Any] = {}

    def put(self, key: tuple[str, ...], after: Any, version: int) -> None:
        kept = self.rows.get(key)
        if (kept.version if kept is not None else 0) != version:
            raise Conflict(str(key))
        self.rows[key] = replace(after, version=version + 1)


class MemoryEffects:
    """The port ``EffectBook``."""

    def __init__(self) -> None:
        self.kept, self.links = _Guarded(), {}

    def read(self, shop: str, effect_id: str) -> Effect | None:
        return self.kept.rows.get((shop, effect_id))

    def save(self, after: Effect) -> None:
        self.kept.put((after.shop, after.effect_id), after, after.version)

    def linked(self, shop: str, connector: str, account: str, subject: str) -> str | None:
        return self.links.get((shop, connector, account, subject))

    def link(self, shop: str, connector: str, account: str, subject: str, vendor_id: str) -> None:
        self.links[shop, connector, account, subject] = vendor_id


class MemoryAccounts:
    """The port ``AccountBook``."""

    def __init__(self) -> None:
        self.kept = _Guarded()

    def read(self, shop: str, connector: str, account: str) -> AccountState:
        return self.kept.rows.get((shop, connector, account), AccountState(shop, connector, account))

    def save(self, after: AccountState) -> None:
        self.kept.put((after.shop, after.connector, after.account), after, after.version)


class MemoryConnections:
    """The ports ``Connections`` and ``ToolTokens``."""

    def __init__(self) -> None:
        self.kept = _Guarded()
        self.tools: dict[tuple[str, str], ToolToken] = {}

    def read(self, shop: str, connector: str, account: str) -> Connection | None:
        return self.kept.rows.get((shop, connector, account))

    def connected(self, shop: str) -> list[Connection]:
        return [row for key, row in sorted(self.kept.rows.items()) if key[0] == shop]

    def save(self, before: Connection | None, after: Connection) -> None:
        version = 0 if before is None else before.version
        self.kept.put((after.shop, after.connector, after.account), after, version)

    def drop(self, connection: Connection) -> None:
        self.kept.rows.pop((connection.shop, connection.connector, connection.account), None)

    def find(self, shop: str, token_id: str) -> ToolToken | None:
        return self.tools.get((shop, token_id))

    def tokens(self, shop: str) -> list[ToolToken]:
        return [token for key, token in sorted(self.tools.items()) if key[0] == shop]

    def keep_token(self, token: ToolToken) -> None:
        self.tools[token.shop, token.token_id] = token

    def revoke(self, shop: str, token_id: str) -> bool:
        return self.tools.pop((shop, token_id), None) is not None


class MemoryDesk:
    """The port ``DeskBook``."""

    def __init__(self, clock: Clock) -> None:
        self.clock, self.kept = clock, _Guarded()
        self.links: dict[tuple[str, str], AnswerLink] = {}

    def read(self, shop: str, entry_id: str) -> Entry | None:
        return self.kept.rows.get((shop, entry_id))

    def save(self, after: Entry) -> None:
        self.kept.put((after.shop, after.entry_id), after, after.version)

    def answer(self, after: Entry, link: AnswerLink) -> None:
        kept = self.links.get((link.shop, link.token_hash))
        if kept is None or kept.used_at is not None:
            raise Conflict("link")
        self.save(after)
        self.links[link.shop, link.token_hash] = replace(kept, used_at=self.clock.now())

    def listed(self, shop: str) -> list[Entry]:
        found = [row for key, row in self.kept.rows.items() if key[0] == shop and row.listed_at is not None]
        return sorted(found, key=lambda row: row.listed_at)

    def due(self, shop: str, now: datetime) -> list[Entry]:
        return [row for row in self.listed(shop) if row.listed_at <= now][:100]

    def keep_link(self, link: AnswerLink) -> None:
        self.links[link.shop, link.token_hash] = link

    def find_link(self, shop: str, token_hash: str) -> AnswerLink | None:
        found = self.links.get((shop, token_hash))
        return None if found is None or found.expires_at <= self.clock.now() else found


class MemoryWaiting:
    """The port ``WaitingWork``."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], Waiting] = {}

    def wait(self, waiting: Waiting) -> None:
        self.rows[waiting.shop, waiting.work_id] = waiting

    def over(self, waiting: Waiting) -> None:
        self.rows.pop((waiting.shop, waiting.work_id), None)

    def waiting(self, shop: str) -> list[Waiting]:
        found = [row for key, row in self.rows.items() if key[0] == shop]
        return sorted(found, key=lambda row: row.due_at)

    def due(self, shop: str, now: datetime) -> list[Waiting]:
        return [row for row in self.waiting(shop) if row.kind == DELIVERY and row.due_at <= now][:100]


class DictAccess:
    """The port ``ConnectorKeys``."""

    def __init__(self, **access: Mapping[str, str]) -> None:
        self.by_name: dict[str, Mapping[str, str]] = dict(access)

    def of(self, name: str) -> Mapping[str, str] | None:
        return self.by_name.get(name)

    def write(self, name: str, access: Mapping[str, str]) -> None:
        self.by_name[name] = access

    def drop(self, name: str) -> None:
        self.by_name.pop(name, None)


class ListAnswers:
    """The port ``WaitingRuns``: ``gone`` are tokens of runs that wait no more."""

    def __init__(self) -> None:
        self.told: list[tuple[str, dict[str, object]]] = []
        self.gone: set[str] = set()

    def answer(self, token: str, word: dict[str, object]) -> bool:
        if token in self.gone:
            return False
        self.told.append((token, word))
        self.gone.add(token)
        return True


@dataclass
class ListTeamMail:
    """The port ``TeamMail``. ``fails`` is raised instead, once per entry."""

    sent: list[dict[str, Any]] = field(default_factory=list)
    fails: list[Exception] = field(default_factory=list)

    def send(self, sender: str, to: Any, subject: str, text: str, tag: str, enclosed: Any = None) -> str:
        if self.fails:
            raise self.fails.pop(0)
        sent = {"sender": sender, "to": tuple(to), "subject": subject, "text": text, "tag": tag}
        self.sent.append(sent if enclosed is None else {**sent, "enclosed": enclosed})
        return f"mail-{len(self.sent)}"


@dataclass
class Posted:
    """The port ``Http``: keeps calls, and fails as it is told."""

    calls: list[Any] = field(default_factory=list)
    fails: list[Exception] = field(default_factory=list)

    def send(self, call: Any) -> Any:
        self.calls.append(call)
        if self.fails:
            raise self.fails.pop(0)
        return None


@dataclass
class Vendor:
    """A fictional ticket system: what it holds by key, and how it behaves.

    ``moods`` are asked one after the other at each call: an exception that is raised before anything happens, one that
    is raised ``after`` it happened (an answer that is lost), or None.
    """

    made: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)
    moods: list[tuple[str, Exception] | None] = field(default_factory=list)
    looks: int = 0
    calls: int = 0
    strange: bool = False

    def module(self, *, lookup: bool = True) -> ModuleType:
        """A module as of the folder ``connectors``."""
        return _ticketing(self, lookup)  # type: ignore[return-value]

    def happen(self, deed: Callable[[], None]) -> None:
        self.calls += 1
        mood = self.moods.pop(0) if self.moods else None
        if mood is not None and mood[0] == "before":
            raise mood[1]
        deed()
        if mood is not None:
            raise mood[1]


def _ticketing(vendor: Vendor, lookup: bool) -> SimpleNamespace:
    class Connector:
        people: tuple[str, ...] = ()

        def __init__(self, connection: Connection, access: Mapping[str, str], ways: Any) -> None:
            self.vendor = vendor

        def check(self) -> str:
            """Say whose it is."""
            return "tickets of nobody"

        @action(CREATE, found_by="find" if lookup else None, links=True, text=TEXT)
        def open_ticket(self, wanted: Wanted) -> Done:
            """Open a ticket."""
            self.vendor.happen(lambda: self.vendor.made.append((wanted.key, dict(wanted.fields))))
            return "yes" if vendor.strange else Done(f"t-{len(self.vendor.made)}")  # type: ignore[return-value]

        @action(SET, tag=TEXT)
        def set_tag(self, wanted: Wanted) -> Done:
            """Set a tag."""
            self.vendor.happen(lambda: self.vendor.tags.update({wanted.key: wanted.fields["tag"]}))
            return Done()

        @action(SET, consent=True, state=TEXT, evidence=optional(TEXT))
        def set_consent(self, wanted: Wanted) -> Done:
            """Set what somebody may be sent."""
            self.vendor.happen(lambda: self.vendor.tags.update({"consent": wanted.fields["state"]}))
            return Done()

        def find(self, wanted: Wanted) -> Done | None:
            """Look for a ticket of this key."""
            self.vendor.looks += 1
            numbers = [n for n, (key, _) in enumerate(self.vendor.made, 1) if key == wanted.key]
            return Done(f"t-{numbers[0]}") if numbers else None

    return SimpleNamespace(
        NEEDS=Needs(ways=({},), optional={}),
        OPTIONS=Needs(ways=({},), optional={}),
        RATE=Rate(5, timedelta(seconds=1), burst=5),
        TAKES_FACTS=False,
        BRINGS_DESK=False,
        GONE_ENDS_IT=True,
        Connector=Connector,
    )
