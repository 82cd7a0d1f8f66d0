"""In whose words a message goes out: the shop's own where it has them, else the house's."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cartback.domain.channels import CONTENT_OF
from cartback.domain.wording.own import OwnTextBroken

if TYPE_CHECKING:
    from cartback.domain.wording.own import ShopTexts
    from cartback.ports import Content, Metrics, ShopFace, Texts

BROKEN = "OwnTextsBroken"
"""Counts messages whose own words could not be filled in. They went out in the house's, so only an alarm tells."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Written:
    """A message in words. ``own`` is the version of the shop's texts that brought them, 0 for the house's alone."""

    content: Content
    own: int = 0


def written(
    texts: Texts,
    own: ShopTexts | None,
    metrics: Metrics | None,
    flow: str,
    step: str,
    channel: str,
    lang: str,
    face: ShopFace,
    fields: Mapping[str, object],
) -> Written:
    """Write a message. Own words that break are left out, all of that text's, and counted: no message waits for them.

    Raises ``Refused`` as ``texts.write`` does where the house's words break: that is a bug.
    """
    kind = CONTENT_OF[channel]
    text = own.own(flow, step, channel, lang, face.form_of_address) if own is not None else None
    if text is not None:
        try:
            return Written(texts.write(kind, flow, step, lang, fields, text.parts), text.version)
        except OwnTextBroken as broken:
            log.warning("own words of %s break: %s", face.shop, broken.reason)
            if metrics is not None:
                metrics.count(BROKEN)
    return Written(texts.write(kind, flow, step, lang, fields))
