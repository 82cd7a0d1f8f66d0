"""The kinds of values that settings are made of, each strict enough to end up in a header, a link or a page."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, StringConstraints

from cartback.domain.people import address
from cartback.domain.shop.hosts import host_of
from cartback.domain.shop.weblink import in_ascii, is_local, web_link
from cartback.domain.spans import span_of, span_words


def _web(text: str) -> str:
    link = in_ascii(text)
    if web_link(link, local=True) is None or "#" in link:
        raise ValueError
    return link


def _host(text: str) -> str:
    host = None if re.search("[:/@?#]", text) else host_of(text)
    if host is None or not ("." in host or is_local(f"http://{host}")):
        raise ValueError
    return host


def _source(text: str) -> str:
    return text if re.fullmatch(r"[A-Za-z0-9_-]{1,64}", text, re.ASCII) else _host(text)


def _mail(text: str) -> str:
    normal = address.email(text)
    if normal is None:
        raise ValueError
    return normal


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError from None
    return text


def _line(text: str) -> str:
    if not text.isprintable():
        raise ValueError
    return text


def _sign(text: str) -> str:
    if re.fullmatch(r"MG[0-9a-f]{32}|pool-[0-9a-f]{32}", text, re.ASCII):
        return text
    if not re.fullmatch(r"\+[1-9][0-9]{6,14}|[A-Za-z0-9 ]{0,10}[A-Za-z][A-Za-z0-9 ]{0,10}", text, re.ASCII):
        raise ValueError
    if not text.startswith("+") and (len(text) > 11 or text != text.strip()):
        raise ValueError
    return text


def one_of(*words: str) -> AfterValidator:
    """One of these words, spelled exactly so."""

    def check(text: str) -> str:
        if text not in words:
            raise ValueError
        return text

    return AfterValidator(check)


Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{1,39}$")]
Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Text = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120), AfterValidator(_line)
]
Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]
WallTime = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Url = Annotated[str, StringConstraints(max_length=500), AfterValidator(_web)]
Host = Annotated[str, AfterValidator(_host)]
Source = Annotated[str, AfterValidator(_source)]
Mail = Annotated[str, AfterValidator(_mail)]
Sign = Annotated[str, AfterValidator(_sign)]
Zone = Annotated[str, AfterValidator(_zone)]
Span = Annotated[timedelta, BeforeValidator(span_of), PlainSerializer(span_words, return_type=str)]

URL_WORDS = "an https:// address (http:// only on this machine) without user name and fragment"
SIGN_WORDS = (
    "a number such as +4930123456, a name of up to 11 letters, digits and spaces, "
    "or a pool of numbers (MG…, pool-…)"
)
SPAN_WORDS = "minutes, or a text such as 45m, 1h or 3d"
