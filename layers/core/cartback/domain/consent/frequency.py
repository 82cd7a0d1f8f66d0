"""How often a shop writes to somebody at most: what a sign-up promises, taken from the rules that keep it (CON-5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cartback.domain.policy import Policy

DAY, WEEK, MONTH = 1, 7, 30
"""The rolling windows of the caps, in days."""


@dataclass(frozen=True, slots=True)
class Frequency:
    """At most so many messages about one cart, and so many in all within one, seven and thirty days."""

    per_cart: int = 3
    per_day: int = 2
    per_week: int = 4
    per_month: int = 8

    def limits(self) -> tuple[tuple[int, int], ...]:
        """What is worth saying: (days, messages), shortest first.

        A window is left out if a longer one allows no more than it anyway.
        """
        every = ((DAY, self.per_day), (WEEK, self.per_week), (MONTH, self.per_month))
        return tuple(
            (days, most)
            for place, (days, most) in enumerate(every)
            if all(most < longer for _, longer in every[place + 1 :])
        )


def promised(policy: Policy) -> Frequency:
    """The most that these rules let through. A cadence that is shorter than the law of three promises less."""
    caps = policy.caps
    return Frequency(len(policy.touches), caps.per_day, caps.per_week, caps.per_month)
