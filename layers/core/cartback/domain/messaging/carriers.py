"""What carriers of a country ask of short messages beyond the law, as data with its source."""

from __future__ import annotations

from collections.abc import Collection, Container
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cartback.domain.channels import SMS
from cartback.domain.claims import EffectKey
from cartback.domain.people.zones import countries_of

if TYPE_CHECKING:
    from cartback.domain.policy import Touch
    from cartback.domain.subject import Subject


@dataclass(frozen=True, slots=True)
class CartRule:
    """How many messages about one cart a number of these countries may get, and until when after it was left."""

    countries: tuple[str, ...]
    most: int
    within: timedelta
    source: str


CART_RULES = (
    CartRule(
        ("US", "PR", "VI", "GU", "MP", "AS"),
        most=1,
        within=timedelta(hours=48),
        source="T-Mobile US, Code of Conduct, shopping cart reminders (in force since 1 May 2020): one alert for each "
        "abandoned cart, sent within 48 hours; taken up by the other carriers of the country",
    ),
)


def cart_rule(channel: str, phone: str | None) -> CartRule | None:
    """The rule for messages about carts on a channel to a number (E.164); None where carriers ask for nothing."""
    if channel != SMS:
        return None
    places = set(countries_of(phone))
    return next((rule for rule in CART_RULES if places.intersection(rule.countries)), None)


def spent(
    flow: str,
    shop: str,
    subject: Subject,
    steps: Collection[str],
    step: Touch,
    phone: str | None,
    told: Container[str],
) -> int | None:
    """How many messages about a cart a number had by this channel, if carriers carry no more; None if they do.

    ``told`` are the claims of what was sent about it, ``steps`` the names of all steps; a cart that was opened anew is
    the same one.
    """
    rule = cart_rule(step.channel, phone)
    if rule is None:
        return None
    earlier = [replace(subject, generation=number) for number in range(1, subject.generation + 1)]
    own = EffectKey(shop, flow, subject, step.name, step.channel)
    keys = {EffectKey(shop, flow, one, name, step.channel) for one in earlier for name in {*steps, step.name}}
    count = sum(key.claim_id in told for key in keys - {own})
    return count if count >= rule.most else None


def latest(channel: str, phone: str | None, left_at: datetime) -> datetime | None:
    """After which instant a message about a cart that was left at ``left_at`` may not go out; None for no such end."""
    rule = cart_rule(channel, phone)
    return left_at + rule.within if rule is not None else None
