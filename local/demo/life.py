"""One shopper's life: what they do, and what the shop tells Cartback of it."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from local.clock import Clock
from local.demo import shopify
from local.demo.agenda import Agenda
from local.demo.front import Front
from local.demo.sender import Sender, ask
from local.demo.shopify import Buyer, Lines
from local.mail import Message

_RESTORE = re.compile(r'href="(http[^"]+/r/[^"]+)"')


@dataclass(slots=True)
class Scene:
    """What all lives share: the clock, the agenda, the wire, and the shop front at ``front_url``."""

    clock: Clock
    agenda: Agenda
    sender: Sender
    front: Front
    front_url: str
    told: list[str] = field(default_factory=list)

    def tell(self, line: str) -> None:
        """Say what just happened, for whoever watches."""
        self.told.append(f"{self.clock.now():%a %H:%M}  {line}")


@dataclass(slots=True)
class Life:
    """A shopper with one cart. ``doubled``: each webhook about them is delivered twice.

    Instants of the shop are virtual. Three are real: when our server had answered the order (``bought_at``), the click
    on the leave link (``left_at``) and the refusal in the shop (``refused_at``), so from when on it knew.
    """

    scene: Scene
    buyer: Buyer
    lines: Lines
    opens_at: datetime
    script: str
    doubled: bool = False
    mails: list[Message] = field(default_factory=list)
    bought_at: datetime | None = None
    left_at: datetime | None = None
    refused_at: datetime | None = None
    restored: bool = False
    mails_when_bought: int = 0
    opens_checkout_at: datetime | None = None
    _count: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def total(self) -> int:
        """What the cart is worth, in cents."""
        return sum(variant.price * pieces for variant, pieces in self.lines)

    # what they do -------------------------------------------------------------------------------------------------

    def signs_up(self) -> None:
        """Have the newsletter's double opt-in behind them, months before the play."""
        now = self.scene.clock.now()
        word = shopify.consent(self.buyer, "subscribed", now - timedelta(days=60))
        self.scene.sender.send(
            "customers_email_marketing_consent/update", word, f"sign-up-{self.buyer.number}", now
        )

    def browses(self, at: datetime) -> None:
        """Put things into a cart, one after another, on a phone: nobody knows yet who it is."""
        for number in range(1, len(self.lines) + 1):
            topic = "carts/create" if number == 1 else "carts/update"
            lines, then = self.lines[:number], at + timedelta(minutes=4 * (number - 1))
            self._later(then, topic, shopify.cart(self.buyer, lines, then))

    def checks_out(self, at: datetime, lines: Lines | None = None) -> None:
        """Type name and address into the checkout, and stop there; with ``lines``, come back for other things."""
        self.opens_checkout_at = began = self.opens_checkout_at or at
        topic = "checkouts/create" if began == at else "checkouts/update"
        if lines is not None:
            self.lines = lines
        self.scene.front.carts[self.buyer.checkout_token] = self.lines
        self._later(at, topic, shopify.checkout(self.buyer, self.lines, self.scene.front_url, at, began))

    def empties(self, at: datetime) -> None:
        """Take everything out again."""
        front, began = self.scene.front_url, self.opens_checkout_at or at
        self._later(at, "carts/update", shopify.cart(self.buyer, (), at))
        self._later(at, "checkouts/update", shopify.checkout(self.buyer, (), front, at, began))

    def refuses_in_the_shop(self, at: datetime) -> None:
        """Take the consent back in the shop's own settings."""
        self.scene.agenda.at(at, lambda: self._refuse(at))

    def buys(self, at: datetime, way: str = "same") -> None:
        """Buy, here or elsewhere: the order's webhook, and the one of its payment."""
        self.scene.agenda.at(at, lambda: self._order(at, way))
        paid = at + timedelta(minutes=9)
        self._later(paid, "orders/paid", shopify.order(self.buyer, self.lines, at, way))

    def tells_old_news(self, at: datetime, of: datetime) -> None:
        """An update of the checkout as it was at ``of`` arrives only now."""
        began, lines, front = self.opens_checkout_at or of, self.lines, self.scene.front_url
        payload = shopify.checkout(self.buyer, lines, front, of, began)
        self.scene.agenda.at(at, lambda: self._send("checkouts/update", payload, of))

    def follows(self, mail: Message) -> None:
        """Press the button of a mail. Raises RuntimeError if it does not lead to this very cart at the shop."""
        found = _RESTORE.search(mail.html)
        if not found:
            raise RuntimeError(f"no way back in {mail.subject!r}")
        redirect = ask("GET", found.group(1))
        token = self.buyer.checkout_token
        if redirect.status != 302 or not redirect.location or token not in redirect.location:
            raise RuntimeError(f"the button led nowhere: {redirect.status} {redirect.location}")
        if ask("GET", redirect.location).status != 200 or "utm_source=cartback" not in redirect.location:
            raise RuntimeError(f"the shop did not know the cart again at {redirect.location}")
        self.restored = True

    def leaves(self, mail: Message) -> None:
        """Unsubscribe with the one click that mail programs offer (RFC 8058)."""
        link = (mail.header("List-Unsubscribe") or "").strip("<>")
        reply = ask(
            "POST",
            link,
            b"List-Unsubscribe=One-Click",
            {"content-type": "application/x-www-form-urlencoded"},
        )
        if reply.status != 200:
            raise RuntimeError(f"the way out is closed: {reply.status}")
        self.left_at = reply.answered_at
        self.scene.tell(f"{self.buyer.first_name} unsubscribes")

    # how it is told -----------------------------------------------------------------------------------------------

    def _order(self, at: datetime, way: str) -> None:
        self.bought_at = self._send("orders/create", shopify.order(self.buyer, self.lines, at, way), at)
        self.mails_when_bought = len(self.mails)
        where = {"same": "", "device": " on another device", "admin": " by telephone"}[way]
        after = f" after mail {len(self.mails)}" if self.mails else ""
        self.scene.tell(f"{self.buyer.first_name} buys{where}{after}: {shopify.amount(self.total)} €")

    def _refuse(self, at: datetime) -> None:
        topic, word = (
            "customers_email_marketing_consent/update",
            shopify.consent(self.buyer, "unsubscribed", at),
        )
        self.refused_at = self._send(topic, word, at)
        self.scene.tell(f"{self.buyer.first_name} takes the consent back in the shop")

    def _later(self, at: datetime, topic: str, payload: dict[str, Any]) -> None:
        self.scene.agenda.at(at, lambda: self._send(topic, payload, at))

    def _send(self, topic: str, payload: dict[str, Any], at: datetime) -> datetime:
        with self._lock:
            self._count += 1
            event_id = f"event-{self.buyer.number}-{self._count}"
        reply = self.scene.sender.send(topic, payload, event_id, at)
        if self.doubled:
            self.scene.agenda.after(timedelta(minutes=20), lambda: self._again(topic, payload, event_id, at))
        return reply.answered_at

    def _again(self, topic: str, payload: dict[str, Any], event_id: str, at: datetime) -> None:
        self.scene.sender.send(topic, payload, event_id, at)
