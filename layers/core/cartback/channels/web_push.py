"""Web push: a card on the browser of somebody who let the shop push to it (RFC 8030, 8188, 8291, 8292).

There is no provider to choose: each browser names the service of its maker, which takes messages from whoever signs
with the key that the browser was told at the sign-up. That key is the shop's; what lies with it says whom the service's
people may ask. No push service has an idempotency key, so it is asked once, and none tells what became of a message.

What seals and signs (``sealing``) loads ``cryptography``: it is imported when the first card is sent.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from cartback.channels.one_call import called_once
from cartback.domain.errors import Refused
from cartback.domain.hashes import short
from cartback.domain.people import device
from cartback.ports import ADDRESS_REFUSED, PAST_DEADLINE, Card, NotSent, Sent

if TYPE_CHECKING:
    from cartback.domain.intake.delivery import ShopKeys
    from cartback.domain.shop.calls import Call, Reply
    from cartback.ports import Clock, Doubtful, Http, Keys, Means, Outgoing

CHANNEL = "push"
NEEDS = ()

LONGEST_WAIT = 28 * 86_400
"""Seconds that a message may wait for its browser. RFC 8030 § 5.2 sets no bound; FCM's is four weeks."""
USUAL_WAIT = 86_400
"""Seconds for a message without a deadline."""

BROWSER_GONE = NotSent("browser_gone", of_address=True)
"""The service has forgotten the browser (RFC 8030 § 7.3, 8.3): it was reset, or its owner took the permission back."""


class WebPush:
    """Sends cards under the key of each shop. ``loopback`` lets browsers of this machine pass, for the local cloud."""

    def __init__(
        self,
        http: Callable[[], Http],
        keys: Callable[[], Keys],
        clock: Callable[[], Clock],
        loopback: bool = False,
    ) -> None:
        self._http, self._keys, self._clock = http, keys, clock
        self._loopback = loopback

    def send(self, message: Outgoing) -> Sent | NotSent | Doubtful:
        """Make one request, whatever happens, and say what is known of it."""
        if not isinstance(message.content, Card):
            return NotSent(f"{type(message.content).__name__} is no card")
        try:
            endpoint, public, auth = device.read(message.address)
        except Refused:
            return ADDRESS_REFUSED
        if not endpoint.startswith("https://") and not self._loopback:
            return ADDRESS_REFUSED
        access = self._keys().of(f"{message.shop}/{CHANNEL}")
        if access is None or not access.secrets:
            return NotSent(f"it has no key for push yet: shop push {message.shop}")
        left = message.seconds_left(self._clock().now())
        if left is not None and left <= 0:
            return PAST_DEADLINE
        wait = USUAL_WAIT if left is None else min(left, LONGEST_WAIT)
        try:
            call = self._call(message, message.content, (endpoint, public, auth), access, wait)
        except ValueError as error:
            return NotSent(f"it cannot be sealed: {error}")
        return called_once(self._http(), call, _outcome, 60)

    def _call(
        self, message: Outgoing, card: Card, to: tuple[str, bytes, bytes], access: ShopKeys, wait: int
    ) -> Call:
        from cartback.channels.sealing import encryption, vapid  # large, and native

        endpoint, public, auth = to
        key, contact = vapid.signer(access.secrets[0]), access.api.get("contact", "")
        headers = {
            "authorization": vapid.authorization(key, endpoint, contact, self._clock().now()),
            "content-type": "application/octet-stream",
            "content-encoding": "aes128gcm",
            "ttl": str(wait),
            # What was asked for wakes a telephone; what advertises waits until it is awake (RFC 8030 § 5.3).
            "urgency": "normal" if message.kind == "marketing" else "high",
            # A later message about the same takes the place of one that still waits (RFC 8030 § 5.4).
            "topic": message.thread,
        }
        body = encryption.sealed(said(card, message), public, auth)
        from cartback.domain.shop.calls import Call  # the doors that send mail start without

        return Call(
            "POST",
            endpoint,
            headers={name: value for name, value in headers.items() if value},
            body=body,
            missing_ok=True,
            idempotent=False,
            follow=False,
        )


def said(card: Card, message: Outgoing) -> bytes:
    """What the shop's service worker is told: words, where a tap leads, and how to leave where somebody may."""
    told = {
        "title": card.title,
        "text": card.text,
        "url": card.url,
        "lang": message.lang,
        "tag": message.thread,
    }
    if message.leave_url is not None:
        told |= {"leave_url": message.leave_url, "leave": card.leave}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def _outcome(reply: Reply) -> Sent | NotSent:
    if reply.is_missing:
        return BROWSER_GONE
    # The service's name of the message is an address at which it could be deleted: only its hash is kept.
    return Sent(short("push", reply.headers.get("location", ""), length=32))


ADAPTER = WebPush


def from_env(env: Mapping[str, str], means: Means) -> WebPush:
    """The channel of a stack."""
    return WebPush(means.http, means.keys, means.clock, env.get("SHOPS_ON_LOOPBACK") == "yes")
