"""A season of one shop's actions on an outside system that loses answers, while our own stores fail too (I12).

A fictional ticket system (``tests.fakes.connectors.Vendor``) is asked to open tickets for a few effects, some of which
wait for a person's yes. Its answers get lost before or after the deed; our rows cannot be written, or are and nobody
hears of it; tasks are called again at any time. A person looks into the ticket system before saying what became of a
doubt.
"""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

from cartback.domain.connectors.effects import reference
from cartback.domain.desk.entries import UNKNOWN
from cartback.domain.errors import Conflict, Doubtful, Refused, TryLater
from cartback.domain.subject import Subject
from cartback.usecases.connectors.asked import Asked
from cartback.usecases.desk.decide import Decide
from tests.fakes.connectors import ListAnswers
from tests.unit.connectors.acting import Tickets

ROUNDS, STEPS = 150, 4
TEXT = {"text": "A lamp is broken"}


class Season:
    """``wrong`` collects what must never be, as sentences."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.here = Tickets(lookup=self.draw.random() < 0.7, approve=("open_ticket",) if seed % 2 else ())
        self.needs_yes = bool(seed % 2)
        self.decide = Decide(self.here.desk, self.here.effects, ListAnswers(), self.here.clock)
        self.wrong: list[str] = []
        self.yes: dict[str, str] = {}
        self.done: set[str] = set()
        self._faults(self.here.effects)

    def _faults(self, book: Any) -> None:
        """Let writing an effect fail now and then: before it is written, or after."""
        save = book.save

        def saving(after: Any) -> None:
            fate = self.draw.random()
            if fate < self.trouble:
                raise TryLater("DynamoDB")
            save(after)
            if fate < 2 * self.trouble:
                raise TryLater("DynamoDB, and it was written")

        book.save = saving

    trouble = 0.08

    def play(self) -> Season:
        """Go through the season; afterwards nothing fails any more, and everything has to be done or on the desk."""
        for _ in range(ROUNDS):
            self._round()
        self.trouble = 0.0
        self.here.vendor.moods = []
        for _ in range(40):
            self.here.clock.move(minutes=20)
            self._people()
            for number in range(STEPS):
                self._call(number)
        self._ended()
        return self

    def _round(self) -> None:
        self.here.clock.move(seconds=self.draw.choice((1, 5, 61, 130, 1000)))
        self.here.vendor.moods = [self._mood()]
        if self.draw.random() < 0.2:
            self._people()
        self._call(self.draw.randrange(STEPS))
        self._check()

    def _mood(self) -> tuple[str, Exception] | None:
        fates: list[tuple[str, Exception] | None] = [
            None,
            ("before", TryLater("away")),
            ("before", Doubtful("lost")),
            ("after", Doubtful("lost")),
            ("after", Doubtful("lost")),
            ("before", Refused("no", 422)),
        ]
        return self.draw.choice(fates)

    def _asked(self, number: int) -> Asked:
        about = Subject("cart", "c1", number // 2)
        return self.here.asked(subject=about, step=f"s{number % 2}", approval=self.yes.get(str(number), ""))

    def _call(self, number: int) -> None:
        asked = self._asked(number)
        if self.draw.random() < 0.05:
            asked = replace(asked, fields={"text": "Something else, which nobody approved"})
        try:
            if self.here.act(asked)["next"] == "done":
                self.done.add(str(number))
        except (Refused, Doubtful, TryLater, Conflict):
            return

    def _people(self) -> None:
        """Approve some of what is asked for, and settle doubts by looking."""
        for number in range(STEPS):
            if self.needs_yes and str(number) not in self.yes and self.draw.random() < 0.5:
                entry = self.here.proposal(TEXT, about="cart#c1", same=str(number))
                self.yes[str(number)] = self.here.decide(entry, "approved")
        for entry in self.here.waiting(UNKNOWN):
            key = reference("demo", entry.data["effect"])
            there = any(made == key for made, _ in self.here.vendor.made)
            try:
                self.decide("demo", entry.entry_id, "happened" if there else "not_happened", "anna")
            except (TryLater, Conflict):
                continue

    def _check(self) -> None:
        keys = [key for key, _ in self.here.vendor.made]
        if len(keys) != len(set(keys)):
            self.wrong.append("an effect happened twice")
        if not self.needs_yes:
            return
        if len(keys) > len(self.yes):
            self.wrong.append("something happened without its approval")
        if any(fields != TEXT for _, fields in self.here.vendor.made):
            self.wrong.append("something else happened than was approved")

    def _ended(self) -> None:
        self._check()
        waiting = {entry.data.get("effect") for entry in self.here.waiting(UNKNOWN)}
        wanted = {str(number) for number in range(STEPS)}
        if self.needs_yes:
            wanted &= set(self.yes)
        if len(self.done & wanted) + len(waiting) < len(wanted):
            self.wrong.append("an effect is neither done nor on the desk")
        if self.done and len(self.here.vendor.made) < len(self.done):
            self.wrong.append("an effect is called done that never happened")


def violations(seeds: range) -> list[str]:
    """What went wrong in these seasons, with the seed."""
    return [f"seed {seed}: {each}" for seed in seeds for each in dict.fromkeys(Season(seed).play().wrong)]
