"""The signatures of Shopware shops, made with a secret that shop and app agreed on."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

from cartback.domain.intake.signatures import proven


def signed(message: bytes, signature: str, secrets: Sequence[str]) -> bool:
    """Whether one of these secrets made this signature: HMAC-SHA256 in lower-case hexadecimal digits."""

    def proof(secret: str) -> bytes:
        return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest().encode()

    return proven(secrets, [signature.strip()], proof)
