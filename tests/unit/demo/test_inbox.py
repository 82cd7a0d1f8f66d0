"""The shoppers' inbox: six shops write to it, and a reader sees which did."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from local.inbox import Inbox
from local.mail import Message

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Standing:
    """A clock that stands."""

    def now(self) -> datetime:
        return NOW


class Box:
    """A mailbox with one message of this sender."""

    def __init__(self, source: str) -> None:
        said = {
            "subject": "Noch da: Lampe",
            "headers": (),
            "text": "",
            "html": "<p>x</p>",
            "tags": {"touch": "reminder"},
        }
        self.messages = (Message("1", NOW, source, ("mia@example.com",), configuration_set=None, **said),)


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("Waldkante <hallo@cartback.example>", "Waldkante"),
        ("<b>Tinte</b> <hallo@x.example>", "&lt;b&gt;Tinte"),
        ("a@b.example", "a@b.example"),
    ],
)
def test_each_mail_of_the_list_says_which_shop_wrote_it(source, shown):
    page = Inbox(Box(source), Standing()).answer("/", "de").body.decode()
    assert f'<span class="chip">{shown}' in page
