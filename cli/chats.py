"""Which templates of WhatsApp a shop needs, by its languages and the touches of its cadence, and how they stand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from cartback import texts
from cartback.domain.channels import CHAT_CONTENT
from cartback.texts import brief
from cartback.usecases.shop.whatsapp_templates import APPROVED, TemplateState, Wanted
from cli.mail_records import GOOD, MUST, Finding

if TYPE_CHECKING:
    from cartback.domain.shop.settings import ShopSettings

FLOW = "cart_recovery"
ABOUT, CHANNEL = "WhatsApp", "whatsapp"


def wanted(settings: ShopSettings) -> list[Wanted]:
    """One template for each text of a chat and each language of the shop."""
    found = []
    for touch, languages in sorted(texts.written(FLOW, CHAT_CONTENT).items()):
        for lang in settings.languages:
            if lang in languages:
                form = settings.form_of_address
                parts = brief.template(FLOW, touch, lang, form)
                name = brief.template_name(FLOW, touch, lang, form)
                found.append(Wanted(name, lang, parts["text"], parts["button"], parts["leave"]))
    return found


def findings(states: Iterable[TemplateState]) -> list[Finding]:
    """What is to be done about templates: while one is not approved, its touch goes by no chat."""
    undone = [each for each in states if each.state != APPROVED]
    if not undone:
        return [Finding(ABOUT, GOOD, "Meta has approved every template")]
    return [
        Finding(
            ABOUT, MUST, f"{each.name} ({each.lang}) is {' '.join([each.state, each.reason]).strip().lower()}"
        )
        for each in undone
    ]
