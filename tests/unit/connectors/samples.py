"""A connection, its access and good values for every action of every connector of the folder.

A new file of ``connectors/`` needs an entry here: the contract is tried with it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.unit.web.server import Asked, Says

SECRET = "whsec_" + "c2VjcmV0" * 5


@dataclass(frozen=True)
class Sample:
    """``access`` gets the stand-in's address; ``answers`` says what the vendor says if all is well.

    ``said_no`` is how it refuses in a way of its own (status, body) with the error it must become; ``found`` is what it
    answers to a look for the key. ``by_mail`` marks what leaves through SES instead of HTTP.
    """

    options: dict[str, str]
    access: Callable[[str], dict[str, str]]
    fields: dict[str, dict[str, str]]
    answers: Callable[[Asked], Says]
    said_no: dict[str, tuple[Says, str]] = field(default_factory=dict)
    found: Callable[[str], Says] | None = None
    by_mail: bool = False


def _slack_history(key: str) -> Says:
    return Says(
        body={
            "ok": True,
            "messages": [
                {"ts": "1.0", "metadata": {"event_payload": {"key": "cartback:other:1"}}},
                {"ts": "2.0"},
                {"ts": "3.0", "metadata": {"event_payload": {"key": key}}},
            ],
        }
    )


def _slack(word: str) -> Says:
    return Says(body={"ok": False, "error": word})


_TITLE: dict[str, Any] = {"title": "Coffee runs out", "text": "Six bags are left & <none> is ordered."}
SAMPLES: dict[str, Sample] = {
    "standard_webhooks": Sample(
        options={},
        access=lambda url: {"url": f"{url}/hooks/1?key=a", "secret": SECRET},
        fields={"tell": {"id": "f1", "fact": "order.paid", "body": '{"type":"order.paid"}'}},
        answers=lambda asked: Says(204),
    ),
    "slack": Sample(
        options={"channel": "C0123456789", "people": "U0123=anna,U0456=ben"},
        access=lambda url: {"token": "xoxb-1234567890-abc", "signing_secret": "0123456789abcdef", "url": url},
        fields={
            "post_message": {**_TITLE, "link": "https://shop.example/products/1"},
            "ask_person": {**_TITLE, "entry": "0123456789abcdef", "words": "approved:rejected"},
        },
        answers=lambda asked: Says(body={"ok": True, "ts": "1700000000.000100", "channel": "C0123456789"}),
        said_no={
            "revoked": (_slack("token_revoked"), "401"),
            "no channel": (_slack("channel_not_found"), "refused"),
            "busy": (_slack("ratelimited"), "later"),
            "broken": (_slack("internal_error"), "doubtful"),
            "no word": (Says(body={"ok": False}), "doubtful"),
            "no document": (Says(body=b"<html>"), "doubtful"),
            "no name": (Says(body={"ok": True}), "doubtful"),
        },
        found=_slack_history,
    ),
    "supplier_email": Sample(
        options={"to": "orders@roaster.example", "sender": "purchasing@shop.example"},
        access=lambda url: {},
        fields={
            "send_order": {
                "title": "Order PO-1A2B3C4D",
                "text": "Please send us what the file says.",
                "document": "article,quantity\nKAF-250,40\n",
                "file_name": "PO-1A2B3C4D.csv",
            }
        },
        answers=lambda asked: Says(),
        by_mail=True,
    ),
    "alert_email": Sample(
        options={"to": "anna@shop.example,ben@shop.example", "sender": "alerts@shop.example"},
        access=lambda url: {},
        fields={
            "send": {**_TITLE, "link": "https://shop.example/products/1"},
            "ask_person": {**_TITLE, "person": "ben@shop.example", "entry": "0123456789abcdef"},
        },
        answers=lambda asked: Says(),
        by_mail=True,
    ),
}
