"""Sealing a push message so that only one browser opens it: aes128gcm with the browser's own keys (RFC 8291).

The push service between us and the browser sees its size and no more. This module loads ``cryptography``, which is
large and native: it is imported where a push is sent, and nowhere else.
"""

from __future__ import annotations

import hmac
import os
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

RECORD = 4096
"""Bytes of the one record that a message is (RFC 8291 § 4): push services take no more."""
_OVERHEAD = 16 + 4 + 1 + 65 + 16 + 1  # salt, record size, length of the key's id, our key, tag, delimiter
LARGEST = RECORD - _OVERHEAD
"""Bytes that fit: 3993, as RFC 8291 § 4 says."""

_LAST = b"\x02"
"""What ends the last record (RFC 8188 § 2)."""
_CURVE = ec.SECP256R1()


def sealed(
    plain: bytes,
    public: bytes,
    auth: bytes,
    salt: bytes | None = None,
    ours: ec.EllipticCurvePrivateKey | None = None,
) -> bytes:
    """The body of a request: header and one record.

    ``public`` is the browser's key (``p256dh``, an uncompressed point of P-256, 65 bytes), ``auth`` its secret of 16
    bytes. ``salt`` and ``ours`` are made anew for each message, as they have to be; tests name them. Raises ValueError
    for a key that is no point of the curve and for a message larger than ``LARGEST``.
    """
    if len(plain) > LARGEST:
        raise ValueError(f"{len(plain)} bytes, and a push message holds {LARGEST}")
    salt, ours = salt or os.urandom(16), ours or ec.generate_private_key(_CURVE)
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, public)
    told = ours.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    key, nonce = derived(ours.exchange(ec.ECDH(), theirs), auth, salt, public, told)
    header = salt + RECORD.to_bytes(4) + len(told).to_bytes(1) + told
    return header + AESGCM(key).encrypt(nonce, plain + _LAST, None)


def derived(shared: bytes, auth: bytes, salt: bytes, theirs: bytes, ours: bytes) -> tuple[bytes, bytes]:
    """Key and nonce of a message (RFC 8291 § 3.4): ``shared`` is what both sides agree on, the rest goes over the wire.

    HKDF (RFC 5869) twice, written out: what is asked for is never longer than one round of it gives.
    """
    mixed = _expanded(_mac(auth, shared), b"WebPush: info\0" + theirs + ours, 32)
    mixer = _mac(salt, mixed)
    key = _expanded(mixer, b"Content-Encoding: aes128gcm\0", 16)
    return key, _expanded(mixer, b"Content-Encoding: nonce\0", 12)


def _mac(key: bytes, text: bytes) -> bytes:
    return hmac.new(key, text, sha256).digest()


def _expanded(key: bytes, info: bytes, length: int) -> bytes:
    return _mac(key, info + b"\x01")[:length]
