"""Ask the owner of an address whether they signed up: one mail, one reminder, and then the request is forgotten.

This mail is transactional: it answers what somebody did, carries no advertising and needs no consent. Each of its two
attempts is claimed and sent at most once; a doubtful first one is what the reminder is for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cartback.domain import claims
from cartback.domain.claims import Claim, EffectKey
from cartback.domain.consent import signup
from cartback.domain.consent.signup import LIFETIME, REMIND_AFTER
from cartback.domain.errors import Conflict, Refused, TryLater
from cartback.domain.language import first_spoken
from cartback.domain.messaging.timing import whole_seconds
from cartback.domain.subject import SIGNUP, Subject
from cartback.domain.tokens import hashed
from cartback.ports import (
    TRANSACTIONAL,
    Link,
    NotSent,
    RowSet,
    Sent,
    TimelineEntry,
)
from cartback.usecases.sending import MOST_TRIES, addressed, mark_sent

if TYPE_CHECKING:
    from cartback.domain.consent.signup import SignUp
    from cartback.ports import (
        Channel,
        Clock,
        Counters,
        Ledger,
        Outgoing,
        Records,
        Settings,
        ShopFace,
        Texts,
        Tokens,
    )

FLOW = "double_opt_in"
ATTEMPTS = ("confirm", "confirm_again")
WINDOW = timedelta(days=1)
MOST_PER_MAILBOX, MOST_PER_DOMAIN = 5, 20
"""How many of these mails a day go to one mailbox, and to a domain at which all addresses may be one person's."""


@dataclass(frozen=True, slots=True)
class Asking:
    """Which run is asking, about which request, and which attempt it is (from 0)."""

    run: str
    shop: str
    request_id: str
    generation: int
    position: int


