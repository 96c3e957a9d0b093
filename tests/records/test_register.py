"""The register: what is in it stays as it was written, and whatever was done to it is told with its place."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simlab.errors import InputError, LogError
from simlab.records import Register
from simlab.records.register import NAME, START, body_hash, verify
from tests.records.samples import entry

PEOPLE = ("ana.lopez", "Bo, Chen", "سيرين", "=1+1", "../../etc")


@pytest.fixture
def register(tmp_path: Path) -> Register:
    found = Register(tmp_path / "records")
    found.add(entry(p, evidence=f"{i:064x}") for i, p in enumerate(PEOPLE))
    return found


def lines(register: Register) -> list[bytes]:
    return register.path.read_bytes().splitlines(keepends=True)


def test_what_goes_in_comes_out_in_every_script(register: Register) -> None:
    assert [k.entry.person for k in register.read() if k.entry] == list(PEOPLE)
    assert verify(register.read()) == register.read()[-1].link != START


def test_the_same_evidence_enters_once(register: Register) -> None:
    added = register.add([entry(evidence=f"{0:064x}"), entry(evidence="e" * 64), entry(evidence="e" * 64)])
    assert [k.n for k in added] == [6] and len(register.read()) == 6


def _edit(raw: list[bytes]) -> list[bytes]:
    return [*raw[:2], raw[2].replace(b'"passed":true', b'"passed":false'), *raw[3:]]


def _edit_and_rehash(raw: list[bytes]) -> list[bytes]:
    from simlab.records import Entry

    line = json.loads(raw[2])
    line["entry"]["passed"] = False
    line["body"] = body_hash(Entry.model_validate_json(json.dumps(line["entry"])))
    return [*raw[:2], json.dumps(line).encode() + b"\n", *raw[3:]]


@pytest.mark.parametrize(
    ("harm", "bad", "said"),
    [
        (_edit, 3, "changed after it was written"),
        (_edit_and_rehash, 3, "does not follow"),
        (lambda raw: raw[:2] + raw[3:], 3, "a line is missing, or was moved"),
        (lambda raw: [raw[0], raw[2], raw[1], *raw[3:]], 2, "a line is missing, or was moved"),
        (lambda raw: [*raw[:1], b"not json\n", *raw[2:]], 2, "is no line of a register"),
        (lambda raw: [*raw[:1], b"\xff\xfe\n", *raw[2:]], 2, "is no line of a register"),
        (lambda raw: [*raw[:1], b"[" * 15_000 + b"\n", *raw[2:]], 2, "is no line of a register"),
        (lambda raw: [*raw[:1], b'"' + b"x" * 30_000 + b'"\n', *raw[2:]], 2, "is longer than"),
        (lambda raw: [*raw, b"\n"], 6, "is no line of a register"),
        (lambda raw: [raw[0].replace(b'"passed":true', b'"passed":true,"passed":true'), *raw[1:]], 1, "is no line"),
    ],
)
def test_the_first_bad_record_is_named(
    register: Register, harm: Callable[[list[bytes]], list[bytes]], bad: int, said: str
) -> None:
    register.path.write_bytes(b"".join(harm(lines(register))))
    before = register.path.read_bytes()
    with pytest.raises(LogError) as e:
        register.read()
    assert e.value.record == bad and said in str(e.value)
    with pytest.raises(LogError):  # nothing is put after what does not verify
        register.add([entry()])
    assert register.path.read_bytes() == before


def test_lines_cut_off_are_told_by_a_link_that_was_kept_elsewhere(register: Register) -> None:
    last = verify(register.read())
    register.add([entry("later")])
    assert verify(register.read(), last) != last
    register.path.write_bytes(b"".join(lines(register)[:4]))
    assert verify(register.read())  # by itself the chain cannot know
    with pytest.raises(LogError, match="cut off"):
        verify(register.read(), last)


@settings(max_examples=40, deadline=None)
@given(left=st.integers(1, 600))
def test_a_torn_last_line_is_set_aside_and_nothing_else_is_lost(
    left: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    register = Register(tmp_path_factory.mktemp("torn"))
    register.add([entry(p) for p in PEOPLE])
    whole, last = lines(register)[:-1], lines(register)[-1]
    register.path.write_bytes(b"".join(whole) + last[: min(left, len(last) - 1)])
    assert len(register.read()) == 4 and "never written to its end" in register.notes[0]
    (kept,) = register.add([entry("next")])
    assert kept.n == 5 and len(Register(register.folder).read()) == 5
    assert (register.folder / "torn-1.txt").read_bytes() == last[: min(left, len(last) - 1)]


def _write(folder: str, who: str) -> None:
    for i in range(10):
        Register(folder).add([entry(f"{who}-{i}")])


def test_two_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    both = [context.Process(target=_write, args=(str(tmp_path), who)) for who in ("a", "b")]
    for process in both:
        process.start()
    for process in both:
        process.join(60)
    assert [p.exitcode for p in both] == [0, 0]
    found = Register(tmp_path).read()
    assert {k.entry.person for k in found if k.entry} == {f"{w}-{i}" for w in "ab" for i in range(10)}


@pytest.mark.parametrize(
    "fields",
    [
        {"person": ""}, {"person": "x" * 65}, {"person": "a\nb"}, {"name": "\u202egnp"}, {"score": -1.0},
        {"score": float("nan")}, {"at": "yesterday"}, {"evidence": "../x"}, {"kind": "mark"}, {"text": "x" * 1001},
    ],
)  # fmt: skip
def test_an_entry_that_is_none_is_refused_with_its_field(fields: dict[str, object]) -> None:
    with pytest.raises(InputError) as e:
        entry(**fields)  # type: ignore[arg-type]
    assert str(e.value).startswith(next(iter(fields)))


def test_a_register_that_cannot_be_written_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "records").write_text("a file in its place", encoding="utf-8")
    with pytest.raises(InputError, match="cannot be"):
        Register(tmp_path / "records").add([entry()])
    (tmp_path / "other" / NAME).mkdir(parents=True)
    with pytest.raises(InputError, match="cannot be read"):
        Register(tmp_path / "other").read()
