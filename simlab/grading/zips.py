"""A zip that nobody can be trusted to have packed, as members: each read on its own, counted as it comes out.

What a header says about sizes is never believed, nothing is ever extracted under the name that the zip
gives it, and what is wrong with a member is said when that member is wanted.
"""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections import defaultdict
from typing import IO

from simlab.errors import GradingError
from simlab.grading.members import Member, hides_work, is_litter, nothing, parts_of
from simlab.grading.outcome import UNREADABLE
from simlab.grading.untrusted import MAX_ENTRIES, RefusedError, shown
from simlab.grading.zipmend import directory, mended

MAX_RATIO, ALWAYS = 200, 1_000_000  # no notebook shrinks so well; below so many bytes nobody asks
MAX_ALL = 4_000_000_000
MAX_DIRECTORY = 64_000_000  # bytes of the list of names, some half a million
_STEP = 1_000_000
_PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# What the library raises for damaged or unheard-of members, in any of its versions.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,
    NotImplementedError,
)
_LOCKED, _UTF8 = 0x1 | 0x40, 0x800


class Budget:
    """How many bytes the whole zip may still become."""

    def __init__(self, size: int = MAX_ALL) -> None:
        self._left = size

    def take(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise RefusedError(f"the zip holds more than {MAX_ALL / 1e9:g} GB: grade it in parts")


class ZipTree:
    """The names at the top of an open zip, and the members below each. `strays` have no top to stand under."""

    def __init__(self, members: list[Member]) -> None:
        self._below: dict[str, list[Member]] = defaultdict(list)
        self.strays: list[Member] = []
        for m in members:
            if m.parts:
                rest = Member(m.parts[1:], m.load, m.fault, m.is_hostile, m.is_folder)
                self._below[m.parts[0]].append(rest)
            else:
                self.strays.append(m)

    def tops(self) -> list[str]:
        return sorted(self._below)

    def below(self, top: str) -> list[Member]:
        return self._below[top]

    def inner(self, top: str) -> ZipTree | None:
        """What lies below one name, as a tree of its own; None where that is a file."""
        if any(not m.parts and not m.is_folder and not m.fault for m in self._below[top]):
            return None
        found = ZipTree([m for m in self._below[top] if m.parts or m.fault])
        found.strays += self.strays
        return found


def opened(file: IO[bytes], budget: Budget) -> list[Member]:
    """The members of a zip, for as long as `file` is open. Raises GradingError: no zip, or half of one."""
    try:
        _, size, stated = directory(file)
        if size > MAX_DIRECTORY:  # the list of names is read as a whole
            raise GradingError("holds more names than any class hands in")
        zf = _listed(file)
        lost = stated - len(zf.infolist())
        said = f"{lost} of the {stated} files that the zip says it holds are not listed (download it again)"
        return members(zf, budget) + ([Member((), nothing, said)] if lost > 0 else [])
    except _BROKEN as e:
        raise GradingError("is no zip file, or a damaged or unfinished one") from e


def _listed(file: IO[bytes]) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(file)
    except _BROKEN:
        return zipfile.ZipFile(mended(file))


def members(zf: zipfile.ZipFile, budget: Budget) -> list[Member]:
    found = []
    for info in zf.infolist():
        parts, fault = parts_of(_name(info))
        if not is_litter(parts):
            found.append(_member(zf, info, parts, fault, budget))
        elif hides_work(parts):
            found.append(Member((), nothing, f"{shown(_name(info))} hides: its folder's name begins with a dot"))
    return found


def few(found: list[Member]) -> list[Member]:
    """The members of one learner's own zip. Raises RefusedError for a flood."""
    if len(found) > MAX_ENTRIES:
        raise RefusedError(f"holds more than {MAX_ENTRIES} files: hand in the exercise's folder only")
    return found


def _name(info: zipfile.ZipInfo) -> str:
    """A member's name: UTF-8 where its bytes are that, whether its flag says so or not, else cp437."""
    name = info.orig_filename
    if info.flag_bits & _UTF8:
        return name
    try:
        return name.encode("cp437").decode("utf-8")
    except UnicodeError:
        return name


def _member(zf: zipfile.ZipFile, info: zipfile.ZipInfo, parts: tuple[str, ...], fault: str, budget: Budget) -> Member:
    def load(cap: int) -> bytes:
        return _bytes(zf, info, cap, budget)

    name = shown(_name(info))
    if fault:
        return Member(parts, load, f"{name} {fault}")
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        what = "a link" if kind == stat.S_IFLNK else "a special file"
        return Member(parts, load, f"{name} is {what}: hand in plain files only", is_hostile=True)
    is_folder = info.orig_filename.endswith(("/", "\\")) or kind == stat.S_IFDIR
    return Member(parts, load, is_folder=is_folder)


def _bytes(zf: zipfile.ZipFile, info: zipfile.ZipInfo, cap: int, budget: Budget) -> bytes:
    """A member's bytes. Raises RefusedError: locked, damaged, too large, or swelling like a bomb."""
    name = shown(_name(info).replace("\\", "/").rsplit("/", 1)[-1])
    if info.flag_bits & _LOCKED:
        raise RefusedError(f"{name} is locked with a password: hand it in without one", UNREADABLE)
    if info.compress_type not in _PLAIN:
        raise RefusedError(f"{name} is packed in a way that is not read here: zip it anew", UNREADABLE)
    most = max(ALWAYS, info.compress_size * MAX_RATIO)
    data = bytearray()
    try:
        with zf.open(info) as f:
            while step := f.read(_STEP):
                data += step
                budget.take(len(step))
                if len(data) > cap:
                    raise RefusedError(f"{name} is over {cap / 1e6:g} MB: clear all outputs")
                if len(data) > most:
                    raise RefusedError(f"{name} swells to over {MAX_RATIO} times its size: no notebook does")
    except _BROKEN as e:
        raise RefusedError(f"{name} is damaged in the zip ({_short(e)}): hand it in again", UNREADABLE) from e
    return bytes(data)


def _short(e: Exception) -> str:
    return "its checksum is wrong" if "CRC" in str(e) else "it cannot be unpacked"
