"""A shopper at the page of preferences: reads what it shows, changes something, and sends what it then shows."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tests.simulation import wishes
from tests.simulation.invariants import WRONG_CLOCK
from tests.simulation.provider import Mail
from tests.simulation.shopper import Shopper
from tests.simulation.wishes import APART, NEVER, PAUSES, Wishes


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody changes; None leaves it as the page shows it. ``pause`` is a number of days, or ``none``."""

    pause: str | None = None
    frequency: str | None = None
    reminders: bool | None = None
    language: str | None = None
    leave: bool = False

    def form(self, shown: dict[str, Any]) -> dict[str, list[str]]:
        """The form as a browser sends it: every box that is ticked, and what is chosen."""
        if self.leave:
            return {"leave": ["yes"]}
        topics = {topic for topic, on in shown["topics"].items() if on}
        channels = {channel for channel, on in shown["channels"].items() if on}
        if self.reminders is not None:
            topics = topics | {"cart_reminders"} if self.reminders else topics - {"cart_reminders"}
            channels = channels | {"email"} if self.reminders else channels
        form = {
            "topic": sorted(topics),
            "channel": sorted(channels),
            "frequency": [self.frequency or shown["frequency"]],
            "language": [self.language or shown["language"] or "any"],
        }
        return form | ({"pause": [self.pause]} if self.pause is not None else {})

    def loosen(self, known: Wishes) -> None:
        """What is changed binds nobody while it is being changed."""
        if self.pause is not None:
            known.paused_until = None
        if self.frequency is not None:
            known.apart = NEVER
        if self.reminders:
            known.reminders_off = False
        if self.language is not None:
            known.language = None


def choose(s: Shopper, mail: Mail, wish: Wish) -> bool:
    """Change something through the link in a mail. Gives whether the page said that it is kept."""
    season, token, shop, address = s.season, mail.token("p"), s.shop.name, mail.message.address
    status, page = season.pages.look("p", token)
    if status != 200:
        _gone(s, status)
        return False
    shown = json.loads(page)
    for what in wishes.disagreements(
        season.witness.person(shop, address).wishes, shown, s.now, 2 * WRONG_CLOCK
    ):
        season.violated("wishes", f"{s.who}: {what}", s.who)
    wish.loosen(season.witness.person(shop, address).wishes)
    form = wish.form(shown)
    if wish.reminders and not shown["topics"]["cart_reminders"]:
        season.witness.says_yes(shop, address, s.now)
    asked_at = s.now
    status, _ = season.pages.press("p", token, form)
    if status != 200:
        _gone(s, status)
        return False
    season.note(s.who, "shopper", f"chose {wish}")
    season.counts["choices"] += 1
    group = season.witness.person(shop, address)
    known = group.wishes
    if wish.leave:
        group.leaves.append(s.now)
    if wish.pause in PAUSES:
        known.paused_until = asked_at + PAUSES[wish.pause]
    if wish.frequency is not None:
        known.apart = APART[wish.frequency]
    if wish.reminders is False and shown["topics"]["cart_reminders"]:
        known.reminders_off = True
    if wish.language is not None:
        known.language = None if wish.language == "any" else wish.language
    return True


def _gone(s: Shopper, status: int) -> None:
    if status == 404 and not s.erased:
        s.season.violated("wishes", f"{s.who} followed a good link to a page that is gone", s.who)


def try_bad_tokens(s: Shopper, mail: Mail) -> None:
    """Open and post what is no link of ours: of another shop, of another page, forged."""
    other = f"shop{(s.number + 1) % 3}"
    secret = mail.token("p").partition(".")[2]
    bad = (
        ("p", f"{other}.{secret}"),
        ("p", mail.token("u")),
        ("p", mail.token("r")),
        ("u", mail.token("p")),
        ("c", mail.token("p")),
        ("p", f"{s.shop.name}.{secret[::-1]}"),
    )
    for path, token in bad:
        for status, _ in (
            s.season.pages.look(path, token),
            s.season.pages.press(path, token, {"leave": ["yes"]}),
        ):
            if status not in (404, 500):
                s.season.violated(
                    "I10", f"{s.who} got {status} from /{path} with a token that is none", s.who
                )
