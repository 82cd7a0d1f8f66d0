"""The facts of consents: that somebody agreed, or left."""

from __future__ import annotations

from cartback.domain.consent.consent import GRANTED, MARKETING, WITHDRAWN, Consent
from cartback.domain.facts import Fact, tell


def tell_said(shop: str, person_id: str, word: Consent) -> list[Fact]:
    """The fact of a person's word, the same however often it is told; an empty tick box is none."""
    about = {"person_id": person_id, "channel": word.channel}
    same: tuple[object, ...] = (word.channel, word.at)
    if word.purpose != MARKETING:
        about["purpose"] = word.purpose
        same = (*same, word.purpose)
    if word.state == GRANTED:
        return [tell("consent.granted", shop, word.at, *same, **about, basis=word.basis)]
    return [tell("consent.withdrawn", shop, word.at, *same, **about)] if word.state == WITHDRAWN else []
