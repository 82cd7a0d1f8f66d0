"""The preference centre: show what somebody gets, and change it, effective before the next claim.

Whoever holds the link is somebody who got our mail, or whom it was passed on to. So it shows neither name nor address.
It can take back for two years, and grant for days, and only for the address that the mail went to. Whoever had left the
channel, and whose law asks for more than a link, is asked by a mail of its own whether they meant it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cartback.domain.channels import CHANNELS
from cartback.domain.consent.consent import GRANTED, TOPICS, WITHDRAWN, Consent, words_for
from cartback.domain.consent.consent_facts import tell_said
from cartback.domain.consent.evidence import Circumstances
from cartback.domain.consent.jurisdiction import LINK
from cartback.domain.consent.permission import BY_LINK, permission
from cartback.domain.consent.preferences import FREQUENCIES, PAUSES, Preferences, View
from cartback.domain.consent.signup import Form, ask, request_id_for
from cartback.domain.errors import Conflict, TryLater
from cartback.domain.language import OFFERED
from cartback.domain.people import customer
from cartback.ports import RowSet, TimelineEntry
from cartback.usecases.consent.requesting import kept, told
from cartback.usecases.messaging import links

if TYPE_CHECKING:
    from cartback.domain.people.customer import Person
    from cartback.domain.policy import Policy
    from cartback.ports import Bus, Clock, Ledger, Link, Records, Settings, Texts

MOST_TRIES = 8
GRANTS_FOR = timedelta(days=7)
"""How long after its mail a link can grant: mails are kept for years, passed on, and left to whoever comes next."""
FLOW = "double_opt_in"


@dataclass(frozen=True, slots=True)
class Prefer:
    """Read or change the preferences behind a token. Forged, foreign and expired tokens give None."""

    ledger: Ledger
    records: Records
    settings: Settings
    texts: Texts
    bus: Bus
    clock: Clock

    def look(self, token: str) -> tuple[Link, View] | None:
        """What the page shows. Changes nothing."""
        found = self._found(token)
        return (found[0], view_of(found[1], self.clock.now())) if found is not None else None

    def __call__(
        self,
        token: str,
        form: Mapping[str, Sequence[str]],
        ip: str | None = None,
        user_agent: str | None = None,
        lang: str | None = None,
    ) -> tuple[Link, View] | None:
        """Change what the form says and show what holds now; what it does not know, it leaves.

        ``lang`` is the language in which the page was read, if not the message's.

        Raises TryLater if the row keeps changing.
        """
        for _ in range(MOST_TRIES):
            found = self._found(token)
            if found is None:
                return None
            link, person = found
            how = self._how(link, lang or link.lang, ip, user_agent)
            changed, asked = self._changed(link, person, form, how)
            if changed != person:
                try:
                    self.records.save(
                        link.shop,
                        RowSet(persons={person.person_id: person}),
                        RowSet(persons={person.person_id: changed}),
                    )
                except Conflict:
                    continue
                line = TimelineEntry(self.clock.now(), "preferred", {"frequency": changed.prefs.frequency})
                self.ledger.note(link.shop, link.about.timeline, line)
            said = [word for name, word in changed.consents.items() if word != person.consents.get(name)]
            self.bus.publish([f for word in said for f in tell_said(link.shop, person.person_id, word)])
            for row in filter(None, (changed.moved_to, link.account)):
                self._follow(link, row, changed)
            mailed = bool(asked) and self._ask(link, changed, asked, how, lang or link.lang)
            return link, replace(view_of(changed, self.clock.now()), asked=mailed)
        raise TryLater("the row keeps changing")

    def _follow(self, link: Link, row: str, changed: Person) -> None:
        """What is refused and wished here holds at the mailbox that the account has by now, and for the cart's account.

        It is read from the row, not from what was changed just now: pressed again after a crash, nothing is missing.
        """
        shop, source = link.shop, f"preferences/{link.claim_id}"
        refused = [w for w in changed.consents.values() if (w.state, w.source) == (WITHDRAWN, source)]
        for _ in range(MOST_TRIES):
            there = self._row(shop, row)
            if there is None or there.person_id == changed.person_id:
                return
            left = replace(there, prefs=changed.prefs)
            for word in refused:
                left = customer.opt_out(left, [word.channel], word.source, word.at, word.purpose)
            if left == there:
                return
            try:
                before, after = (RowSet(persons={there.person_id: row}) for row in (there, left))
                self.records.save(shop, before, after)
            except Conflict:
                continue
            new = [word for name, word in left.consents.items() if word != there.consents.get(name)]
            self.bus.publish([fact for word in new for fact in tell_said(shop, left.person_id, word)])
            return
        raise TryLater("the row keeps changing")

    def _found(self, token: str) -> tuple[Link, Person] | None:
        link = links.find(self.ledger, token, "prefs", self.clock.now())
        if link is None:
            return None
        person = self._row(link.shop, link.person_id)
        return (link, person) if person is not None else None

    def _row(self, shop: str, wanted: str) -> Person | None:
        """The row of this id, or the one that it was merged into; None for nobody, and for who was forgotten."""
        while True:
            person = self.records.read(shop, persons=[wanted]).persons[wanted]
            if person is None or person.erased_at is not None:
                return None
            if person.merged_into is None:
                return person
            wanted = person.merged_into

    def _how(self, link: Link, lang: str, ip: str | None, user_agent: str | None) -> Circumstances:
        face = self.settings.shop(link.shop)
        wording = self.texts.wording(lang, face, TOPICS) if face is not None else None
        return Circumstances(
            wording=wording,
            wording_version=links.version_of(wording) if wording else None,
            confirmed_at=self.clock.now(),
            ip=ip,
            user_agent=(user_agent or "")[:300] or None,
            page="preference centre",
            message=link.claim_id,
        )

    def _changed(
        self, link: Link, person: Person, form: Mapping[str, Sequence[str]], how: Circumstances
    ) -> tuple[Person, list[str]]:
        """The person as the form wishes, and the topics that a mail has to ask for."""
        now, source = self.clock.now(), f"{BY_LINK}{link.claim_id}"
        if "leave" in form:
            left = [*dict.fromkeys([link.channel, *CHANNELS])]
            return customer.opt_out(person, left, source, now, how=how), []
        shown = view_of(person, now)
        person = replace(person, prefs=self._wishes(person.prefs, form))
        kept = [name for name in shown.channels if name in form.get("channel", ())]
        wanted = [topic for topic in TOPICS if topic in form.get("topic", ())]
        policy = self._policy_to_grant_by(link, person)
        asked: list[str] = []
        for channel, on in shown.channels.items():
            if channel not in kept:
                person = customer.opt_out(person, [channel], source, now, how=how) if on else person
                continue
            for topic in TOPICS:
                was = allows(person, channel, topic)
                if was and topic not in wanted:
                    person = customer.opt_out(person, [channel], source, now, topic, how)
                elif not was and topic in wanted and policy is not None and channel == link.channel:
                    granted = customer.say(person, self._yes(link, person, topic, source), how)
                    enough = permission(granted, channel, topic, policy).reason is None
                    if enough and not has_left(person, channel):
                        person = granted
                    else:
                        asked.append(topic)
        return person, asked

    def _policy_to_grant_by(self, link: Link, person: Person) -> Policy | None:
        """The shop's policy if this link can still grant something to this person, else None."""
        claim = self.ledger.read_claim(link.shop, link.claim_id)
        if claim is None or claim.address_hash != person.address_hash(link.channel):
            return None
        fresh = self.clock.now() < claim.claimed_at + GRANTS_FOR
        return self.settings.policy(link.shop) if fresh else None

    def _ask(self, link: Link, person: Person, topics: Sequence[str], how: Circumstances, lang: str) -> bool:
        """Begin a double opt-in for what a link cannot grant; whether there is one."""
        policy, email, hashed = self.settings.policy(link.shop), person.email, person.email_hash
        if policy is None or FLOW not in policy.flows or link.channel != "email" or not email or not hashed:
            return False
        now, form = self.clock.now(), Form(email, tuple(topics), lang, None)
        request = kept(
            self.records,
            link.shop,
            request_id_for(link.shop, hashed),
            lambda known: ask(known, form, hashed, now, how.ip, how.user_agent),
        )
        self.bus.publish(told(request))
        return True

    def _yes(self, link: Link, person: Person, topic: str, source: str) -> Consent:
        """A yes of whoever holds a mail to the address: no double opt-in, since no mail was answered for it."""
        now = self.clock.now()
        hashed = person.address_hash(link.channel)
        return Consent(
            link.channel, GRANTED, LINK, source, now, now, source, purpose=topic, address_hash=hashed
        )

    def _wishes(self, known: Preferences, form: Mapping[str, Sequence[str]]) -> Preferences:
        frequency, pause, language = (
            next(iter(form.get(n, ())), "") for n in ("frequency", "pause", "language")
        )
        until = known.paused_until
        if pause in PAUSES:
            until = self.clock.now() + PAUSES[pause]
        elif pause == "none":
            until = None
        return Preferences(
            frequency if frequency in FREQUENCIES else known.frequency,
            until,
            None if language == "any" else language if language in OFFERED else known.language,
        )


def allows(person: Person, channel: str, topic: str) -> bool:
    """Whether the person's own words let messages of this topic through; the law may still ask for more."""
    words = words_for(person.consents, channel, topic)
    return bool(words) and words[0].state == GRANTED


def has_left(person: Person, channel: str) -> bool:
    """Whether the person ever left a channel as a whole, and has not come back to all of it since."""
    word = person.consent(channel)
    return word is not None and word.state == WITHDRAWN


def view_of(person: Person, now: datetime) -> View:
    """What the page shows of a person: channels with a word of theirs, and each topic that any of them lets through."""
    said = {word.channel for word in person.consents.values()} | {"email"}
    channels = {
        channel: any(allows(person, channel, topic) for topic in TOPICS)
        for channel in CHANNELS
        if channel in said
    }
    topics = {topic: any(allows(person, channel, topic) for channel in channels) for topic in TOPICS}
    wishes = person.prefs
    until = wishes.paused_until if wishes.paused(now) else None
    return View(topics, channels, wishes.frequency, until, wishes.language)
