"""How AWS is asked once and never again: what boto3 shall not repeat, and what its errors say of a request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from botocore import exceptions as aws
from botocore.config import Config
from botocore.parsers import ResponseParserError

from cartback.ports import Doubtful, NotSent, Sent

ONE_REQUEST = Config(
    retries={"total_max_attempts": 1, "mode": "standard"},
    connect_timeout=3,
    read_timeout=10,
    user_agent="Cartback",
)
"""One attempt. Waiting ten seconds for the answer is cheaper than a doubt."""

# Raised before a byte of the request has left: no address, no connection, no credentials.
NEVER_LEFT = (
    aws.ConnectTimeoutError,
    aws.EndpointConnectionError,
    aws.ProxyConnectionError,
    aws.NoCredentialsError,
    aws.CredentialRetrievalError,
)
# The connection broke, or the answer makes no sense: the message may be on its way.
NOBODY_KNOWS = (aws.HTTPClientError, aws.ConnectionError, ResponseParserError)


def asked_once(
    client: Any,
    ask: Callable[[], Mapping[str, Any]],
    refused: Callable[[aws.ClientError], NotSent | Doubtful],
) -> Sent | NotSent | Doubtful:
    """Make one request with a client, whatever happens; ``refused`` says what a refusal of the service means."""
    try:
        answer = ask()
    except aws.ClientError as error:
        return refused(error)
    except NEVER_LEFT as error:
        return NotSent(f"not connected: {type(error).__name__}", after_seconds=60)
    except NOBODY_KNOWS as error:
        return Doubtful(type(error).__name__)
    finally:
        # A warm Lambda may sleep longer than AWS keeps a connection. Without retries, a reused dead one would turn a
        # message that never left into a doubtful one, so every send opens its own.
        client.close()
    provider_id = answer.get("MessageId")
    return Sent(provider_id) if provider_id else Doubtful("accepted without a message id")
