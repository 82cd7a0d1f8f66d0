"""What a browser does with a push message: open it with its own keys (RFC 8291). The inbox shows what came out."""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from cartback.channels.sealing.encryption import derived
from cartback.domain.people.device import decoded

_CURVE = ec.SECP256R1()
_SALT, _KEY = slice(0, 16), slice(21, 86)
_HEADER = 86


def opened(body: bytes, private: str, auth: str) -> bytes:
    """What was sealed for the browser with these keys. Raises ValueError for what is not for it, or was changed."""
    ours = ec.derive_private_key(int.from_bytes(decoded(private, 32)), _CURVE)
    mine = ours.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    theirs = body[_KEY]
    shared = ours.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, theirs))
    key, nonce = derived(shared, decoded(auth, 16), body[_SALT], mine, theirs)
    try:
        padded = AESGCM(key).decrypt(nonce, body[_HEADER:], None)
    except InvalidTag:
        raise ValueError("not for this browser, or changed on the way") from None
    plain, _, _ = padded.rpartition(b"\x02")
    return plain
