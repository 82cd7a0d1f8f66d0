"""What is kept of a capability that travels in a link."""

from __future__ import annotations

import hashlib


def hashed(token: str) -> str:
    """The SHA-256 of a token. It has 256 random bits, so neither salt nor stretching would add anything."""
    return hashlib.sha256(token.encode()).hexdigest()
