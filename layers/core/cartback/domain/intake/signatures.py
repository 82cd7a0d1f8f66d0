"""Proofs that only a secret gives, and the one way to compare them, however a sender makes its own."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable


def proven[Secret: (str, bytes)](
    secrets: Iterable[Secret], given: Iterable[str], proof: Callable[[Secret], bytes]
) -> bool:
    """Whether one of the texts that a sender gave is the proof that one of these secrets makes.

    An empty secret would let anybody sign, so it proves nothing. Texts are compared as they came and as bytes: nothing
    of the sender's is decoded, so nothing malformed can raise. There is no early exit, so that the time tells neither
    which secret is in use nor how much of a forgery is right.
    """
    texts = [text.encode("utf-8", "replace") for text in given]
    matched = False
    for secret in filter(None, secrets):
        wanted = proof(secret)
        for text in texts:
            matched |= hmac.compare_digest(wanted, text)
    return matched
