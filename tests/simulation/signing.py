"""A shopper who signs up with the shop's form, and what they do with the mail that asks whether it was they."""

from __future__ import annotations

from cartback.domain.consent.consent import TOPICS
from cartback.domain.consent.signup import request_id_for
from tests.fakes.world import plain_hash
from tests.simulation.provider import Mail
from tests.simulation.questions import Request
from tests.simulation.shopper import Shopper


def sign_up(s: Shopper) -> Request | None:
    """Send the form; None if the shop takes no sign-ups."""
    season = s.season
    request = season.questions.form(s.shop.name, s.email, s.now)
    status, _ = season.pages.subscribe(
        s.shop.name, {"email": [s.email], "topics": list(TOPICS), "lang": ["de"]}
    )
    season.note(s.who, "shopper", f"signs up, and is answered {status}")
    season.counts["sign-ups"] += 1
    return request if status == 202 else None


def confirm(s: Shopper, request: Request, mail: Mail) -> bool:
    """Press the button behind the link of a mail. Gives whether the page said that it is confirmed."""
    season, too_late = s.season, request.is_over(s.now) and request.yes_at is None
    if not too_late:
        season.witness.says_yes(s.shop.name, s.email, s.now)
        season.witness.person(s.shop.name, s.email).wishes.reminders_off = False
    status, _ = season.pages.press("c", mail.token("c"))
    season.note(s.who, "shopper", f"confirms, and is answered {status}")
    if status == 200 and too_late:
        season.violated("I9", f"{s.who} signed up at {request.asked_at} and could still confirm", s.who)
    if status == 200:
        request.yes_at = request.yes_at or s.now
    elif not request.is_over(s.now) and _is_calm(s):
        season.violated("liveness", f"{s.who} confirmed in time, and was answered {status}", s.who)
    return status == 200


def never_asked(s: Shopper) -> None:
    """Nobody asked this shopper whether it was they."""
    if _is_calm(s):
        s.season.violated("liveness", f"{s.who} signed up, and was never asked for a yes", s.who)


def _is_calm(s: Shopper) -> bool:
    """Whether nothing befell the shop that ends a request before its time."""
    policy = s.season.house.policies.policies[s.shop.name]
    return not s.season.kinds and policy.version == 1 and s.shop.name not in s.season.witness.gone_shops


def asked_as(s: Shopper) -> str:
    """The name of this shopper's request in a run."""
    return request_id_for(s.shop.name, plain_hash(s.shop.name, f"email:{s.email}"))
