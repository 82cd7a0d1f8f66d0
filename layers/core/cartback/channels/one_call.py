"""How a provider is asked over HTTP once and never again, and what the ends of a request say of a message."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from cartback.domain.errors import Doubtful as Unsure
from cartback.domain.errors import Refused, TryLater
from cartback.ports import Doubtful, NotSent

if TYPE_CHECKING:
    from cartback.domain.shop.calls import Call, Reply
    from cartback.ports import Http, Sent

type Outcome = Sent | NotSent | Doubtful


def called_once(http: Http, call: Call, outcome: Callable[[Reply], Outcome], after_seconds: int) -> Outcome:
    """Make one call, whatever happens; ``outcome`` reads the reply, ``after_seconds`` is for a busy provider."""
    try:
        return outcome(http.send(call))
    except TryLater as later:
        return NotSent(later.reason, later.after_seconds or after_seconds)
    except Unsure as unsure:
        return Doubtful(unsure.reason)
    except Refused as refusal:
        return NotSent(refusal.reason)


def fields_of(reply: Reply) -> dict[str, Any]:
    """The fields of a JSON answer; none for any other answer."""
    try:
        said = reply.read().value
    except Refused:
        return {}
    return said if isinstance(said, dict) else {}
