"""Alerts by e-mail to the shop's own team, through SES: transactional, and without a shopper's data.

SES has no idempotency key and no way to look for a message: a doubtful one is shown on the desk and not repeated.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from cartback.domain.connectors import mailboxes
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
from cartback.domain.errors import Refused
from cartback.domain.shop.credentials import Needs

if TYPE_CHECKING:
    from cartback.domain.connectors.connection import Connection
    from cartback.ports import Ways

NEEDS = Needs(ways=({},), optional={})
OPTIONS = mailboxes.options(20, "team")
RATE = Rate(1, timedelta(seconds=1), burst=10)
TAKES_FACTS, BRINGS_DESK, GONE_ENDS_IT = False, True, False
BY_HAND = ("The sender must be verified in SES and among the stack's senders.",)


class Connector:
    """One team."""

    def __init__(self, connection: Connection, access: Mapping[str, str], ways: Ways) -> None:
        self.people = tuple(connection.options["to"].split(","))
        self._sender = connection.options["sender"]
        self._shop, self._ways = connection.shop, ways

    def check(self) -> str:
        """Say who would be written to. Nothing is sent: a person would read it."""
        mailboxes.check(self.people)
        return f"writes to {len(self.people)} of the team from {self._sender}"

    @action(CREATE, title=TEAM_TITLE, text=optional(TEAM_TEXT), link=optional(LINK))
    def send(self, wanted: Wanted) -> Done:
        """Write to the whole team."""
        return self._sent(wanted, self.people)

    @action(CREATE, title=TEAM_TITLE, text=optional(TEAM_TEXT), link=optional(LINK), person=NAME, entry=NAME)
    def ask_person(self, wanted: Wanted) -> Done:
        """Write to one of the team what waits for them, with a link of their own."""
        if wanted.fields["person"] not in self.people:
            raise Refused("person: is not one of the team")
        return self._sent(wanted, (wanted.fields["person"],))

    def _sent(self, wanted: Wanted, to: tuple[str, ...]) -> Done:
        parts = (wanted.fields.get("text", ""), wanted.fields.get("link", ""))
        text = "\n\n".join(part for part in parts if part) or wanted.fields["title"]
        tag = wanted.key.rpartition(":")[2]
        subject = f"[{self._shop}] {wanted.fields['title']}"
        return Done(self._ways.mail.send(self._sender, to, subject, f"{text}\n", tag))
