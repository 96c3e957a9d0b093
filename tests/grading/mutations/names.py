"""What folders and files are called."""

from __future__ import annotations

import unicodedata
from pathlib import Path

from tests.grading.mutations import CAPPED, KEEPS, REFUSED, Draft, Mutation


def learners_that_are_names(d: Draft) -> str:
    """Chosen before anything is answered: what is asked depends on who it is."""
    n = d.seed
    name = d.rng.choice(
        [f"Doe, Jane {n}", f"=1+1 {n}", f"o'neil {n}", f"山田 {n}", f"ÅSA {n}", f"José {n}", f"@{n}", f"CON{n}"]
    )
    d.learner = unicodedata.normalize("NFC", name)
    d.top = unicodedata.normalize(d.rng.choice(["NFC", "NFD"]), name)
    return KEEPS


def learners_that_are_none(d: Draft) -> str:
    n = d.seed
    odd = [
        f"a*{n}",
        f"[{n}]",
        f"{{{n}}}",
        f"-{n}",
        f" {n}",
        f"{n} ",
        f"{n}.",
        f"a\n{n}",
        f"<b>{n}",
        f"a\u202e{n}",
        f"\ufeff{n}",
    ]
    odd += [
        f"{n}" + "x" * 200,
        f"~{n}",
        f"a:{n}",
        f"a|{n}",
        f"\x1b[2J{n}",
        f"{n}\u200b",
        f"a\u0007{n}",
        f"C:\\{n}",
        f"{n}山" * 40,
    ]
    d.top = d.rng.choice(odd)[:80]
    return REFUSED


def learners_that_hide(d: Draft) -> str:
    d.top = d.rng.choice([f".{d.seed}", f"..{d.seed}", f"x{d.seed}.pyc", f"{d.seed}.earlier-1"])
    return REFUSED


def another_case(d: Draft) -> str:
    d.work = d.rng.choice([d.work.upper(), d.work.title(), d.work.swapcase()])
    return KEEPS


def exercises_that_are_none(d: Draft) -> str:
    odd = [
        d.work + " ",
        d.work + ".",
        d.work[:-1],
        "work",
        d.work + "\n",
        "\u202e" + d.work,
        d.work.replace("-", "\u2010"),
    ]
    d.work = d.rng.choice([*odd, " " + d.work, d.work + "\u200b", "CON", "x" * 250, d.work + ".ipynb", "é" * 100])
    return REFUSED


def exercises_that_hide(d: Draft) -> str:
    d.work = "." + d.work
    return REFUSED


def notebooks_of_another_name(d: Draft) -> str:
    stem = d.file.removesuffix(".ipynb")
    odd = [
        f"{stem} (1).ipynb",
        f"{stem}.IPYNB",
        f"{stem.upper()}.ipynb",
        f"{stem}-Copy1.ipynb",
        "final FINAL.ipynb",
        "a\nb.ipynb",
    ]
    odd += [
        f"sub/{stem}.ipynb",
        f"{stem}.ipynb.txt",
        f"{stem}.ipynb.json",
        f"\u202e{stem}.ipynb",
        f"{stem}\u200b.ipynb",
        "é" * 90 + ".ipynb",
    ]
    d.file = d.rng.choice([*odd, "CON.ipynb", "-rf.ipynb", "=1+1.ipynb", "~.ipynb", "a/b/c/d/e.ipynb"])
    return KEEPS


def notebooks_of_no_name(d: Draft) -> str:
    d.file = d.rng.choice(
        [".x.ipynb", "notebook", "x.ipynb.zip", "x.py", ".ipynb_checkpoints/x.ipynb", "__MACOSX/x.ipynb"]
    )
    return REFUSED


def two_that_could_be_it(d: Draft) -> str:
    stem = d.file.removesuffix(".ipynb")
    d.file, other = d.rng.choice([(f"{stem} (1).ipynb", f"{stem} (2).ipynb"), ("a.ipynb", "b.ipynb")])
    d.files[other] = d.data
    return REFUSED


def more_notebooks(d: Draft) -> str:
    d.files[d.rng.choice(["copy.ipynb", "old/x.ipynb", "untitled.ipynb", f"{d.file}.bak"])] = b"{}"
    return KEEPS


def more_files(d: Draft) -> str:
    odd = [
        "simlab.py",
        "pandas.py",
        "sitecustomize.py",
        "a\x1b[2J<script>.txt",
        "x.pth",
        "nbgrader_config.py",
        "gradebook.db",
    ]
    odd += [
        "conftest.py",
        ".ipython/profile_default/startup/x.py",
        "\u202egpj.exe",
        "a\nb",
        "'; drop table.csv",
        "x" * 250,
    ]
    for name in d.rng.sample(odd, 4):
        d.files[name] = b"raise SystemExit\n"
    return KEEPS


def two_folders_of_one_name(d: Draft) -> str:
    """The same learner twice, spelled in two ways: one counts, the other is set aside, none is lost."""
    twin = d.work.upper()

    def both(folder: Path) -> None:
        other = folder.parent / twin
        other.mkdir()
        other.joinpath("x.ipynb").write_bytes(b"{}")

    d.after.append(both)
    d.submissions = 2
    return CAPPED


BEFORE: tuple[Mutation, ...] = (learners_that_are_names, learners_that_are_none, learners_that_hide)
ALL: tuple[Mutation, ...] = (
    another_case, exercises_that_are_none, exercises_that_hide, notebooks_of_another_name, notebooks_of_no_name,
    two_that_could_be_it, more_notebooks, more_files, two_folders_of_one_name,
)  # fmt: skip
