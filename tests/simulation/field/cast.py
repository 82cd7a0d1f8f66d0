"""The field of one season: which scenes are played in it, who waits for which mail, and what is asked at the end."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from cartback.ports import Outgoing
from tests.simulation.field import (
    scenes_mail,
    scenes_orders,
    scenes_people,
    scenes_strangers,
    scenes_visits,
    scenes_voices,
)
from tests.simulation.field.book import Book
from tests.simulation.field.news import answers_by_itself
from tests.simulation.field.scene import SCENES, Scene
from tests.simulation.field.shops import field_shops
from tests.simulation.field.truth import Truth
from tests.simulation.provider import FULL, GOOD, Mail
from tests.simulation.schedule import chances, stream
from tests.simulation.shopper import NextMail

if TYPE_CHECKING:
    from tests.simulation.season import Season

ROOMS = (scenes_people, scenes_strangers, scenes_visits, scenes_orders, scenes_voices, scenes_mail)
"""Where the scenes are: importing them enters them."""

LAST_BEGINS = timedelta(days=22)
"""Until when a scene may begin, so that what follows from it is seen."""


_TAKEN_IN = ("applied", "duplicates")


@dataclass(frozen=True, slots=True)
class Played:
    """What became of the field's promises: how many messages were promised and how many were sent."""

    promised: int
    kept: int


def drawn(seed: int) -> tuple[str, ...]:
    """The scenes that a seed plays, each by its own share."""
    return tuple(name for name in sorted(SCENES) if chances(1, seed, "scene", name)[0] < SCENES[name][0])


class Field:
    """The scenes of a season, and the shops in which they happen."""

    def __init__(self, season: Season, names: Collection[str]) -> None:
        self.season, self.truth = season, Truth()
        self.book = Book(self.truth, season.witness)
        self.shops = field_shops(season.seed)
        self._waiting: dict[str, tuple[Scene, Any, int]] = {}
        self._waits = 0
        if not names:
            return
        policies = season.house.policies
        for shop in self.shops.values():
            policies.policies[shop.name], policies.faces[shop.name] = shop.policy, shop.face
            policies.keys[shop.name] = shop.keys
        for name in names:
            scene = Scene(season, self.truth, self.shops, name, self._follow)
            season.counts[f"scene {name}"] += 1
            at = stream(season.seed, "begins", name).randrange(int(LAST_BEGINS.total_seconds()))
            season.schedule.at(season.start + timedelta(seconds=at), partial(self._enter, scene))

    def join(self) -> None:
        """The mailboxes of the field lie beside those of the others."""
        season = self.season
        elsewhere = season.stage.got
        mailbox = season.stage.mailbox
        walls = season.stage.walls
        season.stage.got = lambda mail: (
            self._got(mail) if mail.message.shop in self.shops else elsewhere(mail)
        )
        season.stage.mailbox = lambda message: (
            self._mailbox(message) if message.shop in self.shops else mailbox(message)
        )
        season.stage.walls = lambda shop, address: () if shop in self.shops else walls(shop, address)

    def _enter(self, scene: Scene) -> None:
        self.season.note(scene.who, "field", f"at {scene.shop.name}")
        self._go_on(scene, SCENES[scene.name][2](scene), None)

    def _go_on(self, scene: Scene, life, mail: Mail | None) -> None:
        try:
            wish = life.send(mail)
        except StopIteration:
            return
        if isinstance(wish, NextMail):
            self._waits += 1
            self._waiting[scene.name] = (scene, life, self._waits)
            self.season.schedule.after(wish.within, partial(self._give_up, scene, self._waits))
        else:
            self.season.schedule.after(wish, partial(self._go_on, scene, life, None))

    def _give_up(self, scene: Scene, wait: int) -> None:
        if self._waiting.get(scene.name, (None, None, 0))[2] == wait:
            _, life, _ = self._waiting.pop(scene.name)
            self._go_on(scene, life, None)

    def _mailbox(self, message: Outgoing) -> str:
        state = self.truth.boxes.get((message.shop, message.address))
        return FULL if state == FULL else GOOD

    def _got(self, mail: Mail) -> None:
        """Somebody reads a mail: follows its link back perhaps, and goes on with what waited for it."""
        message, schedule = mail.message, self.season.schedule
        answers_by_itself(self.season, self.truth, mail)
        rng = stream(self.season.seed, "reads", message.claim_id)
        thing = self.truth.things.get(message.html)
        if thing is None:
            return
        if rng.random() < 0.5:
            schedule.after(timedelta(minutes=rng.uniform(1, 4000)), partial(self._follow, mail))
        if thing.scene in self._waiting:
            scene, life, _ = self._waiting.pop(thing.scene)
            schedule.after(scene.minutes(1, 30), partial(self._go_on, scene, life, mail))

    def _follow(self, mail: Mail) -> None:
        """The link back in a mail leads whoever got it to what is theirs, or to the shop's start page."""
        message = mail.message
        where = urlsplit(self.season.pages.follow(mail.token("r")) or "").path
        shown = self.truth.links.get(where)
        if shown is not None and message.address not in shown.may_reach:
            what = f"the link that {message.address} was sent leads to {shown.label}"
            self.season.violated("I11", what, message.html, shown.scene)

    def scene_of(self, label: str) -> str | None:
        """In which scene a thing lies."""
        thing = self.truth.things.get(label)
        return thing.scene if thing is not None else None

    def check(self) -> Played:
        """Ask what only the end can tell; violations go to the season."""
        for said in self.season.network.said:
            if said.wire is not None and said.honest and said.verdict not in (None, *_TAKEN_IN):
                self.season.violated("I4", f"{said.key} is well-formed, and was {said.verdict}")
        for thing, what in self.book.too_soon():
            self.season.violated("old news", what, thing.label, thing.scene)
        promised = sum(thing.promised for thing in self.truth.things.values())
        missing = 0
        for thing, permitted in self.book.silent():
            if permitted is not None:
                promised -= 1
                self.season.counts[f"silence: {permitted}"] += 1
                continue
            missing += 1
            if not self.season.kinds:
                what = f"{thing.label} was promised a message, and nobody of its own got one"
                self.season.violated("liveness", what, thing.label, thing.scene)
        return Played(promised, promised - missing)
