"""Visits that no person made: the signs of a program that follows a link. Only the doors of links look for them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

SOONEST = timedelta(seconds=10)
MOST_IN_A_SECOND = 3

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
