"""What nbgrader's formgrader needs to work in a course of ours: templates that ask no other machine for anything.

Its page for manual marks takes MathJax from a public server; without it the page's own keys do not work.
"""

from __future__ import annotations

from pathlib import Path

from nbgrader.server_extensions.formgrader.handlers import template_path

# nbconvert looks in the folder of each template's name, in this order: ours hold only what differs.
TEMPLATES = [str(Path(__file__).parent / "templates"), str(template_path)]
