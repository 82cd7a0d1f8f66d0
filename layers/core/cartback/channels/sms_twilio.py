"""SMS through Twilio's REST API (2010-04-01, ``Messages.json``), with the shop's own account.

It has no idempotency key, so it is asked once. What became of a message is told to ``StatusCallback``, an address of
ours that names the claim; ``twilio_answers`` proves and reads it. The access is the account's id and its auth token,
which signs those calls as well. What Twilio's error codes mean stands in its documentation ("Error and warning
dictionary"); it moves conditions between codes now and then, so an unknown one is for a person to see.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from cartback.channels.one_call import called_once, fields_of
from cartback.domain.people import address
from cartback.domain.people.suppression import GONE, LISTED
from cartback.ports import ADDRESS_REFUSED, PAST_DEADLINE, Doubtful, NotSent, Sent, Text

if TYPE_CHECKING:
    from cartback.domain.intake.delivery import ShopKeys
    from cartback.domain.shop.calls import Reply
    from cartback.ports import Clock, Http, Keys, Means, Outgoing

CHANNEL, PROVIDER = "sms", "twilio"
NEEDS = ("PUBLIC_URL",)

API = "https://api.twilio.com"
SHORTEST, LONGEST = 5, 36_000
"""Seconds that a message may wait in Twilio's queue (``ValidityPeriod``)."""

_ACCOUNT = re.compile(r"AC[0-9a-fA-F]{32}", re.ASCII)
_SERVICE = re.compile(r"MG[0-9a-fA-F]{32}", re.ASCII)
_NO_SUCH_NUMBER = NotSent(ADDRESS_REFUSED.reason, of_address=True, block=GONE)

# Codes that are about this number: others can be written to.
_OF_NUMBER = {
    21211: _NO_SUCH_NUMBER,  # not a valid number
    21214: _NO_SUCH_NUMBER,  # cannot be reached
    21265: _NO_SUCH_NUMBER,  # a short code
    21268: _NO_SUCH_NUMBER,  # premium or information
    21614: _NO_SUCH_NUMBER,  # not a mobile number
    21635: _NO_SUCH_NUMBER,  # a landline
    21610: NotSent("opted_out", of_address=True, block=LISTED),
    21408: NotSent("country_blocked", of_address=True),
    21612: NotSent("no_sender_for_country", of_address=True),
}


class TwilioSms:
    """Sends short messages with the access of each shop, which is kept beside what proves its answers."""

    def __init__(
        self,
        public_url: str,
        http: Callable[[], Http],
        keys: Callable[[], Keys],
        clock: Callable[[], Clock],
    ) -> None:
        self._public_url = public_url.rstrip("/")
        self._http, self._keys, self._clock = http, keys, clock

    def send(self, message: Outgoing) -> Sent | NotSent | Doubtful:
        """Make one request, whatever happens, and say what is known of it."""
        if address.phone(message.address) != message.address:
            return ADDRESS_REFUSED
        if not isinstance(message.content, Text):
            return NotSent(f"{type(message.content).__name__} is no text")
        access = self._access(message.shop)
        if access is None:
            return NotSent(
                f"no access to Twilio is known for it: shop answers {message.shop} sms --account AC…"
            )
        form = self._form(message)
        if isinstance(form, NotSent):
            return form
        account, base = access.api["account"], access.api.get("url", API)
        from cartback.domain.shop.calls import Basic, Call  # the doors that send mail start without

        call = Call(
            "POST",
            f"{base}/2010-04-01/Accounts/{account}/Messages.json",
            Basic(account, access.secrets[0]),
            {"content-type": "application/x-www-form-urlencoded"},
            urlencode(form).encode(),
            idempotent=False,
            follow=False,
            told=(400,),
        )
        return called_once(self._http(), call, _outcome, 10)

    def _access(self, shop: str) -> ShopKeys | None:
        found = self._keys().of(f"{shop}/{CHANNEL}")
        usable = found is not None and found.secrets and _ACCOUNT.fullmatch(found.api.get("account", ""))
        return found if usable else None

    def _form(self, message: Outgoing) -> dict[str, str] | NotSent:
        """What is posted; why nothing is, if it is too late."""
        sender = "MessagingServiceSid" if _SERVICE.fullmatch(message.sender) else "From"
        form = {
            "To": message.address,
            sender: message.sender,
            "Body": message.text,
            "StatusCallback": f"{self._public_url}/answers/{message.shop}/{CHANNEL}?claim={message.claim_id}",
            "SmartEncoded": "false",
        }
        left = message.seconds_left(self._clock().now())
        if left is None:
            return form
        return form | {"ValidityPeriod": str(min(left, LONGEST))} if left >= SHORTEST else PAST_DEADLINE


ADAPTER = TwilioSms


def from_env(env: Mapping[str, str], means: Means) -> TwilioSms:
    """The channel of a stack. Raises KeyError for a variable that is not set."""
    return TwilioSms(env["PUBLIC_URL"], means.http, means.keys, means.clock)


def _outcome(reply: Reply) -> Sent | NotSent | Doubtful:
    said = fields_of(reply)
    if reply.status == 400:
        code = said.get("code")
        return (
            _OF_NUMBER.get(code, NotSent(f"Twilio refuses it: {code}"))
            if isinstance(code, int)
            else _NO_REASON
        )
    sid = said.get("sid")
    return Sent(sid) if isinstance(sid, str) and sid else Doubtful("accepted without a message id")


_NO_REASON = NotSent("Twilio refuses it and says no reason")
