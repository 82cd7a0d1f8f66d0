"""E-mail through Amazon SES (API version 2).

SES has no idempotency key, and boto3 sends again after a lost answer: one call against a slow server made three
requests (reliability.md, "What the platform promises"). So retries are off, and every failure is sorted into
"nothing went out" and "nobody knows"; who may try again is decided where the claim is kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from botocore import exceptions as aws
from botocore.session import Session

from cartback.channels.mime import mime
from cartback.channels.one_request import NEVER_LEFT, NOBODY_KNOWS, ONE_REQUEST, asked_once
from cartback.domain.errors import Doubtful as Unsure
from cartback.domain.errors import Refused, TryLater
from cartback.domain.people import address
from cartback.ports import ADDRESS_REFUSED, Doubtful, NotSent

if TYPE_CHECKING:
    from cartback.ports import Means, Outgoing, Sent

CHANNEL = "email"
NEEDS = ("CONFIGURATION_SET", "TRANSACTIONAL_SET")

# Refusals that pass, and after how many seconds to ask again. SES says 429 for both its rate (per second) and its
# daily quota; the quota is told by the message. The rest are faults of ours or of the account that somebody mends.
_PASSING = {
    "TooManyRequestsException": 10,
    "Throttling": 10,
    "ThrottlingException": 10,
    "LimitExceededException": 900,
    "RequestExpired": 30,
    "ExpiredTokenException": 30,
    "RequestTimeTooSkewed": 30,
}
_DAILY_QUOTA_AFTER = 3600

# How SES refuses an address for its spelling. It can only mean the recipient's: the sender's is a verified identity.
_BAD_REQUESTS = ("BadRequestException", "InvalidParameterValue")
_OF_ADDRESS = re.compile(
    r"illegal address|local address |domain (contains|starts|ends) |missing final |user name is missing|invalid domain",
    re.IGNORECASE,
)

_TAG = re.compile(r"[A-Za-z0-9_-]{1,256}", re.ASCII)


class Ses:
    """Sends e-mail. A configuration set is where SES publishes what became of it, with our tags.

    Transactional mail has one of its own, so that its reputation is measured, and may be paused, apart from marketing.
    The client is the channel's own, for it asks once; the session may be everybody's: each reads what botocore knows of
    AWS for itself, 40 ms of a cold start.
    """

    def __init__(
        self,
        configuration_set: str,
        client: Any = None,
        transactional: str | None = None,
        session: Callable[[], Session] = Session,
    ) -> None:
        self._sets = {"marketing": configuration_set, "transactional": transactional or configuration_set}
        self._client = client
        self._session = session

    def client(self) -> Any:
        """The client that asks once, made on first use."""
        if self._client is None:
            self._client = self._session().create_client("sesv2", config=ONE_REQUEST)
        return self._client

    def send(self, message: Outgoing) -> Sent | NotSent | Doubtful:
        """Make one request, whatever happens, and say what is known of it."""
        if address.email(message.address) != message.address:
            return ADDRESS_REFUSED
        try:
            content, tags = mime(message), _tags(message)
        except Refused as refusal:
            return NotSent(refusal.reason)
        client = self.client()
        ask = partial(
            client.send_email,
            FromEmailAddress=message.sender,
            Destination={"ToAddresses": [message.address]},
            Content={"Raw": {"Data": content}},
            ConfigurationSetName=self._sets[message.kind],
            EmailTags=tags,
        )
        return asked_once(client, ask, _refused)


class SesTrials:
    """The port ``TrialMail``: mail without a claim, so without the tags that lead back to one."""

    def __init__(self, configuration_set: str, client: Any) -> None:
        self._set, self._client = configuration_set, client

    def send_test(self, message: Outgoing) -> str:
        """See ``ports.TrialMail``."""
        try:
            answer = self._client.send_email(
                FromEmailAddress=message.sender,
                Destination={"ToAddresses": [message.address]},
                Content={"Raw": {"Data": mime(message)}},
                ConfigurationSetName=self._set,
                EmailTags=[{"Name": "test", "Value": message.shop}],
            )
        except aws.ClientError as error:
            raise _to_raise(_refused(error)) from error
        except NEVER_LEFT as error:
            raise TryLater(f"not connected: {type(error).__name__}", 60) from error
        except NOBODY_KNOWS as error:
            raise Unsure(type(error).__name__) from error
        return str(answer["MessageId"])


def _to_raise(failure: NotSent | Doubtful) -> Exception:
    if isinstance(failure, Doubtful):
        return Unsure(failure.reason)
    if failure.after_seconds is not None:
        return TryLater(f"SES: {failure.reason}", failure.after_seconds)
    return Refused(f"SES: {failure.reason}")


ADAPTER = Ses


def from_env(env: Mapping[str, str], means: Means) -> Ses:
    """The channel of a stack. Raises KeyError for a variable that is not set."""
    return Ses(env["CONFIGURATION_SET"], transactional=env["TRANSACTIONAL_SET"], session=means.session)


def _refused(error: aws.ClientError) -> NotSent | Doubtful:
    code = error.response["Error"].get("Code", "")
    told = error.response["Error"].get("Message", "")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
    if code in _BAD_REQUESTS and _OF_ADDRESS.match(told):
        return ADDRESS_REFUSED
    if code in _PASSING:
        return NotSent(code, _DAILY_QUOTA_AFTER if "daily" in told.lower() else _PASSING[code])
    if status == 429:
        return NotSent(code or "429", _PASSING["Throttling"])
    # The message may hold the address: only the code is kept.
    return NotSent(code or str(status)) if 400 <= status < 500 else Doubtful(code or str(status))


def _tags(message: Outgoing) -> list[dict[str, str]]:
    """What provider events bring back to find the claim again. SES takes only a few characters in a tag."""
    tags = {
        "shop": message.shop,
        "claim": message.claim_id,
        "flow": message.flow,
        "touch": message.touch,
        "lang": message.lang,
    }
    for name, value in tags.items():
        if not _TAG.fullmatch(value):
            raise Refused(f"{name}: not a tag that SES takes")
    return [{"Name": name, "Value": value} for name, value in tags.items()]
