"""Dead letters: listed with their reason, shown without people, sent where they belong."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
from typer.testing import Result

from cli.stack import Stack

Cartback = Callable[..., Result]
ADDRESS = "erika@kundin.example"


def _park(stack: Stack, key: str, reason: str | None) -> str:
    envelope = {
        "cartback": 1,
        "shop": "lamp-shop",
        "topic": "carts/update",
        "key": key,
        "body": f'"{ADDRESS}"',
    }
    said = {"reason": {"DataType": "String", "StringValue": reason}} if reason else {}
    url = stack["IntakeDlqUrl"]
    sent = stack.clients.sqs.send_message(
        QueueUrl=url, MessageBody=json.dumps(envelope), MessageAttributes=said
    )
    return sent["MessageId"]


def _queued(stack: Stack) -> list[dict]:
    received = stack.clients.sqs.receive_message(QueueUrl=stack["IntakeQueueUrl"], MaxNumberOfMessages=10)
    return [json.loads(message["Body"]) for message in received.get("Messages", [])]


def test_dead_letters_are_listed_with_their_reason_and_without_people(
    cartback: Cartback, stack: Stack
) -> None:
    _park(stack, "e1", f"line_items[0]: must not be {ADDRESS}")
    _park(stack, "e2", None)
    for _ in range(2):
        listed = json.loads(cartback("dlq", "list", "--json").stdout)
        assert sorted((each["key"], each["reason"]) for each in listed) == [
            ("e1", "line_items[0]: must not be …@…"),
            ("e2", "failed every time it was tried"),
        ]
    assert "carts/update" in cartback("dlq", "list", "--queue", "intake").stdout
    assert cartback("dlq", "list", "--queue", "flows").stdout.strip() == "Nothing waits."


def test_the_body_of_a_dead_letter_is_shown_only_on_request(cartback: Cartback, stack: Stack) -> None:
    message = _park(stack, "e1", "strange")
    assert ADDRESS not in cartback("dlq", "show", message[:8]).stdout
    assert ADDRESS in cartback("dlq", "show", message, "--person").stdout


def test_what_a_stranger_wrote_commands_no_terminal(cartback: Cartback, stack: Stack) -> None:
    """JSON takes the eight-bit control characters as they are: CSI clears the screen, OSC names the window."""
    said = {"bounce": {"diagnosticCode": "550 \x9b2J\x9d0;owned\x9c\x7f"}}  # a mail server's own words
    body = json.dumps(said, ensure_ascii=False)
    message = stack.clients.sqs.send_message(QueueUrl=stack["IntakeDlqUrl"], MessageBody=body)["MessageId"]
    shown = cartback("dlq", "show", message, "--person").stdout
    told = cartback("dlq", "show", message, "--person", "--json").stdout
    assert "\\u009b2J\\u009d0;owned" in shown
    assert not {"\x7f", "\x9b", "\x9c", "\x9d"} & set(shown + told)
    assert json.loads(told)["body"] == body


def test_one_dead_letter_goes_back_to_the_intake_and_the_others_stay(
    cartback: Cartback, stack: Stack
) -> None:
    first = _park(stack, "e1", "strange")
    _park(stack, "e2", "stranger")
    done = cartback("dlq", "redrive", first, "--json")
    assert json.loads(done.stdout) == {"sent_again": [first], "refused": []}
    assert [envelope["key"] for envelope in _queued(stack)] == ["e1"]
    assert [each["key"] for each in json.loads(cartback("dlq", "list", "--json").stdout)] == ["e2"]


def test_all_dead_letters_go_back_at_once_however_many(cartback: Cartback, stack: Stack) -> None:
    for number in range(23):
        _park(stack, f"e{number}", "strange")
    assert "23 sent again." in cartback("dlq", "redrive", "--all").stdout
    assert cartback("dlq", "list").stdout.strip() == "Nothing waits."


EVENT = {
    "source": "cartback",
    "detail-type": "cart.opened",
    "detail": {"fact": "cart.opened", "shop": "lamp-shop"},
}


@pytest.mark.parametrize("body", [EVENT, {"requestContext": {}, "requestPayload": EVENT}])
def test_a_fact_that_missed_its_flow_is_told_again_on_the_bus(
    cartback: Cartback, stack: Stack, body: dict
) -> None:
    for heard in _listening(stack):
        stack.clients.sqs.send_message(QueueUrl=stack["FlowsDlqUrl"], MessageBody=json.dumps(body))
        assert json.loads(cartback("dlq", "list", "--json").stdout)[0]["topic"] == "cart.opened"
        assert "1 sent again." in cartback("dlq", "redrive", "--all", "--queue", "flows").stdout
        messages = stack.clients.sqs.receive_message(QueueUrl=heard)["Messages"]
        assert json.loads(messages[0]["Body"])["detail"] == EVENT["detail"]


def _listening(stack: Stack) -> Iterator[str]:
    """A queue that hears what is told on the bus."""
    url = stack.clients.sqs.create_queue(QueueName="heard")["QueueUrl"]
    arn = stack.clients.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"][
        "QueueArn"
    ]
    stack.clients.events.put_rule(
        Name="all", EventBusName="cartback", EventPattern='{"source": ["cartback"]}'
    )
    stack.clients.events.put_targets(Rule="all", EventBusName="cartback", Targets=[{"Id": "q", "Arn": arn}])
    yield url


def test_what_is_no_fact_stays_and_does_not_hold_up_the_others(cartback: Cartback, stack: Stack) -> None:
    for body in ("no event", json.dumps(EVENT)):
        stack.clients.sqs.send_message(QueueUrl=stack["FlowsDlqUrl"], MessageBody=body)
    done = cartback("dlq", "redrive", "--all")
    assert done.exit_code == 1
    assert "1 sent again." in done.stdout
    assert "is no fact that could be told again" in done.stderr
    assert len(json.loads(cartback("dlq", "list", "--json").stdout)) == 1


@pytest.mark.parametrize(
    "line", [["dlq", "redrive"], ["dlq", "redrive", "x", "--all"], ["dlq", "list", "--queue", "x"]]
)
def test_a_line_that_does_not_say_enough_is_wrong_usage(cartback: Cartback, line: list[str]) -> None:
    assert cartback(*line).exit_code == 2
