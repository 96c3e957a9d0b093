"""Documents made from the rules that the system enforces, and forms that are looked at.

`render` makes one as a page or as text; `check_form` says what of 45 CFR 164.508 a form has, lacks or
must not say. Nothing here is legal advice.
"""

from __future__ import annotations

from simlab.controls.documents.checking import FormCheck, FormFinding, check_form, check_letter, check_notice
from simlab.controls.documents.rendering import KINDS, paper, render

__all__ = ["KINDS", "FormCheck", "FormFinding", "check_form", "check_letter", "check_notice", "paper", "render"]
