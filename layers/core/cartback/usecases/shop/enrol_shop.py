"""Connect with platforms that hand out their secret in a ceremony: a call to register, then one to confirm.

Only the operator adds shops; this gives a shop that is there already the secret that its platform will sign with.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cartback.domain.errors import Refused, TryLater
from cartback.domain.intake.responses import Answer
from cartback.domain.shop.shop_name import SHOP_NAME
from cartback.usecases.receive_webhook import STRANGER

if TYPE_CHECKING:
    from cartback.domain.intake.responses import Visit
    from cartback.ports import Clock, KeyStore, ShopAdapter, Tokens

LARGEST_BODY = 20_000


@dataclass(frozen=True, slots=True)
class EnrolShop:
    """Answer one half of the ceremony. A shop that is not there, or whose platform knows none, gets a stranger's 401.

    The secret is kept before the platform hears of it, so that a crash in between leaves both with the old one.
    """

    keys: KeyStore
    tokens: Tokens
    clock: Clock
    adapter: Callable[[str], ShopAdapter]

    def __call__(self, shop: str, visit: Visit, confirm_url: str) -> Answer:
        """``visit.word`` is the half: ``register`` or ``confirm``; ``confirm_url`` is where the second half comes."""
        try:
            return self._answered(shop, visit, confirm_url)
        except Refused as refusal:
            return Answer(refusal.status, STRANGER if refusal.status == 401 else refusal.reason)
        except TryLater:
            return Answer(503, "try again later")

    def _answered(self, shop: str, visit: Visit, confirm_url: str) -> Answer:
        if len(visit.body) > LARGEST_BODY:
            raise Refused(f"body larger than {LARGEST_BODY} bytes", 413)
        before = self.keys.read(shop) if SHOP_NAME.fullmatch(shop) else None
        half = getattr(self.adapter(before.platform), visit.word, None) if before is not None else None
        if before is None or half is None:
            raise Refused("no such ceremony", 401)
        answer: Answer
        now = self.clock.now()
        if visit.word == "register":
            fresh = self.tokens.fresh() + self.tokens.fresh()
            answer, after = half(visit, before, fresh, confirm_url, now)
        else:
            answer, after = half(visit, before, now)
        if after != before:
            self.keys.write(shop, after)
        return answer
