"""A class's zip with something gone wrong in it: what can be read is taken, and nobody's work goes missing."""

from __future__ import annotations

import io
import json
import random
import stat
import struct
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from simlab.errors import GradingError
from simlab.grading import intake, release, sources
from simlab.grading.course import Course
from simlab.grading.intake import Taken
from tests.grading.making import NAME, make_course, released

LEARNERS = ("ann", "bob", "zoe")
FILE = f"{NAME}.ipynb"
Held = list[tuple[zipfile.ZipInfo, bytes]]
WHOLE, ITS_OWN, ANY = "everybody is taken", "only zoe may be refused", "anybody may be refused"


def _named(name: str, mode: int = 0) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def more_of_zoe(rng: random.Random, held: Held) -> str:
    """Something beside zoe's work that nobody should follow, unpack or run."""
    odd = [
        "../x",
        "/etc/passwd",
        "C:\\x",
        "sub/../../x",
        "a\\..\\..\\x",
        "x" * 300,
        "a\0b",
        "\u202egpj",
        "CON",
        ".",
        "//x",
        "é",
    ]
    for name in rng.sample(odd, 3):
        held.append((_named(f"zoe/{NAME}/{name}"), b"x"))
    return ITS_OWN


def links_of_zoe(rng: random.Random, held: Held) -> str:
    kind = rng.choice([stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFSOCK])
    held.append(
        (_named(f"zoe/{NAME}/{rng.choice(['x', FILE, 'answers.json'])}", kind | 0o777), b"../../ann/" + NAME.encode())
    )
    return ITS_OWN


def a_bomb(rng: random.Random, held: Held) -> str:
    held.append((_named(f"zoe/{NAME}/{rng.choice(['x.ipynb', 'answers.json', 'x.txt'])}"), bytes(25_000_000)))
    return ITS_OWN


def zips_in_zips(rng: random.Random, held: Held) -> str:
    data = b"x" * 100
    for _ in range(rng.choice([1, 5, 40])):
        inner = io.BytesIO()
        with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as z:
            z.writestr("x.zip", data)
        data = inner.getvalue()
    held.append((_named(f"zoe/{NAME}/{rng.choice(['x.zip', FILE])}"), data))
    return ITS_OWN


def twice(rng: random.Random, held: Held) -> str:
    held.append((_named(f"zoe/{NAME}/{rng.choice([FILE, FILE.upper()])}"), rng.choice([b"{}", held[-1][1]])))
    return ITS_OWN


def flood(rng: random.Random, held: Held) -> str:
    held += [(_named(f"zoe/{NAME}/{n}.txt"), b"") for n in range(1200)]
    return ITS_OWN


def hidden(rng: random.Random, held: Held) -> str:
    held[-1] = (_named(f".zoe/{NAME}/{FILE}"), held[-1][1])
    return ITS_OWN


def folders_around(rng: random.Random, held: Held) -> str:
    around = rng.choice(["class/", "a/b/", "./", "a\\"])
    held[:] = [(_named(around + info.filename), data) for info, data in held]
    return WHOLE


def entries(data: bytes) -> Iterator[int]:
    """Where each name stands in a zip's list of names."""
    at = data.find(b"PK\1\2")
    while at >= 0:
        yield at
        at = data.find(b"PK\1\2", at + 4)


def _last(data: bytes) -> int:
    return list(entries(data))[-1]


def sizes_that_lie(rng: random.Random, data: bytearray) -> str:
    struct.pack_into("<II", data, _last(data) + 20, *(rng.choice([0, 1, 10**6, 2**31]) for _ in range(2)))
    return ITS_OWN


def locked(rng: random.Random, data: bytearray) -> str:
    data[_last(data) + 8] |= rng.choice([1, 0x41])
    return ITS_OWN


def another_packing(rng: random.Random, data: bytearray) -> str:
    struct.pack_into("<H", data, _last(data) + 10, rng.choice([1, 9, 12, 14, 93, 99, 65535]))
    return ITS_OWN


def a_wrong_checksum(rng: random.Random, data: bytearray) -> str:
    struct.pack_into("<I", data, _last(data) + 16, rng.randrange(2**32))
    return ITS_OWN


