"""Nothing of a submission is live on the trainer's screen."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from nbconvert.exporters import HTMLExporter
from nbgrader.server_extensions.formgrader import handlers
from traitlets.config import Config

from simlab.grading import harmless, pipeline
from simlab.grading.course import Course
from simlab.grading.outcome import Limits
from tests.grading import small
from tests.grading.making import cell

NAME = small.NAME
SHORT = Limits(cell_seconds=4, notebook_seconds=20, memory_mb=700)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return small.course(tmp_path_factory.mktemp("course"), (NAME, small.checks()))


LIVE = """<script>alert(1)</script><img src=x onerror=alert(1)><svg/onload=alert(1)>
[x](javascript:alert(1)) [y](java&#115;cript\\:alert(1)) [z]( <javascript:alert(1)>) [r] <javascript:alert(1)>
![i](javascript:alert(1)) ![a](attachment:a.png) [page](https://example.org/?a=1&b=2) $\\href{javascript:alert(1)}{x}$

[r]: javascript:alert(1)
"""
SHOW = """
from IPython.display import publish_display_data as show
k = get_ipython().kernel
bad = "<script>alert(1)</script>"
for kind in ("text/html", "text/markdown", "application/javascript", "image/svg+xml", "text/latex", "image/png"):
    show({kind: bad + '" onerror="alert(1)'}, {"image/png": {"width": bad}})
show({"text/plain": bad, "text/html": bad})
show({"image/png": "iVBORw0KGgo="})
k.session.send(k.iopub_socket, "stream", {"name": bad, "text": bad}, parent=k.get_parent())
k.session.send(k.iopub_socket, "execute_input", {"code": "", "execution_count": bad}, parent=k.get_parent())
raise type(bad, (Exception,), {})(bad)
"""


class Live(HTMLParser):
    """Collects what of a page would run: scripts that are not MathJax's, handlers, links that are code."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.found += [tag] * (tag in ("script", "iframe", "object", "embed", "svg", "form", "style", "base", "meta"))
        for name, value in attrs:
            code = (value or "").strip().lower().startswith(("javascript:", "vbscript:"))
            self.found += [f"{tag} {name}={value}"] * (name.startswith("on") or (code and name != "id"))


def formgrader(path: Path) -> str:
    """The part of formgrader's page that shows a submission."""
    config = Config()
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    names = ("assignment_id", "notebook_id", "submission_id", "student", "last_name", "first_name")
    about: dict[str, Any] = dict.fromkeys(names, "x") | {"index": 0, "total": 1, "base_url": "", "notebook_path": ""}
    html, _ = HTMLExporter(config=config).from_filename(str(path), resources=about)
    return str(html[html.index('id="notebook"') :])


@pytest.mark.filterwarnings("ignore")
def test_what_is_kept_of_a_submission_is_not_live_in_formgrader(home: Course) -> None:
    nb = small.before(small.solved(home), SHOW)
    nb["cells"] += [cell("markdown", "m", f"mine: {LIVE}\n\n`a < b`"), cell("raw", "r", LIVE)]
    nb["cells"][-2]["attachments"] = {"a.png": {"image/png": '" onerror="alert(1)'}}
    small.hand_in(home, "live", nb)
    assert pipeline.autograde(home.root, "live", NAME, limits=SHORT).points == 5.0
    page, live = formgrader(home.autograded / "live" / NAME / f"{NAME}.ipynb"), Live()
    live.feed(page)
    assert live.found == []
    assert "alert(1)" in page and "iVBORw0KGgo=" in page and "h1" in live.tags
    assert 'href="https://example.org/' in page
    assert "&lt;script&gt;alert(1)" in page, "what was meant to run is there to be read"


@pytest.mark.parametrize("kind", ["stream", "error", "display_data", "execute_result"])
def test_any_output_can_be_made_harmless(kind: str) -> None:
    odd: list[Any] = [None, 1, [], {}, "<b>", {"text/html": "x"}, {"text/plain": 3}]
    for x in odd:
        out = harmless.harmless({"output_type": kind, "name": x, "text": x, "ename": x, "evalue": x, "traceback": x,
                                 "data": x if isinstance(x, dict) else {}, "execution_count": x})  # fmt: skip
        assert out.output_type == kind and json.dumps(out)
