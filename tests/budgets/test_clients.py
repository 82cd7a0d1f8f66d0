"""What the SDK itself takes for a call: what nobody needs of it is switched off, and stays so."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from botocore.session import Session

from bench import warm
from bench.steps import stepping
from cartback.channels.ses import ONE_REQUEST
from cartback.store.clients import Clients

A_ROW = {"TableName": "Floor", "Item": {"pk": {"S": "1"}}}
A_MAIL = {"FromEmailAddress": "a@shop.example", "Content": {"Raw": {"Data": b"Subject: Hello"}}}


@pytest.fixture(autouse=True)
def cloud():
    with warm.furnished() as cloud:
        yield cloud


def _steps(call: Callable[[], object]) -> float:
    call()
    with stepping() as clock:
        call()
        return clock()


def test_a_write_takes_two_thirds_of_the_steps_of_a_plain_botocore_client():
    ours, plain = Clients().dynamodb, Session().create_client("dynamodb")
    assert 0 < _steps(lambda: ours.put_item(**A_ROW)) <= _steps(lambda: plain.put_item(**A_ROW)) * 2 / 3


def test_a_mail_takes_three_quarters_of_the_steps_of_a_plain_botocore_client():
    ours, plain = (Session().create_client("sesv2", config=config) for config in (ONE_REQUEST, None))
    assert 0 < _steps(lambda: ours.send_email(**A_MAIL)) <= _steps(lambda: plain.send_email(**A_MAIL)) * 0.75
