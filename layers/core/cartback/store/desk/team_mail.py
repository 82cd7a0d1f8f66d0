"""Mail to the shop's own team and its suppliers through SES: text, perhaps with a file; transactional, sent once.

The reasons of SES are sorted as in ``channels.ses``: refused, to be tried later, or doubtful.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from botocore import exceptions as aws
from botocore.config import Config
from botocore.session import Session

from cartback.domain.errors import Doubtful, Refused, TryLater

_ONCE = Config(
    retries={"total_max_attempts": 1, "mode": "standard"},
    connect_timeout=3,
    read_timeout=10,
    user_agent="Cartback",
)
_PASSING = {
    "TooManyRequestsException": 10,
    "Throttling": 10,
    "ThrottlingException": 10,
    "LimitExceededException": 900,
    "RequestExpired": 30,
    "ExpiredTokenException": 30,
    "RequestTimeTooSkewed": 30,
}
_NEVER_LEFT = (
    aws.ConnectTimeoutError,
    aws.EndpointConnectionError,
    aws.ProxyConnectionError,
    aws.NoCredentialsError,
    aws.CredentialRetrievalError,
)
_NOBODY_KNOWS = (aws.HTTPClientError, aws.ConnectionError)


class SesTeamMail:
    """The port ``TeamMail``."""

    def __init__(self, configuration_set: str, session: Callable[[], Session] = Session) -> None:
        self._set, self._session = configuration_set, session
        self._client: Any = None

    def send(
        self,
        sender: str,
        to: Sequence[str],
        subject: str,
        text: str,
        tag: str,
        enclosed: tuple[str, str] | None = None,
    ) -> str:
        """See ``ports.TeamMail``."""
        simple: dict[str, Any] = {
            "Subject": {"Data": subject, "Charset": "UTF-8"},
            "Body": {"Text": {"Data": text, "Charset": "UTF-8"}},
        }
        if enclosed is not None:
            simple["Attachments"] = [_attached(*enclosed)]
        if self._client is None:
            self._client = self._session().create_client("sesv2", config=_ONCE)
        try:
            answer = self._client.send_email(
                FromEmailAddress=sender,
                Destination={"ToAddresses": list(to)},
                Content={"Simple": simple},
                ConfigurationSetName=self._set,
                EmailTags=[{"Name": "effect", "Value": tag}],
            )
        except aws.ClientError as error:
            raise _sorted(error) from error
        except _NEVER_LEFT as error:
            raise TryLater(f"SES: {type(error).__name__}", 60) from error
        except _NOBODY_KNOWS as error:
            raise Doubtful(f"SES: {type(error).__name__}") from error
        finally:
            # As in the channel: a connection that slept too long would make a doubt of a mail that never left.
            self._client.close()
        return str(answer["MessageId"])


def _attached(name: str, text: str) -> dict[str, Any]:
    return {
        "FileName": name,
        "RawContent": text.encode(),
        "ContentType": "text/csv; charset=utf-8",
        "ContentDisposition": "ATTACHMENT",
        "ContentTransferEncoding": "BASE64",
    }


def _sorted(error: aws.ClientError) -> Refused | TryLater | Doubtful:
    code = error.response["Error"].get("Code", "")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
    if code in _PASSING or status == 429:
        return TryLater(f"SES: {code}", _PASSING.get(code, 10))
    if 400 <= status < 500:
        return Refused(f"SES: {code}", status if status not in (401, 403) else 400)
    return Doubtful(f"SES: {code or status}")
