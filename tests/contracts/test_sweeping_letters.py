"""A sweep through dead letters, of which there may be more than one call looks at."""

from __future__ import annotations

import pytest

from cartback.store.people import sweeping
from cartback.store.people.sweeping import DeadLetterSweep
from tests.contracts.conftest import GENEROUS
from tests.contracts.stack import Stack

LETTERS = 45


@pytest.fixture
def queue(stack: Stack, monkeypatch) -> str:
    monkeypatch.setattr(sweeping, "_MOST_LETTERS", 20)
    url = stack.with_services().refs["IntakeDlq"]
    for number in range(LETTERS):
        stack.own.sqs.send_message(QueueUrl=url, MessageBody=f"letter {number:02d}")
    return url


def test_every_letter_is_looked_at_once_however_many_there_are(stack, queue, aws):
    looked_at: list[str] = []

    def unwanted(delivery, body: str) -> bool:
        looked_at.append(body)
        return body.endswith("7")

    sweep = DeadLetterSweep(stack.clients, queue)
    rounds = 1
    while sweep.sweep(unwanted):
        rounds += 1
        assert rounds < 10
    assert set(looked_at) == {f"letter {number:02d}" for number in range(LETTERS)}
    if aws == GENEROUS:  # whoever was interrupted gives back what it held, and looks at it once more
        assert (len(looked_at), rounds) == (LETTERS, 3)
    count = stack.own.sqs.get_queue_attributes(
        QueueUrl=queue,
        AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
    )["Attributes"]
    assert sum(map(int, count.values())) == LETTERS - 4


def test_few_letters_are_back_at_once(stack, queue, monkeypatch):
    monkeypatch.setattr(sweeping, "_MOST_LETTERS", 100)
    assert DeadLetterSweep(stack.clients, queue).sweep(lambda delivery, body: False) is False
    assert len(stack.messages("IntakeDlq")) > 0


def test_a_sweep_that_breaks_gives_back_what_it_holds(stack, queue):
    def broken(delivery, body: str) -> bool:
        raise RuntimeError("a bug")

    with pytest.raises(RuntimeError):
        DeadLetterSweep(stack.clients, queue).sweep(broken)
    hidden = stack.own.sqs.get_queue_attributes(
        QueueUrl=queue, AttributeNames=["ApproximateNumberOfMessagesNotVisible"]
    )["Attributes"]
    assert int(hidden["ApproximateNumberOfMessagesNotVisible"]) <= 10
