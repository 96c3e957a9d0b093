from __future__ import annotations

import html.parser
import re
from pathlib import Path

import pytest

from simlab import organization as organizations
from simlab import reading
from simlab.content import names
from simlab.curriculum import aids, sources, story
from simlab.errors import UnknownName

LARKSPUR = organizations.load(organizations.sample())
OURS = LARKSPUR.model_copy(
    update={
        "name": "Quince & Sons <Health>",
        "is_example": False,
        "privacy_officer": LARKSPUR.privacy_officer.model_copy(update={"name": "Zoë Nguyễn", "phone": "555-0101"}),
    }
)


class Texts(html.parser.HTMLParser):
    """The words of a page, and what it asks other machines for."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words = ""
        self.asked: list[str] = []
        self.feed(page)

    def handle_data(self, data: str) -> None:
        self.words += f" {data}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.asked += [v for k, v in attrs if k in ("src", "href") and v and not v.startswith(("data:", "#"))]


@pytest.mark.parametrize("lesson", names("aids"))
def test_an_aid_fits_one_page_reads_easily_and_cites_what_is_known(lesson: str) -> None:
    it = aids.load_aid(lesson)
    said = "\n\n".join([it.when, *it.steps, it.remember])
    assert reading.grade(said) <= 8.0
    assert len(aids.text(lesson, LARKSPUR).split()) < 330  # a page
    assert sources.unknown("; ".join(it.cite)) == []


@pytest.mark.parametrize("lesson", names("aids"))
def test_the_page_asks_no_other_machine_and_has_everything(lesson: str) -> None:
    page = Texts(aids.aid(lesson, LARKSPUR))
    assert page.asked == []
    plain = re.sub(r"\*\*", "", " ".join(aids.load_aid(lesson).steps))
    assert re.sub(r"\s+", "", plain) in re.sub(r"\s+", "", page.words)


def test_without_a_file_larkspur_is_marked_as_the_example() -> None:
    assert aids.EXAMPLE in aids.aid("02-encryption", LARKSPUR) and aids.EXAMPLE in aids.text("02-encryption", LARKSPUR)


def test_the_organizations_own_people_stand_there_as_they_are_written() -> None:
    page = aids.aid("02-encryption", OURS)
    assert "Zoë Nguyễn, 555-0101" in page and "Imani Castellanos" not in page and aids.EXAMPLE not in page
    assert "Quince &amp; Sons &lt;Health&gt;" in page


def test_a_logo_stands_in_the_page() -> None:
    assert "<img src='data:image/png;base64,AAAA' alt='Quince &amp; Sons" in aids.aid(
        "02-encryption", OURS, "data:image/png;base64,AAAA"
    )


def test_pages_are_written_once_and_again_only_when_they_change(tmp_path: Path) -> None:
    written = aids.write_pages(tmp_path / "aids", LARKSPUR)
    assert {p.name for p in written} == {*(f"{n}.html" for n in names("aids")), "glossary.html"}
    before = {p: p.stat().st_mtime_ns for p in written}
    aids.write_pages(tmp_path / "aids", LARKSPUR)
    assert {p: p.stat().st_mtime_ns for p in written} == before
    aids.write_pages(tmp_path / "aids", OURS)
    assert "Zoë" in (tmp_path / "aids" / "02-encryption.html").read_text(encoding="utf-8")


def test_the_glossary_page_has_every_term() -> None:
    page = Texts(aids.glossary_page())
    assert page.asked == []
    assert [t.term for t in story.glossary() if t.text not in page.words] == []


def test_an_organizations_file_that_cannot_be_read_is_said_and_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "organization.yml").write_text("name: Ours\n", encoding="utf-8")
    found, logo, note = aids.organization_of(tmp_path)
    assert found.is_example and logo == "" and note.startswith(aids.UNREADABLE) and "organization.yml" in note


def test_an_aid_that_is_not_there_is_named() -> None:
    with pytest.raises(UnknownName, match="did you mean '02-encryption'"):
        aids.load_aid("02-encrypton")
