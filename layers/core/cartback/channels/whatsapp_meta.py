"""WhatsApp through Meta's Cloud API: a template that Meta has approved, filled in (v23.0, ``POST /{phone}/messages``).

A shop may write first only by a template, so every touch is one; its words stand in ``texts`` and are handed in for
approval by ``shop whatsapp``. Free text, which is open for 24 hours after the shopper's last message, is left to
people. There is no idempotency key, so it is asked once; the claim travels in ``biz_opaque_callback_data`` and comes
back with each status, which ``whatsapp_answers`` proves and ``whatsapp_events`` reads.

Meanings of codes: Meta, "Cloud API error codes". An unknown one is for a person to see.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from cartback.channels.one_call import called_once, fields_of
from cartback.domain.people import address
from cartback.domain.people.suppression import LISTED
from cartback.ports import ADDRESS_REFUSED, Chat, Doubtful, NotSent, Sent

if TYPE_CHECKING:
    from cartback.domain.intake.delivery import ShopKeys
    from cartback.domain.shop.calls import Reply
    from cartback.ports import Http, Keys, Means, Outgoing

CHANNEL = "whatsapp"
NEEDS = ()

API = "https://graph.facebook.com/v23.0"
STOP_PAYLOAD = "STOP"
"""What comes back when somebody presses the button that leaves: one of the words of ``stop_words``."""

_ID = re.compile(r"[0-9]{5,30}", re.ASCII)
_REFUSED_IN = (400, 401, 403, 404)

NOT_APPROVED = "template_not_approved"
# Codes that are about this number, or about this template: the next touch may go by another way.
_LEFT_OUT = {
    131026: NotSent("not_on_whatsapp", of_address=True),
    131049: NotSent("enough_by_metas_count", of_address=True),
    131050: NotSent("opted_out", of_address=True, block=LISTED),
    130472: NotSent("in_an_experiment_of_metas", of_address=True),
    130497: NotSent("country_blocked", of_address=True),
    **dict.fromkeys((132001, 132007, 132015, 132016), NotSent(NOT_APPROVED, of_address=True)),
}
# Refusals that pass, and after how many seconds to ask again.
_PASSING = {4: 60, 80007: 60, 130429: 30, 131056: 60, 131048: 3600, 131016: 60, 133004: 60}


class MetaWhatsApp:
    """Sends templates with the access of each shop, which is kept beside what proves its answers."""

    def __init__(self, http: Callable[[], Http], keys: Callable[[], Keys]) -> None:
        self._http, self._keys = http, keys

    def send(self, message: Outgoing) -> Sent | NotSent | Doubtful:
        """Make one request, whatever happens, and say what is known of it."""
        if address.phone(message.address) != message.address:
            return ADDRESS_REFUSED
        if not isinstance(message.content, Chat):
            return NotSent(f"{type(message.content).__name__} is no chat")
        access = self._keys().of(f"{message.shop}/{CHANNEL}")
        if access is None or not usable(access):
            return NotSent(f"no access to WhatsApp is known for it: shop whatsapp {message.shop}")
        from cartback.domain.shop.calls import Call, Key, document  # the doors that send mail start without

        call = Call(
            "POST",
            f"{access.api.get('url', API)}/{access.api['phone']}/messages",
            Key("authorization", f"Bearer {access.api['token']}"),
            {"content-type": "application/json"},
            document(filled_in(message, message.content)),
            idempotent=False,
            follow=False,
            told=_REFUSED_IN,
        )
        return called_once(self._http(), call, _outcome, 60)


def usable(access: ShopKeys) -> bool:
    """Whether messages can be sent with it: it has a token and the id of a number."""
    return bool(access.api.get("token")) and _ID.fullmatch(access.api.get("phone", "")) is not None


def filled_in(message: Outgoing, chat: Chat) -> dict[str, Any]:
    """The template of a message as the API wants it: which one, in which language, with what in its places."""
    components: list[dict[str, Any]] = [{"type": "body", "parameters": [_text(one) for one in chat.places]}]
    components.append(_button(0, "url", _text(chat.url.rpartition("/")[2])))
    if message.leave_url is not None:
        components.append(_button(1, "quick_reply", {"type": "payload", "payload": STOP_PAYLOAD}))
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": message.address.removeprefix("+"),
        "type": "template",
        "template": {
            "name": chat.template,
            "language": {"policy": "deterministic", "code": message.lang},
            "components": components,
        },
        "biz_opaque_callback_data": message.claim_id,
    }


def _button(index: int, kind: str, parameter: dict[str, str]) -> dict[str, Any]:
    return {"type": "button", "sub_type": kind, "index": str(index), "parameters": [parameter]}


def _text(words: str) -> dict[str, str]:
    # No line breaks, tabs or more than four spaces in a row (error 132018).
    return {"type": "text", "text": " ".join(words.split()) or "–"}


ADAPTER = MetaWhatsApp


def from_env(env: Mapping[str, str], means: Means) -> MetaWhatsApp:
    """The channel of a stack."""
    return MetaWhatsApp(means.http, means.keys)


def _outcome(reply: Reply) -> Sent | NotSent | Doubtful:
    said = fields_of(reply)
    if reply.status in _REFUSED_IN:
        return _refused(said.get("error"), reply.status)
    messages = said.get("messages")
    first = messages[0] if isinstance(messages, list) and messages else None
    name = first.get("id") if isinstance(first, dict) else None
    return Sent(name) if isinstance(name, str) and name else Doubtful("accepted without a message id")


def _refused(error: Any, status: int) -> NotSent:
    code = error.get("code") if isinstance(error, dict) else None
    if not isinstance(code, int):
        return NotSent(f"WhatsApp answers {status} and says no reason")
    if code in _PASSING:
        return NotSent(f"WhatsApp refuses it for now: {code}", _PASSING[code])
    # Its words may quote the number: only the code is kept.
    return _LEFT_OUT.get(code, NotSent(f"WhatsApp refuses it: {code}"))
