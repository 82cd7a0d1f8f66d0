"""Every call of these rooms is compared with AWS's own description, although the house's clients skip that."""

from __future__ import annotations

import pytest
from botocore.exceptions import ParamValidationError

from cartback.store.clients import Clients
from tests.contracts.stack import CREDENTIALS, MotoClients, Stack

NONSENSE = {"TableName": "Carts", "Key": {"pk": "no attribute value"}}


def test_a_call_that_aws_does_not_know_is_refused_before_it_is_made(stack: Stack):
    with pytest.raises(ParamValidationError):
        stack.clients.dynamodb.get_item(**NONSENSE)


def test_the_clients_of_production_skip_the_comparing_and_those_of_tests_do_not(monkeypatch):
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    for clients in (Clients(), Clients.brief(), MotoClients()):
        assert clients._config.parameter_validation is False
        with pytest.raises(ParamValidationError):
            clients.dynamodb.get_item(**NONSENSE)
