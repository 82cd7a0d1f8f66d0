"""What the intake hands on: an event as it arrived, and what is known of the shop that it came from.

These two stand apart from the ports, because the door that answers shops imports them on its cold start.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

TOLD_BY = "told-by"
"""The header of a delivery that says ``page`` where not the shop itself but a visitor's browser told it."""

FIRST_COMPARED = "first-compared"
"""The header of a delivery that says ``yes`` where it was found by the first comparison with a shop's lists."""


KNOWN_AS = "known-as"
"""The header of a delivery with the names, parted by blanks, that the shop goes by in its connection to us."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event as it arrived: verified, not yet understood. ``key`` is the sender's name for it, for duplicates.

    ``topic`` says what it is about in the sender's words, ``headers`` are the few that its adapter needs.
    ``replayed`` comes from the kept raw events and is not kept anew; ``generation`` names the operator's wish to have
    it applied again although it was applied before.
    """

    shop: str
    platform: str
    topic: str
    key: str
    received_at: datetime
    body: str
    headers: dict[str, str] = field(default_factory=dict)
    replayed: bool = False
    generation: str = ""

    @property
    def old_news(self) -> bool:
        """Whether it tells of what happened before anybody listened, or once more: nobody is reminded of that."""
        return self.replayed or FIRST_COMPARED in self.headers


@dataclass(frozen=True, slots=True)
class ShopKeys:
    """What the intake knows of a shop: its platform and the secrets that may sign for it, newest first.

    ``agreed`` is what platform and Cartback agreed on between themselves when they were connected, secrets too,
    under names of the platform's adapter; empty for platforms that know no such ceremony.
    """

    platform: str
    secrets: tuple[str, ...]
    agreed: dict[str, str] = field(default_factory=dict)
    api: dict[str, str] = field(default_factory=dict)
    """How we may call the shop, under names of the platform's adapter. Outlives the webhooks' secrets.

    ``hook`` among them is where the webhooks go that ``connect`` subscribed to.
    """

    def access(self) -> dict[str, str]:
        """How we may call the shop, as the operator wrote it down."""
        return {name: value for name, value in self.api.items() if name != "hook"}
