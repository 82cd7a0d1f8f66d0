"""Let the owner of an address say yes: looking changes nothing, the button does, and the yes is kept as evidence."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from cartback.domain.consent import signup
from cartback.domain.consent.consent import GRANTED, Consent
from cartback.domain.consent.consent_facts import tell_said
from cartback.domain.consent.evidence import Circumstances
from cartback.domain.consent.jurisdiction import DOUBLE
from cartback.domain.consent.signup import PRESSED_TWICE
from cartback.domain.errors import Conflict, TryLater
from cartback.domain.facts import tell
from cartback.domain.observations import Contact
from cartback.domain.people import customer, identity
from cartback.domain.people.customer import Person, person_id_for
from cartback.domain.people.returning import returned
from cartback.ports import RowSet
from cartback.usecases.messaging import links

if TYPE_CHECKING:
    from cartback.domain.consent.signup import SignUp
    from cartback.ports import Bus, Clock, Ledger, Link, Records, Settings, ShopFace, Texts

MOST_TRIES = 8


@dataclass(frozen=True, slots=True)
class Question:
    """What the page asks: whose it is, and the words to agree to. ``done`` once somebody has said yes."""

    link: Link
    face: ShopFace
    wording: str
    done: bool = False


@dataclass(frozen=True, slots=True)
class Confirm:
    """Confirm the request behind a token. Forged, foreign, expired and used tokens all give None."""

    ledger: Ledger
    records: Records
    settings: Settings
    texts: Texts
    bus: Bus
    clock: Clock

    def look(self, token: str, lang: str | None = None) -> Question | None:
        """The question, if the link is good. Changes nothing: mail scanners open every address they find."""
        found = self._found(token)
        return self._question(*found, lang=lang) if found is not None else None

    def __call__(
        self, token: str, ip: str | None, user_agent: str | None, lang: str | None = None
    ) -> Question | None:
        """Say yes. Pressing twice is saying it once. Raises TryLater if the rows keep changing."""
        for _ in range(MOST_TRIES):
            found = self._found(token)
            if found is None:
                return None
            link, request = found
            question = self._question(link, request, lang=lang)
            if question is None:
                return None
            address = request.address_hash
            if request.state == signup.CONFIRMED or address is None:
                self._tell(request, request)
                return question
            try:
                after = self._save(question, request, address, ip, user_agent)
            except Conflict:
                continue
            self._tell(request, after)
            return Question(link, question.face, question.wording, done=True)
        raise TryLater("the rows keep changing")

    def _found(self, token: str) -> tuple[Link, SignUp] | None:
        now = self.clock.now()
        link = links.find(self.ledger, token, "confirm", now)
        if link is None:
            return None
        request = self.records.read(link.shop, requests=[link.about.id]).requests[link.about.id]
        if request is None or request.generation != link.generation:
            return None
        again = request.yes is not None and now < request.yes[1] + PRESSED_TWICE
        return (link, request) if request.is_pending(now) or again else None

    def _question(self, link: Link, request: SignUp, lang: str | None) -> Question | None:
        face = self.settings.shop(link.shop)
        if face is None:
            return None
        wording = self.texts.wording(lang or link.lang, face, request.topics)
        return Question(link, face, wording, request.state == signup.CONFIRMED)

    def _save(
        self, question: Question, request: SignUp, alias: str, ip: str | None, agent: str | None
    ) -> SignUp:
        """Person, words, evidence, hashes and request in one transaction. Gives the request as it is then."""
        shop, now = request.shop, self.clock.now()
        before = self.records.read(shop, requests=[request.request_id], aliases=[alias], blocks=[alias])
        if before.requests[request.request_id] != request:
            raise Conflict("request")
        person, mixed = self._person(before, shop, alias, now)
        contact = Contact(email=request.email, locale=question.link.lang)
        met = customer.meet(person, contact, [alias], alias, now, now, request.request_id)
        how = Circumstances(
            wording=question.wording,
            wording_version=links.version_of(question.wording),
            requested_at=request.requested_at,
            confirmed_at=now,
            ip=ip or request.ip,
            user_agent=(agent or request.user_agent or "")[:300] or None,
            page=request.page,
            message=question.link.claim_id,
        )
        for topic in request.topics:
            met = customer.say(met, _word(request, topic, now), how)
        confirmed = signup.over(request, signup.CONFIRMED, now, met.person_id)
        after = RowSet(
            persons={row.person_id: row for row in (met, *mixed)},
            aliases={alias: met.person_id},
            requests={request.request_id: confirmed},
            # Who left and was forgotten has come back by their own hand; who complained or bounced has not.
            blocks={alias: None} if before.blocks[alias] == "opted_out" else {},
        )
        self.records.save(shop, before, after)
        return confirmed

    def _person(
        self, before: RowSet, shop: str, alias: str, now: datetime
    ) -> tuple[Person, tuple[Person, ...]]:
        """The person behind the address, through merged rows; else a new one. ``before`` gets the rows read.

        The second is the row that an older version had mixed it with, now without it.
        """
        wanted = before.aliases[alias] or person_id_for(shop, alias)
        while True:
            before.persons.update(self.records.read(shop, persons=[wanted]).persons)
            person = before.persons[wanted]
            if person is None:
                return Person(shop, wanted, aliases=(alias,)), ()
            if person.erased_at is not None:
                return replace(returned(person), aliases=(alias,)), ()
            if person.merged_into is None:
                break
            wanted = person.merged_into
        if identity.is_mailbox(person, alias):
            return person, ()
        own, mixed = identity.part(person, alias, now)
        return own, (mixed,)

    def _tell(self, request: SignUp, confirmed: SignUp) -> None:
        """Tell the facts, the same ones whenever the button is pressed again: a crash after the yes loses none."""
        if confirmed.yes is None:
            return
        shop, (person_id, at) = confirmed.shop, confirmed.yes
        fact = tell(
            "subscription.confirmed",
            shop,
            at,
            confirmed.generation,
            request_id=confirmed.request_id,
            generation=confirmed.generation,
            person_id=person_id,
            channel=confirmed.channel,
            confirmed_at=at,
        )
        words = [_word(request, topic, at) for topic in confirmed.topics]
        said = [each for word in words for each in tell_said(shop, person_id, word)]
        self.bus.publish([fact, *said])


def _word(request: SignUp, topic: str, at: datetime) -> Consent:
    return Consent(
        channel=request.channel,
        state=GRANTED,
        basis=DOUBLE,
        source=f"sign-up {request.request_id}",
        at=at,
        recorded_at=at,
        cause=request.request_id,
        purpose=topic,
        address_hash=request.address_hash,
    )