def elsewhere(rng: random.Random, data: bytearray) -> str:
    struct.pack_into("<I", data, _last(data) + 42, rng.choice([0, 1, len(data), 2**32 - 2]))
    return ITS_OWN


def cut(rng: random.Random, data: bytearray) -> str:
    del data[rng.randrange(len(data)) :]
    return ANY


def bytes_flipped(rng: random.Random, data: bytearray) -> str:
    for _ in range(rng.choice([1, 3, 30])):
        data[rng.randrange(len(data))] = rng.randrange(256)
    return ANY


def something_in_front(rng: random.Random, data: bytearray) -> str:
    data[:0] = rng.randbytes(rng.choice([1, 100, 5000]))
    return WHOLE


def something_behind(rng: random.Random, data: bytearray) -> str:
    data += bytes(rng.choice([1, 100, 5000]))
    return ANY


INSIDE: tuple[Callable[[random.Random, Held], str], ...] = (
    more_of_zoe, links_of_zoe, a_bomb, zips_in_zips, twice, flood, hidden, folders_around,
)  # fmt: skip
BYTES: tuple[Callable[[random.Random, bytearray], str], ...] = (
    sizes_that_lie, locked, another_packing, a_wrong_checksum, elsewhere, cut, bytes_flipped, bytes_flipped,
    something_in_front, something_behind,
)  # fmt: skip


def make(seed: int, home: Course) -> tuple[str, str, bytes]:
    """(what happened, who may be refused, the zip)."""
    rng = random.Random(seed)
    work = json.dumps(released(home)).encode()
    held: Held = [(_named(f"{who}/{NAME}/{FILE}"), work) for who in LEARNERS]
    change = rng.choice([*INSIDE, *BYTES])
    may = change(rng, held) if change in INSIDE else WHOLE  # type: ignore[arg-type, operator]
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as z, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a name is there twice is what is tried
        for info, data in held:
            z.writestr(info, data)
    whole = bytearray(file.getvalue())
    may = change(rng, whole) if change in BYTES else may  # type: ignore[arg-type]
    return change.__name__, may, bytes(whole)


def taken(path: Path, home: Course) -> list[Taken]:
    with sources.opened(path, home) as (folder, notes):
        return [intake.take(folder, f, home) for f in notes.on(intake.find(folder, home))]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Course:
    made = make_course(tmp_path_factory.mktemp("course"))
    release.release(made)
    return made


def check(seed: int, home: Course, folder: Path) -> str:
    """What is wrong with what came of a seed, in words; '' when nothing is."""
    what, may, data = make(seed, home)
    path = folder / f"{seed}.zip"
    path.write_bytes(data)
    try:
        found = taken(path, home)
    except GradingError as e:
        return "" if may == ANY and str(e) else f"seed {seed}, {what}: the whole zip was refused: {e}"
    finally:
        path.unlink()
    well = {t.learner for t in found if not t.outcome}
    wanted = {WHOLE: set(LEARNERS), ITS_OWN: {"ann", "bob"}, ANY: set()}[may]
    said = [f"{who} was not taken" for who in sorted(wanted - well)]
    is_told = any("are not listed" in t.learner for t in found)
    said += ["somebody's work is missing"] if len(found) < len(LEARNERS) and not is_told else []
    said += [f"{t.learner}: no reason" for t in found if t.outcome and not t.reason]
    said += ["two for one"] if max(Counter((t.learner, t.assignment) for t in found).values()) > 1 else []
    said += [t.reason for t in found if not t.reason.isprintable()]
    return f"seed {seed}, {what}: {'; '.join(said)}, of {[t.learner for t in found]}" if said else ""


def test_of_150_zips_nobody_is_lost(home: Course, tmp_path: Path) -> None:
    assert [said for seed in range(150) if (said := check(seed, home, tmp_path))] == []


@pytest.mark.long
@pytest.mark.parametrize("first", range(1000, 3000, 500))
def test_of_2000_zips_nobody_is_lost(home: Course, tmp_path: Path, first: int) -> None:
    assert [said for seed in range(first, first + 500) if (said := check(seed, home, tmp_path))] == []
