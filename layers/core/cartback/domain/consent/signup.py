"""Somebody asked for messages: what was asked, until when it may be confirmed, and what a form may hold.

Anybody can type anybody's address into a form. So the request stands on nothing until the owner of the address has
said yes, and the one mail that asks for it carries no advertising (reliability.md, "Messaging law", Germany).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from cartback.domain.consent.consent import TOPICS
from cartback.domain.consent.sparing import place_of
from cartback.domain.errors import Refused
from cartback.domain.hashes import short
from cartback.domain.language import OFFERED
from cartback.domain.people import address
from cartback.domain.shop.weblink import is_of, web_link

PENDING, CONFIRMED, EXPIRED = "pending", "confirmed", "expired"
LIFETIME = timedelta(hours=48)
REMIND_AFTER = timedelta(hours=24)
KEPT = LIFETIME + timedelta(days=1)
PRESSED_TWICE = timedelta(minutes=15)
"""How long the answer to a button is given again: people press twice, and go back and forth."""

HONEYPOT = "website"
"""A field that no person sees. Whoever fills it in is a program."""


@dataclass(frozen=True, slots=True)
class Form:
    """What somebody typed, in normal form."""

    email: str
    topics: tuple[str, ...]
    lang: str | None
    page: str | None


@dataclass(frozen=True, slots=True)
class Crowds:
    """Whose mails are counted together with those for a request: hashes of the mailbox and, where it says anything, of
    the domain. A request of the page of preferences, and one of an earlier version, has its address alone."""

    mailbox: str | None = None
    domain: str | None = None


NO_CROWDS = Crowds()


@dataclass(frozen=True, slots=True)
class SignUp:
    """A request to be written to. It is forgotten, address and all, once it is confirmed or over.

    ``generation`` grows when somebody asks again after that, or for something else: it is the second of their asking,
    because the names of runs and claims outlive this row, and a count would begin anew with the next one. ``ip``,
    ``user_agent`` and ``page`` are the evidence of the request; they go into the chain of the person when it is
    confirmed, and nowhere if it is not. ``asked_at`` is when somebody last asked for the same.
    """

    shop: str
    request_id: str
    version: int = 0
    generation: int = 0
    state: str = EXPIRED
    channel: str = "email"
    email: str | None = None
    address_hash: str | None = None
    topics: tuple[str, ...] = ()
    lang: str | None = None
    page: str | None = None
    ip: str | None = None
    user_agent: str | None = None
    requested_at: datetime | None = None
    expires_at: datetime | None = None
    confirmed_at: datetime | None = None
    person_id: str | None = None
    asked_at: datetime | None = None
    crowds: Crowds = NO_CROWDS

    @property
    def wishes(self) -> tuple[frozenset[str], str | None, str | None]:
        """What was asked for: topics, language, and where."""
        return frozenset(self.topics), self.lang, self.page

    @property
    def yes(self) -> tuple[str, datetime] | None:
        """Who said yes to it and when; None as long as nobody has."""
        if self.state != CONFIRMED or self.person_id is None or self.confirmed_at is None:
            return None
        return self.person_id, self.confirmed_at

    def is_pending(self, now: datetime) -> bool:
        """Whether it can still be confirmed."""
        return self.state == PENDING and self.expires_at is not None and now < self.expires_at


def request_id_for(shop: str, address_hash: str) -> str:
    """The id of the request for an address: a second one while the first is pending is the same."""
    return short("request", shop, address_hash)


def read_form(fields: Mapping[str, Sequence[str]], domains: Collection[str]) -> Form:
    """Read a form. Raises Refused (422) with one line per wrong field, each beginning with the field's name.

    Who ticks nothing has agreed to nothing: an empty choice is refused, never taken for all there is (GDPR recital 32).
    A telephone number is checked and then left: it would need a question of its own, on its own channel. A page is kept
    as the place that it is, and only if it is one of the shop's ``domains``: anybody can write anything into a form.
    """
    faults = []
    mail = address.email(_first(fields, "email"))
    if mail is None:
        faults.append("email: not an address that we can write to")
    if _first(fields, "phone") and address.phone(_first(fields, "phone")) is None:
        faults.append("phone: not a number with its country code, such as +49 151 12345678")
    topics = tuple(dict.fromkeys(fields.get("topics", ())))
    if not topics:
        faults.append(f"topics: choose at least one of {', '.join(TOPICS)}")
    elif not set(topics) <= set(TOPICS):
        faults.append(f"topics: only {', '.join(TOPICS)}")
    lang = _first(fields, "lang") or None
    if lang is not None and lang not in OFFERED:
        faults.append(f"lang: only {', '.join(OFFERED)}")
    if faults or mail is None:
        raise Refused("\n".join(faults), 422)
    page = web_link(_first(fields, "page"), local=True)
    return Form(mail, topics, lang, place_of(page) if page is not None and is_of(page, domains) else None)


def ask(
    known: SignUp,
    form: Form,
    address_hash: str,
    now: datetime,
    ip: str | None,
    user_agent: str | None,
    crowds: Crowds = NO_CROWDS,
) -> SignUp:
    """The request after somebody asked. The same wishes while it is pending are the same one: nobody is mailed twice.

    Other wishes are a new one, because anybody may have asked before the owner did, and whoever confirms has to find
    their own. Either way the row is written, so that nobody can tell from our work what was there.
    """
    if known.is_pending(now) and known.wishes == (frozenset(form.topics), form.lang, form.page):
        return replace(known, asked_at=now)
    return SignUp(
        shop=known.shop,
        request_id=known.request_id,
        version=known.version,
        generation=max(known.generation + 1, int(now.timestamp())),
        state=PENDING,
        email=form.email,
        address_hash=address_hash,
        topics=form.topics,
        lang=form.lang,
        page=form.page,
        ip=ip,
        user_agent=user_agent,
        requested_at=now,
        expires_at=now + LIFETIME,
        asked_at=now,
        crowds=crowds,
    )


def over(request: SignUp, state: str, now: datetime | None = None, person_id: str | None = None) -> SignUp:
    """The request without anything that was personal in it."""
    kept = SignUp(request.shop, request.request_id, request.version, request.generation, state)
    return replace(kept, topics=request.topics, lang=request.lang, confirmed_at=now, person_id=person_id)


def _first(fields: Mapping[str, Sequence[str]], name: str) -> str:
    given = fields.get(name, ())
    return given[0].strip() if given else ""
