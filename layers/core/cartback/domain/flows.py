"""What a flow is: a state machine that a fact starts, once per subject and generation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cartback.domain.hashes import short

SERVICE, MONEY, NEWS = "service", "money", "news"
RANKS = (SERVICE, MONEY, NEWS)
"""Whose message goes first where one person's budget has room for one only: what somebody asked for or needs, then
what there is something to win by, then what could as well come tomorrow (TIM-7, CON-8)."""


@dataclass(frozen=True, slots=True)
class Flow:
    """``starts_on`` names the fact; ``subject`` the field of it that the run is about, ``about`` what that is.

    A run about a cart first waits until the cart is quiet; any other begins at once. ``rank`` is one of ``RANKS``;
    a flow that claims none lets all others go first.
    """

    name: str
    starts_on: str
    subject: str
    purpose: str
    owner: str
    about: str = "cart"
    rank: str = NEWS


def execution_name(flow: str, shop: str, subject: str, generation: int) -> str:
    """The name of a run. Step Functions refuses a second run of one name, so a doubled fact starts nothing.

    At most 80 characters, letters, digits and hyphens (a quota of Step Functions).
    """
    return f"{flow.replace('_', '-')}-{short('run', shop, subject, generation, length=32)}"


def subject_of(flow: Flow, data: Mapping[str, object]) -> tuple[str, int]:
    """Subject and generation of the run that a fact's data asks for."""
    return str(data[flow.subject]), int(data.get("generation", 1))  # type: ignore[call-overload]
