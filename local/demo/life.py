"""One shopper's life: what they do, and what the shop tells Cartback of it."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from local.clock import Watch
from local.demo import shopify
from local.demo.agenda import Agenda
from local.demo.front import Front
from local.demo.platforms import DemoShop, Told, worth
from local.demo.sender import Wire, ask
from local.demo.shopify import Buyer, Lines
from local.mail import Message

_FORM = {"content-type": "application/x-www-form-urlencoded"}
_CONFIRM = re.compile(r'href="(http[^"]+/c/[^"]+)"')
_RESTORE = re.compile(r'href="(http[^"]+/r/[^"]+)"')


@dataclass(slots=True)
class Scene:
    """What all lives share: the clock, the agenda, the shops by their platforms, and their front.

    ``compare`` lets Cartback look through the shops' own lists, for a life of which it may have missed something.
    """

    clock: Watch
    agenda: Agenda
    wire: Wire
    shops: dict[str, DemoShop]
    front: Front
    front_url: str
    compare: Callable[[Life], None] = lambda life: None
    told: list[str] = field(default_factory=list)

    def tell(self, line: str) -> None:
        """Say what just happened, for whoever watches."""
        self.told.append(f"{self.clock.now():%a %H:%M}  {line}")


@dataclass(slots=True)
class Life:
    """A shopper with one cart. ``doubled``: each webhook about them is delivered twice.

    Three instants say from when on our server knew: when it had answered the order (``bought_at``), the click on the
    leave link (``left_at``) and the refusal in the shop (``refused_at``).
    """

    scene: Scene
    shop: DemoShop
    buyer: Buyer
    lines: Lines
    opens_at: datetime
    script: str
    doubled: bool = False
    mails: list[Message] = field(default_factory=list)
    bought_at: datetime | None = None
    left_at: datetime | None = None
    refused_at: datetime | None = None
    confirmed: bool = False
    found_by_comparing: bool = False
    restored: bool = False
    mails_when_bought: int = 0
    opens_checkout_at: datetime | None = None
    _count: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def total(self) -> int:
        """What the cart is worth, in cents."""
        return worth(self.lines)

    # what they do -------------------------------------------------------------------------------------------------

    def signs_up(self) -> None:
        """Have the newsletter's double opt-in behind them, months before the play."""
        now = self.scene.clock.now()
        for told in self.shop.signs_up(self.buyer, now - timedelta(days=60)):
            self.shop.send(told, f"sign-up-{self.buyer.number}", now)

    def confirms(self, mail: Message) -> None:
        """Look at the page that asks whether the sign-up was meant, and press its button.

        Whoever has said yes leaves the reminder of it alone. Raises RuntimeError if the link is closed.
        """
        found = _CONFIRM.search(mail.html)
        if not found:
            raise RuntimeError(f"no way to confirm in {mail.subject!r}")
        with self._lock:
            if self.confirmed:
                return
            for method in ("GET", "POST"):
                reply = ask(method, found.group(1), headers=_FORM)
                if reply.status != 200:
                    raise RuntimeError(f"the confirmation is closed: {reply.status}")
            self.confirmed = True

    def browses(self, at: datetime) -> None:
        """Put things into a cart, one after another, on a phone: nobody knows yet who it is."""
        for number in range(1, len(self.lines) + 1):
            lines, then = self.lines[:number], at + timedelta(minutes=4 * (number - 1))
            self._later(then, self.shop.fills_cart(self.buyer, lines, then, number == 1))

    def checks_out(self, at: datetime, lines: Lines | None = None) -> None:
        """Type name and address into the checkout, and stop there; with ``lines``, come back for other things."""
        self.opens_checkout_at = began = self.opens_checkout_at or at
        if lines is not None:
            self.lines = lines
        self.scene.front.carts[self.buyer.checkout_token] = self.lines
        self.scene.agenda.at(
            at, lambda: self._told_later(at, self.shop.checks_out(self.buyer, self.lines, at, began))
        )

    def empties(self, at: datetime) -> None:
        """Take everything out again."""
        began = self.opens_checkout_at or at
        self.scene.agenda.at(at, lambda: self._tell(self.shop.empties(self.buyer, at, began), at))

    def refuses_in_the_shop(self, at: datetime) -> None:
        """Take the consent back in the shop's own settings."""
        self.scene.agenda.at(at, lambda: self._refuse(at))

    def buys(self, at: datetime, way: str = "same") -> None:
        """Buy, here or elsewhere: the order's webhook, and the one of its payment."""
        self.scene.agenda.at(at, lambda: self._order(at, way))
        paid = at + timedelta(minutes=9)
        self.scene.agenda.at(
            paid, lambda: self._tell(self.shop.pays(self.buyer, self.lines, paid, at, way), paid)
        )

    def buys_unheard(self, at: datetime, then: Callable[[Life], None]) -> None:
        """Buy, and the shop's webhook is lost; ``then`` sees to it that it comes out, and notes when."""
        self.scene.agenda.at(at, lambda: self._order_is_lost(at))
        self.scene.agenda.at(at + timedelta(hours=1), lambda: then(self))

    def tells_old_news(self, at: datetime, of: datetime) -> None:
        """An update of the checkout as it was at ``of`` arrives only now."""
        began = self.opens_checkout_at or of
        told = self.shop.checks_out(self.buyer, self.lines, of, began)
        self.scene.agenda.at(at, lambda: self._tell(told, of))

    def follows(self, mail: Message) -> None:
        """Press the button of a mail. Raises RuntimeError if it does not lead to this very cart at the shop."""
        found = _RESTORE.search(mail.html)
        if not found:
            raise RuntimeError(f"no way back in {mail.subject!r}")
        redirect = ask("GET", found.group(1))
        # A shop that tells no link keeps the cart in the shopper's browser: there its front is the way back.
        token = self.buyer.checkout_token if self.shop.keeps_links else self.scene.front_url
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
            _FORM,
        )
        if reply.status != 200:
            raise RuntimeError(f"the way out is closed: {reply.status}")
        self.left_at = self.scene.clock.now()
        self.scene.tell(f"{self.buyer.first_name} unsubscribes")

    # how it is told -----------------------------------------------------------------------------------------------

    def _order(self, at: datetime, way: str) -> None:
        self.bought_at = self._tell(self.shop.buys(self.buyer, self.lines, at, way), at)
        self.mails_when_bought = len(self.mails)
        where = {"same": "", "device": " on another device", "admin": " by telephone"}[way]
        after = f" after mail {len(self.mails)}" if self.mails else ""
        self.scene.tell(f"{self.buyer.first_name} buys{where}{after}: {shopify.amount(self.total)} €")

    def _order_is_lost(self, at: datetime) -> None:
        for told in self.shop.buys(self.buyer, self.lines, at, "same"):
            self.shop.keep(told, self._event_id(), at)
        self.scene.tell(f"{self.buyer.first_name} buys, and the shop's webhook is lost")

    def _refuse(self, at: datetime) -> None:
        self.refused_at = self._tell(self.shop.refuses(self.buyer, at), at)
        self.scene.tell(f"{self.buyer.first_name} takes the consent back in the shop")

    def _later(self, at: datetime, told: Sequence[Told]) -> None:
        self.scene.agenda.at(at, lambda: self._tell(told, at))

    def _told_later(self, at: datetime, told: Sequence[Told]) -> None:
        for one in told:
            then = at + self.shop.tells_after(one.topic)
            self.scene.agenda.at(then, partial(self._tell, (one,), then))

    def _event_id(self) -> str:
        with self._lock:
            self._count += 1
            return f"event-{self.buyer.number}-{self._count}"

    def _tell(self, told: Sequence[Told], at: datetime) -> datetime | None:
        """Send what happened at ``at``; give when the last of it was answered, None where there is no word for it."""
        answered_at = None
        for one in told:
            event_id = self._event_id()
            self.shop.send(one, event_id, at)
            answered_at = self.scene.clock.now()
            if self.doubled:
                again = partial(self.shop.send, one, event_id, at)
                self.scene.agenda.after(timedelta(minutes=20), again)
        return answered_at
