"""HTML pages from templates: everything that is filled in is escaped, and a name that is missing is an error."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any


@functools.cache
def template(folder: Path, name: str) -> Any:
    """The jinja2 template of that name in a folder."""
    import jinja2

    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return env.get_template(name)
