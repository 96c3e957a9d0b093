"""A record's seal: an Ed25519 signature by the desk that took it in, so that what was forged shows.

The registry holds the public key only: who keeps the records cannot make one up.
"""

from __future__ import annotations

import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from simlab.controls.consent.records import Record, body


def sign(of: Record, key: Ed25519PrivateKey) -> str:
    """The seal of a record (hex), as the desk gives it."""
    return key.sign(body(of).encode("utf-8")).hex()


def is_sealed(of: Record, seal: str, key: Ed25519PublicKey) -> bool:
    """Whether a seal is this record's, by this key."""
    try:
        key.verify(bytes.fromhex(seal), body(of).encode("utf-8"))
    except (InvalidSignature, ValueError):
        return False
    return True


def sha256(document: bytes) -> str:
    """The digest (hex) that ties a record to the paper or file that was signed."""
    return hashlib.sha256(document).hexdigest()
