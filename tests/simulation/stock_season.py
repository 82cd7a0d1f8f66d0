"""A season of one shop that reorders by ``low_stock``: stock goes up and down, news comes twice and late, people say
yes late, twice, alone or not at all, the provider loses answers, and our own stores fail too (I12).

Judged is what reached purchasing and the supplier, against what this file itself knows: what the shop counted, how
often stock got that low, and who said yes to what.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from cartback.domain.claims import EffectKey
from cartback.domain.desk.entries import APPROVAL, UNKNOWN
from cartback.domain.errors import Conflict, Doubtful, Refused, TryLater
from cartback.domain.observations import StockSeen
from cartback.usecases.connectors.asked import Asked
from tests.fakes.buying import COFFEE, Buying
from tests.fakes.connectors import ListTeamMail

ROUNDS = 120
ALERT, ORDER = 15, 8
PEOPLE = ("anna", "ben", "carl")


@dataclass
class Shelf:
    """What the shop itself knows of one variant. ``low`` counts how often stock got down to each limit."""

    pieces: int
    at: datetime
    coming: int = 0
    gone: bool = False
    low: Counter[int] = field(default_factory=Counter)
    below: set[int] = field(default_factory=set)

    def counted(self, pieces: int, at: datetime) -> None:
        if at < self.at:
            return
        self.pieces, self.at = pieces, at
        for limit in (ALERT, ORDER):
            if pieces <= limit and limit not in self.below:
                self.below.add(limit)
                self.low[limit] += 1
            elif pieces > limit + limit // 5:
                self.below.discard(limit)

    @property
    def wants(self) -> bool:
        """Whether an order makes sense at this moment."""
        return not self.gone and ORDER in self.below and self.pieces + self.coming <= ORDER


class Post(ListTeamMail):
    """The provider: it refuses for now, or loses an answer before or after the mail left."""

    def __init__(self, season: Season) -> None:
        super().__init__()
        self.season, self.trouble = season, 0.25

    def send(self, sender: str, to: Any, subject: str, text: str, tag: str, enclosed: Any = None) -> str:
        fate = self.season.draw.random() / self.trouble if self.trouble else 1.0
        if fate < 0.4:
            raise TryLater("SES: Throttling", self.season.draw.choice((None, 30, 4000)))
        if fate < 0.7:
            raise Doubtful("SES: before")
        given = super().send(sender, to, subject, text, tag, enclosed)
        self.season.arrived(self.sent[-1])
        if fate < 1.0:
            raise Doubtful("SES: after")
        return given


class Season:
    """``wrong`` collects what must never be, as sentences."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.here = Buying()
        self.wrong: list[str] = []
        self.approved: list[dict[str, str]] = []
        self.voices: dict[str, set[str]] = {}
        self.asked: list[Asked] = []
        self.trouble = 0.05
        self.post = Post(self)
        self._wire()
        at = self.here.clock.now()
        self.shelves = {name: Shelf(30, at) for name in ("v1", "v2")}
        for name in self.shelves:
            self.here.sells(self._variant(name), product=f"p-{name}")
            self.here.counts(30, name)

    def _wire(self) -> None:
        effects, book = self.here.effects, self.here.effects.book
        ways = replace(effects.reach.ways(), mail=self.post)
        effects.reach = replace(effects.reach, ways=lambda: ways)
        effects.act = replace(effects.act, reach=effects.reach)
        self.here.mail = self.post
        save, act = book.save, effects.act

        def saving(after: Any) -> None:
            fate = self.draw.random()
            if fate < self.trouble:
                raise TryLater("DynamoDB")
            save(after)
            if fate < 2 * self.trouble:
                raise TryLater("DynamoDB, and it was written")

        def acting(asked: Asked) -> Any:
            """A task may be called twice in a row."""
            self.asked.append(asked)
            if self.draw.random() < 0.1:
                act(asked)
            return act(asked)

        book.save, effects.act = saving, acting

    @staticmethod
    def _variant(name: str) -> Any:
        return replace(COFFEE, variant_id=name, sku=f"SKU-{name}")

    # ── what happens ─────────────────────────────────────────────────────────────────────────────────────────────

    def play(self) -> Season:
        """Go through the season; afterwards nothing fails, and everything has to be settled."""
        for _ in range(ROUNDS):
            self.here.passes(minutes=self.draw.choice((1, 20, 100, 700)))
            self._shop(self.draw.choice(tuple(self.shelves)))
            if self.draw.random() < 0.5:
                self._people()
            if self.draw.random() < 0.3:
                self._look_into_doubts()
        self.trouble = self.post.trouble = 0.0
        for _ in range(3):
            self.here.passes(days=2)
            self._look_into_doubts()
            self._people(everybody=True)
        self.here.passes(days=4)
        self._judge()
        return self

    def _shop(self, name: str) -> None:
        shelf, at = self.shelves[name], self.here.clock.now()
        kind = self.draw.random() if not shelf.gone else self.draw.choice((0.0, 1.0))
        if kind < 0.55:
            self._count(name, max(0, shelf.pieces - self.draw.randrange(12)), at)
        elif kind < 0.77:
            shelf.coming = 0
            self._count(name, shelf.pieces + self.draw.choice((1, 4, 25, 40)), at)
        elif kind < 0.87:  # news of an hour ago that was overtaken, or what we know, once more
            self._count(name, self.draw.randrange(60), at - timedelta(hours=self.draw.choice((1, 30))))
        elif kind < 0.95:
            shelf.coming = self.draw.choice((0, 0, 50))
            self._count(name, shelf.pieces, at)
        else:
            shelf.gone = not shelf.gone
            self.here.sells(self._variant(name), product=f"p-{name}", gone=shelf.gone)
        if self.draw.random() < 0.3:
            facts = self.here.world.bus.facts
            self.here.hear(self.draw.choice(facts[-5:]))

    def _count(self, name: str, pieces: int, at: datetime) -> None:
        shelf = self.shelves[name]
        shelf.counted(pieces, at)
        number = f"count-{len(self.here.told.heard)}"
        for _ in range(1 + (self.draw.random() < 0.2)):
            self.here.tell(StockSeen(at, pieces, name, incoming=shelf.coming), name=number)

    def _people(self, everybody: bool = False) -> None:
        """Some say yes, one says no, somebody says it twice."""
        for entry in self.here.asked(APPROVAL):
            for person in self.draw.sample(PEOPLE, 3 if everybody else self.draw.randrange(4)):
                word = "rejected" if self.draw.random() < 0.1 else "approved"
                voices = self.voices.setdefault(entry.entry_id, set())
                open_till = entry.approval.deadline if entry.approval is not None else None
                if word == "approved" and open_till is not None and self.here.clock.now() < open_till:
                    voices.add(person)
                    if len(voices) == 2:
                        self.approved.append(dict(entry.approval.proposal))
                try:
                    self.here.effects.decide("demo", entry.entry_id, word, person)
                except (Refused, TryLater, Conflict):
                    break
                if word == "rejected":
                    break

    def _look_into_doubts(self) -> None:
        """Somebody asks the supplier, says what became of it, and the run is sent on."""
        for entry in self.here.asked(UNKNOWN):
            effect = entry.data["effect"]
            there = any(sent["tag"] == effect for sent in self.post.sent)
            try:
                self.here.effects.decide(
                    "demo", entry.entry_id, "happened" if there else "not_happened", "anna"
                )
            except (TryLater, Conflict):
                continue
            if there:
                self._again(effect)

    def _again(self, effect: str) -> None:
        for asked in [each for each in self.asked if self._effect_of(each) == effect][-1:]:
            try:
                self.here.effects.act(asked)
            except (Refused, Doubtful, TryLater, Conflict):
                continue

    @staticmethod
    def _effect_of(asked: Asked) -> str:
        return EffectKey(asked.shop, asked.flow, asked.subject, asked.step, asked.target).claim_id

    # ── what must never be ───────────────────────────────────────────────────────────────────────────────────────

    def arrived(self, sent: dict[str, Any]) -> None:
        """A mail is there: what was ordered is judged at this very moment."""
        if "enclosed" not in sent:
            return
        name = sent["enclosed"][1].splitlines()[1].split(",")[1].removeprefix("SKU-")
        if not self.shelves[name].wants:
            self.wrong.append("something was ordered that nobody needed any more")
        said = {
            "title": sent["subject"],
            "text": sent["text"].removesuffix("\n"),
            "document": sent["enclosed"][1].replace("\r\n", "\n"),
            "file_name": sent["enclosed"][0],
        }
        if said not in self.approved:
            self.wrong.append("something was ordered that two people had not approved")

    def _judge(self) -> None:
        orders = Counter(sent["enclosed"][0] for sent in self.here.orders)
        if max(orders.values(), default=0) > 1:
            self.wrong.append("an order reached the supplier twice")
        for name, shelf in self.shelves.items():
            self._judge_shelf(name, shelf)
        still = [run for run in self.here.runs.values() if run.ended is None]
        if still:
            self.wrong.append("a run never ended")
        done = [
            run.variables["proposal"]["fields"]
            for run in self.here.runs.values()
            if "Ordered?" in run.path[-2:]
        ]
        if {fields["file_name"] for fields in done} - orders.keys():
            self.wrong.append("a run says that it ordered, and nothing reached the supplier")
        known = {sent["tag"] for sent in self.post.sent}
        done = {
            key for (_, key), effect in self.here.effects.book.kept.rows.items() if effect.state == "done"
        }
        if not done <= known:
            self.wrong.append("something is called done that never arrived")

    def _judge_shelf(self, name: str, shelf: Shelf) -> None:
        orders = [sent for sent in self.here.orders if f"SKU-{name}," in sent["enclosed"][1]]
        alerts = [sent for sent in self.here.alerts if f"SKU-{name})" in sent["subject"]]
        if len(orders) > shelf.low[ORDER] or len(alerts) > shelf.low[ALERT]:
            self.wrong.append("there is more than one order, or alert, for a time that stock got low")
        for limit in (ALERT, ORDER):
            story = self.here.world.ledger.story("demo", f"level#{name}/{limit}")
            told = {line.data["generation"] for line in story if line.kind == "decision"}
            if told != {str(number) for number in range(1, shelf.low[limit] + 1)}:
                self.wrong.append("a time that stock got low was not looked at, or one was invented")


def violations(seeds: range) -> list[str]:
    """What went wrong in these seasons, with the seed."""
    return [f"seed {seed}: {each}" for seed in seeds for each in dict.fromkeys(Season(seed).play().wrong)]
