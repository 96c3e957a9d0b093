"""Content is data: one thing a file, the file's name is its id, folders are the register.

`load(kind, name, model)` reads `simlab/content/<kind>/<name>.yml` into a pydantic model that its
room owns, strictly: an unknown key, a wrong type, a key or an id written twice is a ContentError
that names file, line and key, as is an `id` that is not the file's name. `resource` is the one way to reach any file that ships.
"""

from __future__ import annotations

from simlab.content.faults import first_fault
from simlab.content.loader import Model, load, load_file, load_named, load_text, names, resource

__all__ = ["Model", "first_fault", "load", "load_file", "load_named", "load_text", "names", "resource"]
