"""What a visitor is told while our stores are away: that nothing was changed, and when to come again."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import wraps
from typing import TYPE_CHECKING, Any, Protocol

from cartback.domain.errors import Refused, TryLater
from cartback.domain.intake.forms import asked_lang, fields_of, header
from cartback.domain.language import of_page
from cartback.texts.page_headers import PAGE_HEADERS

if TYPE_CHECKING:
    from cartback.domain.redaction import Handler
    from cartback.ports import Metrics

    class Root(Protocol):
        """The part of the composition root that counts."""

        def metrics(self) -> Metrics: ...


PUT_OFF = "VisitorsPutOff"
"""Counts who was asked to come again. Lambda sees no error in such an answer, so an alarm looks at this."""

_AGAIN = {"retry-after": "60"}
_LINE = "try again later\n"

log = logging.getLogger(__name__)


def excused(root: Root, *, across: bool = False) -> Callable[[Handler], Handler]:
    """Wrap a door that people open, so that ``TryLater`` becomes an answer and not the gateway's bare 500.

    The answer is 503 with ``Retry-After``, which a mailbox provider heeds that unsubscribes for somebody (RFC 8058),
    and a page that offers the way back. It needs no store, so it names no shop. It is counted as ``PUT_OFF`` and
    logged with its reason; bugs surface as ever.

    ``across`` is for doors that pages of other sites call: their scripts get one line, whoever they are, because it
    says nothing of anybody; a browser that sent a form gets a page.
    """

    def wrap(handler: Handler) -> Handler:
        @wraps(handler)
        def door(event: Mapping[str, Any], context: object) -> Any:
            try:
                return handler(event, context)
            except TryLater as later:
                log.warning("a visitor was asked to come again: %s", later.reason)
                root.metrics().count(PUT_OFF)
                return _to_a_site(event) if across else _to_a_visitor(event)

        return door

    return wrap


def _to_a_visitor(event: Mapping[str, Any]) -> dict[str, object]:
    name = "unsaved" if event["requestContext"]["http"]["method"] == "POST" else "away"
    return _page(name, asked_lang(event), event, {})


def _to_a_site(event: Mapping[str, Any]) -> dict[str, object]:
    from cartback.domain.intake.responses import told_across

    headers = told_across("*", **_AGAIN, **{"access-control-expose-headers": "retry-after"})
    if "text/html" not in (header(event, "accept") or ""):
        return {"statusCode": 503, "headers": headers, "body": _LINE}
    wish = None
    with suppress(Refused):
        wish = next(iter(fields_of(event).get("lang", ())), None)
    return _page("unsent", wish, event, headers)


def _page(
    name: str, wish: str | None, event: Mapping[str, Any], headers: Mapping[str, str]
) -> dict[str, object]:
    from cartback import texts

    lang = of_page(wish, None, header(event, "accept-language"))
    return {
        "statusCode": 503,
        "headers": {**headers, **PAGE_HEADERS, **_AGAIN},
        "body": texts.page(name, lang, {}),
    }
