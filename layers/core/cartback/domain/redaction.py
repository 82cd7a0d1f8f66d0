"""What leaves a door when something is broken: the name of the bug and where it was, and nothing that it said."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from cartback.domain.errors import Conflict, Doubtful, MessageWithheld, Refused, TryLater

Handler = Callable[[Any, Any], Any]

# A code of AWS, such as AccessDeniedException: what an operator has to know, and never a value.
_CODE = re.compile(r"[A-Za-z.]{1,80}", re.ASCII)


def redact_errors(handler: Handler) -> Handler:
    """Wrap a Lambda's handler so that a bug surfaces as ``MessageWithheld``, with its trace and without its message.

    Lambda logs the message of whatever a handler raises, and Step Functions keeps it in a run's history for 90 days.
    Messages quote what they choke on, people too. ``Refused``, ``TryLater``, ``Doubtful`` and ``Conflict`` pass as they
    are: their reasons never hold what was found, and state machines go by their names.
    """

    @wraps(handler)
    def door(event: Any, context: Any) -> Any:
        try:
            return handler(event, context)
        except (Refused, TryLater, Doubtful, Conflict):
            raise
        except Exception as bug:  # noqa: BLE001 - it surfaces, only without what it said
            raise MessageWithheld(named(bug)).with_traceback(bug.__traceback__) from None

    return door


def named(bug: BaseException) -> str:
    """The name of a bug; with AWS's own code where AWS said no."""
    response = getattr(bug, "response", None)
    error = response.get("Error") if isinstance(response, dict) else None
    code = error.get("Code") if isinstance(error, dict) else None
    shown = f" {code}" if isinstance(code, str) and _CODE.fullmatch(code) else ""
    return f"{type(bug).__name__}{shown}"
