"""A person as they are kept. What news does to the row says ``domain.people.customer``."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from cartback.domain.channels import ADDRESS_OF, DEVICE, MAIL, PHONE
from cartback.domain.consent.consent import MARKETING, Consent, key
from cartback.domain.consent.evidence import Evidence
from cartback.domain.consent.preferences import NO_WISHES, Preferences
from cartback.domain.hashes import short
from cartback.domain.messaging.answered import Answered
from cartback.domain.messaging.bounces import SoftBounce
from cartback.domain.messaging.budget import Intent
from cartback.domain.people.awaited import Lapse, Wait
from cartback.domain.people.device import Device
from cartback.domain.people.stop import Stop
from cartback.domain.people.tickets import Ticket
from cartback.domain.trade.purchases import Purchase
from cartback.domain.trade.visits import Visit


@dataclass(frozen=True, slots=True)
class Person:
    """One person of one shop.

    ``aliases`` are keyed hashes of the names that find the person again (``domain.people.identity``) without being
    one of them; ``accounts`` are those of customer ids whose mailbox this is by the platform's own record, and since
    when. ``beside`` are the ids of rows that were named together with this one, ``bought_beside_at`` is when one of
    them last bought; ``merged_from`` are the rows that became this one, and ``moved_to`` is the mailbox of the
    account that had this one until ``moved_at``. ``sends`` are the instants of the messages of the last 31 days: the
    budget that all flows share. ``intents`` say who wants a place in it next, ``visits`` which carts are one story
    (``domain.trade.visits``). ``blocked`` says why nothing may be sent to the address at all (bounce, complaint),
    whatever was agreed; ``blocked_until``, when that ends by itself (``domain.people.suppression``). ``purchases``
    and the ``…_recorded_at`` are for the audit: what we knew when, by our own clock. ``forgotten_at`` is when the
    person asked to be forgotten: what a shop says of a time before is not taken in again. ``consents`` holds the
    present words by ``consent.key``. Each change of them is an entry of ``fresh_evidence``, which is written with the
    row and then lives on its own; ``evidence_head`` and ``evidence_length`` hold it in place. ``traces``
    are those of forgotten carts and orders (``domain.people.traces``), None where no release remembered them.
    ``stops`` says by channel why nothing may be sent there, e-mail apart, which is ``blocked``.
    ``tickets`` are what they asked the shop's people (``domain.people.tickets``), ``waits`` what falls due for them and
    ``lapse`` the latest lapse that was told (``domain.people.awaited``). ``answered`` says by channel when a message
    brought them back (``domain.messaging.answered``). ``devices`` are the browsers that they let us push to,
    the newest first.
    """

    shop: str
    person_id: str
    version: int = 0
    aliases: tuple[str, ...] = ()
    email: str | None = None
    email_hash: str | None = None
    phone: str | None = None
    first_name: str | None = None
    locale: str | None = None
    country: str | None = None
    seen_at: datetime | None = None
    consents: dict[str, Consent] = field(default_factory=dict)
    blocked: str | None = None
    blocked_recorded_at: datetime | None = None
    blocked_until: datetime | None = None
    last_order_at: datetime | None = None
    purchases: tuple[Purchase, ...] = ()
    sends: tuple[datetime, ...] = ()
    cart_ids: tuple[str, ...] = ()
    merged_into: str | None = None
    merged_at: datetime | None = None
    erased_at: datetime | None = None
    forgotten_at: datetime | None = None
    phone_hash: str | None = None
    region: str | None = None
    soft_bounces: tuple[SoftBounce, ...] = ()
    intents: tuple[Intent, ...] = ()
    prefs: Preferences = NO_WISHES
    carts_at: tuple[datetime, ...] = ()
    clicked_at: datetime | None = None
    evidence_head: str = ""
    evidence_length: int = 0
    fresh_evidence: tuple[Evidence, ...] = ()
    accounts: dict[str, datetime] = field(default_factory=dict)
    beside: tuple[str, ...] = ()
    bought_beside_at: datetime | None = None
    merged_from: tuple[str, ...] = ()
    moved_to: str | None = None
    moved_at: datetime | None = None
    visits: tuple[Visit, ...] = ()
    traces: tuple[str, ...] | None = None
    stops: dict[str, Stop] = field(default_factory=dict)
    tickets: tuple[Ticket, ...] = ()
    waits: tuple[Wait, ...] = ()
    lapse: Lapse | None = None
    answered: dict[str, Answered] = field(default_factory=dict)
    devices: tuple[Device, ...] = ()

    def consent(self, channel: str, purpose: str = MARKETING) -> Consent | None:
        """What this person last said about a channel, as a whole or for one purpose."""
        return self.consents.get(key(channel, purpose))

    def address_hash(self, channel: str) -> str | None:
        """The hash of the address at which a channel reaches this person now."""
        newest = self.devices[0].hash if self.devices else None
        return {MAIL: self.email_hash, PHONE: self.phone_hash, DEVICE: newest}.get(ADDRESS_OF[channel])

    @property
    def reachable(self) -> bool:
        """Whether there is an address at all."""
        return self.email is not None and self.erased_at is None and self.merged_into is None


def person_id_for(shop: str, alias_hash: str) -> str:
    """The id of a person who was first heard of under this alias."""
    return short("person", shop, alias_hash)
