"""Somebody who was forgotten comes back."""

from __future__ import annotations

from cartback.domain.people.customer import Person, chain


def returned(person: Person) -> Person:
    """Somebody who was forgotten comes back by their own hand: a new beginning, with the old proofs still in place."""
    return Person(
        shop=person.shop,
        person_id=person.person_id,
        version=person.version,
        forgotten_at=person.forgotten_at,
        traces=person.traces,
        **chain(person),
    )
