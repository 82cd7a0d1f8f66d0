"""Whether a person may be written to: on this channel, for this purpose, at the address that they have now."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cartback.domain.consent import consent as consents
from cartback.domain.consent.consent import Consent
from cartback.domain.consent.jurisdiction import CUSTOMER, EXPLICIT, LINK, PACKS
from cartback.domain.people.customer import Person
from cartback.domain.policy import Policy

BY_LINK = "preferences/"
"""How the source of a word begins that was said on the page of preferences."""


@dataclass(frozen=True, slots=True)
class Permission:
    """``word`` is the consent that a message stands on, or ``reason`` says why there is none."""

    word: Consent | None
    reason: str | None = None


def accepted(policy: Policy, channel: str, purpose: str) -> frozenset[str]:
    """The kinds of basis that suffice: for the law of the shop's market and for the shop itself."""
    return PACKS[policy.pack].bases(channel, purpose) & policy.accepted_bases


def permission(person: Person, channel: str, purpose: str, policy: Policy) -> Permission:
    """The word that allows a message of this purpose, or the reason why nothing does.

    The person's word for the purpose counts before their general one for marketing. Somebody who agreed to other
    topics alone is told apart from somebody who agreed to nothing (``topic_not_covered``): one sees a form that lacks
    a box, the other was never asked. An existing customer is
    somebody who has bought before: an abandoned first order is no sale (UWG § 7(3); CON-12).
    """
    reason = "topic_not_covered" if _agreed_to_another(person, channel, purpose) else "no_basis"
    for word in consents.words_for(person.consents, channel, purpose):
        against = _against(word, person, channel, accepted(policy, channel, purpose))
        if against is None:
            return Permission(word)
        reason = against if against != "no_basis" else reason
    return Permission(None, reason)


def _agreed_to_another(person: Person, channel: str, purpose: str) -> bool:
    """Whether somebody agreed to something on this channel, only not to what is asked for."""
    return any(
        word.channel == channel and word.state == consents.GRANTED and word.purpose in consents.TOPICS
        for word in person.consents.values()
        if word.purpose != purpose
    )


def _as_proven(word: Consent) -> Consent:
    """The word with the basis that it is worth. Earlier versions took a yes by a link for a double opt-in."""
    by_link = word.basis == LINK or word.source.startswith(BY_LINK)
    return replace(word, basis=EXPLICIT) if by_link else word


def _against(word: Consent, person: Person, channel: str, enough: frozenset[str]) -> str | None:
    missing = consents.basis_for(_as_proven(word), enough)
    if missing == "opted_out" and word.purpose != consents.MARKETING:
        return "topic_off"
    if missing is not None:
        return missing
    if word.address_hash is None or word.address_hash != person.address_hash(channel):
        return "other_address"
    if word.basis == CUSTOMER and person.last_order_at is None:
        return "never_bought"
    return None
