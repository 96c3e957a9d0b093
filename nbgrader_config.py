"""The course as nbgrader sees it: `nbgrader formgrader` and JupyterLab's formgrader open it from here.

Only where things lie is said here. What keeps grading safe (the box, the judge, the limits) is set by
`simlab grade` itself at run time: nbgrader carries on with its defaults when this file cannot be read.
"""

import contextlib

c = get_config()  # type: ignore[name-defined]  # noqa: F821

c.CourseDirectory.course_id = "larkspur"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"
c.CourseDirectory.submitted_directory = "submitted"
c.CourseDirectory.autograded_directory = "autograded"
c.CourseDirectory.feedback_directory = "feedback"
# What lies in a folder of the course and is nobody's to see: the planted wrong answers are the exercise's own tests,
# and a rubric is the markers'.
c.CourseDirectory.ignore = [
    ".ipynb_checkpoints",
    "*.pyc",
    "__pycache__",
    ".*",
    "misconceptions",
    "misconceptions.*",
    "rubric.*",
    "*.part",
]

# Formgrader's autograde button would run learners' code with all that you may do. It says so instead.
c.Autograde.exporter_class = "simlab.grading.refuse.UseSimlabGrade"
# Its feedback button writes our page, in which nothing hidden is; `simlab feedback` does the same.
c.GenerateFeedback.exporter_class = "simlab.grading.formgrader.FeedbackPage"

# Work without a mark is exported without one: nbgrader's own export makes a 0 of it.
c.ExportApp.plugin_class = "simlab.grading.exporting.Export"

# What formgrader shows comes from this machine. Optional, as all settings above are lost if this file fails.
with contextlib.suppress(ImportError):
    from simlab.grading.formgrader import TEMPLATES

    c.HTMLExporter.extra_template_basedirs = TEMPLATES
