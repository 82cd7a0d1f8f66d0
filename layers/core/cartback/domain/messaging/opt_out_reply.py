"""Farewells by answering a message: what a door lets in of them, and what the worker makes of it.

Of everything that people answer only the farewell is kept. What else they write is a letter to the shop, and none of
our business.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cartback.domain.errors import Refused
from cartback.domain.intake.responses import Answer
from cartback.domain.people import address

if TYPE_CHECKING:
    from cartback.domain.intake.delivery import Delivery
    from cartback.domain.observations import AnswerSeen, CustomerSeen

ANSWERS = "answers"
"""What stands as the platform of a delivery that holds farewells. No folder of ``shops`` has this name."""
TOPIC, NEWS = "farewell", "news"
"""What a delivery holds: who left, or what became of messages."""


@dataclass(frozen=True, slots=True)
class OptOutReply:
    """Who left (a number in E.164, or a user's id at WhatsApp), on which channel, when, and by which message.

    ``source`` is the evidence. Somebody with both names leaves under each, by a farewell of its own: a message of today
    may show the one, the next message the other.
    """

    channel: str
    number: str | None
    at: datetime
    source: str
    user: str | None = None


@dataclass(frozen=True, slots=True)
class WroteBack:
    """Somebody wrote something that is no farewell: who, when, and the provider's name of it; never what."""

    number: str | None
    at: datetime
    ref: str
    user: str | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """What a provider is answered, and what it told: farewells, answers, or ``news`` of our messages.

    ``key`` is its own name for that, ``account`` the account that it spoke for, if it said so. News are a document that
    ``channels.receipts`` reads, without anybody's address.
    """

    answer: Answer
    key: str = ""
    farewells: tuple[OptOutReply, ...] = ()
    news: dict[str, dict[str, str]] | None = None
    account: str = ""
    wrote: tuple[WroteBack, ...] = ()


def packed(farewells: Sequence[OptOutReply], wrote: Sequence[WroteBack] = ()) -> str:
    """Farewells, and who wrote back, as the body of a delivery."""
    listed = [
        {"channel": one.channel, "at": one.at.isoformat(), "source": one.source}
        | ({"user": one.user} if one.number is None else {"number": one.number})
        for one in farewells
    ]
    listed += [
        {"at": one.at.isoformat(), "wrote": one.ref}
        | ({"user": one.user} if one.number is None else {"number": one.number})
        for one in wrote
    ]
    return json.dumps(listed, separators=(",", ":"))


def observe(delivery: Delivery) -> list[CustomerSeen | AnswerSeen]:
    """What a delivery of farewells says, as observations. Raises ``Refused`` for what ``packed`` did not write."""
    try:
        return [_seen(one) for one in json.loads(delivery.body)]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refused(f"no farewells in the delivery: {type(error).__name__}") from error


def _seen(told: dict[str, Any]) -> CustomerSeen | AnswerSeen:
    from cartback.domain.observations import AnswerSeen, ConsentSeen, Contact, CustomerSeen

    number, user = address.phone(told.get("number")), address.whatsapp_user(told.get("user"))
    at = datetime.fromisoformat(told["at"])
    if (number is None and user is None) or at.tzinfo is None:
        raise ValueError("a farewell of nobody, or of no time")
    if "wrote" in told:
        return AnswerSeen(str(told["wrote"]), at, Contact(phone=number, whatsapp_user=user))
    word = ConsentSeen(str(told["channel"]), False, at, "explicit", str(told["source"]), sticky=True)
    return CustomerSeen(Contact(phone=number, whatsapp_user=user, consents=(word,)), at)
