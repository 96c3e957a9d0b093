"""Weak sealing and weak policies, to be broken in lessons and tests. NEVER use any of this to protect anything.

`draft_policies` is a set of access policies that shuts out care and lets in the curious. Every pair of
functions seals and opens honest values without complaint, which is why each was shipped by
somebody. What breaks, and how, stands in each docstring. The sound one is `controls.seal`.
"""

from __future__ import annotations

import os

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.padding import PKCS7

from simlab.controls.crypto import KEY_BYTES, NONCE_BYTES, check_key, place

_FIXED = bytes(NONCE_BYTES)
_BLOCK = 16


def seal_with_fixed_nonce(key: bytes, value: bytes, *, table: str, column: str, row: str) -> bytes:
    """AES-GCM with the same nonce every time.

    Breaks: every value is XORed with the same keystream. Attack: a thief who knows one member's
    value XORs it with that sealed value, has the keystream, and reads all the others. Equal values
    show as equal, and the key to the tag leaks too, so forging follows (SP 800-38D, section 8).
    """
    return _FIXED + AESGCM(check_key(key)).encrypt(_FIXED, value, place(table, column, row))


def open_with_fixed_nonce(key: bytes, sealed: bytes, *, table: str, column: str, row: str) -> bytes:
    """Opens `seal_with_fixed_nonce`."""
    return AESGCM(check_key(key)).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place(table, column, row))


def seal_without_tag(key: bytes, value: bytes, *, table: str, column: str, row: str) -> bytes:
    """AES-CTR with a random start: secret, but nothing tells a changed value from a true one.

    Breaks: whoever flips a bit of the sealed value flips that bit of what is opened. Attack: XOR
    the amount that stands there with the amount wanted, and the clerk pays it out.
    """
    start = os.urandom(_BLOCK)
    return start + _ctr(key, start, value)


def open_without_tag(key: bytes, sealed: bytes, *, table: str, column: str, row: str) -> bytes:
    """Opens `seal_without_tag`, whatever was done to it."""
    return _ctr(key, sealed[:_BLOCK], sealed[_BLOCK:])


def seal_without_place(key: bytes, value: bytes, *, table: str, column: str, row: str) -> bytes:
    """AES-GCM without associated data: unchanged is checked, where it stands is not.

    Breaks: a sealed value opens in any row. Attack: whoever can write to the table copies the
    sealed bank account of one member into another's row; it opens there, and the money goes there.
    """
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(check_key(key)).encrypt(nonce, value, None)


def open_without_place(key: bytes, sealed: bytes, *, table: str, column: str, row: str) -> bytes:
    """Opens `seal_without_place`, wherever it was copied to."""
    return AESGCM(check_key(key)).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], None)


def seal_beside_key(key: bytes, value: bytes, *, table: str, column: str, row: str) -> bytes:
    """Sound AES-GCM, with the key kept in the same record.

    Breaks: nothing in the cipher; the lock comes with its key. Attack: read the first 32 bytes,
    open the rest. A stolen backup of such a table is a stolen table, and not "secured" under the
    HHS guidance on unsecured PHI, which wants the key kept elsewhere.
    """
    nonce = os.urandom(NONCE_BYTES)
    return check_key(key) + nonce + AESGCM(key).encrypt(nonce, value, place(table, column, row))


def open_beside_key(key: bytes, sealed: bytes, *, table: str, column: str, row: str) -> bytes:
    """Opens `seal_beside_key` with the key given (the one inside would do as well)."""
    body = sealed[KEY_BYTES:]
    return AESGCM(check_key(key)).decrypt(body[:NONCE_BYTES], body[NONCE_BYTES:], place(table, column, row))


def seal_with_ecb(key: bytes, value: bytes, *, table: str, column: str, row: str) -> bytes:
    """AES block by block (ECB): no nonce, no tag.

    Breaks: equal blocks of 16 bytes give equal sealed blocks. Attack: group the members whose
    sealed diagnosis is the same, learn one of them, know them all; blocks can also be cut and
    pasted between records.
    """
    pad = PKCS7(8 * _BLOCK).padder()
    whole = pad.update(value) + pad.finalize()
    encryptor = Cipher(algorithms.AES(check_key(key)), modes.ECB()).encryptor()
    return encryptor.update(whole) + encryptor.finalize()


def open_with_ecb(key: bytes, sealed: bytes, *, table: str, column: str, row: str) -> bytes:
    """Opens `seal_with_ecb`. Raises ValueError only when the padding happens to be wrong."""
    decryptor = Cipher(algorithms.AES(check_key(key)), modes.ECB()).decryptor()
    whole = decryptor.update(sealed) + decryptor.finalize()
    pad = PKCS7(8 * _BLOCK).unpadder()
    return pad.update(whole) + pad.finalize()


def _ctr(key: bytes, start: bytes, data: bytes) -> bytes:
    cipher = Cipher(algorithms.AES(check_key(key)), modes.CTR(start)).encryptor()
    return cipher.update(data) + cipher.finalize()


def draft_policies() -> str:
    """The draft of May, when the roles were to be cut to the bone: Cedar text that parses and holds no contradiction.

    Breaks: an examiner needs no claim to look; family, colleagues and oneself are open; a session is good for
    ever. And it refuses care: the notes are shut to everybody, and a forbid outweighs the emergency's permit.
    Attack: look at whoever is in the news, go on in a session that was left open; then wait for an emergency.
    """
    return _DRAFT


_DRAFT = """\
@id("examiner-pays-claims")
permit (principal == Role::"claims_examiner", action in [Action::"read", Action::"update"], resource)
when { resource in [Data::"demographic", Data::"claims"] }
when { context.purpose == "payment" };

@id("call-staff-answer-calls")
permit (principal == Role::"member_services", action in [Action::"read", Action::"update"], resource)
when { resource in [Data::"demographic", Data::"contact", Data::"claims"] }
when { context.relation == "call" };

@id("nurse-works-cases")
permit (principal == Role::"nurse_reviewer", action in [Action::"read", Action::"update"], resource)
when { resource in [Data::"demographic", Data::"claims", Data::"clinical", Data::"part2"] }
when { context.relation == "case" };

@id("analyst-works-projects")
permit (principal == Role::"analyst", action in [Action::"read", Action::"export"], resource)
when { resource in [Data::"demographic", Data::"claims"] }
when { context.purpose == "operations" && context.relation == "project" };

@id("glass-for-care")
permit (principal == Role::"nurse_reviewer", action == Action::"read", resource)
when { resource in [Data::"demographic", Data::"claims", Data::"clinical"] }
when { context.has_glass && context.is_emergency && context.purpose == "treatment" };

@id("notes-are-shut")
forbid (principal, action, resource == Data::"clinical");

@id("whole-record")
forbid (principal, action, resource)
when { context.is_whole_record && !context.is_justified };

@id("restriction")
forbid (principal, action, resource)
when { context.restriction == "agreed" };

@id("part2-without-consent")
forbid (principal, action, resource == Data::"part2")
unless { context.has_part2_consent };
"""
