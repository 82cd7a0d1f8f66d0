"""SMS through AWS End User Messaging (``pinpoint-sms-voice-v2``, ``SendTextMessage``).

It has no idempotency token, so it is asked once, as SES is; the claim travels in ``Context`` and comes back with each
event. Limits and words for refusals are those of the service's API reference: ``TimeToLive`` is 5 seconds to 72 hours,
``Context`` holds five entries, ``MaxPrice`` is in US dollars for the whole message.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from cartback.channels.one_request import ONE_REQUEST, asked_once
from cartback.domain.flows import MARKETING
from cartback.domain.people import address
from cartback.domain.people.suppression import GONE, LISTED
from cartback.ports import ADDRESS_REFUSED, PAST_DEADLINE, Doubtful, NotSent, Text

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

    from cartback.ports import Clock, Means, Outgoing, Sent

CHANNEL, PROVIDER = "sms", "aws"
NEEDS = ("SMS_CONFIGURATION_SET", "SMS_MAX_PRICE")

SHORTEST, LONGEST = 5, 259_200
"""Seconds that a message may be on its way (``TimeToLive``)."""

_IDENTITY = re.compile(r"[A-Za-z0-9_:/+-]{1,256}", re.ASCII)
_MOST_CHARACTERS = 1600
_OPTED_OUT = NotSent("opted_out", of_address=True, block=LISTED)

# Refusals that pass, and after how many seconds to ask again.
_PASSING = {
    "ThrottlingException": 10,
    "ServiceQuotaExceededException": 3600,
    "RequestExpired": 30,
    "ExpiredTokenException": 30,
    "RequestTimeTooSkewed": 30,
}
# Reasons that are about this number: others can be written to. Whatever else is refused, a person has to mend.
_OF_NUMBER = {
    "DESTINATION_PHONE_NUMBER_OPTED_OUT": _OPTED_OUT,
    "DESTINATION_PHONE_NUMBER_BLOCKED_BY_PROTECT_NUMBER_OVERRIDE": _OPTED_OUT,
    "DESTINATION_COUNTRY_BLOCKED_BY_PROTECT_CONFIGURATION": NotSent("country_blocked", of_address=True),
    "DESTINATION_COUNTRY_BLOCKED": NotSent("country_blocked", of_address=True),
    "COUNTRY_NOT_ENABLED": NotSent("country_blocked", of_address=True),
    "INVALID_IDENTITY_FOR_DESTINATION_COUNTRY": NotSent("no_sender_for_country", of_address=True),
    "INTERNATIONAL_SENDING_NOT_SUPPORTED": NotSent("no_sender_for_country", of_address=True),
    "SENDER_ID_NOT_SUPPORTED": NotSent("no_sender_for_country", of_address=True),
    "PRICE_OVER_THRESHOLD": NotSent("too_dear", of_address=True),
}


class AwsSms:
    """Sends short messages through one configuration set, where the service tells what became of them.

    ``max_price`` is the most that one may cost, in US dollars as the service writes it (``0.25``); "" for no limit.
    """

    def __init__(
        self,
        configuration_set: str,
        max_price: str,
        clock: Callable[[], Clock],
        session: Callable[[], Any],
        client: Any = None,
    ) -> None:
        self._set, self._max_price = configuration_set, max_price
        self._clock, self._session, self._client = clock, session, client

    def client(self) -> Any:
        """The client that asks once, made on first use: its model is read from disk then."""
        if self._client is None:
            self._client = self._session().create_client("pinpoint-sms-voice-v2", config=ONE_REQUEST)
        return self._client

    def send(self, message: Outgoing) -> Sent | NotSent | Doubtful:
        """Make one request, whatever happens, and say what is known of it."""
        if address.phone(message.address) != message.address:
            return ADDRESS_REFUSED
        asked = self._asked(message)
        if isinstance(asked, NotSent):
            return asked
        client = self.client()
        return asked_once(client, partial(client.send_text_message, **asked), _refused)

    def _asked(self, message: Outgoing) -> dict[str, Any] | NotSent:
        """The request; why there is none, if the service would not take it."""
        if not self._set:
            return NotSent("this stack sends no SMS through AWS: deploy it with SmsIdentities")
        if not isinstance(message.content, Text) or len(message.text) > _MOST_CHARACTERS:
            return NotSent(
                f"{type(message.content).__name__} is no text of up to {_MOST_CHARACTERS} characters"
            )
        identity = message.sender.replace(" ", "")
        if not _IDENTITY.fullmatch(identity):
            return NotSent("sender: no identity of AWS End User Messaging")
        asked: dict[str, Any] = {
            "DestinationPhoneNumber": message.address,
            "OriginationIdentity": identity,
            "MessageBody": message.text,
            "MessageType": "PROMOTIONAL" if message.kind == MARKETING else "TRANSACTIONAL",
            "ConfigurationSetName": self._set,
            "Context": {
                "shop": message.shop,
                "claim": message.claim_id,
                "flow": message.flow,
                "touch": message.touch,
                "lang": message.lang,
            },
        }
        left = message.seconds_left(self._clock().now())
        if left is not None and left < SHORTEST:
            return PAST_DEADLINE
        if left is not None:
            asked["TimeToLive"] = min(left, LONGEST)
        return asked | ({"MaxPrice": self._max_price} if self._max_price else {})


ADAPTER = AwsSms


def from_env(env: Mapping[str, str], means: Means) -> AwsSms:
    """The channel of a stack. Raises KeyError for a variable that is not set."""
    return AwsSms(env["SMS_CONFIGURATION_SET"], env["SMS_MAX_PRICE"], means.clock, means.session)


def _refused(error: ClientError) -> NotSent | Doubtful:
    code = error.response["Error"].get("Code", "")
    reason = str(error.response.get("Reason") or "")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
    if reason in _OF_NUMBER:
        return _OF_NUMBER[reason]
    fields: Any = error.response.get("Fields") or ()
    if any(isinstance(field, dict) and field.get("Name") == "DestinationPhoneNumber" for field in fields):
        return NotSent(ADDRESS_REFUSED.reason, of_address=True, block=GONE)
    # The message may hold the number: only the words of the service's own lists are kept.
    said = f"{code} {reason}".strip() or str(status)
    if code in _PASSING or status == 429:
        return NotSent(said, _PASSING.get(code, 10))
    return NotSent(said) if 400 <= status < 500 else Doubtful(said)
