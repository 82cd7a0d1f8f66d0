"""What the use cases need of the world, as Protocols. ``store``, ``shops`` and ``channels`` implement them.

Every call may raise ``TryLater`` (transient); what else it may raise is said where it is defined.

A name is loaded with its room when it is first asked for: a class takes a millisecond to make, and no cold start shall
pay for the ports of other doors.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cartback.domain.intake.delivery import Delivery as Delivery
    from cartback.domain.intake.delivery import ShopKeys as ShopKeys
    from cartback.ports.desk import AnswerLink as AnswerLink
    from cartback.ports.desk import DeskBook as DeskBook
    from cartback.ports.desk import WaitingRuns as WaitingRuns
    from cartback.ports.effects import AccountBook as AccountBook
    from cartback.ports.effects import Connections as Connections
    from cartback.ports.effects import Connector as Connector
    from cartback.ports.effects import ConnectorKeys as ConnectorKeys
    from cartback.ports.effects import EffectBook as EffectBook
    from cartback.ports.effects import TeamMail as TeamMail
    from cartback.ports.effects import ToolTokens as ToolTokens
    from cartback.ports.effects import WaitingWork as WaitingWork
    from cartback.ports.effects import Ways as Ways
    from cartback.ports.intake import AnswerLine as AnswerLine
    from cartback.ports.intake import Begun as Begun
    from cartback.ports.intake import Fetcher as Fetcher
    from cartback.ports.intake import Greeter as Greeter
    from cartback.ports.intake import IdempotencyStore as IdempotencyStore
    from cartback.ports.intake import Keys as Keys
    from cartback.ports.intake import KeyStore as KeyStore
    from cartback.ports.intake import Parking as Parking
    from cartback.ports.intake import Queue as Queue
    from cartback.ports.intake import RawArchive as RawArchive
    from cartback.ports.intake import RawStore as RawStore
    from cartback.ports.intake import ShopAdapter as ShopAdapter
    from cartback.ports.intake import Speaker as Speaker
    from cartback.ports.intake import Translator as Translator
    from cartback.ports.messages import ADDRESS_REFUSED as ADDRESS_REFUSED
    from cartback.ports.messages import PAST_DEADLINE as PAST_DEADLINE
    from cartback.ports.messages import Card as Card
    from cartback.ports.messages import Channel as Channel
    from cartback.ports.messages import Chat as Chat
    from cartback.ports.messages import Content as Content
    from cartback.ports.messages import Doubtful as Doubtful
    from cartback.ports.messages import Letter as Letter
    from cartback.ports.messages import Mail as Mail
    from cartback.ports.messages import Means as Means
    from cartback.ports.messages import NotSent as NotSent
    from cartback.ports.messages import Outgoing as Outgoing
    from cartback.ports.messages import Sent as Sent
    from cartback.ports.messages import Text as Text
    from cartback.ports.messages import Texts as Texts
    from cartback.ports.rows import ClaimIndex as ClaimIndex
    from cartback.ports.rows import ConsentChains as ConsentChains
    from cartback.ports.rows import DueIndex as DueIndex
    from cartback.ports.rows import Guard as Guard
    from cartback.ports.rows import Ledger as Ledger
    from cartback.ports.rows import Link as Link
    from cartback.ports.rows import NotBlocked as NotBlocked
    from cartback.ports.rows import Records as Records
    from cartback.ports.rows import RowSet as RowSet
    from cartback.ports.rows import TimelineEntry as TimelineEntry
    from cartback.ports.rows import Unchanged as Unchanged
    from cartback.ports.service import Http as Http
    from cartback.ports.service import ShopApi as ShopApi
    from cartback.ports.settings import KeptSettings as KeptSettings
    from cartback.ports.settings import Settings as Settings
    from cartback.ports.settings import ShopBook as ShopBook
    from cartback.ports.settings import ShopFace as ShopFace
    from cartback.ports.trade import Orders as Orders
    from cartback.ports.upkeep import AuditBook as AuditBook
    from cartback.ports.upkeep import DeadLetterSweep as DeadLetterSweep
    from cartback.ports.upkeep import HealthBook as HealthBook
    from cartback.ports.upkeep import Heartbeat as Heartbeat
    from cartback.ports.upkeep import RawSweep as RawSweep
    from cartback.ports.upkeep import Refusals as Refusals
    from cartback.ports.upkeep import Standing as Standing
    from cartback.ports.upkeep import Strangers as Strangers
    from cartback.ports.upkeep import TableSweep as TableSweep
    from cartback.ports.upkeep import ToldOnce as ToldOnce
    from cartback.ports.wording import HouseTexts as HouseTexts
    from cartback.ports.wording import TextBook as TextBook
    from cartback.ports.wording import TrialMail as TrialMail
    from cartback.ports.world import Bus as Bus
    from cartback.ports.world import Clock as Clock
    from cartback.ports.world import Counters as Counters
    from cartback.ports.world import Hasher as Hasher
    from cartback.ports.world import Metrics as Metrics
    from cartback.ports.world import Runs as Runs
    from cartback.ports.world import Tokens as Tokens

_ROOMS = {
    "domain.intake.delivery": "Delivery ShopKeys",
    "ports.world": "Bus Clock Counters Hasher Metrics Runs Tokens",
    "ports.desk": "AnswerLink DeskBook WaitingRuns",
    "ports.effects": (
        "AccountBook Connections Connector ConnectorKeys EffectBook TeamMail ToolTokens WaitingWork Ways"
    ),
    "ports.intake": (
        "AnswerLine Begun Fetcher Greeter KeyStore Keys IdempotencyStore Parking Queue RawArchive RawStore "
        "ShopAdapter Speaker Translator"
    ),
    "ports.rows": (
        "ClaimIndex DueIndex Guard Ledger NotBlocked TimelineEntry Link RowSet ConsentChains Records Unchanged"
    ),
    "ports.settings": "KeptSettings Settings ShopBook ShopFace",
    "ports.wording": "HouseTexts TextBook TrialMail",
    "ports.messages": (
        "ADDRESS_REFUSED PAST_DEADLINE Card Channel Chat Content Doubtful Letter Mail Means NotSent Outgoing Sent Text "
        "Texts"
    ),
    "ports.service": "Http ShopApi",
    "ports.trade": "Orders",
    "ports.upkeep": (
        "AuditBook DeadLetterSweep Heartbeat HealthBook RawSweep Refusals Standing Strangers TableSweep ToldOnce"
    ),
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names.split()}


def __getattr__(name: str) -> object:
    """Load the room of a port. Raises AttributeError for what is no port."""
    if name not in _ROOM_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"cartback.{_ROOM_OF[name]}"), name)
