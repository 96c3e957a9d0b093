"""nbgrader imported once and made ready, for a process that will be forked for each submission.

Importing this module is the point of it: it is what the fork server loads. No thread, socket or
database is left open.
"""

from __future__ import annotations

import gc

from simlab.lean import lean_imports

with lean_imports():
    import nbformat
    from nbconvert.exporters import NotebookExporter
    from nbgrader.api import Assignment, Base, Grade, Student
    from nbgrader.nbgraderformat import MetadataValidator
    from sqlalchemy import create_engine
    from sqlalchemy.orm import Session, configure_mappers

    from simlab.grading import ahead, batch, pipeline, prepare

LOADED = (batch, pipeline, prepare)


def ready() -> None:
    """Build what is built on first use and then kept: mappers, statements, schemas."""
    configure_mappers()
    engine = create_engine("sqlite://")
    Base.metadata.create_all(bind=engine)
    with Session(engine) as session:
        for model in (Student, Assignment, Grade):
            session.query(model).all()
    engine.dispose()
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")])
    nbformat.validate(nb)
    MetadataValidator().validate_nb(nb)
    NotebookExporter(default_preprocessors=[]).from_notebook_node(nb)
    ahead.make_ready()
    gc.collect()
    gc.freeze()  # a forked process then neither walks nor copies all this when it collects


ready()
