"""What a provider tells us of a message after we handed it over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Receipt:
    """News of one claim. ``state`` is one of ``domain.claims``; ``key`` names this news, for duplicates.

    ``permanent`` says of a bounce that the address will never work (RFC 3463, class 5), ``automatic`` that it may be
    an answering machine's note, which a delivery outweighs, ``of_message`` that it blames what was sent and not the
    mailbox. ``listed`` says that the provider did not even try, because of a list of its own; ``rescued`` that the
    reader took the message out of the junk folder. ``channel`` is the one that it is news of; "" where nobody says.
    """

    shop: str
    claim_id: str
    state: str
    at: datetime
    key: str
    permanent: bool = False
    detail: str = ""
    provider_id: str | None = None
    automatic: bool = False
    of_message: bool = False
    listed: bool = False
    rescued: bool = False
    channel: str = ""
