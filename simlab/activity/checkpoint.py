"""Signed checkpoints: what the keeper of a log has vouched for, and how far.

Whoever holds a checkpoint can tell later that the log still begins with the records it covers. Each
holds the hash of the one before, so none can be taken out; the last says that it is the last, so
the end cannot be cut off.
Source: RFC 8032 (Ed25519); after RFC 6962: a prefix that separates what is hashed where. The log is a
chain and no tree.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Annotated

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import Field, ValidationError

from simlab.content import Model
from simlab.errors import LogError

# A byte string that is hashed or signed in one place can never be read as one of another place.
LINK, START, CHECKPOINT = b"\x01", b"\x02", b"\x03"
NONE_BEFORE = bytes(32)

Hash = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Signature = Annotated[str, Field(pattern="^[0-9a-f]{128}$")]
Count = Annotated[int, Field(ge=0, lt=2**63)]


class Written(Model):
    """A checkpoint as it stands in a file."""

    position: Count
    count: Count
    head: Hash
    previous: Hash
    is_final: bool
    signature: Signature


@dataclass(frozen=True)
class Checkpoint:
    """The first `count` records have `head` as the hash of their chain.

    `position` counts checkpoints from 0, `previous` is the hash of the checkpoint before, `is_final`
    is true of the one that closes the log.
    """

    position: int
    count: int
    head: bytes
    previous: bytes
    is_final: bool
    signature: bytes = b""

    def body(self) -> bytes:
        """The bytes that are signed."""
        numbers = self.position.to_bytes(8, "big") + self.count.to_bytes(8, "big")
        return CHECKPOINT + b"simlab log checkpoint 1\n" + numbers + self.head + self.previous + bytes([self.is_final])

    def digest(self) -> bytes:
        """What the next checkpoint holds as `previous`."""
        return hashlib.sha256(self.body()).digest()

    def written(self) -> Written:
        """This checkpoint as it stands in a file."""
        head, previous, signature = self.head.hex(), self.previous.hex(), self.signature.hex()
        return Written(
            position=self.position,
            count=self.count,
            head=head,
            previous=previous,
            is_final=self.is_final,
            signature=signature,
        )

    def text(self) -> str:
        """This checkpoint as a line of JSON, to be kept where the log's keeper cannot reach it."""
        return self.written().model_dump_json()

    @classmethod
    def read(cls, text: str) -> Checkpoint:
        """The checkpoint that `text` gave. Raises LogError for another text."""
        try:
            return cls.of(Written.model_validate_json(text))
        except ValidationError as e:
            raise LogError(f"not a checkpoint: {e.errors(include_url=False)[0]['msg']}") from None

    @classmethod
    def of(cls, found: Written) -> Checkpoint:
        """A checkpoint from a file."""
        head, previous, signature = (bytes.fromhex(t) for t in (found.head, found.previous, found.signature))
        return cls(found.position, found.count, head, previous, found.is_final, signature)

    def require(self, public_key: Ed25519PublicKey) -> None:
        """Raises LogError unless the key's holder signed this checkpoint."""
        try:
            public_key.verify(self.signature, self.body())
        except InvalidSignature:
            said = f"checkpoint {self.position} is not signed by this key: it was forged, or the key is another"
            raise LogError(said) from None


def sign(
    key: Ed25519PrivateKey, count: int, head: bytes, before: Checkpoint | None, *, is_final: bool = False
) -> Checkpoint:
    """The signed checkpoint that follows `before` (None: the first)."""
    position = before.position + 1 if before else 0
    previous = before.digest() if before else NONE_BEFORE
    bare = Checkpoint(position, count, head, previous, is_final)
    return Checkpoint(position, count, head, previous, is_final, key.sign(bare.body()))
