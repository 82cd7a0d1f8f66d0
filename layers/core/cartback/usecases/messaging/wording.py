"""In whose words a message goes out: the shop's own where it has them, else the house's."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cartback.domain.channels import CONTENT_OF, SMS
from cartback.domain.errors import Refused
from cartback.domain.messaging import sms
from cartback.domain.wording.own import OwnTextBroken

if TYPE_CHECKING:
    from cartback.domain.claims import Claim
    from cartback.domain.wording.own import ShopTexts
    from cartback.ports import Content, Metrics, ShopFace, Texts

BROKEN = "OwnTextsBroken"
"""Counts messages whose own words could not be filled in. They went out in the house's, so only an alarm tells."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Written:
    """A message in words. ``own`` is the version of the shop's texts that brought them, 0 for the house's alone.

    ``parts`` are the messages that an SMS is paid for, 0 for everything else.
    """

    content: Content
    own: int = 0
    parts: int = 0

    @property
    def story(self) -> dict[str, str]:
        """What the story of the subject says of it."""
        parts = {"sms_parts": str(self.parts)} if self.parts else {}
        return ({"texts_version": str(self.own)} if self.own else {}) | parts


def written(
    texts: Texts,
    own_texts: Callable[[str], ShopTexts | None] | None,
    metrics: Metrics | None,
    claim: Claim,
    lang: str,
    face: ShopFace,
    fields: Mapping[str, object],
) -> Written:
    """Write the message of a claim. Own words that break are left out, all of that text's, and counted.

    No message waits for them.

    Raises ``Refused`` as ``texts.write`` does where the house's words break: that is a bug.
    """
    kind, flow, step = CONTENT_OF[claim.channel], claim.of_flow, claim.touch
    own = own_texts(claim.shop) if own_texts is not None else None
    text = own.own(flow, step, claim.channel, lang, face.form_of_address) if own is not None else None
    if text is not None:
        try:
            return Written(texts.write(kind, flow, step, lang, fields, text.parts), text.version)
        except OwnTextBroken as broken:
            log.warning("own words of %s break: %s", face.shop, broken.reason)
            if metrics is not None:
                metrics.count(BROKEN)
    content = texts.write(kind, flow, step, lang, fields)
    return _measured(content, f"{flow}/{step}") if claim.channel == SMS else Written(content)


def _measured(content: Content, text: str) -> Written:
    """A text as an SMS carries it. Raises ``Refused`` for one of more parts than anybody should pay for."""
    said = sms.spelt(content.text)
    parts = sms.length(said).parts
    if parts > sms.MOST_PARTS:
        raise Refused(f"{text}: {parts} parts as an SMS, and at most {sms.MOST_PARTS} are sent")
    return Written(replace(content, text=said), parts=parts)
