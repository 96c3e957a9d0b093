"""Job aids: one page a lesson to print, with the organization's own people to call."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from simlab import organization as organizations
from simlab.content import Model, load, names
from simlab.curriculum.story import Term, glossary
from simlab.errors import SimlabError
from simlab.exercise.files import write_whole
from simlab.organization import Organization

Words = Annotated[str, Field(min_length=1, max_length=600)]
Contact = Literal["privacy_officer", "hotline", "security_line", "report"]
EXAMPLE = (
    "Example: these are the contacts of Larkspur Health Plan, which does not exist. Ask your trainer for your own."
)
UNREADABLE = "Your organization's own file cannot be read, so Larkspur stands here as the example. Tell your trainer:"
CSS = """
body { font: 12pt/1.45 system-ui, "Segoe UI", sans-serif; color: #1b1b1b; background: #fff; max-width: 42rem; margin: 1.5rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; line-height: 1.2; margin: 0 0 .25rem; } h2 { font-size: 1.1rem; margin: 1.1rem 0 .3rem; }
ol { padding-left: 1.4rem; margin: .5rem 0; } li { margin: .45rem 0; }
.when { margin: 0; } .remember { border-left: 4px solid #0b5394; padding: .2rem 0 .2rem .8rem; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: .2rem 1rem .2rem 0; } th { white-space: nowrap; }
dt { font-weight: 600; margin-top: .8rem; } dd { margin: 0; }
.example { border: 2px dashed #6b4a00; padding: .3rem .6rem; } .small { font-size: .85rem; color: #444; } img { max-height: 3rem; }
@page { margin: 15mm; } @media print { body { margin: 0; max-width: none; font-size: 11pt; } }
"""


class Aid(Model):
    """A job aid. `steps` and `remember` may hold **bold** words; `contacts` are parts of the organization's file."""

    title: Words
    when: Words
    steps: tuple[Words, ...] = Field(min_length=1, max_length=7)
    remember: Words
    contacts: tuple[Contact, ...] = Field(min_length=1)
    cite: tuple[str, ...] = ()


def load_aid(lesson: str) -> Aid:
    """The job aid of a lesson. Raises UnknownName, ContentError."""
    return load("aids", lesson, Aid)


def aids() -> dict[str, Aid]:
    """Every job aid by its lesson."""
    return {name: load_aid(name) for name in names("aids")}


def aid(lesson: str, organization: Organization, logo: str = "") -> str:
    """The job aid of a lesson as one HTML page to print; `logo` is a data address. Raises UnknownName, ContentError."""
    it = load_aid(lesson)
    rows = "".join(
        f"<tr><th scope='row'>{_e(who)}</th><td>{_e(how)}</td></tr>" for who, how in contacts(it, organization)
    )
    example = f"<p class='example'>{_e(EXAMPLE)}</p>" if organization.is_example else ""
    cites = f"<p class='small'>What is law here: {_e('; '.join(it.cite))}. The rest is good practice. This page is training, not legal advice.</p>"
    body = (
        f"{_picture(logo, organization)}<h1>{_e(it.title)}</h1><p class='when'>{_e(it.when)}</p>"
        f"<ol>{''.join(f'<li>{_bold(step)}</li>' for step in it.steps)}</ol>"
        f"<p class='remember'>{_bold(it.remember)}</p>"
        f"<h2>Whom to call at {_e(organization.name)}</h2>{example}<table>{rows}</table>{cites if it.cite else ''}"
    )
    return _page(it.title, body)


def _picture(logo: str, organization: Organization) -> str:
    return f"<p><img src='{_e(logo)}' alt='{_e(organization.name)}'></p>" if logo else ""


def text(lesson: str, organization: Organization) -> str:
    """The same job aid as Markdown, for a notebook and a terminal. Raises UnknownName, ContentError."""
    it = load_aid(lesson)
    lines = [f"**{it.title}**", "", *(f"{n}. {step}" for n, step in enumerate(it.steps, 1)), "", it.remember, ""]
    lines += [f"- **{who}:** {how}" for who, how in contacts(it, organization)]
    if organization.is_example:
        lines += ["", f"*{EXAMPLE}*"]
    return "\n".join(f"> {line}".rstrip() for line in lines)


def contacts(it: Aid, organization: Organization) -> list[tuple[str, str]]:
    """(who, how to reach them), in the order of the aid's `contacts`."""
    officer, hotline = organization.privacy_officer, organization.hotline
    parts = {
        "privacy_officer": ("Privacy officer", f"{officer.name}, {officer.phone}, {officer.email}"),
        "hotline": (hotline.name, ", ".join(p for p in (hotline.phone, hotline.hours, hotline.url) if p)),
        "security_line": ("Security line", organization.security_line.phone),
        "report": ("How to report", " ".join([*organization.report.how, organization.report.anonymous]).strip()),
    }
    return [parts[each] for each in it.contacts]


def glossary_page() -> str:
    """The glossary as one HTML page."""
    return _page("Glossary", f"<h1>Glossary</h1><dl>{''.join(map(_term, glossary()))}</dl>")


def _term(term: Term) -> str:
    also = f" <span class='small'>({_e(', '.join(term.also))})</span>" if term.also else ""
    cite = f" <span class='small'>{_e(term.cite)}</span>" if term.cite else ""
    return f"<dt id='{term.id}'>{_e(term.term)}{also}</dt><dd>{_e(term.text)}{cite}</dd>"


def write_pages(folder: Path, organization: Organization, logo: str = "") -> list[Path]:
    """Every job aid and the glossary as files in a folder; a page that says the same is left alone. Raises OSError."""
    pages = {f"{name}.html": aid(name, organization, logo) for name in names("aids")} | {
        "glossary.html": glossary_page()
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, page in pages.items():
        raw, path = page.encode("utf-8"), folder / name
        if not path.is_file() or path.read_bytes() != raw:
            write_whole(path, raw)
    return [folder / name for name in pages]


def _page(title: str, body: str) -> str:
    return (
        f"<!doctype html>\n<html lang='en'><head><meta charset='utf-8'><title>{_e(title)}</title>"
        f"<meta name='viewport' content='width=device-width, initial-scale=1'><style>{CSS}</style></head>"
        f"<body><main>{body}</main></body></html>\n"
    )


def _e(value: str) -> str:
    return html.escape(value)


def _bold(value: str) -> str:
    return re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", _e(value))


def organization_of(start: Path) -> tuple[Organization, str, str]:
    """The organization of a workspace, its logo as a data address, and a note where its file cannot be read."""
    try:
        found, at = organizations.current(start), organizations.place(start)
        return found, organizations.logo(found, at.parent) if at else "", ""
    except SimlabError as e:
        return organizations.load(organizations.sample()), "", f"{UNREADABLE} {e}"
