"""What the folders hold: files for folders, links, pipes, sockets, nothing, or far too much."""

from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path

from tests.grading.mutations import KEEPS, REFUSED, Draft, Mutation


def a_file_for_a_folder(d: Draft) -> str:
    def change(folder: Path) -> None:
        target = folder.parent if at else folder
        shutil.rmtree(target)
        target.write_bytes(b"{}")

    at = d.rng.random() < 0.5
    d.after.append(change)
    return REFUSED


def a_folder_for_a_file(d: Draft) -> str:
    def change(folder: Path) -> None:
        (folder / name).unlink()
        (folder / name).mkdir()
        if filled:
            (folder / name / "x.txt").write_bytes(b"x")

    name, filled = d.file, d.rng.random() < 0.5
    d.after.append(change)
    return REFUSED


def a_folder_for_the_answers(d: Draft) -> str:
    if d.kept is None:
        return KEEPS

    def change(folder: Path) -> None:
        (folder / d.kept_as).unlink()
        (folder / d.kept_as).mkdir()

    d.after.append(change)
    return REFUSED


def nothing(d: Draft) -> str:
    def change(folder: Path) -> None:
        shutil.rmtree(folder)
        folder.mkdir()

    d.after.append(change)
    return REFUSED


def no_exercise(d: Draft) -> str:
    """A learner's folder with nothing in it: nothing was handed in."""
    d.after.append(lambda folder: shutil.rmtree(folder))
    d.submissions = 0
    return REFUSED


def links(d: Draft) -> str:
    name = d.rng.choice([d.file, "data.csv", "sub/x", "answers.json"])
    to = d.rng.choice(["/etc/passwd", "../../bystander/x", "/proc/self/environ", "/dev/zero", "nowhere", ".", d.file])

    def change(folder: Path) -> None:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.symlink_to(to)

    d.after.append(change)
    return REFUSED


def a_link_for_a_folder(d: Draft) -> str:
    up = d.rng.random() < 0.5

    def change(folder: Path) -> None:
        target = folder.parent if up else folder
        shutil.rmtree(target)
        target.symlink_to("/etc" if up else "/proc/self")

    d.after.append(change)
    return REFUSED


def hard_links(d: Draft) -> str:
    d.after.append(lambda folder: os.link(folder / d.file, folder / "twin.txt"))
    return REFUSED


def special_files(d: Draft) -> str:
    def pipe(path: Path) -> None:
        os.mkfifo(path)

    def listening(path: Path) -> None:
        here = Path.cwd()
        os.chdir(path.parent)  # a socket's path is short
        with socket.socket(socket.AF_UNIX) as s:
            s.bind(path.name)
        os.chdir(here)

    make, name = d.rng.choice([pipe, listening]), d.rng.choice(["x", d.file, "answers.json"])

    def change(folder: Path) -> None:
        (folder / name).unlink(missing_ok=True)
        make(folder / name)

    d.after.append(change)
    return REFUSED


def deep(d: Draft) -> str:
    d.files["/".join("abcdefghi") + "/x.txt"] = b"x"
    return REFUSED


def deep_and_empty(d: Draft) -> str:
    d.after.append(lambda folder: folder.joinpath(*"abcdefghi").mkdir(parents=True))
    return REFUSED


def many(d: Draft) -> str:
    d.files |= {f"x{n}.txt": b"" for n in range(1001)}
    return REFUSED


def empty_folders(d: Draft) -> str:
    def change(folder: Path) -> None:
        for n in range(30):
            (folder / f"x{n}").mkdir()

    d.after.append(change)
    return KEEPS


def too_large(d: Draft) -> str:
    d.after.append(lambda folder: os.truncate(folder / d.file, 20_000_001))
    return REFUSED


def more_beside(d: Draft) -> str:
    """Other things in the learner's folder: each is said, none touches the mark."""

    def change(folder: Path) -> None:
        (folder.parent / "notes.txt").write_bytes(b"x")
        (folder.parent / "other").mkdir()
        (folder.parent / "self").symlink_to(".")

    d.after.append(change)
    d.submissions = 4
    return KEEPS


ALL: tuple[Mutation, ...] = (
    a_file_for_a_folder, a_folder_for_a_file, a_folder_for_the_answers, nothing, no_exercise, links, a_link_for_a_folder,
    hard_links, special_files, deep, deep_and_empty, many, empty_folders, too_large, more_beside,
)  # fmt: skip
