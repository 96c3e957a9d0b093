"""Certificates that can be looked up, and a manager's view without anybody's answers."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from simlab import organization
from simlab.errors import InputError
from simlab.records import Register, certificate, team
from simlab.records.people import Person
from tests.records.samples import AT, entry

LARKSPUR = organization.load(organization.sample())
OWN = LARKSPUR.model_copy(update={"name": "Ölandia <Mutual>", "is_example": False})
TITLES = {"01-confidentiality": "Confidentiality", "02-encryption": "Encryption"}
NASTY = '<script>alert("x")</script>, سيرين'


@pytest.fixture
def register(tmp_path: Path) -> Register:
    found = Register(tmp_path / "records")
    found.add([entry(lesson="01-confidentiality"), entry(lesson="02-encryption"), entry("bo", passed=False)])
    return found


def issue(register: Register, path: Path) -> str:
    """A certificate as the command issues it; its number."""
    done = certificate.whole("ana.lopez", TITLES, TITLES, certificate.passes(register.read()))
    assert done

    def page(number: str) -> str:
        return certificate.page(NASTY, "Claims", done, OWN, at="2026-03-02T09:00:00Z", number=number)

    (kept,) = register.add([entry(kind="certificate", evidence=certificate.digest(page(certificate.BLANK)))])
    path.write_text(page(kept.link), encoding="utf-8")
    return kept.link


def test_a_certificate_needs_every_lesson(register: Register) -> None:
    known = certificate.passes(register.read())
    assert certificate.whole("ana.lopez", TITLES, TITLES, known)
    assert certificate.whole("ana.lopez", [*TITLES, "09-everyday"], TITLES, known) is None
    assert certificate.whole("ana.lopez", [], TITLES, known) is None
    assert certificate.whole("bo", ["02-encryption"], TITLES, known) is None


def test_the_page_as_issued_is_told_from_any_other(register: Register, tmp_path: Path) -> None:
    path = tmp_path / "c.html"
    number = issue(register, path)
    assert certificate.check(path, register.read()).person == "ana.lopez"
    text = path.read_text("utf-8")
    path.write_bytes(text.replace("\n", "\r\n").encode("utf-8-sig"))  # by mail, through a system of another kind
    assert certificate.check(path, register.read())
    for forged in (text.replace("Claims", "Managers"), text.replace("</main>", "<p>and more</p></main>")):
        path.write_text(forged, encoding="utf-8")
        with pytest.raises(InputError, match="not as it was issued"):
            certificate.check(path, register.read())
    path.write_text(text.replace(number, "f" * 64), encoding="utf-8")
    with pytest.raises(InputError, match="no certificate of this register"):
        certificate.check(path, register.read())


def standings(register: Register, today: dt.date, *people: Person) -> list[team.Standing]:
    return team.standings(people, {"claims": list(TITLES)}, register.read(), OWN, today)


def test_late_by_the_organizations_own_days(register: Register) -> None:
    joined = dt.date(2026, 2, 1)
    ana, bo = Person("ana.lopez", "Ana", "claims", "", joined), Person("bo", "Bo", "claims", "", joined)
    (one, two) = standings(register, dt.date(2026, 3, 3), ana, bo)  # 30 days after joining
    assert (one.passed, one.late, two.passed, two.late) == (2, (), 0, ())
    (_, two) = standings(register, dt.date(2026, 3, 4), ana, bo)
    assert two.late == tuple(TITLES)
    (one, _) = standings(register, AT.date() + dt.timedelta(days=366), ana, bo)  # the yearly refresh
    assert one.late == tuple(TITLES)
    left = Person("bo", "Bo", "claims", "", joined, dt.date(2026, 3, 1))
    assert standings(register, dt.date(2026, 3, 4), left) == []


def test_a_policy_that_changed_makes_its_lessons_due_again() -> None:
    changed = OWN.policies[0].model_copy(update={"effective": dt.date(2026, 6, 1)})
    own = OWN.model_copy(update={"policies": (changed,)})
    day = team.due_by("01-confidentiality", AT.date(), None, own, dt.date(2026, 6, 2))
    assert day == dt.date(2026, 7, 1)
    assert team.due_by("02-encryption", AT.date(), None, own, dt.date(2026, 6, 2)) == dt.date(2027, 3, 2)
    assert team.due_by("02-encryption", None, None, own, dt.date(2026, 6, 2)) is None


def test_small_groups_show_no_averages(register: Register) -> None:
    hard = [team.Hard("02-encryption", "few-met-it", 4, 0.1), team.Hard("02-encryption", "met", 5, 0.5, "do it")]
    evaluations = [
        team.Evaluation("01-confidentiality", 4, (1.0,) * 5),
        team.Evaluation("02-encryption", 5, (4.2,) * 5),
    ]
    page = team.page([], hard, evaluations, ["a"] * 5, OWN, AT.date(), titles=TITLES)
    assert "few-met-it" not in page and "do it" in page and "50 %" in page
    assert "4.2" in page and "1.0" not in page


def pages(register: Register, who: organization.Organization) -> list[str]:
    done = certificate.whole("ana.lopez", TITLES, TITLES, certificate.passes(register.read()))
    assert done
    found = standings(register, AT.date(), Person("ana.lopez", NASTY, "claims", NASTY), Person("cy", "=x", "", NASTY))
    hard = [team.Hard("02-encryption", NASTY, 9, 0.2)]
    return [
        certificate.page(NASTY, NASTY, done, who, at="2026-03-02T09:00:00Z", number="a" * 64, logo="data:image/png;base64,AA"),
        team.page(found, hard, [], [], who, AT.date(), title=NASTY, logo="data:image/png;base64,AA"),
    ]  # fmt: skip


def test_pages_hold_no_live_name_and_can_be_read_by_all(register: Register) -> None:
    for page in pages(register, OWN):
        assert "<script" not in page and "&lt;script&gt;" in page and "Ölandia &lt;Mutual&gt;" in page
        assert page.count("<h1>") == 1 and '<html lang="en">' in page and "default-src 'none'" in page
        assert page.count("<table>") == page.count("<caption>") > 0
        assert all('scope="' in tag for tag in re.findall(r"<th\b[^>]*>", page))
        assert 'alt="' in page and "Larkspur" not in page


def test_the_example_says_that_it_is_one(register: Register) -> None:
    assert all("Larkspur is the example" in page for page in pages(register, LARKSPUR))
