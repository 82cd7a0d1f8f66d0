"""Bring somebody back to their cart, or to the shop: count the click, go to the shop's own checkout or front door."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from cartback.domain.claims import DELIVERED
from cartback.domain.errors import Conflict, TryLater
from cartback.domain.messaging import answered
from cartback.domain.messaging.link_scanners import Opening, scanner
from cartback.domain.people.identity import belongs
from cartback.domain.shop.weblink import is_local, is_of, web_link
from cartback.domain.subject import CART
from cartback.ports import RowSet, TimelineEntry
from cartback.usecases.messaging import links

if TYPE_CHECKING:
    from cartback.domain.people.customer import Person
    from cartback.domain.trade.cart import Cart
    from cartback.ports import Clock, Counters, Ledger, Link, Metrics, Records, Settings, ShopFace

MOST_NOTED = 100
"""How often a link is followed with a line in the story of its cart: whoever has it could write without end."""


@dataclass(frozen=True, slots=True)
class OpenLink:
    """Give the address to redirect to, or None for a link that is unknown, foreign or over.

    The link opens one cart and no account. Programs follow links too: what looks like one is led on all the same, but
    noted apart (``scanned``), and is nobody's click. After ``MOST_NOTED`` times it leads on and writes nothing more.

    Whoever wants to buy is not kept from it by what we cannot write or read besides: the click is lost, or the way
    leads to the shop's front door, and ``LinksOpenedInPart`` counts it. Raises TryLater if the link itself or the shop
    cannot be looked up.
    """

    ledger: Ledger
    records: Records
    settings: Settings
    clock: Clock
    metrics: Callable[[], Metrics]
    counters: Counters | None = None

    def __call__(self, token: str, method: str = "GET", user_agent: str | None = None) -> str | None:
        now = self.clock.now()
        link = links.find(self.ledger, token, "restore", now)
        face = self.settings.shop(link.shop) if link else None
        if link is None or face is None:
            return None
        try:
            followed = self.ledger.follow(link.shop, link.token_hash, now)
            if followed is None:
                return None
            if followed.uses <= MOST_NOTED:
                self._note(link, now, method, user_agent)
        except TryLater:
            self.metrics().count("LinksOpenedInPart")
        way_back = self._way_back(link)
        url = allowed(way_back, face)
        if way_back and url == face.url != way_back:
            self.metrics().count("LinksElsewhere", shop=link.shop)
        return with_utm(url, link)

    def _way_back(self, link: Link) -> str | None:
        if link.about.kind != CART:
            return None  # the shop's front door
        try:
            page = self.records.read(link.shop, carts=[link.cart_id], persons=[link.person_id])
        except TryLater:
            self.metrics().count("LinksOpenedInPart")
            return None
        cart, person = page.carts.get(link.cart_id), page.persons.get(link.person_id)
        if cart is None or cart.status not in ("open", "given_up"):
            return None
        if not _is_still_theirs(cart, person):
            self.metrics().count("LinksOfDoubtfulOwners")
            return None
        return cart.restore_url

    def _note(self, link: Link, now: datetime, method: str, user_agent: str | None) -> None:
        sign = scanner(self._opening(link, now, method, user_agent))
        about = {"touch": link.touch, "claim_id": link.claim_id, "channel": link.channel}
        if sign is None:
            self.ledger.note(link.shop, link.about.timeline, TimelineEntry(now, "clicked", about))
            self._remember(link, now)
        else:
            self.ledger.note(
                link.shop, link.about.timeline, TimelineEntry(now, "scanned", {**about, "sign": sign})
            )

    def _opening(self, link: Link, now: datetime, method: str, user_agent: str | None) -> Opening:
        claim = self.ledger.read_claim(link.shop, link.claim_id)
        since = None
        if claim is not None:
            since = claim.settled_at if claim.state == DELIVERED else claim.claimed_at
        many = 1
        if self.counters is not None:
            many = self.counters.count(link.shop, f"opened/{link.claim_id}", timedelta(seconds=1))
        return Opening(method, user_agent, now - since if since is not None else None, many)

    def _remember(self, link: Link, now: datetime) -> None:
        """That the person still cares. Whoever was quicker knows more: a lost note harms nobody."""
        person = self._living(link.shop, link.person_id)
        if person is None:
            return
        known = answered.clicked(person.answered, link.channel, now)
        came_back = replace(person, clicked_at=now, answered=known)
        before, after = (RowSet(persons={person.person_id: row}) for row in (person, came_back))
        with suppress(Conflict):
            self.records.save(link.shop, before, after)

    def _living(self, shop: str, wanted: str) -> Person | None:
        """The row of this id, or the one that it was merged into; None for nobody, and for who was forgotten."""
        while True:
            person = self.records.read(shop, persons=[wanted]).persons[wanted]
            if person is None or person.erased_at is not None:
                return None
            if person.merged_into is None:
                return person
            wanted = person.merged_into


def _is_still_theirs(cart: Cart, person: Person | None) -> bool:
    """Whether a cart may be shown to whoever was written to about it: a checkout shows its owner's name and address."""
    if person is None or person.merged_into:
        return False
    by_account = cart.account is not None and cart.account in person.accounts
    return by_account or (cart.person_id in (person.person_id, *person.merged_from) and belongs(cart, person))


def allowed(url: str | None, face: ShopFace) -> str:
    """The restore address, if it leads to the shop over https; else the shop's own front door.

    The address came from outside: a redirect of ours must not lead anywhere else (open redirect).
    """
    good = web_link(url, local=is_local(face.url))
    return good if good is not None and is_of(good, face.hosts) else face.url


def with_utm(url: str, link: Link) -> str:
    """The address with UTM parameters, its own parameters kept; an old campaign's are replaced."""
    parts = urlsplit(url)
    own = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not pair[0].startswith("utm_")]
    ours = [
        ("utm_source", "cartback"),
        ("utm_medium", link.channel),
        ("utm_campaign", link.of_flow),
        ("utm_content", link.touch),
    ]
    return urlunsplit(parts._replace(query=urlencode(own + ours)))
