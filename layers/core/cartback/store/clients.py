"""The AWS clients: made on first use, once per process.

They come straight from botocore: ``import boto3`` adds its resources and S3 transfers, 60 ms of a cold start that
nobody here uses. The clients are the same.
"""

from __future__ import annotations

from functools import cache, cached_property
from typing import Any, Self

from botocore.config import Config
from botocore.session import Session

_PATIENCE = Config(
    connect_timeout=2,
    read_timeout=10,
    retries={"total_max_attempts": 4, "mode": "standard"},
    max_pool_connections=4,
    parameter_validation=False,
    user_agent="Cartback",
)
"""What botocore would validate, AWS validates again: a fifth of the CPU of every call. Its description of itself is put
together anew, twice, for each request, and is another quarter (docs/performance.md).
"""


@cache
def session() -> Session:
    """One for all clients, those of the channels too: they share its credentials and what it has read about AWS."""
    return Session()


class Clients:
    """One lazy client per service.

    Everything that goes through these may be repeated by botocore: conditions, versions and client tokens make the
    repetition harmless. Sending mail may not be repeated, and so has its own client in its channel.
    """

    def __init__(self, config: Config = _PATIENCE) -> None:
        self._config = config

    @classmethod
    def brief(cls) -> Self:
        """For doors before which a person waits, who is rather told to come again than left without an answer.

        Nine seconds at worst, three requests and two pauses: before Lambda ends the function at fifteen.
        """
        retries: Any = {"total_max_attempts": 3, "mode": "standard"}
        return cls(_PATIENCE.merge(Config(read_timeout=2, retries=retries)))

    @classmethod
    def hasty(cls) -> Self:
        """For doors before which a sender waits for five seconds, Shopify or Shopware.

        Four seconds at worst, two requests and a pause: what is put twice is applied once.
        """
        retries: Any = {"total_max_attempts": 2, "mode": "standard"}
        return cls(_PATIENCE.merge(Config(connect_timeout=1.5, read_timeout=1.5, retries=retries)))

    def _make(self, service: str) -> Any:
        return session().create_client(service, config=self._config)

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
    def sesv2(self) -> Any:
        """SES, to look after identities; mail is sent by a channel, with a client of its own."""
        return self._make("sesv2")

    @cached_property
    def secretsmanager(self) -> Any:
        """Secrets Manager."""
        return self._make("secretsmanager")
