"""The mail provider and the mailboxes behind it: it throttles, refuses, takes and does not say so; news comes late."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cartback.domain import claims
from cartback.domain.messaging.receipts import Receipt
from cartback.ports import Doubtful, NotSent, Outgoing, Sent
from tests.simulation.faults import PROVIDER, Crash
from tests.simulation.schedule import Schedule, seconds, stream

GOOD, GONE, FULL = "good", "gone", "full"
"""What a mailbox does: take everything, bounce for ever, bounce for now."""

# (share, what happens): the rest is taken and answered.
_TROUBLES = (
    (0.04, "throttled"),
    (0.01, "rejected"),
    (0.03, "taken, answer lost"),
    (0.03, "not taken, answer lost"),
    (0.015, "crash before"),
    (0.015, "crash after"),
)


@dataclass(frozen=True, slots=True)
class Mail:
    """What lies in a mailbox."""

    message: Outgoing
    at: datetime

    def token(self, path: str) -> str:
        """What stands in a link: back to the cart (``r``), leave (``u``), preferences (``p``), say yes (``c``)."""
        return self.links[path]

    @property
    def links(self) -> dict[str, str]:
        """The tokens of all links, by their paths."""
        urls = [*self.message.text.split(), *filter(None, [self.message.leave_url])]
        return dict(url.rsplit("/", 2)[1:] for url in urls)


class Provider:
    """The channel ``email``. ``accepted`` is told of each message that is really taken."""

    def __init__(
        self,
        schedule: Schedule,
        seed: int,
        kinds: frozenset[str],
        accepted: Callable[[Outgoing], None],
        news: Callable[[Receipt], None],
        mailbox: Callable[[Outgoing], str],
    ) -> None:
        self._schedule, self._seed, self._kinds = schedule, seed, kinds
        self._accepted, self._news, self._mailbox = accepted, news, mailbox
        self.asked = 0
        self.called: dict[tuple[str, str], str] = {}
        self.troubles: dict[str, int] = {}

    def send(self, message: Outgoing) -> Sent | NotSent | Doubtful:
        """One request: what really happens, and what is said about it."""
        self.asked += 1
        rng = stream(self._seed, "provider", message.shop, message.claim_id, self.asked)
        trouble = self._drawn(rng.random()) if PROVIDER in self._kinds else None
        if trouble:
            self.troubles[trouble] = self.troubles.get(trouble, 0) + 1
        if trouble == "crash before":
            raise Crash("provider")
        if trouble == "throttled":
            return NotSent("TooManyRequestsException", 10)
        if trouble == "rejected":
            return NotSent("MessageRejected")
        if trouble == "not taken, answer lost":
            return Doubtful("ReadTimeoutError")
        provider_id = self.called[(message.shop, message.claim_id)] = f"ses-{self.asked}"
        self._accepted(message)
        self._tell(message, provider_id)
        if trouble == "crash after":
            raise Crash("provider")
        return Doubtful("ReadTimeoutError") if trouble else Sent(provider_id)

    def complain(self, message: Outgoing) -> None:
        """The owner of a mailbox calls a message spam, and the provider tells of it under its own name for it."""
        self.tell_of(message, self.called[(message.shop, message.claim_id)], claims.COMPLAINED, late=7200)

    def _drawn(self, luck: float) -> str | None:
        for share, trouble in _TROUBLES:
            if luck < share:
                return trouble
            luck -= share
        return None

    def _tell(self, message: Outgoing, provider_id: str) -> None:
        mailbox = self._mailbox(message)
        self.tell_of(message, provider_id, claims.SENT, late=30)
        if mailbox == GOOD:
            self.tell_of(message, provider_id, claims.DELIVERED, late=300)
        else:
            self.tell_of(message, provider_id, claims.BOUNCED, late=900, permanent=mailbox == GONE)

    def tell_of(
        self, message: Outgoing, provider_id: str, state: str, *, late: float, permanent: bool = False
    ) -> None:
        """Send news of a message: late, out of order, sometimes twice."""
        rng = stream(self._seed, "news", message.claim_id, state, provider_id)
        receipt = Receipt(
            shop=message.shop,
            claim_id=message.claim_id,
            state=state,
            at=self._schedule.now,
            key=f"{provider_id}/{state}",
            permanent=permanent,
            provider_id=provider_id,
        )
        troubled = PROVIDER in self._kinds
        self._schedule.after(seconds(rng, 0.2, late), lambda: self._news(receipt))
        if rng.random() < 0.2 and troubled:
            self._schedule.after(timedelta(hours=rng.uniform(0, 30)), lambda: self._news(receipt))
