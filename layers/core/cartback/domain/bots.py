"""Who is no shopper: rules as data, for carts that no person filled and for visits that no person made.

A cart that a shopping agent filled for a customer (AI-20) is no bot's: the agent has the customer's own address and
consent, an amount that a household buys, and makes no ten carts an hour. So no rule looks at what program filled a
cart, only at whether what is in it, and whose it is, makes sense.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from cartback.domain.cart import Cart
from cartback.domain.customer import Person

MOST_LINES = 100
MOST_OF_ONE = 200
MOST_PIECES = 1_000
MOST_CARTS, WITHIN = 10, timedelta(hours=1)
SOONEST = timedelta(seconds=10)
MOST_IN_A_SECOND = 3

# Domains of which everybody may read every mailbox, and those that exist for examples and tests (RFC 2606, RFC 6761).
DISPOSABLE = frozenset(
    """
    10minutemail.com discard.email dispostable.com fakeinbox.com getnada.com guerrillamail.com maildrop.cc
    mailinator.com mailnesia.com mintemail.com sharklasers.com temp-mail.org tempmail.com throwawaymail.com
    trashmail.com trashmail.de wegwerfmail.de yopmail.com
    """.split()
)
_TESTS = re.compile(
    r"(?:test|tester|testing|asdf|qwerty|foo|bot|noreply|no-reply)[0-9]*@.*|.*@(?:test|localhost|invalid)\..*",
    re.ASCII,
)
_MADE_UP = re.compile(r"[a-z]*[0-9][a-z0-9]{23,}|[bcdfghjklmnpqrstvwxz]{12,}|(.)\1{7,}.*", re.ASCII)

# Programs that follow the links of a mail before its reader does: filters, previews and crawlers. Shopping agents
# are left out on purpose: whoever follows a link for a customer brings the customer back.
_SCANNERS = re.compile(
    r"barracuda|proofpoint|mimecast|safelinks|symantec|trendmicro|fortimail|cloudmark|messagelabs|forcepoint|ironport|"
    r"googleimageproxy|bingpreview|facebookexternalhit|slackbot|whatsapp/|telegrambot|twitterbot|linkedinbot|"
    r"skypeuripreview|"
    r"googlebot|bingbot|yandexbot|ahrefsbot|semrushbot|crawler|spider|headlesschrome|phantomjs|"
    r"curl/|wget/|python-requests|python-urllib|go-http-client|libwww-perl|okhttp|java/|scrapy",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One sign of a bot. ``name`` is what a decision quotes."""

    name: str
    says: str
    fits: Callable[[Cart, Person], bool]


def _local(person: Person) -> str:
    return (person.email or "").rpartition("@")[0].replace(".", "").replace("-", "").replace("_", "")


def _rate(person: Person) -> bool:
    at = sorted(person.carts_at)
    return any(late - early < WITHIN for early, late in zip(at, at[MOST_CARTS - 1 :], strict=False))


RULES = (
    Rule("many_lines", f"more than {MOST_LINES} lines", lambda cart, _: len(cart.items) > MOST_LINES),
    Rule(
        "absurd_quantity",
        f"more than {MOST_OF_ONE} pieces of one thing, or {MOST_PIECES} in all",
        lambda cart, _: (
            any(item.quantity > MOST_OF_ONE for item in cart.items)
            or sum(item.quantity for item in cart.items) > MOST_PIECES
        ),
    ),
    Rule("cart_rate", f"{MOST_CARTS} carts of one person within an hour", lambda _, person: _rate(person)),
    Rule(
        "disposable_address",
        "an address whose mailbox anybody may read",
        lambda _, person: (person.email or "").rpartition("@")[2] in DISPOSABLE,
    ),
    Rule(
        "test_address",
        "an address as testers type it",
        lambda _, person: _TESTS.fullmatch(person.email or "") is not None,
    ),
    Rule(
        "generated_address",
        "an address that no person would choose",
        lambda _, person: _MADE_UP.fullmatch(_local(person)) is not None,
    ),
)


def suspect(cart: Cart, person: Person | None) -> str | None:
    """The first rule by which nobody is behind this cart, or None."""
    if person is None:
        return None
    return next((rule.name for rule in RULES if rule.fits(cart, person)), None)


@dataclass(frozen=True, slots=True)
class Opening:
    """How a link was opened: by which method and program, how long after the message, how often in that second."""

    method: str = "GET"
    user_agent: str | None = None
    after: timedelta | None = None
    in_a_second: int = 1


def scanner(opening: Opening) -> str | None:
    """By which sign a program followed a link and no person did, or None. Who is mistaken for one loses nothing."""
    if opening.method == "HEAD":
        return "head"
    if _SCANNERS.search(opening.user_agent or ""):
        return "user_agent"
    if opening.after is not None and opening.after < SOONEST:
        return "too_soon"
    return "many_at_once" if opening.in_a_second >= MOST_IN_A_SECOND else None
