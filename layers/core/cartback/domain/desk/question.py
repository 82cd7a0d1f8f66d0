"""What a page shows to whoever was asked: the question, what can be answered, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass

from cartback.domain.desk.entries import DONE, Entry, words
from cartback.domain.money import Money


@dataclass(frozen=True, slots=True)
class Question:
    """``late`` says that this answer came too late, ``refused`` why it does not count."""

    entry: Entry
    late: bool = False
    refused: str = ""
    used: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """What can be answered; nothing once it is over."""
        return () if self.used or self.refused or self.entry.state == DONE else words(self.entry)

    @property
    def lines(self) -> tuple[str, ...]:
        """What was frozen, value by value."""
        approval = self.entry.approval
        if approval is None:
            return tuple(f"{name}: {value}" for name, value in sorted(self.entry.data.items()))
        lines = [f"{name}: {value}" for name, value in sorted(approval.proposal.items())]
        if approval.amount is not None:
            money = Money(approval.amount, approval.currency)
            lines.append(f"{money.major} {money.currency}")
        return tuple(lines)

    @property
    def until(self) -> str:
        """When its time is over, in UTC."""
        approval = self.entry.approval
        return "" if approval is None else f"{approval.deadline:%Y-%m-%d %H:%M} UTC"
