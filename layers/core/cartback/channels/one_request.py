"""How AWS is asked once and never again: what boto3 shall not repeat, and what its errors say of a request."""

from __future__ import annotations

from botocore import exceptions as aws
from botocore.config import Config
from botocore.parsers import ResponseParserError

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
