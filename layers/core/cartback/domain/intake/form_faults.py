"""Why a form was refused, in words that a page has sentences for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cartback.domain.errors import Refused

FIELDS = ("email", "phone", "topics")
_BY_STATUS = {403: "elsewhere", 404: "closed", 429: "many"}


def faults_of(refusal: Refused) -> tuple[str, ...]:
    """The faults behind a refusal: fields by their names, else ``elsewhere``, ``closed``, ``many`` or ``form``."""
    known = _BY_STATUS.get(refusal.status)
    if known is not None:
        return (known,)
    named = (line.partition(":")[0] for line in refusal.reason.splitlines())
    return tuple(name for name in named if name in FIELDS) or ("form",)
