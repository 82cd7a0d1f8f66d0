"""The shoppers' inbox: every mail of the local cloud, as a phone and as a desktop show it."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from local.clock import Watch
from local.mail import Message
from local.proxy import Answer, Handler, Server, serving

PAGE = 100
LANGUAGES = ("de", "en")
_WORDS = json.loads(Path(__file__).with_name("inbox_words.json").read_text())
_MONTHS = {
    "de": "Jan. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez.".split(),
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(),
}


class Mailbox(Protocol):
    """Whoever has the messages, oldest first: `local.mail_provider.MailProvider`."""

    @property
    def messages(self) -> tuple[Message, ...]:
        """Every message so far."""


def language(query: dict[str, list[str]], accept: str) -> str:
    """Return ``de`` or ``en``: what the address asks for, else what the browser likes best, else English."""
    if (asked := query.get("lang", [""])[0]) in LANGUAGES:
        return asked
    liked = []
    for part in accept.lower().split(","):
        tag, _, weight = part.strip().partition(";q=")
        if (short := tag.split("-")[0]) in LANGUAGES:
            liked.append((float(weight or 1), short))
    return max(liked, key=lambda each: each[0], default=(1.0, "en"))[1]


def moment(at: datetime, lang: str, *, short: bool = False) -> str:
    """Write a virtual moment for people, in UTC because the shoppers live in many places; ``short`` leaves that out."""
    month = _MONTHS[lang][at.month - 1]
    day = f"{at.day}. {month}" if lang == "de" else f"{at.day} {month}"
    if short:
        return f"{day}, {at:%H:%M}"
    return f"{day} {at.year}, {at:%H:%M} UTC"


def as_json(number: int, message: Message) -> dict[str, Any]:
    """Return a message as /messages.json tells it."""
    return asdict(message) | {"number": number, "sent_at": message.sent_at.isoformat()}


class Inbox:
    """The pages, made of the mailbox's messages as they are at the time of asking."""

    def __init__(self, mailbox: Mailbox, clock: Watch) -> None:
        self._mailbox = mailbox
        self._clock = clock
        self._pages = Environment(
            loader=FileSystemLoader(Path(__file__).parent),
            autoescape=select_autoescape(default=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def answer(self, target: str, accept_language: str) -> Answer:
        """Return the page, JSON or virtual time at a request's target; 404 for what does not exist."""
        url = urlsplit(target)
        query = parse_qs(url.query)
        messages = self._mailbox.messages
        lang = language(query, accept_language)
        if url.path == "/":
            return self._list(messages, lang, _number(query, "before", len(messages) + 1))
        if url.path == "/now":
            now = f"{self._clock.now():%Y-%m-%dT%H:%M:%SZ}"
            return Answer(200, [("Content-Type", "text/plain")], now.encode())
        if url.path == "/messages.json":
            after = _number(query, "after", 0)
            found = [as_json(number, each) for number, each in enumerate(messages, 1) if number > after]
            return Answer(200, [("Content-Type", "application/json")], json.dumps(found).encode())
        room, _, number = url.path.lstrip("/").partition("/")
        if room == "messages" and number.isdecimal() and 1 <= int(number) <= len(messages):
            return self._message(messages, lang, int(number))
        return Answer(404, [("Content-Type", "text/plain")], b"Not found\n")

    def _list(self, messages: tuple[Message, ...], lang: str, before: int) -> Answer:
        upto = max(0, min(before - 1, len(messages)))
        since = max(0, upto - PAGE)
        rows = [(number, messages[number - 1]) for number in range(upto, since, -1)]
        return self._page(
            lang,
            title=_WORDS[lang]["title"],
            message=None,
            rows=rows,
            total=len(messages),
            newest=upto == len(messages),
            older=since + 1 if since else None,
        )

    def _message(self, messages: tuple[Message, ...], lang: str, number: int) -> Answer:
        message = messages[number - 1]
        neighbours = {
            "newer": number + 1 if number < len(messages) else None,
            "older": number - 1 if number > 1 else None,
        }
        return self._page(lang, title=message.subject, message=message, number=number, **neighbours)

    def _page(self, lang: str, **values: Any) -> Answer:
        nonce = secrets.token_urlsafe(12)
        # Mails bring their own styles and pictures; scripts of theirs stay out twice over, here and by the sandbox.
        policy = (
            f"default-src 'none'; style-src 'unsafe-inline'; script-src 'nonce-{nonce}'; connect-src 'self'; "
            "img-src 'self' data: http://127.0.0.1:* http://localhost:*; base-uri 'self'; form-action 'none'"
        )
        html = self._pages.get_template("inbox.html").render(
            lang=lang,
            words=_WORDS[lang],
            now=moment(self._clock.now(), lang),
            moment=partial(moment, lang=lang),
            nonce=nonce,
            **values,
        )
        headers = [("Content-Type", "text/html; charset=utf-8"), ("Content-Security-Policy", policy)]
        return Answer(HTTPStatus.OK, [*headers, ("Vary", "Accept-Language")], html.encode())


def _number(query: dict[str, list[str]], name: str, otherwise: int) -> int:
    text = query.get(name, [""])[0]
    return int(text) if text.isdecimal() else otherwise


@contextmanager
def running(mailbox: Mailbox, clock: Watch, port: int = 0) -> Iterator[str]:
    """Serve the inbox until the block ends; give its URL."""
    inbox = Inbox(mailbox, clock)

    class Pages(Handler):
        def respond(self) -> None:
            self.body()
            self.tell(inbox.answer(self.path, self.headers.get("Accept-Language", "")))

    with serving(Server(Pages, port)) as server:
        yield server.url
