"""A shop's access to WhatsApp, and its templates: handed in for approval, and what Meta says of each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cartback.domain.errors import Refused
from cartback.domain.shop.calls import Call, Key, document, get
from cartback.ports import ShopKeys

if TYPE_CHECKING:
    from cartback.ports import Http, KeyStore

CHANNEL = "whatsapp"
APPROVED, MISSING = "APPROVED", "MISSING"
MOST_TEMPLATES = 250
"""What is asked for at once: Meta lets a business have that many before it is verified."""

_ID = re.compile(r"[0-9]{5,30}", re.ASCII)
_TOKEN = re.compile(r"[!-~]{16,1000}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A template that the shop's messages need: its words with ``{{1}}`` and ``{{2}}``, and its two buttons."""

    name: str
    lang: str
    text: str
    button: str
    leave: str


@dataclass(frozen=True, slots=True)
class TemplateState:
    """What Meta says of a template: ``APPROVED``, ``PENDING``, ``REJECTED``, ``PAUSED`` …, or ``MISSING``."""

    name: str
    lang: str
    state: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class WhatsAppTemplates:
    """Keep access and hand in templates. ``api`` is where Meta is called, ``public_url`` where buttons lead."""

    keys: KeyStore
    http: Callable[[], Http]
    public_url: str
    api: str

    def keep(self, shop: str, token: str, phone: str, business: str) -> None:
        """Keep the access; what proves answers stays. Raises Refused, one line per field."""
        told = {"token": token.strip(), "phone": phone.strip(), "business": business.strip()}
        faults = [
            *(
                []
                if _TOKEN.fullmatch(told["token"])
                else ["token: must be 16 to 1000 characters without spaces"]
            ),
            *(
                f"{name}: must be an id of digits"
                for name in ("phone", "business")
                if not _ID.fullmatch(told[name])
            ),
        ]
        if faults:
            raise Refused("\n".join(faults))
        known = self.keys.read(f"{shop}/{CHANNEL}")
        secrets, before = (known.secrets, dict(known.api)) if known is not None else ((), {})
        self.keys.write(f"{shop}/{CHANNEL}", ShopKeys(CHANNEL, secrets, {}, before | told))

    def states(self, shop: str, wanted: Iterable[Wanted]) -> list[TemplateState]:
        """What Meta says of each. Raises Refused where the shop has no access, or Meta refuses it; TryLater."""
        access = self._access(shop)
        query = {"fields": "name,language,status,rejected_reason", "limit": MOST_TEMPLATES}
        call = Call("GET", get(self._url(access), query), _key(access))
        said: Any = self.http().send(call).read().value
        known = {
            (str(each.get("name")), str(each.get("language"))): each
            for each in (said.get("data") if isinstance(said, dict) else None) or ()
            if isinstance(each, dict)
        }
        return [_state(one, known.get((one.name, one.lang))) for one in wanted]

    def hand_in(self, shop: str, wanted: Iterable[Wanted]) -> None:
        """Ask for approval. Raises Refused, TryLater or Doubtful; said again, Meta refuses a name that it has."""
        access = self._access(shop)
        for one in wanted:
            body = document(self._template(one))
            headers = {"content-type": "application/json"}
            call = Call(
                "POST", self._url(access), _key(access), headers, body, idempotent=False, follow=False
            )
            self.http().send(call)

    def _access(self, shop: str) -> Mapping[str, str]:
        known = self.keys.read(f"{shop}/{CHANNEL}")
        if known is None or not known.api.get("token") or not known.api.get("business"):
            raise Refused(
                f"access: none is known; say shop whatsapp {shop} with --phone, --business and a token"
            )
        return known.api

    def _url(self, access: Mapping[str, str]) -> str:
        return f"{access.get('url', self.api)}/{access['business']}/message_templates"

    def _template(self, one: Wanted) -> dict[str, Any]:
        return {
            "name": one.name,
            "language": one.lang,
            "category": "MARKETING",
            "components": [
                {"type": "BODY", "text": one.text, "example": {"body_text": [["Lumen", "Nora"]]}},
                {
                    "type": "BUTTONS",
                    "buttons": [
                        {
                            "type": "URL",
                            "text": one.button,
                            "url": f"{self.public_url}/r/{{{{1}}}}",
                            "example": [f"{self.public_url}/r/shop.token"],
                        },
                        {"type": "QUICK_REPLY", "text": one.leave},
                    ],
                },
            ],
        }


def _key(access: Mapping[str, str]) -> Key:
    return Key("authorization", f"Bearer {access['token']}")


def _state(one: Wanted, told: Mapping[str, Any] | None) -> TemplateState:
    if told is None:
        return TemplateState(one.name, one.lang, MISSING)
    reason = str(told.get("rejected_reason") or "")
    shown = "" if reason == "NONE" else reason[:60]
    return TemplateState(one.name, one.lang, str(told.get("status") or "")[:30], shown)
