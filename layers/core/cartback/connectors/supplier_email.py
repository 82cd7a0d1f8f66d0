"""Orders to a supplier by e-mail through SES, with the order as a CSV file. Each has to be approved by a person.

One connection is one supplier. SES has no idempotency key and no way to look for a message: a doubtful order is shown
on the desk and not repeated.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from cartback.domain.connectors import mailboxes
from cartback.domain.connectors.actions import (
    BODY,
    CREATE,
    TEAM_TEXT,
    TEAM_TITLE,
    Done,
    Field,
    Wanted,
    action,
)
from cartback.domain.connectors.limits import Rate
from cartback.domain.shop.credentials import Needs

if TYPE_CHECKING:
    from cartback.domain.connectors.connection import Connection
    from cartback.ports import Ways

NEEDS = Needs(ways=({},), optional={})
OPTIONS = mailboxes.options(5, "supplier")
RATE = Rate(1, timedelta(seconds=1), burst=5)
TAKES_FACTS, BRINGS_DESK, GONE_ENDS_IT = False, False, False
BY_HAND = (
    "The sender must be verified in SES and among the stack's senders.",
    "Tell the supplier from which address orders come, and that the file is the order.",
)
_FILE = Field(re.compile(r"[A-Za-z0-9_-]{1,60}\.csv"), "a file's name that ends in .csv")


class Connector:
    """One supplier."""

    people: tuple[str, ...] = ()

    def __init__(self, connection: Connection, access: Mapping[str, str], ways: Ways) -> None:
        self._to = tuple(connection.options["to"].split(","))
        self._sender = connection.options["sender"]
        self._ways = ways

    def check(self) -> str:
        """Say who would be written to. Nothing is sent: it would be an order."""
        mailboxes.check(self._to)
        return f"orders from {', '.join(self._to)}, as {self._sender}"

    @action(CREATE, approval=True, title=TEAM_TITLE, text=TEAM_TEXT, document=BODY, file_name=_FILE)
    def send_order(self, wanted: Wanted) -> Done:
        """Send an order to the supplier."""
        fields, tag = wanted.fields, wanted.key.rpartition(":")[2]
        enclosed = (fields["file_name"], fields["document"].replace("\n", "\r\n"))
        return Done(
            self._ways.mail.send(
                self._sender, self._to, fields["title"], f"{fields['text']}\n", tag, enclosed
            )
        )
