"""`simlab policy` prints and writes documents, checks a form and answers a question; errors are words."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from simlab.controls.documents import KINDS
from simlab.controls.documents.command import policy_command
from simlab.errors import ContentError, InputError

FORMS = Path(__file__).parent / "forms"


def _run(*args: str) -> Result:
    return CliRunner().invoke(policy_command, list(args))


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_printed_as_text_and_written_as_a_page(kind: str, tmp_path: Path) -> None:
    assert _run(kind).output.startswith("Larkspur Health Plan\n")
    assert _run(kind, "--html", str(tmp_path / "page.html")).exit_code == 0
    assert (tmp_path / "page.html").read_bytes().startswith(b"<!DOCTYPE html>\n")


def test_a_form_is_checked_and_the_exit_code_says_if_it_is_complete() -> None:
    good, bad = (_run("form", "--check", str(FORMS / f"{n}.txt")) for n in ("in-a-members-words", "as-one-finds-them"))
    assert good.exit_code == 0 and "- revocation: found." in good.output
    assert bad.exit_code == 1 and "- conditioned: wrong." in bad.output


def test_what_a_form_says_never_reaches_the_terminal_raw(tmp_path: Path) -> None:
    (tmp_path / "form.txt").write_text("I allow Larkspur to share my \x1b[31mclaims\x07 with Ana.", encoding="utf-8")
    shown = _run("form", "--check", str(tmp_path / "form.txt")).output
    assert "\x1b" not in shown and "\x07" not in shown and "claims" in shown


def test_a_question_is_answered_or_nothing_is_told() -> None:
    assert "45 CFR 164.510(b)(2)(i)" in _run("--ask", "may my husband ask about my claim").output
    assert isinstance(_run("--ask", "the weather").exception, InputError)


def test_an_organization_of_ones_own_stands_in_it(tmp_path: Path) -> None:
    from simlab import organization

    path = tmp_path / "organization.yml"
    path.write_text(organization.sample().read_text("utf-8").replace("555-0117", "555-0199").replace("name: Larkspur Health Plan", "name: Prairie Plan"), encoding="utf-8")  # fmt: skip
    shown = _run("notice", "--organization", str(path)).output
    assert shown.startswith("Prairie Plan\n") and "555-0199" in shown and "555-0117" not in shown


@pytest.mark.parametrize(
    ("args", "error"),
    [
        (("form", "--check", "nowhere.txt"), InputError),
        (("form", "--html", "nowhere/at/all.html"), InputError),
        (("form", "--organization", "nowhere.yml"), ContentError),
    ],
)
def test_what_cannot_be_read_or_written_is_said(args: tuple[str, ...], error: type[Exception]) -> None:
    assert isinstance(_run(*args).exception, error)
