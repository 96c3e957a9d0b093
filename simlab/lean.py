"""Jupyter and nbgrader started three CPU seconds sooner: `python -m simlab.lean jupyterlab`.

jsonschema, which both import, looks for a parser of internationalised addresses. No notebook's schema asks
for it, and it takes longer to import than all of nbgrader: where it cannot be found, jsonschema does without.
"""

from __future__ import annotations

import contextlib
import runpy
import sys
from collections.abc import Iterator

_UNUSED = "rfc3987_syntax"


def lean() -> None:
    """For the rest of this process, which must be a program of ours."""
    sys.modules.setdefault(_UNUSED, None)  # type: ignore[arg-type]


@contextlib.contextmanager
def lean_imports() -> Iterator[None]:
    """For what is imported in here; somebody else's program finds that parser afterwards."""
    hidden = _UNUSED not in sys.modules
    lean()
    try:
        yield
    finally:
        if hidden:
            del sys.modules[_UNUSED]


if __name__ == "__main__":
    lean()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
