"""simlab: one simulated health insurer, in which information is protected, breached and answered for.

Rooms, in story order; each imports only rooms before it:
insurer, controls, activity, detection, response, records, audit, tabletop, exercise, grading, notebook.
"""

__version__ = "0.1.0"
