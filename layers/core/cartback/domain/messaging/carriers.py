"""What carriers of a country ask of short messages beyond the law, as data with its source."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from cartback.domain.channels import SMS
from cartback.domain.people.zones import countries_of


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
