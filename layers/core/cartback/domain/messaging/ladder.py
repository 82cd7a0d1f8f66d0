"""Which channel carries a message: decided at the touch, from what is known then, with the reason [SEQ-11, CHN-12].

A cadence wants a channel for each touch. Whether it carries it depends on the person (consent, address, hours), on the
house (is it served, was this very message refused there) and on what the cart is worth; what does not carry it leaves
it to the next one. Where somebody clicked or bought before, they are met there again. One message goes one way: what
was handed to a provider, be it in doubt, is never handed to a second one, since every way has the same claim.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from cartback.domain.messaging.channel_prices import SMALL, thousandths

if TYPE_CHECKING:
    from cartback.domain.money import Money

NOT_SERVED, NO_TEXT = "not_served", "no_text"
TOO_DEAR, TOO_SLOW, CLOSED = "too_dear", "too_slow", "closed_until_too_late"
WANTED, WORKED, NEXT = "wanted", "worked_before", "next"

TAKES = {"letter": timedelta(days=4)}
"""How long a message is on its way, where that is more than minutes."""


@dataclass(frozen=True, slots=True)
class Ways:
    """The channels as the house finds them now. ``open`` are those on which the shop can write (None: whichever).

    ``without_text`` have no words for this message; ``refused`` says by channel why a provider would not take it.
    """

    open: frozenset[str] | None = None
    without_text: frozenset[str] = frozenset()
    refused: Mapping[str, str] = field(default_factory=dict)

    def against(self, channel: str) -> str:
        """Why a channel cannot carry this message now; "" if it can."""
        if channel in self.refused:
            return self.refused[channel]
        if self.open is not None and channel not in self.open:
            return NOT_SERVED
        return NO_TEXT if channel in self.without_text else ""


ALL_OPEN = Ways()


@dataclass(frozen=True, slots=True)
class Ceiling:
    """What one message may cost: ``share`` percent of the ``margin`` percent of what its subject is worth."""

    worth: Money | None
    margin: int
    share: int

    @property
    def most(self) -> Decimal | None:
        """In thousandths of a dollar; None where nobody knows what it is worth."""
        known = thousandths(self.worth) if self.worth is not None else None
        return None if known is None else known * self.margin * self.share / 10_000


@dataclass(frozen=True, slots=True)
class Ladder:
    """The channel that was chosen (None: none can carry it) and why, and by channel why others did not."""

    chosen: str | None
    because: str
    against: Mapping[str, str] = field(default_factory=dict)

    @property
    def looked_at(self) -> dict[str, str]:
        """What a decision keeps of it, where there was a choice."""
        told = {"channel": self.chosen or "", "channel_because": self.because}
        told["channels_against"] = " ".join(f"{name}:{why}" for name, why in self.against.items())
        return {name: value for name, value in told.items() if value}


def climb(
    channels: Sequence[str],
    standing: Mapping[str, str],
    prices: Mapping[str, Decimal],
    ceiling: Ceiling,
    left: timedelta,
    answered: Mapping[str, int],
) -> Ladder:
    """Choose among ``channels``, of which the first is wanted and the others follow in their order.

    ``standing`` says by channel what speaks against it ("" for nothing), ``left`` how long the message may still be on
    its way, ``answered`` how much somebody answered there before (``Answered.weight``).
    """
    wanted = channels[0]
    against = {
        name: why
        for name in channels
        if (
            why := standing[name]
            or _too_dear(prices[name], ceiling, name == wanted)
            or (TOO_SLOW if TAKES.get(name, timedelta()) > left else "")
        )
    }
    able = [name for name in channels if name not in against]
    if not able:
        return Ladder(None, "", against)
    chosen = max(able, key=lambda name: (answered.get(name, 0), -channels.index(name)))
    because = WANTED if chosen == wanted else WORKED if answered.get(chosen) else NEXT
    return Ladder(chosen, because, against)


def _too_dear(price: Decimal, ceiling: Ceiling, wanted: bool) -> str:
    """Of a subject whose worth nobody knows, only the channel that the shop wants may cost something."""
    if price <= SMALL:
        return ""
    most = ceiling.most
    fits = wanted if most is None else price <= most
    return "" if fits else TOO_DEAR
