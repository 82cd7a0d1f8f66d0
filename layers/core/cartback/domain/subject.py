"""What a run, a claim, a link or an entry of a list is about: a cart, a sign-up, an order …

A kind's name is stored and told, so it never changes. What a kind is stands in ``subjects``.
"""

from __future__ import annotations

from dataclasses import dataclass

CART, SIGNUP = "cart", "signup"

_TOLD_UNDER = {SIGNUP: "request"}
"""Under which word a timeline is stored, where that is older than the kind's name."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing of a shop. Its ``generation`` grows when its story begins anew, as that of a cart after a purchase."""

    kind: str
    id: str
    generation: int = 1

    @property
    def timeline(self) -> str:
        """The name of its timeline in the ledger, the same over all generations."""
        return f"{_TOLD_UNDER.get(self.kind, self.kind)}#{self.id}"


def kind_of_flow(flow: str) -> str:
    """The kind that rows and runs of the first release are about, which named none."""
    return SIGNUP if flow == "double_opt_in" else CART