@dataclass(frozen=True, slots=True)
class AskConfirmation:
    """Answer a run with ``wait`` (for how long, and which attempt comes then) or ``stop``.

    Raises ``TryLater`` if rows keep changing and ``Refused`` if the provider rejects what we send for another reason
    than the address that somebody typed.
    """

    records: Records
    settings: Settings
    ledger: Ledger
    channels: Mapping[str, Channel]
    texts: Texts
    tokens: Tokens
    clock: Clock
    public_url: str
    counters: Counters

    def __call__(self, asking: Asking) -> dict[str, object]:
        for number in range(MOST_TRIES):
            answer = self._answered(asking, counts=number == 0)
            if answer is not None:
                return answer
        raise TryLater("the request keeps changing")

    def _answered(self, asking: Asking, counts: bool) -> dict[str, object] | None:
        """The answer, or None if the request was confirmed, or asked anew, while we looked at it: look again."""
        now = self.clock.now()
        before = self.records.read(asking.shop, requests=[asking.request_id])
        request = before.requests[asking.request_id]
        if request is None or request.generation != asking.generation:
            return self._stop(asking, "asked_again_since", now)
        if request.state != signup.PENDING:
            return self._stop(asking, request.state, now)
        policy, face = self.settings.policy(asking.shop), self.settings.shop(asking.shop)
        if policy is None or face is None or FLOW not in policy.flows:
            return self._forget(asking, request, "flow_off", now)
        if asking.position >= len(ATTEMPTS) or not request.is_pending(now):
            return self._forget(asking, request, "not_confirmed", now)
        if counts and self._is_crowded(request):
            if asking.position:
                return self._wait(asking, request, now)  # a reminder too many is left out
            return self._tomorrow(asking, request, now)
        return self._ask(asking, request, face, now)

    def _ask(
        self, asking: Asking, request: SignUp, face: ShopFace, now: datetime
    ) -> dict[str, object] | None:
        touch = ATTEMPTS[asking.position]
        claim = _claim(request, touch, now)
        message, link = self._message(claim, request, face)
        line = TimelineEntry(
            now, "decision", {"word": "send", "reason": "asked", **_about(asking, touch, claim)}
        )
        refused = self.ledger.claim_alone(claim, request, line, [link])
        if refused == "changed":
            return None
        if refused == "blocked":
            return self._forget(asking, request, "blocked", now)
        if refused is None:
            outcome = self.channels[request.channel].send(message)
            if isinstance(outcome, NotSent):
                return self._not_sent(asking, request, claim, outcome, now)
            if isinstance(outcome, Sent):
                mark_sent(self.ledger, claim, outcome.provider_id, self.clock.now())
        return self._wait(asking, request, now)

    def _is_crowded(self, request: SignUp) -> bool:
        """Whether the mailbox, or a domain that may be one person's, has had enough of these mails for today."""
        who, domain = request.crowds.mailbox or request.address_hash, request.crowds.domain
        crowded = self._counts(request.shop, f"questions/{who}") > MOST_PER_MAILBOX
        if domain is None:
            return crowded
        return self._counts(request.shop, f"questions-of-domain/{domain}") > MOST_PER_DOMAIN or crowded

    def _counts(self, shop: str, name: str) -> int:
        return self.counters.count(shop, name, WINDOW)

    def _tomorrow(self, asking: Asking, request: SignUp, now: datetime) -> dict[str, object]:
        """Ask when the count begins anew, spread over an hour; by then it may have been confirmed, or be over."""
        self._note(asking, "wait", "enough_questions", now)
        left = WINDOW.total_seconds() - now.timestamp() % WINDOW.total_seconds()
        return _answer("wait", int(left) + 1 + int(request.request_id, 16) % 3600, asking.position)

    def _not_sent(
        self, asking: Asking, request: SignUp, claim: Claim, outcome: NotSent, now: datetime
    ) -> dict[str, object]:
        released = replace(claim, state=claims.RELEASED, because=outcome.reason)
        self.ledger.mark(claim, released)
        if outcome.of_address:
            # Anybody can type anything into a form: that is no failure of ours, and nothing of it is kept.
            return self._forget(asking, request, outcome.reason, now)
        if outcome.after_seconds is None:
            raise Refused(f"{claim.channel}: {outcome.reason}")
        return _answer("wait", outcome.after_seconds, asking.position)

    def _wait(self, asking: Asking, request: SignUp, now: datetime) -> dict[str, object]:
        last = asking.position + 1 >= len(ATTEMPTS)
        until = request.requested_at + LIFETIME
        if not last:  # a question that had to wait for a day is not reminded of at once
            until = max(request.requested_at + REMIND_AFTER, now + REMIND_AFTER / 2)
        return _answer("wait", whole_seconds(now, until), asking.position + 1)

    def _forget(self, asking: Asking, request: SignUp, because: str, now: datetime) -> dict[str, object]:
        """Nobody said yes: nothing personal of the request stays, now and not when the broom comes by."""
        for _ in range(MOST_TRIES):
            forgotten = signup.over(request, signup.EXPIRED)
            name = request.request_id
            try:
                self.records.save(
                    asking.shop, RowSet(requests={name: request}), RowSet(requests={name: forgotten})
                )
            except Conflict:
                request = self.records.read(asking.shop, requests=[name]).requests[name]
                if request is None or request.state != signup.PENDING:
                    return self._stop(asking, "confirmed", now)
                continue
            return self._stop(asking, because, now)
        raise TryLater("the request keeps changing")

    def _stop(self, asking: Asking, because: str, now: datetime) -> dict[str, object]:
        self._note(asking, "stop", because, now)
        return _answer("stop", 1, asking.position)

    def _note(self, asking: Asking, word: str, because: str, now: datetime) -> None:
        about = {"flow": FLOW, "run": asking.run, "generation": str(asking.generation)}
        line = TimelineEntry(now, "decision", {"word": word, "reason": because, **about})
        self.ledger.note(asking.shop, f"request#{asking.request_id}", line)

    def _message(self, claim: Claim, request: SignUp, face: ShopFace) -> tuple[Outgoing, Link]:
        lang = first_spoken([request.lang], face.languages, face.languages[0])
        token = self.tokens.fresh()
        fields = {
            "shop": face,
            "confirm_url": f"{self.public_url}/c/{claim.shop}.{token}",
            "wording": self.texts.wording(lang, face, request.topics),
        }
        words = self.texts.email(FLOW, claim.touch, lang, fields)
        message = addressed(claim, request.email, face, words, lang, FLOW, TRANSACTIONAL)
        return message, _link(claim, request, token, lang)


def _claim(request: SignUp, touch: str, now: datetime) -> Claim:
    """A claim of a mail without a cart: it is about the request, and so is its ``cart_id``."""
    name, generation, channel = request.request_id, request.generation, request.channel
    return Claim(
        shop=request.shop,
        claim_id=EffectKey(request.shop, FLOW, Subject(SIGNUP, name, generation), touch, channel).claim_id,
        cart_id=name,
        generation=generation,
        touch=touch,
        channel=channel,
        person_id="",
        address_hash=request.address_hash,
        consent="service/answer to a sign-up",
        policy_version=0,
        claimed_at=now,
        purpose="service",
        flow=FLOW,
        kind=SIGNUP,
    )


def _link(claim: Claim, request: SignUp, token: str, lang: str) -> Link:
    return Link(
        shop=claim.shop,
        token_hash=hashed(token),
        kind="confirm",
        cart_id="",
        generation=claim.generation,
        person_id="",
        channel=claim.channel,
        touch=claim.touch,
        claim_id=claim.claim_id,
        expires_at=request.expires_at,
        lang=lang,
        subject=request.request_id,
        flow=FLOW,
        subject_kind=SIGNUP,
    )


def _about(asking: Asking, touch: str, claim: Claim) -> dict[str, str]:
    return {
        "flow": FLOW,
        "run": asking.run,
        "touch": touch,
        "generation": str(asking.generation),
        "claim_id": claim.claim_id,
    }


def _answer(word: str, seconds: int, position: int) -> dict[str, object]:
    return {"next": word, "wait_seconds": seconds, "position": position}
