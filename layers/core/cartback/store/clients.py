"""The AWS clients: made on first use, once per process."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import boto3
from botocore.config import Config

_PATIENCE = Config(
    connect_timeout=2,
    read_timeout=10,
    retries={"total_max_attempts": 4, "mode": "standard"},
    max_pool_connections=4,
)


class Clients:
    """One lazy client per service.

    Everything that goes through these may be repeated by botocore: conditions, versions and client tokens make the
    repetition harmless. Sending mail may not be repeated, and so has its own client in its channel.
    """

    def __init__(self, config: Config = _PATIENCE) -> None:
        self._config = config

    def _make(self, service: str) -> Any:
        return boto3.client(service, config=self._config)

    @cached_property
    def dynamodb(self) -> Any:
        """DynamoDB."""
        return self._make("dynamodb")

    @cached_property
    def sqs(self) -> Any:
        """SQS."""
        return self._make("sqs")

    @cached_property
    def events(self) -> Any:
        """EventBridge."""
        return self._make("events")

    @cached_property
    def stepfunctions(self) -> Any:
        """Step Functions."""
        return self._make("stepfunctions")

    @cached_property
    def s3(self) -> Any:
        """S3."""
        return self._make("s3")

    @cached_property
    def secretsmanager(self) -> Any:
        """Secrets Manager."""
        return self._make("secretsmanager")
