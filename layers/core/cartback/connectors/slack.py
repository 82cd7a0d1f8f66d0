"""Slack: messages with buttons, by a bot's token (``chat:write``; ``channels:history`` to find a doubtful message).

Slack has no idempotency key. Each message carries our key in its metadata, by which a doubtful one is looked for in the
channel's history. HTTP 200 with ``ok: false`` is the error. A button carries an entry's name and nothing else; who
pressed it is judged by the door that hears of it (``people``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from cartback.domain.connectors.actions import (
    CREATE,
    LINK,
    NAME,
    TEAM_TEXT,
    TEAM_TITLE,
    Done,
    Wanted,
    action,
    optional,
)
from cartback.domain.connectors.limits import Rate
from cartback.domain.errors import Doubtful, Refused, TryLater
from cartback.domain.shop.calls import Call, Key, Reply, document, get
from cartback.domain.shop.credentials import PLACE, SECRET, Needs

if TYPE_CHECKING:
    from cartback.domain.connectors.connection import Connection
    from cartback.ports import Ways

API = "https://slack.com/api"
_CHANNEL = (re.compile(r"[CGD][A-Z0-9]{2,30}"), "a channel's id such as C0123456789")
_PEOPLE = (
    re.compile(r"[UW][A-Z0-9]{2,30}=[!-+\--<>-~]{1,100}(,[UW][A-Z0-9]{2,30}=[!-+\--<>-~]{1,100}){0,99}"),
    "Slack's ids of people and their names here, such as U0123=anna,U0456=ben",
)
_TOKEN = (re.compile(r"xox[a-z]-[A-Za-z0-9-]{10,250}"), "a bot token such as xoxb-…")
NEEDS = Needs(ways=({"token": _TOKEN},), optional={"signing_secret": SECRET, "url": PLACE})
OPTIONS = Needs(ways=({"channel": _CHANNEL},), optional={"people": _PEOPLE})
RATE = Rate(1, timedelta(seconds=1), burst=2)
TAKES_FACTS, BRINGS_DESK, GONE_ENDS_IT = False, True, False
BY_HAND = (
    "Give the bot the scopes chat:write and channels:history, and invite it to the channel.",
    "For buttons: set the app's interactivity address, and say the signing secret and people.",
)

_NO_ACCESS = frozenset(
    "invalid_auth not_authed token_revoked token_expired account_inactive no_permission missing_scope".split()
)
_NOBODY_KNOWS = frozenset(
    "internal_error fatal_error service_unavailable request_timeout accesslimited".split()
)
_BUSY = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
_LOOKS_BACK = 200


def people_of(options: Mapping[str, str]) -> dict[str, str]:
    """Slack's ids of the people who may press buttons, and who they are here."""
    pairs = (pair.partition("=") for pair in options.get("people", "").split(",") if pair)
    return {theirs: ours for theirs, _, ours in pairs}


class Connector:
    """One workspace."""

    people: tuple[str, ...] = ()

    def __init__(self, connection: Connection, access: Mapping[str, str], ways: Ways) -> None:
        self._base = access.get("url", API).rstrip("/")
        self._access = Key("authorization", f"Bearer {access['token']}")
        self._channel = connection.options["channel"]
        self._ways = ways

    def check(self) -> str:
        """Ask Slack whose token it is (``auth.test``)."""
        said = _answered(self._send("POST", "auth.test", {}, idempotent=True), creating=False)
        return f"{said.get('user', '?')} of {said.get('team', '?')}"

    @action(CREATE, found_by="find", title=TEAM_TITLE, text=optional(TEAM_TEXT), link=optional(LINK))
    def post_message(self, wanted: Wanted) -> Done:
        """Post a message to the channel."""
        return self._post(wanted, [])

    @action(CREATE, found_by="find", title=TEAM_TITLE, text=optional(TEAM_TEXT), entry=NAME, words=NAME)
    def ask_person(self, wanted: Wanted) -> Done:
        """Post what waits for a person, with a button for each answer."""
        words = wanted.fields["words"].split(":")
        buttons = [
            {
                "type": "button",
                "action_id": f"cartback.{word}",
                "text": {"type": "plain_text", "text": word.replace("_", " ").capitalize()[:75]},
                "value": wanted.fields["entry"],
            }
            for word in words[:5]
        ]
        return self._post(wanted, [{"type": "actions", "block_id": "cartback", "elements": buttons}])

    def find(self, wanted: Wanted) -> Done | None:
        """Look for the message of this key in the channel's latest ones."""
        query = {"channel": self._channel, "limit": _LOOKS_BACK, "include_all_metadata": "true"}
        reply = self._send("GET", get("conversations.history", query), None, idempotent=True)
        said = _answered(reply, creating=False)
        for message in said.get("messages") or []:
            told = message.get("metadata") if isinstance(message, dict) else None
            payload = told.get("event_payload") if isinstance(told, dict) else None
            if isinstance(payload, dict) and payload.get("key") == wanted.key:
                return Done(str(message.get("ts")))
        return None

    def _post(self, wanted: Wanted, more: list[dict[str, Any]]) -> Done:
        title, text = _escaped(wanted.fields["title"]), _escaped(wanted.fields.get("text", ""))
        link = wanted.fields.get("link")
        shown = f"*{title}*" + (f"\n{text}" if text else "") + (f"\n<{link}>" if link else "")
        said = {
            "channel": self._channel,
            "text": title,
            "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": shown[:3000]}}, *more],
            "metadata": {"event_type": "cartback_effect", "event_payload": {"key": wanted.key}},
            "unfurl_links": False,
        }
        made = _answered(self._send("POST", "chat.postMessage", said, idempotent=False), creating=True)
        if not isinstance(made.get("ts"), str):
            raise Doubtful("slack: took the message and gave no name for it")
        return Done(made["ts"], {"channel": str(made.get("channel", ""))})

    def _send(self, method: str, path: str, said: dict[str, Any] | None, *, idempotent: bool) -> Reply:
        headers = {"content-type": "application/json; charset=utf-8"} if said is not None else {}
        body = document(said) if said is not None else b""
        call = Call(method, f"{self._base}/{path}", self._access, headers, body, idempotent=idempotent)
        return self._ways.http.send(call)


def _answered(reply: Reply, *, creating: bool) -> dict[str, Any]:
    """What Slack said, if it said yes. Raises what its word for the error means."""
    try:
        said = reply.read().value
    except Refused:
        said = None
    if not isinstance(said, dict):
        raise (
            Doubtful("slack: answers with what is no document")
            if creating
            else TryLater("slack: no document")
        )
    if said.get("ok") is True:
        return said
    word = said.get("error") if isinstance(said.get("error"), str) else "no reason given"
    reason = f"slack: {str(word)[:80]}"
    if word in _NO_ACCESS:
        raise Refused(reason, 401)
    if word in _BUSY:
        raise TryLater(reason, 30)
    if word in _NOBODY_KNOWS or word == "no reason given":
        raise Doubtful(reason) if creating else TryLater(reason)
    raise Refused(reason)


def _escaped(text: str) -> str:
    """The text with the three characters replaced that Slack reads as markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
