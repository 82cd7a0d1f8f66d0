"""Take in a sign-up: check the form, keep the request, and let the flow ask the owner of the address.

Nothing here looks at who is known. The same form makes the same reads and writes and the same answer whether or not
the address has ever been seen, so that nobody can find out through us where somebody shops.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING

from cartback.domain.consent.signup import HONEYPOT, Crowds, ask, read_form, request_id_for
from cartback.domain.errors import Refused
from cartback.domain.people.mailboxes import crowd_of, mailbox
from cartback.domain.shop.weblink import is_of
from cartback.usecases.consent.requesting import kept, told

if TYPE_CHECKING:
    from cartback.ports import Bus, Clock, Counters, Hasher, Metrics, Records, Settings, ShopFace

FLOW = "double_opt_in"
MOST_PER_VISITOR = (20, timedelta(hours=1))
MOST_PER_SHOP = (1_000, timedelta(hours=1))
"""How many forms count within how long. A shop has one counter: a thousand an hour are more than real sign-ups. What a
mailbox gets is limited where its mails are sent (``ask_confirmation``): forms of others shall lock nobody out."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who sent the form: the origin that the browser names, its address and what it calls itself."""

    origin: str | None
    ip: str | None
    user_agent: str | None


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Keep one request. Gives the shop's face for the answer.

    Raises Refused: 404 for a shop that takes no sign-ups, 403 for a page that is not the shop's, 422 with a line per
    wrong field, 429 when there are too many. TryLater if a row keeps changing.
    """

    records: Records
    settings: Settings
    counters: Counters
    hasher: Hasher
    bus: Bus
    clock: Clock
    metrics: Metrics

    def origin(self, shop: str, origin: str | None) -> str | None:
        """The origin itself, if it is one of the shop's: what a browser may be told to let the answer through to."""
        face = self.settings.shop(shop)
        return origin if face is not None and origin is not None and is_of(origin, face.domains) else None

    def __call__(self, shop: str, fields: Mapping[str, Sequence[str]], visitor: Visitor) -> ShopFace:
        policy, face = self.settings.policy(shop), self.settings.shop(shop)
        if policy is None or face is None or FLOW not in policy.flows:
            raise Refused("no sign-ups here", 404)
        if visitor.origin is not None and not is_of(visitor.origin, face.domains):
            raise Refused("this form belongs to another site", 403)
        # The shop's own counter comes last: what one visitor or a broken form is refused for closes it for nobody else.
        self._count(shop, "visitor", network(visitor.ip), MOST_PER_VISITOR)
        form = read_form(fields, face.domains)
        if any(text.strip() for text in fields.get(HONEYPOT, ())):
            self.metrics.count("SignUpsByPrograms", shop=shop)
            return face
        address_hash = self.hasher(shop, f"email:{form.email}")
        self._count(shop, "shop", "", MOST_PER_SHOP)
        now, agent = self.clock.now(), (visitor.user_agent or "")[:300] or None
        crowds = self._crowds(shop, form.email)
        request = kept(
            self.records,
            shop,
            request_id_for(shop, address_hash),
            lambda known: ask(known, form, address_hash, now, visitor.ip, agent, crowds),
        )
        self.bus.publish(told(request))
        return face

    def whose(
        self, shop: str, fields: Mapping[str, Sequence[str]], referer: str | None
    ) -> tuple[ShopFace | None, str | None]:
        """The shop of a form that was refused, and the page to go back to: the form's own if it is the shop's.

        The form says which page it stands on, or else the browser does; anything elsewhere is nowhere to lead somebody.
        """
        face = self.settings.shop(shop)
        if face is None:
            return None, None
        said = (*fields.get("page", ()), referer)
        return face, next((link for link in said if link and is_of(link, face.domains)), face.url)

    def _crowds(self, shop: str, email: str) -> Crowds:
        domain = crowd_of(email)
        return Crowds(
            self.hasher(shop, f"mailbox:{mailbox(email)}"),
            self.hasher(shop, f"domain:{domain}") if domain is not None else None,
        )

    def _count(self, shop: str, what: str, who: str, limit: tuple[int, timedelta]) -> None:
        most, within = limit
        name = f"{what}/{self.hasher(shop, f'{what}:{who}')}" if who else what
        if self.counters.count(shop, f"subscribe/{name}", within) > most:
            self.metrics.count("SignUpsRefused", shop=shop, limit=what)
            raise Refused("too many sign-ups, please try again later", 429)


def network(ip: str | None) -> str:
    """What counts as one visitor: an IPv4 address, or the /56 that one IPv6 connection may have (RFC 6177)."""
    if ip is None:
        return "nobody"
    try:
        found = ip_address(ip)
    except ValueError:
        return "nobody"
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or int(found) >> 72)
    return str(found)
