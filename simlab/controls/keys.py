"""Where key-encryption keys live: a store that wraps data keys and never hands its own keys out.

The data is sealed under data keys; a data key is kept only wrapped, under a key-encryption key
(KEK) that stays in its store. Whoever steals the data and the wrapped keys has ciphertext, as long
as the store lies elsewhere. (HHS guidance on unsecured PHI asks for the same: keys on a separate
device or location.)

`KeyStore` is what a hardware module offers too; `LocalKeyStore` is the first one, in memory or in
a file of its own. AES key wrap, RFC 3394 (NIST SP 800-38F).
"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any, NoReturn, Protocol

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from simlab.controls.crypto import KEY_BYTES, check_key, new_key
from simlab.errors import DeniedError, InputError, TamperedError, UnknownName

_VERSION_BYTES = 4


class KeyStore(Protocol):
    """What a vault asks of a key store; there is no way to ask for the KEK itself."""

    def create(self, kek_id: str) -> None:
        """Make a KEK. Raises InputError when one of that name is there."""

    def wrap(self, kek_id: str, dek: bytes) -> bytes:
        """A data key wrapped under the newest version of the KEK."""

    def unwrap(self, kek_id: str, wrapped: bytes) -> bytes:
        """The data key. Raises TamperedError; DeniedError when that version was retired."""

    def rotate(self, kek_id: str) -> int:
        """Make a new version of the KEK, which wraps from now on; older ones still unwrap."""

    def retire(self, kek_id: str) -> list[int]:
        """Destroy every version but the newest; gives the versions destroyed."""

    @property
    def folder(self) -> Path | None:
        """The folder that holds the keys, None when they are in no file."""


class LocalKeyStore:
    """A key store in this process, kept in a file when `path` is given.

    The file is made with permissions 0600 where the platform has them, and refused when other
    accounts can read it. Keep it in a folder, better on a machine, apart from the data: a vault
    refuses to save beside it. Raises InputError for a file that is not a key store.
    """

    def __init__(self, path: Path | str | None = None) -> None:
        self._path = None if path is None else Path(path)
        self.__keys: dict[str, dict[int, bytes]] = {}
        if self._path is not None and self._path.exists():
            _refuse_readable(self._path)
            self.__keys = _parse(self._path)

    @property
    def folder(self) -> Path | None:
        """The folder of the key file, None for a store in memory."""
        return None if self._path is None else self._path.resolve().parent

    @property
    def kek_ids(self) -> list[str]:
        """The names of the key-encryption keys, sorted."""
        return sorted(self.__keys)

    def create(self, kek_id: str) -> None:
        """Make a key-encryption key of that name. Raises InputError when there is one."""
        if not isinstance(kek_id, str) or not kek_id:
            raise InputError(f"a key's name is a text that is not empty, not {kek_id!r}")
        if kek_id in self.__keys:
            raise InputError(f"a key named {kek_id!r} exists: rotate it, or choose another name")
        self.__keys[kek_id] = {1: new_key()}
        self.__save()

    def versions(self, kek_id: str) -> list[int]:
        """The versions of a key that still unwrap; the last one wraps."""
        return sorted(self.__versions(kek_id))

    def wrap(self, kek_id: str, dek: bytes) -> bytes:
        """A 32-byte data key wrapped under the newest version: version (4 bytes) and AES-KW (40)."""
        newest = max(self.__versions(kek_id))
        return newest.to_bytes(_VERSION_BYTES, "big") + aes_key_wrap(self.__keys[kek_id][newest], check_key(dek))

    def unwrap(self, kek_id: str, wrapped: bytes) -> bytes:
        """The data key. Raises TamperedError; DeniedError when its KEK version was retired."""
        held, version = self.__versions(kek_id), int.from_bytes(wrapped[:_VERSION_BYTES], "big")
        if 0 < version < max(held) and version not in held:
            raise DeniedError(f"version {version} of key {kek_id!r} was retired: what it wrapped is gone for good")
        try:
            return aes_key_unwrap(held[version], bytes(wrapped[_VERSION_BYTES:]))
        except (KeyError, InvalidUnwrap):
            raise TamperedError("the wrapped data key was changed, or was wrapped under another key") from None

    def rotate(self, kek_id: str) -> int:
        """Make the key's next version and give its number; older versions still unwrap."""
        newest = max(self.__versions(kek_id)) + 1
        self.__keys[kek_id][newest] = new_key()
        self.__save()
        return newest

    def retire(self, kek_id: str) -> list[int]:
        """Destroy every version but the newest, for ever. Re-wrap first: `Vault.rotate_kek`."""
        held = self.__versions(kek_id)
        gone = sorted(held)[:-1]
        for version in gone:
            del held[version]
        self.__save()
        return gone

    def __versions(self, kek_id: str) -> dict[int, bytes]:
        if kek_id not in self.__keys:
            raise UnknownName("key", kek_id, self.__keys)
        return self.__keys[kek_id]

    def __save(self) -> None:
        if self._path is None:
            return
        keys = {name: {str(v): k.hex() for v, k in held.items()} for name, held in self.__keys.items()}
        write_private(self._path, json.dumps({"version": 1, "keys": keys}, indent=1))

    def __repr__(self) -> str:
        return f"LocalKeyStore({', '.join(self.kek_ids) or 'empty'})"

    def __reduce__(self) -> NoReturn:
        # Pickle and copy would carry the keys out through the back door.
        raise DeniedError("a key store is not copied or pickled: open it where its keys are")


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read (0600), whole or not at all."""
    # mkstemp gives 0600 from the first byte on; the rename keeps a reader from half a file.
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as f:
            f.write(text)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _parse(path: Path) -> dict[str, dict[int, bytes]]:
    try:
        data: Any = json.loads(path.read_text(encoding="utf-8"))
        if data["version"] != 1:
            raise InputError(f"{path.name}: version {data['version']!r} of a key store is not known here: only 1 is")
        keys = {str(n): {int(v): bytes.fromhex(k) for v, k in held.items()} for n, held in data["keys"].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as e:
        raise InputError(f"{path.name}: is not a key store file made by LocalKeyStore") from e
    if not all(held and all(len(k) == KEY_BYTES for k in held.values()) for held in keys.values()):
        raise InputError(f"{path.name}: holds a key that is not {KEY_BYTES} bytes, or a name without a key")
    return keys


def _refuse_readable(path: Path) -> None:
    """Raise InputError when other accounts may read the key file."""
    if os.name == "posix" and path.stat().st_mode & 0o077 and _keeps_permissions(path.parent):
        raise InputError(f"{path.name}: other accounts can read this key file: chmod 600, then rotate its keys")


def _keeps_permissions(folder: Path) -> bool:
    # A Windows drive under WSL shows every file as open to all, whatever was asked.
    with tempfile.NamedTemporaryFile(dir=folder) as probe:
        return not Path(probe.name).stat().st_mode & 0o077
