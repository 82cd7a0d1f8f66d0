"""What the local cloud corrects in the emulator."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from ministack.services import eventbridge, sns, sqs

from local.emulator import correct_queues


class Watched(list):
    """Messages that are looked through; ``meanwhile`` happens in the middle of it."""

    def __init__(self, messages: list, meanwhile) -> None:
        super().__init__(messages)
        self._meanwhile = meanwhile

    def __iter__(self) -> Iterator:
        yield from list(super().__iter__())
        self._meanwhile()


@pytest.fixture
def url(monkeypatch: pytest.MonkeyPatch) -> str:
    """A queue of the corrected emulator."""
    monkeypatch.setattr(sqs, "_HANDLERS", dict(sqs._HANDLERS))
    for module, name in ((sns, "_deliver_to_sqs"), (eventbridge, "_dispatch_to_sqs")):
        monkeypatch.setattr(module, name, getattr(module, name))
    correct_queues()
    return sqs._HANDLERS["CreateQueue"]({"QueueName": "intake"}, "")["QueueUrl"]


def test_what_is_sent_while_a_queue_is_cleared_away_is_not_lost(url: str):
    def send(body: str) -> None:
        sqs._HANDLERS["SendMessage"]({"QueueUrl": url, "MessageBody": body}, url)

    senders = []

    def one_more() -> None:
        senders.append(threading.Thread(target=send, args=("second",)))
        senders[0].start()
        senders[0].join(0.2)  # where it has to wait for its turn, the clearing goes on first

    send("first")
    queue = sqs._get_q(url)
    (first,) = sqs._receive_messages_for_esm(url, 10)
    queue["messages"] = Watched(queue["messages"], one_more)
    sqs._delete_messages_for_esm(url, {first["receipt_handle"]})
    senders[0].join()
    assert [each["body"] for each in queue["messages"]] == ["second"]
