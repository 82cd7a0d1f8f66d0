"""Saying who pushes: a token that the stack's own key signs for one push service (VAPID, RFC 8292).

Loads ``cryptography``, as ``encryption`` does.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from cartback.domain.people.device import decoded, encoded

GOOD_FOR = timedelta(hours=12)
"""RFC 8292 § 2 allows 24 hours; clocks of push services are not ours."""
_HEAD = encoded(b'{"typ":"JWT","alg":"ES256"}')
_CURVE, _HALF = ec.SECP256R1(), 32


def signer(private: str) -> ec.EllipticCurvePrivateKey:
    """The private key that is kept as 32 bytes in base64url. Raises ValueError for anything else."""
    return ec.derive_private_key(int.from_bytes(decoded(private, _HALF)), _CURVE)


def made() -> tuple[str, str]:
    """A new pair, private and public, as they are kept and as browsers are told them: base64url without padding."""
    key = ec.generate_private_key(_CURVE)
    return encoded(key.private_numbers().private_value.to_bytes(_HALF)), public(key)


def public(key: ec.EllipticCurvePrivateKey) -> str:
    """The public half, which a browser is told when somebody signs up (``applicationServerKey``)."""
    return encoded(key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def authorization(key: ec.EllipticCurvePrivateKey, endpoint: str, contact: str, now: datetime) -> str:
    """The header for a request to the push service of an endpoint; ``contact`` is whom its people may ask.

    ``contact`` is a ``mailto:`` or ``https:`` address (RFC 8292 § 2.1).
    """
    service = urlsplit(endpoint)
    claims = {
        "aud": f"{service.scheme}://{service.netloc}",
        "exp": int((now + GOOD_FOR).timestamp()),
        "sub": contact,
    }
    text = f"{_HEAD}.{encoded(json.dumps(claims, separators=(',', ':')).encode())}"
    # ES256 is both numbers side by side (RFC 7518 § 3.4), not the DER that the library gives.
    r, s = decode_dss_signature(key.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
    signature = encoded(r.to_bytes(_HALF) + s.to_bytes(_HALF))
    return f"vapid t={text}.{signature}, k={public(key)}"
