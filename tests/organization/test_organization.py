"""An organization's own file: what is wrong in it is told with its place, and its facts reach the pages."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from click.testing import CliRunner

from simlab import organization
from simlab.errors import ContentError

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    text = organization.sample().read_text("utf-8").replace("is_example: true\n", "")
    path = tmp_path / "mine.yml"
    path.write_text(text.replace("Larkspur Health Plan", "Ölandia Mutual"), encoding="utf-8")
    return path


def test_without_a_file_it_is_larkspur_and_says_so(tmp_path: Path) -> None:
    found = organization.current(tmp_path)
    assert found.name == "Larkspur Health Plan" and found.is_example
    assert found.policies[0].effective == dt.date(2026, 1, 5)


def test_one_file_is_taken_into_a_workspace_and_found_below_it(own: Path, tmp_path: Path) -> None:
    root = tmp_path / "workspace"
    organization.adopt(own, root)
    found = organization.current(root / "lessons")
    assert (found.name, found.is_example) == ("Ölandia Mutual", False)
    assert found.policy_versions()["incidents"] == "2026.1"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("pass_mark: 0.8", "pass_mark: 80", "pass_mark"),
        ("privacy_officer:", "privacy_oficer:", "did you mean 'privacy_officer'?"),
        ("effective: 2026-01-05", "effective: January", "policies[0].effective"),
        ("onboarding_days: 30", "onboarding_days: 0", "due.onboarding_days"),
        ('logo: ""', "logo: ../../secret.png", "lies beside this one"),
        ('logo: ""', "logo: gone.png", "cannot be read beside this file"),
        ("  - id: stored-data", "  - id: confidentiality", "stands at line"),
        ("reminders: [1, 7, 30]", "reminders: [daily]", "reminders[0]"),
    ],
)
def test_a_fault_is_told_with_its_place(own: Path, old: str, new: str, said: str) -> None:
    text = own.read_text("utf-8")
    assert old in text
    own.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ContentError) as e:
        organization.load(own)
    assert said in str(e.value)


def test_a_logo_is_a_picture_that_can_hold_no_script(own: Path) -> None:
    own.write_text(own.read_text("utf-8").replace('logo: ""', "logo: mark.png"), encoding="utf-8")
    for raw, fine in ((PNG, True), (b"<svg onload='x'>", False), (PNG + bytes(300_000), False), (b"", False)):
        (own.parent / "mark.png").write_bytes(raw)
        if fine:
            assert organization.logo(organization.load(own), own.parent).startswith("data:image/png;base64,")
        else:
            with pytest.raises(ContentError, match="must be a PNG or JPEG"):
                organization.load(own)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"name: \xff\xfe", "is not UTF-8"),
        (b"- a list", "must be a mapping"),
        (b"name: [", "not valid YAML"),
        (b"x" * 300_000, "is larger than 200 kB"),
        (b"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "organization.yml:2: *a stands for another value"),
    ],
)
def test_no_file_of_any_kind_is_more_than_a_sentence(tmp_path: Path, raw: bytes, said: str) -> None:
    path = tmp_path / "organization.yml"
    path.write_bytes(raw)
    with pytest.raises(ContentError) as e:
        organization.load(path)
    assert said in str(e.value)


def test_a_logo_is_the_file_itself(own: Path) -> None:
    own.write_text(own.read_text("utf-8").replace('logo: ""', "logo: mark.png"), encoding="utf-8")
    (own.parent / "real.png").write_bytes(PNG)
    (own.parent / "mark.png").symlink_to(own.parent / "real.png")
    with pytest.raises(ContentError, match="must be a PNG or JPEG"):
        organization.load(own)


def test_the_sample_checks_and_what_is_wrong_is_said_with_its_line(own: Path) -> None:
    sampled = CliRunner().invoke(organization.command, ["sample"])
    own.write_text(sampled.output, encoding="utf-8")
    checked = CliRunner().invoke(organization.command, ["check", str(own)])
    assert checked.exit_code == 0 and "pass mark 80%" in checked.output and "is_example" in checked.output
    own.write_text(sampled.output.replace("phone: 555-0142", "fone: 555-0142"), encoding="utf-8")
    fault = CliRunner().invoke(organization.command, ["check", str(own)]).exception
    assert isinstance(fault, ContentError) and fault.line and fault.key == "security_line.fone"
