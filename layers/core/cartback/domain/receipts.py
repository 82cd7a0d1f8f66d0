"""What a provider tells us of a message after we handed it over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Receipt:
    """News of one claim. ``state`` is one of ``domain.claims``; ``key`` names this news, for duplicates.

    ``permanent`` says of a bounce that the address will never work (RFC 3463, class 5).
    """

    shop: str
    claim_id: str
    state: str
    at: datetime
    key: str
    permanent: bool = False
    detail: str = ""
    provider_id: str | None = None
