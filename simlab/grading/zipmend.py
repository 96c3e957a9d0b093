"""A zip's list of names made readable: one entry that the library stumbles over would cost it all of them.

Only what the library refuses whole zips for is mended: a name that says that it is UTF-8 and is not, a
version from the future, extra fields that do not add up. Whoever's entry it is, its bytes stay as they are.
"""

from __future__ import annotations

import io
import struct
import zipfile
from typing import IO

_ENTRY, _LENGTH, _UTF8, _NEWEST, _FULL = b"PK\1\2", 46, 0x800, 63, 0xFFFFFFFF
_UNUSED = 0xFEFE  # a kind of extra field that nobody reads


def directory(file: IO[bytes]) -> tuple[int, int, int]:
    """(where the list of names begins, its bytes, how many names it says it has); zeros where there is none."""
    end = zipfile._EndRecData(file)  # type: ignore[attr-defined]
    if not end:
        return 0, 0, 0
    size, at = end[5], end[9]
    return at - size - (76 if end[0] == b"PK\6\6" else 0), size, end[4]


def mended(file: IO[bytes]) -> IO[bytes]:
    """The same zip, to be read with its list of names mended."""
    at, size, _ = directory(file)
    file.seek(max(0, at))
    data = bytearray(file.read(size))
    _mend(data)
    return _Patched(file, at, bytes(data))  # type: ignore[return-value]


def _mend(data: bytearray) -> None:
    at = 0
    while data[at : at + 4] == _ENTRY and len(data) >= at + _LENGTH:
        name, extra, comment = struct.unpack_from("<HHH", data, at + 28)
        data[at + 6] = min(data[at + 6], _NEWEST)
        (flags,) = struct.unpack_from("<H", data, at + 8)
        if flags & _UTF8 and not _is_utf8(bytes(data[at + _LENGTH : at + _LENGTH + name])):
            struct.pack_into("<H", data, at + 8, flags & ~_UTF8)
        start = at + _LENGTH + name
        if extra >= 4 and not _adds_up(bytes(data[start : start + extra]), _large(data, at)):
            data[start : start + extra] = struct.pack("<HH", _UNUSED, extra - 4) + bytes(extra - 4)
        at = start + extra + comment


def _is_utf8(name: bytes) -> bool:
    try:
        name.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _large(data: bytearray, at: int) -> int:
    """How many of an entry's sizes and places stand in its extra fields, being too large for it."""
    return [*struct.unpack_from("<II", data, at + 20), *struct.unpack_from("<I", data, at + 42)].count(_FULL)


def _adds_up(extra: bytes, large: int) -> bool:
    found = 0
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<HH", extra)
        if size + 4 > len(extra):
            return False
        found = max(found, size // 8) if kind == 1 else found
        extra = extra[4 + size :]
    return found >= large


class _Patched(io.RawIOBase):
    """A file with some of its bytes replaced as they are read."""

    def __init__(self, file: IO[bytes], at: int, data: bytes) -> None:
        self._file, self._at, self._data = file, at, data

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        start = self._file.tell()
        got = self._file.read(len(view))
        view[: len(got)] = got
        first, last = max(start, self._at), min(start + len(got), self._at + len(self._data))
        if first < last:
            view[first - start : last - start] = self._data[first - self._at : last - self._at]
        return len(got)
